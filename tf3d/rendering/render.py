"""Renders meshes: RGB, planar depth, mask and normals of a pinhole camera."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from tf3d.geometry import (
    FIELD_OF_VIEW,
    IMAGE_SIZE,
    Views,
    as_viewpoints,
    camera_position,
    extrinsics,
    intrinsics,
)
from tf3d.rendering import kernels
from tf3d.rendering.lights import Lights, studio_lights
from tf3d.rendering.surfaces import Surfaces, linear_to_srgb, prepare
from tf3d.shapes.mesh import Mesh

BACKGROUND = 0.5  # the targets' plain grey, sRGB


@functools.cache
def _srgb_table() -> np.ndarray:
    """SRGB of equal linear steps: a lookup is cheaper than a power a pixel."""
    steps = kernels.SRGB_STEPS
    return linear_to_srgb(np.arange(steps + 1, dtype=np.float32) / steps)


class Renderer:
    """Draws one view after another of one mesh into buffers that it keeps.

    Args:
      mesh: in world axes.
      size: width and height of the pictures.
      field_of_view: degrees.
      supersampling: samples a pixel in each direction; edges are smooth from 2 on.
    """

    def __init__(
        self,
        mesh: Mesh | Surfaces,
        size: int = IMAGE_SIZE,
        field_of_view: float = FIELD_OF_VIEW,
        supersampling: int = 2,
    ) -> None:
        if size < 1 or supersampling < 1:
            raise ValueError(
                "Expected a size and a supersampling of at least 1. "
                f"Received: size={size}, supersampling={supersampling}"
            )
        self.surfaces = mesh if isinstance(mesh, Surfaces) else prepare(mesh)
        self.size, self.field_of_view = size, field_of_view
        self.supersampling = supersampling
        samples = size * supersampling
        self._focal = np.float32(intrinsics(samples, field_of_view)[0, 0])
        tiles = -(-samples // kernels.TILE)
        self._projected = np.empty((3, self.surfaces.corners.size // 3), np.float32)
        self._later = np.empty(len(self.surfaces.corners), np.int32)
        self._tiles = np.empty((tiles, tiles), np.float32)
        self._bounds = np.array([samples, -1, samples, -1], np.int64)
        self._inverse_depth = np.zeros((samples, samples), np.float32)
        self._faces = np.full((samples, samples), -1, np.int32)
        self._eye = np.zeros(3, np.float32)

    def look(self, viewpoint: ArrayLike) -> None:
        """Finds what is visible from a viewpoint `[3]`; `shade` and others follow."""
        viewpoint = as_viewpoints(viewpoint)
        if viewpoint.ndim != 1:
            raise ValueError(
                f"Expected a viewpoint of shape [3]. Received: shape={viewpoint.shape}"
            )
        matrix = extrinsics(viewpoint).astype(np.float32)
        self._eye = camera_position(viewpoint).astype(np.float32)
        kernels.rasterize(
            self.surfaces.corners,
            np.ascontiguousarray(matrix[:3, :3]),
            np.ascontiguousarray(matrix[:3, 3]),
            self._focal,
            self._projected,
            self._later,
            self._tiles,
            self._bounds,
            self._inverse_depth,
            self._faces,
        )

    def depth_and_alpha(self) -> tuple[np.ndarray, np.ndarray]:
        """Planar depth `[size, size]` (0 where empty) and coverage in [0, 1]."""
        depth = np.zeros((self.size, self.size), np.float32)
        alpha = np.zeros((self.size, self.size), np.float32)
        kernels.resolve_depth(
            self._inverse_depth, self._bounds, self.supersampling, depth, alpha
        )
        return depth, alpha

    def shade(self, lights: Lights) -> tuple[np.ndarray, np.ndarray]:
        """Lights what `look` found.

        Args:
          lights: see `Lights`.

        Returns:
          sRGB `[size, size, 3]` in [0, 1] of the covered part of each pixel (not yet
          weighted by its coverage), and world-space unit normals of the same shape.
        """
        rgb, normals = self.shade_under([lights])
        return rgb[0], normals

    def shade_under(self, lights: Sequence[Lights]) -> tuple[np.ndarray, np.ndarray]:
        """`shade` under several lights one after the other, at less than their sum.

        Args:
          lights: at least one.

        Returns:
          sRGB `[lights, size, size, 3]` and normals `[size, size, 3]`.
        """
        rgb = np.zeros((len(lights), self.size, self.size, 3), np.float32)
        normals = np.zeros((self.size, self.size, 3), np.float32)
        first = np.cumsum([0, *(len(light.positions) for light in lights)])
        others = [(light.ambient, light.bounce, light.specular) for light in lights]
        surfaces = self.surfaces
        kernels.shade(
            surfaces.corners,
            surfaces.normals,
            surfaces.colors,
            surfaces.uv,
            surfaces.textures,
            surfaces.texels,
            surfaces.texture_table,
            self._projected,
            self._faces,
            self._bounds,
            self.supersampling,
            self._eye,
            first.astype(np.int64),
            np.concatenate([light.positions for light in lights]),
            np.concatenate([light.intensities for light in lights]),
            np.array(others, np.float32),
            _srgb_table(),
            rgb,
            normals,
        )
        return rgb, normals


def render_views(
    mesh: Mesh | Surfaces,
    viewpoints: ArrayLike,
    *,
    size: int = IMAGE_SIZE,
    field_of_view: float = FIELD_OF_VIEW,
    lights: Lights | None = None,
    supersampling: int = 2,
) -> Views:
    """Renders a mesh from several viewpoints, over plain grey.

    Args:
      mesh: in world axes; should lie within the unit ball.
      viewpoints: `[n, 3]` azimuth and elevation in degrees, distance in world units.
      size: width and height in pixels.
      field_of_view: degrees.
      lights: the studio's fixed ones where None.
      supersampling: samples a pixel in each direction.

    Returns:
      The views; the mask is where at least half of a pixel is covered.

    Raises:
      ValueError: if the viewpoints have another shape or the mesh has no faces.
    """
    viewpoints = np.atleast_2d(as_viewpoints(viewpoints))
    lights = studio_lights() if lights is None else lights
    renderer = Renderer(mesh, size, field_of_view, supersampling)
    count = len(viewpoints)
    rgb = np.empty((count, size, size, 3), np.float32)
    depth = np.empty((count, size, size), np.float32)
    alpha = np.empty((count, size, size), np.float32)
    for index, viewpoint in enumerate(viewpoints):
        renderer.look(viewpoint)
        depth[index], alpha[index] = renderer.depth_and_alpha()
        color, _ = renderer.shade(lights)
        weight = alpha[index][..., None]
        rgb[index] = color * weight + np.float32(BACKGROUND) * (1 - weight)
    mask = alpha >= 0.5
    depth[~mask] = 0
    return Views(viewpoints, rgb, depth, mask, alpha, field_of_view)


def render_normals(
    mesh: Mesh | Surfaces,
    viewpoints: ArrayLike,
    *,
    size: int = IMAGE_SIZE,
    field_of_view: float = FIELD_OF_VIEW,
    supersampling: int = 2,
) -> np.ndarray:
    """World-space unit normals `[n, size, size, 3]` turned to the camera; 0 outside.

    Args:
      mesh: in world axes.
      viewpoints: `[n, 3]`.
      size: width and height in pixels.
      field_of_view: degrees.
      supersampling: samples a pixel in each direction.
    """
    renderer = Renderer(mesh, size, field_of_view, supersampling)
    result = []
    for viewpoint in np.atleast_2d(as_viewpoints(viewpoints)):
        renderer.look(viewpoint)
        result.append(renderer.shade(studio_lights())[1])
    return np.stack(result)
