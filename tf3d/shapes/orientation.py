"""Turns faces outward, each by what is seen of it from outside.

Files of real meshes mix closed solids, open sheets and faces of either winding, so
neither the winding nor a signed volume can be trusted for the whole. After Takayama et
al., "A Simple Method for Correcting Facet Orientations in Polygon Meshes Based on Ray
Casting" (2014): a face's outer side is the one that rays from outside hit more. Here
the rays are the pixels of depth buffers around the shape.
"""

from __future__ import annotations

import numpy as np

from tf3d.compilation import compiled

DIRECTIONS = 24
RESOLUTION = 256
# The share of a face's sightings on one side that is taken for proof.
CERTAIN = 0.75


@compiled
def _sightings(corners, toward, count, front, back):  # pragma: no cover
    """Adds the pixels at which each face is the nearest, by the side that is seen."""
    faces = corners.shape[0]
    nearest = np.full((count, count), -1e9, np.float64)
    owner = np.full((count, count), -1, np.int64)
    for f in range(faces):
        x0, y0, z0 = corners[f, 0, 0], corners[f, 0, 1], corners[f, 0, 2]
        x1, y1, z1 = corners[f, 1, 0], corners[f, 1, 1], corners[f, 1, 2]
        x2, y2, z2 = corners[f, 2, 0], corners[f, 2, 1], corners[f, 2, 2]
        area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        if abs(area) < 1e-12:
            continue
        left = max(0, int(np.ceil(min(x0, x1, x2))))
        right = min(count - 1, int(np.floor(max(x0, x1, x2))))
        low = max(0, int(np.ceil(min(y0, y1, y2))))
        high = min(count - 1, int(np.floor(max(y0, y1, y2))))
        for j in range(low, high + 1):
            for i in range(left, right + 1):
                a = ((x1 - i) * (y2 - j) - (x2 - i) * (y1 - j)) / area
                b = ((x2 - i) * (y0 - j) - (x0 - i) * (y2 - j)) / area
                c = 1.0 - a - b
                if a < 0 or b < 0 or c < 0:
                    continue
                z = a * z0 + b * z1 + c * z2
                if z > nearest[j, i]:
                    nearest[j, i] = z
                    owner[j, i] = f
    for j in range(count):
        for i in range(count):
            f = owner[j, i]
            if f >= 0:
                if toward[f] > 0:
                    front[f] += toward[f]
                else:
                    back[f] -= toward[f]


@compiled
def _flood(neighbours, parities, start):  # pragma: no cover
    """Patches of faces joined by edges, and each face's winding relative to its patch.

    A patch with contradictory windings (a Moebius strip) keeps what came first.
    """
    count = len(start) - 1
    patch = np.full(count, -1, np.int64)
    parity = np.ones(count, np.int8)
    stack = np.empty(count, np.int64)
    patches = 0
    for seed in range(count):
        if patch[seed] >= 0:
            continue
        patch[seed] = patches
        stack[0], size = seed, 1
        while size > 0:
            size -= 1
            face = stack[size]
            for k in range(start[face], start[face + 1]):
                other = neighbours[k]
                if patch[other] < 0:
                    patch[other] = patches
                    parity[other] = parity[face] * parities[k]
                    stack[size] = other
                    size += 1
        patches += 1
    return patch, parity, patches


