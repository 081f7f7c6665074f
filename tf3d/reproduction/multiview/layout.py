"""Pictures of views: rows of pictures, a caption above a block, depth as grey."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tf3d.evaluation.metrics import TIGHT
from tf3d.geometry import Views
from tf3d.prediction import sheets


def smaller(picture: np.ndarray, side: int) -> np.ndarray:
    """`[s, s, 3]` reduced by a whole factor to about `side`."""
    factor = max(1, round(len(picture) / side))
    size = len(picture) // factor
    cut = picture[: size * factor, : size * factor]
    return cut.reshape(size, factor, size, factor, -1).mean(axis=(1, 3))


def row(pictures: Sequence[np.ndarray], gap: int = 2) -> np.ndarray:
    """Pictures of one size beside each other."""
    return sheets.grid(list(pictures), len(pictures), gap)


def block(
    picture: np.ndarray, rows: Sequence[Sequence[np.ndarray]], title: str = ""
) -> np.ndarray:
    """An input at the left, rows of pictures at its right, a line of text above."""
    whole = sheets.beside([picture, sheets.above([row(one) for one in rows])], gap=6)
    if not title:
        return whole
    width = max(whole.shape[1], 8 * len(title))
    return sheets.above([sheets.label(title, width), whole])


def depth_pictures(views: Views) -> list[np.ndarray]:
    """Depth as grey, near ones light, over white: `[size, size, 3]` each."""
    distance = views.viewpoints[:, 2, None, None]
    near = (distance + TIGHT - views.depth) / (2 * TIGHT)
    grey = np.where(views.mask, np.clip(near, 0, 1), 1.0)
    return [np.repeat(one[..., None], 3, axis=-1).astype(np.float32) for one in grey]
