"""Pictures of an evaluation: input | predicted views | true views, a row a shape."""

from __future__ import annotations

import pathlib
import re

import numpy as np

from tf3d.files import replacing
from tf3d.geometry import Views

GAP = 4  # white pixels between input, prediction and truth
SHEET_ROWS = 16


def picture_row(picture: np.ndarray, predicted: Views, truth: Views) -> np.ndarray:
    """Lays pictures beside each other.

    Args:
      picture: the input, `[size, size, 3]` in [0, 1].
      predicted: views of the same size.
      truth: likewise.

    Returns:
      `[size, width, 3]` in [0, 1].
    """
    gap = np.ones((len(picture), GAP, 3), np.float32)
    return np.concatenate(
        [picture, gap, *predicted.rgb, gap, *truth.rgb], axis=1
    ).astype(np.float32)


def write_png(path: pathlib.Path, picture: np.ndarray) -> None:
    """Writes `[height, width, 3]` in [0, 1] as an 8-bit PNG.

    Raises:
      InputError: if it cannot be written.
    """
    from PIL import Image

    values = np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8)
    with replacing(path) as temporary:
        Image.fromarray(values).save(temporary, format="PNG")


def save_row(
    folder: pathlib.Path,
    name: str,
    picture: np.ndarray,
    predicted: Views,
    truth: Views,
) -> pathlib.Path:
    """Writes a shape's row to a file of its name in the folder.

    Args:
      folder: made where it is missing.
      name: of the shape; a path becomes a plain file name.
      picture: the input.
      predicted: views.
      truth: views.

    Returns:
      The file's path.
    """
    path = folder / f"{re.sub(r'[^A-Za-z0-9._-]+', '_', name)}.png"
    write_png(path, picture_row(picture, predicted, truth))
    return path


def write_sheet(
    folder: pathlib.Path, path: pathlib.Path, pattern: str = "*.png"
) -> None:
    """Stacks at most 16 of a folder's rows, spread evenly, to one picture.

    Args:
      folder: what `save_row` filled; nothing is written if it has no row.
      path: of the PNG.
      pattern: of the names of the rows to take.
    """
    from PIL import Image

    files = sorted(folder.glob(pattern)) if folder.is_dir() else []
    if not files:
        return
    count = min(len(files), SHEET_ROWS)
    chosen = np.linspace(0, len(files) - 1, count).round().astype(int)
    rows = []
    for index in chosen:
        with Image.open(files[index]) as image:
            rows.append(np.asarray(image.convert("RGB"), np.float32) / 255)
    write_png(path, np.concatenate(rows))
