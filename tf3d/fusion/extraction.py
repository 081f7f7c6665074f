"""From a signed distance to a closed, smooth surface without crumbs."""

from __future__ import annotations

import numpy as np

from tf3d.compilation import compiled
from tf3d.fusion.fields import Grid

LEAST_VOLUME = 0.002  # of the largest piece's: smaller ones are crumbs
PASS_BAND = (0.5, -0.53)  # Taubin's lambda and mu: smooths without shrinking


@compiled
def _find(parent, index):
    while parent[index] != index:
        parent[index] = parent[parent[index]]
        index = parent[index]
    return index


@compiled
def _pieces(faces, count):
    """The piece that each vertex belongs to, named by one of its vertices."""
    parent = np.arange(count)
    for f in range(len(faces)):
        first = _find(parent, faces[f, 0])
        for corner in range(1, 3):
            other = _find(parent, faces[f, corner])
            if other != first:
                parent[other] = first
    for index in range(count):
        parent[index] = _find(parent, index)
    return parent


@compiled
def _smooth(vertices, faces, iterations, forward, backward):
    count = len(vertices)
    degree = np.zeros(count)
    for f in range(len(faces)):
        for corner in range(3):
            degree[faces[f, corner]] += 2
    total = np.empty((count, 3))
    for step in range(2 * iterations):
        total[:] = 0
        for f in range(len(faces)):
            a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
            for axis in range(3):
                p, q, r = vertices[a, axis], vertices[b, axis], vertices[c, axis]
                total[a, axis] += q + r
                total[b, axis] += p + r
                total[c, axis] += p + q
        rate = forward if step % 2 == 0 else backward
        for index in range(count):
            if degree[index] > 0:
                for axis in range(3):
                    mean = total[index, axis] / degree[index]
                    here = vertices[index, axis]
                    vertices[index, axis] = here + rate * (mean - here)


def signed_volumes(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Each face's part of the enclosed volume, `[f]`; negative sums are inside out."""
    a, b, c = (vertices[faces[:, corner]].astype(np.float64) for corner in range(3))
    return np.einsum("ij,ij->i", a, np.cross(b, c)) / 6


def without_crumbs(
    vertices: np.ndarray, faces: np.ndarray, least: float = LEAST_VOLUME
) -> tuple[np.ndarray, np.ndarray]:
    """Drops separate pieces that are small, and the walls of enclosed hollows.

    Args:
      vertices: `[v, 3]`.
      faces: `[f, 3]` of closed pieces, counter-clockwise seen from outside.
      least: volume that a piece must have, as a part of the largest piece's.

    Returns:
      vertices and faces of the pieces that remain; unused vertices are gone.
    """
    piece = _pieces(faces, len(vertices))[faces[:, 0]]
    volume = np.bincount(piece, signed_volumes(vertices, faces), len(vertices))
    kept = faces[volume[piece] >= least * volume.max()]
    used, index = np.unique(kept, return_inverse=True)
    return vertices[used], index.reshape(-1, 3).astype(np.int32)


def smooth_surface(
    vertices: np.ndarray, faces: np.ndarray, iterations: int
) -> np.ndarray:
    """Taubin's smoothing (SIGGRAPH 1995): a low-pass filter that does not shrink."""
    smooth = np.array(vertices, np.float64)
    _smooth(smooth, faces, iterations, *PASS_BAND)
    return smooth.astype(np.float32)


def extract(
    field: np.ndarray, grid: Grid, *, smoothing: int = 5
) -> tuple[np.ndarray, np.ndarray]:
    """The closed surface where a signed distance is zero.

    Args:
      field: `[x, y, z]`, positive outside. Beyond the grid is outside.
      grid: its place in the world.
      smoothing: iterations of Taubin's smoothing.

    Returns:
      vertices `[v, 3]` float32 in the world and faces `[f, 3]` int32, outward. Both
      are empty if nothing is inside.

    Raises:
      ValueError: if the field does not have the grid's shape.
    """
    from skimage.measure import marching_cubes

    if field.shape != grid.shape:
        raise ValueError(
            f"Expected a field of shape {grid.shape}. Received: shape={field.shape}"
        )
    if not (field < 0).any():
        return np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32)
    outside = max(float(field.max()), grid.voxel)
    padded = np.pad(field, 1, constant_values=outside)
    # A value of exactly zero puts several vertices on one grid point.
    tiny = 1e-3 * grid.voxel
    padded[np.abs(padded) < tiny] = tiny
    vertices, faces, _, _ = marching_cubes(padded, 0.0, gradient_direction="ascent")
    vertices = (vertices - 1) * grid.voxel + np.asarray(grid.origin)
    faces = faces.astype(np.int32)
    if signed_volumes(vertices, faces).sum() < 0:
        faces = faces[:, ::-1].copy()
    vertices, faces = without_crumbs(vertices.astype(np.float32), faces)
    if smoothing:
        vertices = smooth_surface(vertices, faces, smoothing)
    return vertices, faces
