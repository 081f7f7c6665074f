"""Depth maps to one cleaned cloud of points with colours and normals."""

from __future__ import annotations

import numpy as np

from tf3d.compilation import compiled
from tf3d.fusion.evidence import (
    BACKGROUND,
    JUMP,
    SURE,
    Evidence,
    depth_normals,
    gather,
    seen_points,
)
from tf3d.fusion.fields import look_up, look_up_depth, place
from tf3d.fusion.records import PointCloud
from tf3d.fusion.silhouettes import REACH
from tf3d.geometry import Views

FLYING = 0.1  # world units; see `flying_pixels`
SEEN_THROUGH = 0.03  # world units that another view must look past a point
LEAST_COSINE = 0.1  # a surface seen more askance than this gives no points


@compiled
def _flying(depth, jump, out):
    size = depth.shape[0]
    for i in range(size):
        for j in range(size):
            here = depth[i, j]
            if here <= 0:
                continue
            for axis in range(2):
                before, after = here, here
                if axis == 0 and 0 < i < size - 1:
                    before, after = depth[i - 1, j], depth[i + 1, j]
                elif axis == 1 and 0 < j < size - 1:
                    before, after = depth[i, j - 1], depth[i, j + 1]
                if before <= 0 or after <= 0:
                    continue
                near, far = min(before, after), max(before, after)
                # Between two surfaces: neither neighbour's continuation.
                if far - near > jump and near + jump / 4 < here < far - jump / 4:
                    out[i, j] = True


def flying_pixels(depth: np.ndarray, jump: float = FLYING) -> np.ndarray:
    """Pixels that float between two surfaces, as blurred depth edges make them.

    Args:
      depth: `[n, size, size]` planar depth; 0 where unknown.
      jump: world units that the two neighbours must differ by.

    Returns:
      `[n, size, size]` bool.
    """
    depth = np.ascontiguousarray(depth, np.float32)
    out = np.zeros(depth.shape, bool)
    for one, flag in zip(depth, out, strict=True):
        _flying(one, jump, flag)
    return out


@compiled
def _count_through(
    cameras, focal, depth, silhouette, reach, points, own, past, jump, out
):
    count, size = depth.shape[0], depth.shape[1]
    half = size / 2 - 0.5
    for index in range(len(points)):
        x, y, z = points[index, 0], points[index, 1], points[index, 2]
        for n in range(count):
            if n == own[index]:
                continue
            row, column, w = place(cameras[n], focal, half, x, y, z)
            if not (0 <= row <= size - 1 and 0 <= column <= size - 1):
                continue
            pixels = look_up(silhouette[n], row, column)
            if pixels >= reach - 0.5 or pixels * w / focal > past:
                out[index] += 1
            elif pixels < 0:
                here = look_up_depth(depth[n], row, column, jump)
                if here > w + past:
                    out[index] += 1


def seen_through(
    evidence: Evidence, points: np.ndarray, own: np.ndarray, past: float = SEEN_THROUGH
) -> np.ndarray:
    """How many other views look past each point, to something behind it.

    Args:
      evidence: the prepared views.
      points: `[p, 3]` world coordinates.
      own: `[p]` the view that each point is from.
      past: world units beyond the point, or beside the silhouette.

    Returns:
      `[p]` int64 numbers of views.
    """
    out = np.zeros(len(points), np.int64)
    _count_through(
        evidence.cameras,
        evidence.focal,
        evidence.depth,
        evidence.silhouette,
        REACH,
        np.ascontiguousarray(points, np.float64),
        np.ascontiguousarray(own, np.int64),
        past,
        JUMP,
        out,
    )
    return out


def point_cloud(
    views: Views,
    *,
    flying: float = FLYING,
    past: float = SEEN_THROUGH,
    votes: int = 2,
) -> PointCloud:
    """All views' pixels as points of the world, cleaned.

    Left out are pixels half covered by the background, flying pixels, those of surfaces
    seen too much askance, and points that other views look through.

    Args:
      views: of one object.
      flying: world units between the surfaces that a flying pixel floats between.
      past: world units that a view must look past a point to speak against it.
      votes: views that must speak against a point; fewer if there are few views.

    Returns:
      Points with the views' colours, and normals estimated from the depth maps and
      turned to their own camera.

    Raises:
      InputError: if no view shows any of the object.
    """
    return cloud_of(views, gather(views), flying=flying, past=past, votes=votes)


def cloud_of(
    views: Views,
    evidence: Evidence,
    *,
    flying: float = FLYING,
    past: float = SEEN_THROUGH,
    votes: int = 2,
) -> PointCloud:
    """`point_cloud` of views that are prepared already."""
    known = views.mask & (views.depth > 0)
    depth = np.where(known, views.depth, 0)
    normals, slant = depth_normals(depth, evidence.focal)
    ray = (np.arange(views.size) + 0.5 - views.size / 2) / evidence.focal
    length = np.sqrt(1 + ray[None, :, None] ** 2 + ray[None, None, :] ** 2)
    kept = known & ~flying_pixels(depth, flying)
    kept &= slant / length >= LEAST_COSINE
    # What is so thin that no pixel of it is covered whole stays as it is.
    if (kept & (views.alpha >= SURE)).any():
        kept &= views.alpha >= SURE
    own = np.nonzero(kept)[0]
    points = seen_points(depth, evidence.cameras, evidence.focal)[kept]
    votes = min(votes, max(1, len(views) // 4))
    good = seen_through(evidence, points, own, past) < votes
    own = own[good]
    turned = np.einsum(
        "pi,pij->pj", normals[kept][good], evidence.cameras[own][:, :, :3]
    )
    alpha = views.alpha[kept][good][:, None]
    colors = (views.rgb[kept][good] - (1 - alpha) * BACKGROUND) / np.maximum(alpha, 0.5)
    return PointCloud(points[good], np.clip(colors, 0, 1), turned)
