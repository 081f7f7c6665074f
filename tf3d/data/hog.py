"""How alike two shapes look: HOG descriptors of their renderings (Sec. 3.3)."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable

import numpy as np

from tf3d.data.workers import map_in_workers
from tf3d.errors import InputError
from tf3d.shapes.sources import ShapeSource

Progress = Callable[[int, int], None]


@dataclasses.dataclass(frozen=True)
class HogSettings:
    """How shapes are compared. The paper leaves these out, so a split records them.

    Attributes:
      size: of the renderings, pixels.
      viewpoints: the three viewpoints whose distances are summed.
      orientations: bins of the gradient's direction.
      pixels_per_cell: width of a square cell.
      cells_per_block: width of the square blocks that are normalised (L2-Hys).
    """

    size: int = 64
    viewpoints: tuple[tuple[float, float, float], ...] = (
        (30.0, 15.0, 2.0),
        (90.0, 10.0, 2.0),
        (215.0, 25.0, 2.0),
    )
    orientations: int = 9
    pixels_per_cell: int = 8
    cells_per_block: int = 2


def picture_descriptors(
    pictures: np.ndarray, settings: HogSettings | None = None
) -> np.ndarray:
    """HOG descriptors of pictures.

    Args:
      pictures: `[n, size, size, 3]`.
      settings: of the cells and blocks; the pictures are taken at the size they have.

    Returns:
      `[n, features]` float32.
    """
    from skimage.feature import hog

    settings = settings or HogSettings()
    cell, block = settings.pixels_per_cell, settings.cells_per_block
    return np.stack(
        [
            hog(
                picture,
                orientations=settings.orientations,
                pixels_per_cell=(cell, cell),
                cells_per_block=(block, block),
                block_norm="L2-Hys",
                channel_axis=-1,
            )
            for picture in pictures
        ]
    ).astype(np.float32)


def hog_descriptors(
    source: ShapeSource, index: int, settings: HogSettings
) -> np.ndarray:
    """One shape's descriptors, `[viewpoints, features]` float32."""
    from tf3d.rendering import render_views

    views = render_views(
        source.mesh(index), np.array(settings.viewpoints), size=settings.size
    )
    return picture_descriptors(views.rgb, settings)


def _try_descriptors(
    index: int, source: ShapeSource, settings: HogSettings
) -> np.ndarray | None:
    try:
        return hog_descriptors(source, index, settings)
    except InputError:
        return None  # a broken file among many; it is left out of every part


def all_descriptors(
    source: ShapeSource,
    settings: HogSettings,
    workers: int = 2,
    progress: Progress | None = None,
) -> tuple[np.ndarray, list[int]]:
    """Descriptors of all usable shapes.

    Args:
      source: the shapes.
      settings: of the comparison.
      workers: processes; 0 computes in this one.
      progress: called with the number of shapes done and their total.

    Returns:
      `[n, viewpoints, features]` float32, and the indices of the n usable shapes.
    """
    run = functools.partial(_try_descriptors, source=source, settings=settings)
    found: list[np.ndarray] = []
    usable: list[int] = []
    for index, descriptors in enumerate(map_in_workers(run, len(source), workers)):
        if descriptors is not None:
            found.append(descriptors)
            usable.append(index)
        if progress is not None:
            progress(index + 1, len(source))
    return np.array(found, np.float32), usable


def hog_distances(descriptors: np.ndarray) -> np.ndarray:
    """Distances between shapes: Euclidean per viewpoint, summed over the viewpoints.

    Args:
      descriptors: `[n, viewpoints, features]`.

    Returns:
      `[n, n]` float32, symmetric with a zero diagonal.

    Raises:
      ValueError: if the shape is wrong.
    """
    if descriptors.ndim != 3:
        raise ValueError(
            "Expected descriptors of shape [n, viewpoints, features]. "
            f"Received: shape={descriptors.shape}"
        )
    total = np.zeros((len(descriptors), len(descriptors)), np.float32)
    for view in np.moveaxis(descriptors, 1, 0):
        view = np.ascontiguousarray(view)
        squares = np.einsum("nf,nf->n", view, view)
        for start in range(0, len(view), 1024):  # bounds the memory of temporaries
            rows = slice(start, start + 1024)
            block = view[rows] @ view.T
            block *= -2
            block += squares[rows, None] + squares
            total[rows] += np.sqrt(np.maximum(block, 0, out=block), out=block)
    total = (total + total.T) / 2
    np.fill_diagonal(total, 0)
    return total
