"""Convolutions as both 64×64 comparison networks have them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from tf3d.layers import UpConvolution2D
from tf3d.models.multiview import SLOPE

IMAGE_SIZE = 64


def dense(width: int, name: str, dtype: Any) -> keras.layers.Dense:
    """A fully connected layer before a leaky ReLU."""
    return keras.layers.Dense(
        width, kernel_initializer="he_normal", dtype=dtype, name=name
    )


def up_convolutions(widths: Sequence[int], dtype: Any) -> list[UpConvolution2D]:
    """5×5 up-convolutions; each doubles the size."""
    return [
        UpConvolution2D(width, 5, mirrored=True, dtype=dtype, name=f"up_{index}")
        for index, width in enumerate(widths)
    ]


def grow(layers: Sequence[UpConvolution2D], grid: Any) -> Any:
    """Runs up-convolutions; the last one's values have no bounds."""
    x = grid
    for layer in layers[:-1]:
        x = ops.leaky_relu(layer(x), SLOPE)
    # Turned by 180°, as `mirrored` says.
    return ops.flip(ops.cast(layers[-1](x), "float32"), (1, 2))


def check_images(images: Any) -> None:
    """Raises a ValueError unless images are `[batch, 64, 64, 3]`."""
    shape = tuple(images.shape)
    if len(shape) != 4 or shape[1:] != (IMAGE_SIZE, IMAGE_SIZE, 3):
        raise ValueError(
            f"Expected images of shape [batch, {IMAGE_SIZE}, {IMAGE_SIZE}, 3]. "
            f"Received: shape={shape}"
        )
