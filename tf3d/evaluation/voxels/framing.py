"""How a model takes objects that fill more or less of the frame than in training.

`tf3d predict` scales a photo's object to a part of the frame; these figures say which
part suits a model.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tf3d.evaluation.voxels.codes import neighbour_accuracy
from tf3d.evaluation.voxels.inference import as_floats, encode_all, infer
from tf3d.prediction import VoxelReconstructor

SIDES = (0.6, 0.7, 0.75, 0.85, 1.0)  # longer side of the object over the frame's
IMAGES = 500
VISIBLE = 0.1


def reframed(images: np.ndarray, side: float) -> np.ndarray:
    """Images whose object has a given size, in the middle of the frame.

    Args:
      images: `[n, size, size, channels]` uint8, light on black.
      side: longer side of the object's bounding box over the frame's, in (0, 1].

    Returns:
      The same shape; empty images stay as they are.

    Raises:
      ValueError: if the images have another shape, or the side is out of range.
    """
    from PIL import Image

    if images.ndim != 4 or images.dtype != np.uint8:
        raise ValueError(
            "Expected images [n, size, size, channels] uint8. "
            f"Received: shape={images.shape}, dtype={images.dtype}"
        )
    if not 0 < side <= 1:
        raise ValueError(f"Expected side above 0, up to 1. Received: side={side}")
    size = images.shape[1]
    result = np.zeros_like(images)
    for place, image in enumerate(images):
        seen = image.max(axis=-1) > VISIBLE * 255
        if not seen.any():
            result[place] = image
            continue
        rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
        cut = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        scale = side * size / max(cut.shape[:2])
        height, width = (max(1, round(scale * n)) for n in cut.shape[:2])
        layers = [
            np.asarray(Image.fromarray(cut[..., c]).resize((width, height)))
            for c in range(cut.shape[-1])
        ]
        top, left = (size - height) // 2, (size - width) // 2
        result[place, top : top + height, left : left + width] = np.stack(layers, -1)
    return result


def usual_side(images: np.ndarray) -> float:
    """Median over images of the object's longer side over the frame's."""
    seen = as_floats(images).max(axis=-1) > VISIBLE
    sides = [
        max(np.ptp(np.flatnonzero(one.any(axis))) + 1 for axis in (0, 1))
        for one in seen
        if one.any()
    ]
    return float(np.median(sides)) / images.shape[1] if sides else 0.0


def evaluate_framing(
    network: VoxelReconstructor,
    images: np.ndarray,
    labels: np.ndarray | None = None,
    train: tuple[np.ndarray, np.ndarray] | None = None,
) -> Iterator[tuple[str, float]]:
    """Yields errors, and how well classes are told apart, by the object's size.

    Args:
      network: the model.
      images: of the test set, uint8; 500 of them are taken.
      labels: their classes.
      train: codes `[n, latent]` and labels of training images.

    Yields:
      "usual", the set's own size; for "own" and each of `SIDES` SIDE/mse, of the final
      picture, and with labels SIDE/neighbours_accuracy.
    """
    chosen = np.linspace(0, len(images) - 1, min(IMAGES, len(images))).astype(int)
    images = images[chosen]
    yield "usual", usual_side(images)
    for side in (None, *SIDES):
        shown = images if side is None else reframed(images, side)
        name = "own" if side is None else f"{side:g}"
        yield f"{name}/mse", float(infer(network, shown).picture_error.mean())
        if labels is not None and train is not None:
            codes = encode_all(network, shown)
            accuracy = neighbour_accuracy(*train, codes, labels[chosen])
            yield f"{name}/neighbours_accuracy", accuracy
