"""Views in, a closed coloured surface out: `fuse`."""

from __future__ import annotations

from typing import Any

import numpy as np

from tf3d.errors import InputError
from tf3d.fusion.coloring import vertex_colors
from tf3d.fusion.evidence import gather
from tf3d.fusion.poisson import poisson_surface
from tf3d.fusion.records import Surface
from tf3d.fusion.tgv import tgv_surface
from tf3d.fusion.tsdf import tsdf_surface
from tf3d.geometry import Views, orbit

METHODS = ("tsdf", "tgv", "poisson")
DEFAULT_METHOD = "tsdf"
ELEVATIONS = (-10.0, 15.0, 40.0)  # the whole range that the network learns
VIEWS_EACH = 8
DISTANCE = 2.0


def fusion_viewpoints() -> np.ndarray:
    """The viewpoints that a surface is best fused from.

    Returns:
      `[24, 3]`: three orbits of 8, at elevations -10, 15 and 40, each turned a third
      of a step further, so that silhouettes from 24 azimuths carve.
    """
    step = 360.0 / VIEWS_EACH / len(ELEVATIONS)
    return np.concatenate(
        [
            orbit(VIEWS_EACH, elevation, DISTANCE, start=index * step)
            for index, elevation in enumerate(ELEVATIONS)
        ]
    )


def fuse(views: Views, method: str = DEFAULT_METHOD, **settings: Any) -> Surface:
    """Fuses views with depth into one closed surface with vertex colours.

    Args:
      views: of one object. A view cut by the frame says nothing about what lies beyond.
      method: one of `METHODS`.
      **settings: of the method: see `tsdf_surface`, `tgv_surface`, `poisson_surface`.

    Returns:
      The surface in world axes and units, watertight, its underside closed.

    Raises:
      InputError: if the method is unknown or the views show no object.
    """
    if method not in METHODS:
        raise InputError(
            f"Unknown fusion method {method!r}. Choose one of {', '.join(METHODS)}."
        )
    evidence = gather(views)
    if method == "tsdf":
        vertices, faces = tsdf_surface(evidence, **settings)
    elif method == "tgv":
        vertices, faces = tgv_surface(evidence, **settings)
    else:
        vertices, faces = poisson_surface(views, evidence, **settings)
    if len(faces) == 0:
        raise InputError(
            f"The {len(views)} views agree on no solid object, so there is no surface "
            "to write. Try another picture, or one cropped closer to the object."
        )
    surface = Surface(vertices, faces, np.zeros_like(vertices))
    surface.colors = vertex_colors(vertices, surface.vertex_normals, evidence)
    return surface
