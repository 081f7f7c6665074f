"""Colours for a surface's vertices, from the views that see each of them best."""

from __future__ import annotations

import numpy as np

from tf3d.compilation import compiled
from tf3d.fusion.evidence import JUMP, Evidence
from tf3d.fusion.fields import look_up_depth, place

NEAR = 0.03  # world units that a view's depth may miss a vertex by
SHARPNESS = 4  # power of the cosine: one view that looks squarely beats many askance


@compiled
def _gather_colors(
    cameras,
    positions,
    focal,
    depth,
    silhouette,
    rgb,
    mask,
    vertices,
    normals,
    near,
    jump,
    power,
    colors,
    weights,
):
    count, size = depth.shape[0], depth.shape[1]
    half = size / 2 - 0.5
    for index in range(len(vertices)):
        x, y, z = vertices[index, 0], vertices[index, 1], vertices[index, 2]
        for n in range(count):
            a, b = positions[n, 0] - x, positions[n, 1] - y
            c = positions[n, 2] - z
            cosine = (
                a * normals[index, 0] + b * normals[index, 1] + c * normals[index, 2]
            ) / np.sqrt(a * a + b * b + c * c)
            if cosine < 0.05:
                continue
            row, column, w = place(cameras[n], focal, half, x, y, z)
            if not (0 <= row <= size - 1 and 0 <= column <= size - 1):
                continue
            here = look_up_depth(depth[n], row, column, jump)
            miss = abs(here - w) / near
            if here <= 0 or miss >= 1:
                continue
            i, j = min(int(row), size - 2), min(int(column), size - 2)
            v, h = row - i, column - j
            base = cosine**power * (1 - miss * miss)
            for down in range(2):
                for across in range(2):
                    # Pixels on the contour hold little of the object's own colour.
                    inside = -silhouette[n, i + down, j + across]
                    share = min(1.0, max(0.0, inside)) + 1e-3
                    # Nor do those that a network covers faintly: it leaves them grey.
                    if inside < -0.5 or not mask[n, i + down, j + across]:
                        share = 0.0
                    share *= (v if down else 1 - v) * (h if across else 1 - h) * base
                    weights[index] += share
                    for k in range(3):
                        colors[index, k] += share * rgb[n, i + down, j + across, k]


def vertex_colors(
    vertices: np.ndarray, normals: np.ndarray, evidence: Evidence
) -> np.ndarray:
    """Colours of a surface's vertices.

    Each view that sees a vertex (its own depth there agrees) counts by how squarely it
    looks at it. A vertex that no view sees takes the colour of its nearest neighbour
    that one does.

    Args:
      vertices: `[v, 3]` world coordinates.
      normals: `[v, 3]` outward unit normals.
      evidence: the prepared views.

    Returns:
      `[v, 3]` float32 in [0, 1].
    """
    colors = np.zeros((len(vertices), 3))
    weights = np.zeros(len(vertices))
    _gather_colors(
        evidence.cameras,
        evidence.positions,
        evidence.focal,
        evidence.depth,
        evidence.silhouette,
        evidence.rgb,
        evidence.mask,
        np.asarray(vertices, np.float32),
        np.asarray(normals, np.float32),
        NEAR,
        JUMP,
        SHARPNESS,
        colors,
        weights,
    )
    seen = weights > 1e-5
    colors[seen] /= weights[seen, None]
    if seen.any() and not seen.all():
        from scipy.spatial import cKDTree

        _, nearest = cKDTree(vertices[seen]).query(vertices[~seen])
        colors[~seen] = colors[seen][nearest]
    elif not seen.any():
        colors[:] = 0.5
    return np.clip(colors, 0, 1).astype(np.float32)
