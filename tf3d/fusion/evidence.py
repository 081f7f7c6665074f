"""What each view says about space, ready to be looked up: depth, slant, silhouette."""

from __future__ import annotations

import dataclasses

import numpy as np

from tf3d.compilation import compiled
from tf3d.errors import InputError
from tf3d.fusion.silhouettes import sharpened, silhouette_distance
from tf3d.geometry import Views, extrinsics, intrinsics

JUMP = 0.04  # world units; neighbouring pixels further apart see two surfaces
SURE = 0.9  # coverage from which a pixel's depth is not mixed with the background
MASK = 0.5  # coverage from which a pixel shows the object
BACKGROUND = 0.5  # the plain grey behind the object in every view
OUTLIERS = 0.03  # per cent of the seen points left out of the bounds, at either end
GROWTH = 3  # pixels that the depth is continued beyond the silhouette


@dataclasses.dataclass
class Evidence:
    """Views prepared for look-up at sub-pixel places.

    Attributes:
      cameras: `[n, 3, 4]` world to camera.
      positions: `[n, 3]` of the cameras in the world.
      focal: pixels.
      depth: `[n, size, size]` continued a little beyond the silhouette; 0 is unknown.
      slant: `[n, size, size]` factor that turns a difference of planar depth into the
        distance to the surface's tangent plane.
      silhouette: `[n, size, size]` pixels outside the silhouette, negative inside.
      rgb: `[n, size, size, 3]`, the background's share taken out of mixed pixels.
      mask: `[n, size, size]` bool, where the views' own coverage is at least a half.
      bounds: least and greatest x, y, z of the points seen, each `[3]`.
    """

    cameras: np.ndarray
    positions: np.ndarray
    focal: float
    depth: np.ndarray
    slant: np.ndarray
    silhouette: np.ndarray
    rgb: np.ndarray
    mask: np.ndarray
    bounds: tuple[np.ndarray, np.ndarray]

    def __len__(self) -> int:
        return len(self.cameras)


@compiled
def _continue_depth(depth, alpha, mask, sure, growth, jump):
    """Replaces the depth of unsure pixels by that of their surest neighbours."""
    size = depth.shape[0]
    known = np.zeros((size, size), np.uint8)
    out = np.zeros_like(depth)
    for i in range(size):
        for j in range(size):
            if mask[i, j] and alpha[i, j] >= sure and depth[i, j] > 0:
                known[i, j] = 1
                out[i, j] = depth[i, j]
    for step in range(growth):
        before = known.copy()
        for i in range(size):
            for j in range(size):
                if before[i, j]:
                    continue
                nearest = 1e9
                for k in range(max(0, i - 1), min(size, i + 2)):
                    for m in range(max(0, j - 1), min(size, j + 2)):
                        if before[k, m] and out[k, m] < nearest:
                            nearest = out[k, m]
                total, count = 0.0, 0
                for k in range(max(0, i - 1), min(size, i + 2)):
                    for m in range(max(0, j - 1), min(size, j + 2)):
                        if before[k, m] and out[k, m] < nearest + jump:
                            total += out[k, m]
                            count += 1
                if count:
                    out[i, j] = total / count
                    known[i, j] = 1
        if step == 1:
            # What is too thin to hold one sure pixel keeps the depth that it has.
            for i in range(size):
                for j in range(size):
                    if mask[i, j] and not known[i, j] and depth[i, j] > 0:
                        out[i, j] = depth[i, j]
                        known[i, j] = 1
    return out


@compiled
def _slope(before, here, after, jump):
    """The smaller of the two one-sided differences: it does not cross an edge."""
    back = here - before if before > 0 else 1e9
    front = after - here if after > 0 else 1e9
    if abs(back) < jump and abs(front) < jump:
        return (back + front) / 2
    least = back if abs(back) < abs(front) else front
    return least if abs(least) < jump else 0.0


