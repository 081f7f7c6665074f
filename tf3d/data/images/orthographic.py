"""Small orthographic pictures of shapes, bright on black, around the vertical axis.

The frame is the cube [-1/2, 1/2] that voxels fill, so pixel (i, j) of an n x n picture
at azimuth 0 looks along the voxels [:, j, n - 1 - i] of an n x n x n grid.

Pictures are shaded by a light at the camera, a white surface in grey (1 channel) or the
shape's own colours (3 channels). Silhouettes alone would hide all that lies within the
outline. Of all lights, the one at the camera treats left and right alike and makes
bright what faces the viewer: a ball shades off towards its rim just as its thickness
does, and with it the projection 1 - exp(-thickness) that has to explain the picture.
Even the rim stays well above black, so that the object does not lose its outline.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from tf3d.geometry import camera_position
from tf3d.rendering import Lights, Renderer, prepare
from tf3d.shapes.mesh import Mesh

VIEWS = 12
SUPERSAMPLING = 4
# So far away that across a shape of diagonal 1 the scale changes by 1/400: 0.04 pixels
# at the edge of 28. Further out, float32 depth would no longer part near surfaces.
DISTANCE = 200.0
AMBIENT = 0.15  # linear; 0.42 in the picture


def azimuths(count: int = VIEWS) -> np.ndarray:
    """Evenly spaced azimuths in degrees from 0, `[count]` float32."""
    return (np.arange(count) * (360.0 / count)).astype(np.float32)


def render_orthographic(
    mesh: Mesh,
    azimuth: np.ndarray,
    elevation: np.ndarray | float = 0.0,
    *,
    size: int = 28,
    channels: int = 1,
    silhouette: bool = False,
) -> np.ndarray:
    """Pictures of a mesh from several sides.

    Args:
      mesh: in world axes, within the unit ball (as normalised ones are).
      azimuth: `[n]` degrees.
      elevation: degrees, `[n]` or one for all.
      size: of the pictures.
      channels: 1 for white surfaces in grey, 3 for the shape's colours.
      silhouette: coverage alone, without shading.

    Returns:
      `[n, size, size, channels]` uint8.
    """
    azimuth = np.atleast_1d(np.asarray(azimuth, np.float64))
    elevation = np.broadcast_to(np.asarray(elevation, np.float64), azimuth.shape)
    if channels == 1 or silhouette:
        mesh = _white(mesh)
    field = 2 * np.degrees(np.arctan(0.5 / DISTANCE))
    renderer = Renderer(prepare(mesh), size, field, SUPERSAMPLING)
    result = np.empty((len(azimuth), size, size, channels), np.uint8)
    for k in range(len(azimuth)):
        viewpoint = np.array([azimuth[k], elevation[k], DISTANCE])
        renderer.look(viewpoint)
        _, alpha = renderer.depth_and_alpha()
        picture = alpha[..., None]
        if not silhouette:
            color, _ = renderer.shade(_headlight(viewpoint))
            picture = color[..., :channels] * picture
        result[k] = np.round(picture * 255)
    return result


def _headlight(viewpoint: np.ndarray) -> Lights:
    strength = np.full((1, 3), (1 - AMBIENT) * DISTANCE**2)
    position = np.reshape(camera_position(viewpoint), (1, 3))
    return Lights(position, strength, ambient=AMBIENT, bounce=1.0)


def _white(mesh: Mesh) -> Mesh:
    colors = np.ones_like(mesh.face_colors)
    return dataclasses.replace(
        mesh, face_colors=colors, uv=None, face_textures=None, textures=()
    )
