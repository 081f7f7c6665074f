"""Shifts and zooms pictures by any amount, with a slope: `reframed`."""

from __future__ import annotations

from typing import Any

import numpy as np
from keras import ops


def reframed(pictures: Any, framing: Any) -> Any:
    """Pictures through another frame, bilinearly interpolated.

    Both axes are interpolated by a matrix each, which costs next to nothing and has a
    gradient in every backend.

    Args:
      pictures: `[b, size, size, channels]`.
      framing: `[b, 3]`: how far right and down the new frame's middle lies, in sides of
        the frame, and the logarithm of its side over the old one's. Zeros change
        nothing.

    Returns:
      `[b, size, size, channels]`; beyond their edge pictures go on as at it.

    Raises:
      ValueError: if a shape is wrong.
    """
    size = pictures.shape[1] if len(pictures.shape) == 4 else 0
    if len(pictures.shape) != 4 or pictures.shape[2] != size:
        raise ValueError(
            "Expected pictures of shape [batch, size, size, channels]. "
            f"Received: shape={tuple(pictures.shape)}"
        )
    if len(framing.shape) != 2 or framing.shape[1] != 3:
        raise ValueError(
            "Expected framing of shape [batch, 3]. "
            f"Received: shape={tuple(framing.shape)}"
        )
    right, down, zoom = (framing[:, index : index + 1] for index in range(3))
    rows, columns = _reads(size, down, zoom), _reads(size, right, zoom)
    return _along_second(columns, _along_second(rows, pictures))


def _reads(size: int, shift: Any, zoom: Any) -> Any:
    """How much of each pixel along an axis each new one takes, `[b, size, size]`."""
    places = np.arange(size, dtype=np.float32) - (size - 1) / 2
    places = places.astype(np.float32)
    read = places[None] * ops.exp(zoom) + size * shift
    read = ops.clip(read, places[0], places[-1])
    return ops.relu(1 - ops.abs(read[:, :, None] - places[None, None]))


def _along_second(matrices: Any, pictures: Any) -> Any:
    """Matrices times the second axis of pictures; then the next two change places."""
    _, first, second, channels = pictures.shape
    flat = ops.reshape(pictures, (-1, first, second * channels))
    product = ops.reshape(ops.matmul(matrices, flat), (-1, first, second, channels))
    return ops.transpose(product, (0, 2, 1, 3))