def _patches(faces: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Patch and parity of each face, and for each patch whether it is closed."""
    count = len(faces)
    tails = faces.ravel().astype(np.int64)
    heads = np.roll(faces, -1, axis=1).ravel().astype(np.int64)
    owner = np.repeat(np.arange(count), 3)
    key = np.minimum(tails, heads) * (int(faces.max()) + 1) + np.maximum(tails, heads)
    order = np.argsort(key, kind="stable")
    _, first, uses = np.unique(key[order], return_index=True, return_counts=True)
    # Only edges of exactly two faces join them; more would join unrelated sheets.
    pairs = first[uses == 2]
    one, two = order[pairs], order[pairs + 1]
    relative = np.where(tails[one] == tails[two], -1, 1).astype(np.int8)
    a = np.concatenate([owner[one], owner[two]])
    b = np.concatenate([owner[two], owner[one]])
    parities = np.concatenate([relative, relative])
    by_face = np.argsort(a, kind="stable")
    start = np.zeros(count + 1, np.int64)
    np.cumsum(np.bincount(a, minlength=count), out=start[1:])
    patch, parity, patches = _flood(b[by_face], parities[by_face], start)
    closed = np.ones(patches, bool)
    closed[patch[np.flatnonzero(np.diff(start) < 3)]] = False
    return patch, parity, closed


def _directions(count: int) -> np.ndarray:
    """Unit vectors spread over the sphere on a Fibonacci spiral, `[count, 3]`."""
    index = np.arange(count) + 0.5
    z = 1 - 2 * index / count
    angle = np.pi * (1 + 5**0.5) * index
    radius = np.sqrt(1 - z * z)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), z], axis=1)


def sightings(
    vertices: np.ndarray,
    faces: np.ndarray,
    directions: int = DIRECTIONS,
    resolution: int = RESOLUTION,
) -> tuple[np.ndarray, np.ndarray]:
    """How much of each face is seen from outside, all around.

    Args:
      vertices: `[v, 3]`.
      faces: `[f, 3]`.
      directions: from how many sides.
      resolution: width of the depth buffers in pixels.

    Returns:
      `[f]` and `[f]`: pixels, weighted by the cosine, that see the face's front (its
      corners run counter-clockwise) and its back.
    """
    corners, normals = _in_unit_ball(vertices, faces)
    front, back = np.zeros(len(faces)), np.zeros(len(faces))
    for direction in _directions(directions):
        helper = np.eye(3)[np.argmin(np.abs(direction))]
        side = np.cross(helper, direction)
        side /= np.linalg.norm(side)
        axes = np.stack([side, np.cross(direction, side), direction], axis=1)
        seen = corners @ axes
        seen[..., :2] = (seen[..., :2] + 1) / 2 * (resolution - 1)
        _sightings(seen, normals @ direction, resolution, front, back)
    return front, back


def _in_unit_ball(
    vertices: np.ndarray, faces: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Corners `[f, 3, 3]` moved into the unit ball, and unit normals `[f, 3]`."""
    vertices = np.asarray(vertices, np.float64)
    used = vertices[faces.ravel()]
    center = (used.min(axis=0) + used.max(axis=0)) / 2
    radius = max(float(np.linalg.norm(used - center, axis=1).max()), 1e-12)
    corners = (vertices[faces] - center) / radius
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    normals = np.divide(normals, length, out=np.zeros_like(normals), where=length > 0)
    return corners, normals


def outward_flips(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Which faces have to be turned around to look outward.

    A face with clear evidence of its own goes by it. The others (small, hidden, or open
    sheets seen from both sides) go with the patch they belong to: by its evidence, else
    by its signed volume if it is closed, else they stay as they are.

    Args:
      vertices: `[v, 3]`; places that coincide should be one vertex.
      faces: `[f, 3]`.

    Returns:
      `[f]` bool.
    """
    front, back = sightings(vertices, faces)
    corners, _ = _in_unit_ball(vertices, faces)
    patch, parity, closed = _patches(faces)
    patches = len(closed)
    evidence = np.bincount(patch, parity * (front - back), patches)
    seen_at_all = np.bincount(patch, front + back, patches)
    volume = np.einsum(
        "fi,fi->f", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])
    )
    volume = np.bincount(patch, parity * volume, patches)
    turn = evidence < -(2 * CERTAIN - 1) * seen_at_all
    unclear = np.abs(evidence) <= (2 * CERTAIN - 1) * seen_at_all
    by_volume = unclear & closed
    turn[by_volume] = volume[by_volume] < 0
    settled = ~unclear | closed
    flips = np.where(settled[patch], (parity < 0) != turn[patch], False)
    total = front + back
    own = total > 4  # pixels' worth of sightings
    flips = np.where(own & (front >= CERTAIN * total), False, flips)
    return np.where(own & (back >= CERTAIN * total), True, flips)