@compiled
def _slant(depth, focal, jump, normal):
    """Normals in the camera's frame, and the tangent planes' distance factors."""
    size = depth.shape[0]
    slant = np.zeros_like(depth)
    for i in range(size):
        for j in range(size):
            here = depth[i, j]
            if here <= 0:
                continue
            x, y = (j + 0.5 - size / 2) / focal, (i + 0.5 - size / 2) / focal
            p = _slope(
                depth[i, j - 1] if j else 0.0,
                here,
                depth[i, j + 1] if j + 1 < size else 0.0,
                jump,
            )
            q = _slope(
                depth[i - 1, j] if i else 0.0,
                here,
                depth[i + 1, j] if i + 1 < size else 0.0,
                jump,
            )
            # X = d · (x, y, 1); the cross product of dX/du and dX/dv, divided by d/f.
            unit = here / focal
            third = unit + x * p + y * q
            length = np.sqrt(p * p + q * q + third * third)
            slant[i, j] = unit / length
            normal[i, j, 0] = p / length
            normal[i, j, 1] = q / length
            normal[i, j, 2] = -third / length
    return slant


def depth_normals(
    depth: np.ndarray, focal: float, jump: float = JUMP
) -> tuple[np.ndarray, np.ndarray]:
    """Normals estimated from depth maps.

    Args:
      depth: `[n, size, size]` planar depth; 0 where unknown.
      focal: pixels.
      jump: neighbours further apart than this belong to two surfaces.

    Returns:
      unit normals `[n, size, size, 3]` in the camera's frame, towards the camera, and
      `[n, size, size]` the tangent plane's distance for each unit of planar depth.
    """
    depth = np.ascontiguousarray(depth, np.float32)
    normals = np.zeros((*depth.shape, 3), np.float32)
    slant = np.stack(
        [_slant(d, focal, jump, n) for d, n in zip(depth, normals, strict=True)]
    )
    return normals, slant


def seen_points(depth: np.ndarray, cameras: np.ndarray, focal: float) -> np.ndarray:
    """World points of all pixels `[n, size, size, 3]`; meaningless where depth is 0."""
    size = depth.shape[-1]
    ray = ((np.arange(size) + 0.5 - size / 2) / focal).astype(np.float32)
    x, y = depth * ray[None, None, :], depth * ray[None, :, None]
    camera = np.stack([x, y, depth], axis=-1).reshape(len(depth), -1, 3)
    rotation = cameras[:, :3, :3].astype(np.float32)
    shift = cameras[:, :3, 3].astype(np.float32)
    points = (camera - shift[:, None]) @ rotation  # a transposed one turns back
    return points.reshape(*depth.shape, 3)


def gather(views: Views) -> Evidence:
    """Prepares views for fusion.

    Raises:
      InputError: if no view shows any of the object.
    """
    if not (views.mask & (views.depth > 0)).any():
        raise InputError(
            f"None of the {len(views)} views shows an object: every pixel is "
            "background. Try another picture, or one cropped closer to the object."
        )
    focal = float(intrinsics(views.size, views.field_of_view)[0, 0])
    coverage = sharpened(views.alpha)
    shown = coverage >= MASK
    depth = np.stack(
        [
            _continue_depth(d, a, m, SURE, GROWTH, JUMP)
            for d, a, m in zip(views.depth, coverage, shown, strict=True)
        ]
    )
    _, slant = depth_normals(depth, focal)
    cameras = extrinsics(views.viewpoints)
    rotation, shift = cameras[:, :3, :3], cameras[:, :3, 3]
    seen = seen_points(views.depth, cameras, focal)[shown & (views.depth > 0)]
    low, high = np.percentile(seen, (OUTLIERS, 100 - OUTLIERS), axis=0)
    alpha = views.alpha[..., None]
    mixed = (views.rgb - (1 - alpha) * BACKGROUND) / np.maximum(alpha, 0.25)
    return Evidence(
        np.ascontiguousarray(cameras[:, :3]),
        -np.einsum("nji,nj->ni", rotation, shift),
        focal,
        depth,
        slant,
        silhouette_distance(coverage),
        np.clip(mixed, 0, 1),
        views.mask,
        (low, high),
    )
