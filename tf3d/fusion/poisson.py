"""Screened Poisson reconstruction from the cleaned cloud (Open3D)."""

from __future__ import annotations

from typing import Any

import numpy as np

from tf3d.errors import InputError
from tf3d.fusion.cloud import cloud_of
from tf3d.fusion.evidence import Evidence
from tf3d.fusion.extraction import signed_volumes, smooth_surface, without_crumbs
from tf3d.fusion.records import PointCloud
from tf3d.fusion.tsdf import tsdf_surface
from tf3d.geometry import Views

SPACING = 0.006  # world units between the points that Poisson is given
UNSEEN = 0.025  # world units around which no view's point lies: there the cap goes


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
    vertices: np.ndarray, faces: np.ndarray, seen: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Where no view looks, the carved grid's surface closes the cloud."""
    from scipy.spatial import cKDTree

    corners = vertices[faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    length = np.linalg.norm(normals, axis=1)
    centres = corners.mean(axis=1)
    far = cKDTree(seen).query(centres, distance_upper_bound=UNSEEN)[0] > UNSEEN
    far &= length > 0
    return centres[far], normals[far] / length[far, None]


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


def closed(faces: np.ndarray) -> bool:
    """Whether every edge has exactly two faces, which run along it both ways."""
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    edges = edges.astype(np.int64)
    count = edges.max() + 1
    ahead, back = edges @ np.array([count, 1]), edges @ np.array([1, count])
    unique = np.unique(ahead)
    return len(unique) == len(ahead) and np.array_equal(unique, np.unique(back))


def poisson_surface(
    views: Views,
    evidence: Evidence,
    *,
    depth: int = 7,
    smoothing: int = 5,
) -> tuple[np.ndarray, np.ndarray]:
    """Screened Poisson reconstruction (Kazhdan and Hoppe 2013) of all views' points.

    The cloud's normals are its depth maps' own, never the direction to the camera,
    which would inflate the surface. Where no view looks, such as under an object seen
    from above, points of the carved grid close it, so that there is nothing to trim.

    Args:
      views: of one object.
      evidence: the same, prepared.
      depth: of the octree; a finer one follows the depth maps' errors.
      smoothing: iterations of the surface's smoothing.

    Returns:
      vertices `[v, 3]` and faces `[f, 3]`, watertight.
    """
    o3d = _open3d()
    cloud = cloud_of(views, evidence)
    carved, carved_faces = tsdf_surface(evidence)
    if len(carved_faces) == 0 or len(cloud) < 10:
        return carved, carved_faces
    points, normals = _thinned(cloud, SPACING)
    cap, cap_normals = _cap(carved, carved_faces, points)
    oriented = o3d.geometry.PointCloud(
        o3d.utility.Vector3dVector(np.concatenate([points, cap]))
    )
    oriented.normals = o3d.utility.Vector3dVector(
        np.concatenate([normals, cap_normals])
    )
    for level in range(depth, 4, -1):
        # One thread: with more, the sums' order and so the surface would vary.
        mesh, _ = o3d.geometry.TriangleMesh.create_from_point_cloud_poisson(
            oriented, depth=level, scale=1.2, n_threads=1
        )
        vertices = np.asarray(mesh.vertices)
        faces = np.asarray(mesh.triangles).astype(np.int32)
        if len(faces) and signed_volumes(vertices, faces).sum() < 0:
            faces = faces[:, ::-1].copy()
        if len(faces) and closed(faces):
            break
    else:
        return carved, carved_faces
    vertices, faces = without_crumbs(vertices.astype(np.float32), faces)
    return smooth_surface(vertices, faces, smoothing), faces
