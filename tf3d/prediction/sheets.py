"""Laying small pictures out in one: grids, pictures beside each other, labels."""

from __future__ import annotations

import functools
import os
import pathlib
from collections.abc import Sequence

import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont

TILE = 84  # pixels that a small picture is enlarged to, about
WHITE = 1.0
MARK = (1.0, 0.55, 0.0)


def enlarged(picture: np.ndarray, side: int = TILE) -> np.ndarray:
    """A picture `[s, s, 1 or 3]` as `[t, t, 3]`, by the whole factor next to `side`."""
    factor = max(1, round(side / len(picture)))
    large = np.repeat(np.repeat(picture, factor, axis=0), factor, axis=1)
    return np.repeat(large, 3, axis=-1) if large.shape[-1] == 1 else large


def grid(pictures: Sequence[np.ndarray], columns: int, gap: int = 2) -> np.ndarray:
    """Pictures `[h, w, 3]` of one shape, row by row on white; gaps only between them.

    Args:
      pictures: at least one.
      columns: pictures in a row; the last row may have fewer.
      gap: pixels between two.

    Returns:
      `[height, width, 3]`.
    """
    height, width, _ = pictures[0].shape
    columns = min(columns, len(pictures))
    rows = -(-len(pictures) // columns)
    shape = (rows * (height + gap) - gap, columns * (width + gap) - gap, 3)
    canvas = np.full(shape, WHITE, np.float32)
    for index, picture in enumerate(pictures):
        top = index // columns * (height + gap)
        left = index % columns * (width + gap)
        canvas[top : top + height, left : left + width] = picture
    return canvas


def beside(pictures: Sequence[np.ndarray], gap: int = 8) -> np.ndarray:
    """Pictures of any heights in a row on white, each in the middle of the height."""
    height = max(len(picture) for picture in pictures)
    columns = []
    for index, picture in enumerate(pictures):
        canvas = np.full((height, picture.shape[1], 3), WHITE, np.float32)
        top = (height - len(picture)) // 2
        canvas[top : top + len(picture)] = picture
        if index:
            columns.append(np.full((height, gap, 3), WHITE, np.float32))
        columns.append(canvas)
    return np.concatenate(columns, axis=1)


def above(pictures: Sequence[np.ndarray], gap: int = 2) -> np.ndarray:
    """Pictures of any widths below each other on white, at the left."""
    width = max(picture.shape[1] for picture in pictures)
    rows = [
        np.pad(
            picture,
            ((0, gap), (0, width - picture.shape[1]), (0, 0)),
            constant_values=WHITE,
        )
        for picture in pictures
    ]
    whole = np.concatenate(rows)
    return whole[: len(whole) - gap]


def framed(
    picture: np.ndarray, color: Sequence[float] = MARK, width: int = 2
) -> np.ndarray:
    """The picture with its outermost pixels in a colour."""
    result = np.array(picture, np.float32)
    result[:width] = result[-width:] = color
    result[:, :width] = result[:, -width:] = color
    return result


def label(
    text: str, width: int, height: int = 20, color: Sequence[float] = (0.0, 0.0, 0.0)
) -> np.ndarray:
    """A line of text on white, `[height, width, 3]`."""
    image = PIL.Image.new("RGB", (width, height), "white")
    ink = tuple(round(255 * value) for value in color)
    PIL.ImageDraw.Draw(image).text((2, height / 2), text, ink, _font(), anchor="lm")
    return np.asarray(image, np.float32) / 255


@functools.cache
def _font() -> PIL.ImageFont.FreeTypeFont:
    """Matplotlib's DejaVu Sans: Pillow's own font has neither µ nor β."""
    import matplotlib

    folder = pathlib.Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    return PIL.ImageFont.truetype(os.fspath(folder / "DejaVuSans.ttf"), 12)
