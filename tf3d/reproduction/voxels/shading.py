"""Pictures of voxels as solids, and tiles to lay beside them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from tf3d.errors import InputError
from tf3d.prediction import VoxelReconstructor, sheets

DISTANCE = 2.2  # the cube's width fills the picture
LABEL = 16  # pixels of a line of text


def shaded(
    network: VoxelReconstructor,
    code: np.ndarray,
    azimuths: ArrayLike,
    elevation: float = 0.0,
    size: int = sheets.TILE,
) -> list[np.ndarray]:
    """The surface of a code, lit, on white.

    Args:
      network: decodes it.
      code: `[width]`.
      azimuths: `[n]` degrees.
      elevation: degrees.
      size: of the pictures.

    Returns:
      n pictures `[size, size, 3]`; white ones of empty voxels.
    """
    from tf3d.rendering import render_views
    from tf3d.shapes.mesh import Mesh

    azimuths = np.atleast_1d(np.asarray(azimuths, float))
    try:
        surface = network.surface(code)
    except InputError:
        return [np.ones((size, size, 3), np.float32) for _ in azimuths]
    mesh = Mesh(surface.vertices, surface.faces, surface.face_colors)
    seen = np.stack(
        [azimuths, np.full(len(azimuths), elevation), np.full(len(azimuths), DISTANCE)],
        axis=-1,
    )
    views = render_views(mesh, seen, size=size)
    # Rendered over grey: to white where nothing covers.
    grey = (1 - views.alpha)[..., None] * np.float32(0.5)
    return list(np.clip(views.rgb + grey, 0, 1))


def drawn(
    network: VoxelReconstructor,
    code: np.ndarray,
    azimuths: ArrayLike,
    elevation: float = 0.0,
    show: str = "picture",
    size: int = sheets.TILE,
) -> list[np.ndarray]:
    """The model's own pictures of a code, enlarged."""
    shown = network.pictures(code, np.atleast_1d(azimuths), elevation, show)
    return [sheets.enlarged(picture, size) for picture in shown]


def named_row(name: str, tiles: Sequence[np.ndarray], width: int = 96) -> np.ndarray:
    """A row of tiles with its name at the left."""
    return sheets.beside([sheets.label(name, width), *tiles], gap=3)


def headed(names: Sequence[str], first: int, tile: int, gap: int = 3) -> np.ndarray:
    """A line of headings over rows of `named_row`.

    Args:
      names: of the columns; empty ones leave a gap.
      first: width of the rows' names.
      tile: width of a tile.
      gap: between tiles.
    """
    cells = [sheets.label("", first, LABEL)]
    cells += [sheets.label(name, tile, LABEL) for name in names]
    return sheets.beside(cells, gap)
