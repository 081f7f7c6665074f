"""Screened Poisson reconstruction from the cleaned cloud (Open3D)."""

from __future__ import annotations

from typing import Any

import numpy as np

from tf3d.errors import InputError
from tf3d.fusion.cloud import cloud_of
from tf3d.fusion.evidence import Evidence
from tf3d.fusion.extraction import extract
from tf3d.fusion.fields import Grid, distance_field, object_grid
from tf3d.fusion.records import PointCloud
from tf3d.fusion.tsdf import needed_votes
from tf3d.geometry import Views

TRUNCATION = 0.03  # world units, of the carved grid
SPACING = 0.006  # world units between the points that Poisson is given
UNSEEN = 0.02  # world units around which no view's point lies: there the cap goes
TURNED = 0.02  # world units that a normal's turn by 60 degrees counts as, for the cap


def _thinned(cloud: PointCloud, spacing: float) -> tuple[np.ndarray, np.ndarray]:
    """One mean point and normal for each small cube that holds any points."""
    cell = np.floor((cloud.points - cloud.points.min(axis=0)) / spacing).astype(int)
    # Points of a thin part's two sides stay apart: their normals differ in octant.
    octant = (cloud.normals > 0) @ np.array([1, 2, 4])
    _, index = np.unique(np.column_stack([cell, octant]), axis=0, return_inverse=True)
    index = index.ravel()
    count = np.bincount(index)
    points = np.stack([np.bincount(index, p) / count for p in cloud.points.T], axis=1)
    normals = np.stack([np.bincount(index, n) for n in cloud.normals.T], axis=1)
    length = np.linalg.norm(normals, axis=1)
    good = length > 0.5 * count
    return points[good], normals[good] / length[good, None]


def _cap(
    vertices: np.ndarray, faces: np.ndarray, seen: np.ndarray, seen_normals: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Where no view looks, the carved grid's surface closes the cloud."""
    from scipy.spatial import cKDTree

    corners = vertices[faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    length = np.linalg.norm(normals, axis=1)
    normals /= np.maximum(length, 1e-20)[:, None]
    centres = corners.mean(axis=1)
    # Position and normal together: a seat's upper side does not stand for its lower.
    tree = cKDTree(np.concatenate([seen, TURNED * seen_normals], axis=1))
    distance, _ = tree.query(
        np.concatenate([centres, TURNED * normals], axis=1),
        distance_upper_bound=UNSEEN,
    )
    far = (distance > UNSEEN) & (length > 0)
    return centres[far], normals[far]


def _open3d() -> Any:
    try:
        import open3d
    except ImportError as error:
        raise InputError(
            f"The method poisson needs Open3D, which does not load here: {error}. On "
            "Debian and Ubuntu: apt-get install libgl1 libx11-6 libgomp1 libusb-1.0-0. "
            "Or choose another method."
        ) from error
    return open3d


def _surface_distance(o3d: Any, mesh: Any, grid: Grid) -> np.ndarray:
    """Signed distance to a triangle mesh on a grid, positive outside."""
    scene = o3d.t.geometry.RaycastingScene()
    scene.add_triangles(
        np.asarray(mesh.vertices, np.float32), np.asarray(mesh.triangles, np.uint32)
    )
    axes = [
        (start + grid.voxel * np.arange(count)).astype(np.float32)
        for start, count in zip(grid.origin, grid.shape, strict=True)
    ]
    places = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    # Several rays decide what is inside: Poisson's mesh may have tiny defects.
    return scene.compute_signed_distance(o3d.core.Tensor(places), nsamples=3).numpy()


def poisson_surface(
    views: Views,
    evidence: Evidence,
    *,
    depth: int = 7,
    voxel: float = 0.009,
    crop: float = 0.006,
    smoothing: int = 5,
) -> tuple[np.ndarray, np.ndarray]:
    """Screened Poisson reconstruction (Kazhdan and Hoppe 2013) of all views' points.

    The cloud's normals are its depth maps' own, never the direction to the camera,
    which would inflate the surface. Where no view looks, such as under an object seen
    from above, points of the carved grid close it. What Poisson makes up beyond the
    carved grid is cut off on a grid, which also closes the tiny defects of its mesh.

    Args:
      views: of one object.
      evidence: the same, prepared.
      depth: of the octree; a finer one follows the depth maps' errors.
      voxel: spacing of the grid that the surface is cut on, world units.
      crop: world units that the surface may leave the carved grid's by.
      smoothing: iterations of the surface's smoothing.

    Returns:
      vertices `[v, 3]` and faces `[f, 3]`, watertight.

    Raises:
      InputError: if Open3D does not load.
    """
    o3d = _open3d()
    votes = needed_votes(len(evidence))
    grid = object_grid(evidence, voxel, votes)
    field = distance_field(
        evidence,
        grid,
        truncation=TRUNCATION,
        behind=1.5 * TRUNCATION,
        votes=votes,
        tolerance=0.0,
    )
    carved, carved_faces = extract(field, grid, smoothing=smoothing)
    cloud = cloud_of(views, evidence)
    if len(carved_faces) == 0 or len(cloud) < 10:
        return carved, carved_faces
    points, normals = _thinned(cloud, SPACING)
    cap, cap_normals = _cap(carved, carved_faces, points, normals)
    oriented = o3d.geometry.PointCloud(
        o3d.utility.Vector3dVector(np.concatenate([points, cap]))
    )
    oriented.normals = o3d.utility.Vector3dVector(
        np.concatenate([normals, cap_normals])
    )
    # One thread: with more, the sums' order and so the surface would vary.
    mesh, _ = o3d.geometry.TriangleMesh.create_from_point_cloud_poisson(
        oriented, depth=depth, scale=1.2, n_threads=1
    )
    distance = _surface_distance(o3d, mesh, grid)
    return extract(np.maximum(distance, field - crop), grid, smoothing=smoothing)
