"""Meshes to occupancy grids `[x, y, z]` in the cube [-1/2, 1/2]^3 of world space."""

from __future__ import annotations

import numpy as np

from tf3d.compilation import compiled
from tf3d.shapes.mesh import Mesh


def voxelize(
    mesh: Mesh, size: int = 28, *, fill: bool = True, touch: float = 0.25
) -> np.ndarray:
    """The voxels that a mesh occupies.

    Voxel `[i, j, k]` is the cube of edge 1 / size about
    `(np.array([i, j, k]) + 0.5) / size - 0.5`. A voxel is occupied if its centre is
    inside the mesh, or if the surface passes near its centre: through the concentric
    cube whose edge is `touch` times the voxel's.

    touch = 1 takes every voxel that the surface passes through, as binvox and most
    published voxel sets do: nothing gets lost, but solids grow by half a voxel on all
    sides, which at 28 voxels triples the volume of chairs. touch = 0 keeps volumes, and
    tears what is thinner than a voxel. The default grows solids by an eighth of a
    voxel and closes walls from three quarters of a voxel on. Of 0, 0.25, 0.5, 0.75 and
    1 its silhouettes agree best with rendered ones (mean IoU 0.75, 0.86, 0.82, 0.75 and
    0.69 over six categories of generated shapes at 28 pixels).

    A centre is inside if rays to both sides of it along at least two of the three axes
    cross the surface more often one way than the other (a winding number other than 0).
    Unlike the parity of crossings this makes overlapping closed parts their union; of
    two votes in three a hole in the surface spoils one only. Open sheets enclose
    nothing.

    Args:
      mesh: in world axes; what lies outside the cube is left out.
      size: voxels along each edge.
      fill: occupies the inside.
      touch: in [0, 1], the share of a voxel's edge about its centre that the surface
        has to pass through.

    Returns:
      `[size, size, size]` bool.

    Raises:
      ValueError: if the size is less than 1, `touch` is outside [0, 1], or both rules
        are off.
    """
    if size < 1:
        raise ValueError(f"Expected a size of at least 1. Received: size={size}")
    if not 0 <= touch <= 1 or not (fill or touch):
        raise ValueError(
            "Expected touch between 0 and 1, above 0 unless filled. "
            f"Received: fill={fill}, touch={touch}"
        )
    # In voxels, so that the centres of the voxels lie at whole numbers.
    corners = (mesh.corners.astype(np.float64) + 0.5) * size - 0.5
    occupied = np.zeros((size, size, size), np.bool_)
    if fill:
        votes = np.zeros((size, size, size), np.int8)
        for axis in range(3):
            order = [(axis + 1) % 3, (axis + 2) % 3, axis]
            inside = _inside_along(np.ascontiguousarray(corners[:, :, order]), size)
            votes += np.moveaxis(inside, [0, 1, 2], order)
        occupied |= votes >= 2
    if touch:
        _touch(corners, float(touch) / 2, occupied)
    return occupied


@compiled
def _inside_along(corners, size):  # pragma: no cover
    """Whether rays along the last axis wind around the voxels' centres."""
    # How the winding number changes on the way to each centre along each column.
    change = np.zeros((size, size, size + 1), np.int32)
    for f in range(corners.shape[0]):
        x0 = min(corners[f, 0, 0], corners[f, 1, 0], corners[f, 2, 0])
        x1 = max(corners[f, 0, 0], corners[f, 1, 0], corners[f, 2, 0])
        y0 = min(corners[f, 0, 1], corners[f, 1, 1], corners[f, 2, 1])
        y1 = max(corners[f, 0, 1], corners[f, 1, 1], corners[f, 2, 1])
        if not (x1 >= 0 and x0 <= size - 1 and y1 >= 0 and y0 <= size - 1):
            continue
        low_i, high_i = max(0, int(np.ceil(x0))), min(size - 1, int(np.floor(x1)))
        low_j, high_j = max(0, int(np.ceil(y0))), min(size - 1, int(np.floor(y1)))
        ax = corners[f, 1, 0] - corners[f, 0, 0]
        ay = corners[f, 1, 1] - corners[f, 0, 1]
        az = corners[f, 1, 2] - corners[f, 0, 2]
        bx = corners[f, 2, 0] - corners[f, 0, 0]
        by = corners[f, 2, 1] - corners[f, 0, 1]
        bz = corners[f, 2, 2] - corners[f, 0, 2]
        area = ax * by - ay * bx
        if area == 0:
            continue
        sign = 1 if area < 0 else -1  # a face that looks down is entered going up
        for i in range(low_i, high_i + 1):
            for j in range(low_j, high_j + 1):
                if not _covers(corners, f, float(i), float(j)):
                    continue
                u = ((i - corners[f, 0, 0]) * by - (j - corners[f, 0, 1]) * bx) / area
                v = (ax * (j - corners[f, 0, 1]) - ay * (i - corners[f, 0, 0])) / area
                height = corners[f, 0, 2] + u * az + v * bz
                k = min(max(int(np.ceil(min(max(height, -1.0), size + 1.0))), 0), size)
                change[i, j, k] += sign
    inside = np.zeros((size, size, size), np.int8)
    for i in range(size):
        for j in range(size):
            total = 0
            for k in range(size + 1):
                total += change[i, j, k]
            winding = 0
            for k in range(size):
                winding += change[i, j, k]
                if winding != 0 and winding != total:
                    inside[i, j, k] = 1
    return inside


@compiled
def _covers(corners, f, x, y):  # pragma: no cover
    """Whether a triangle's shadow covers a point.

    Each edge is reckoned from its lesser end, so that of two triangles that share an
    edge exactly one covers a point on it.
    """
    covered = False
    for a in range(3):
        b = (a + 1) % 3
        x0, y0 = corners[f, a, 0], corners[f, a, 1]
        x1, y1 = corners[f, b, 0], corners[f, b, 1]
        if (y0 > y) == (y1 > y):
            continue
        if y0 > y1 or (y0 == y1 and x0 > x1):
            x0, y0, x1, y1 = x1, y1, x0, y0
        if x < x0 + (y - y0) / (y1 - y0) * (x1 - x0):
            covered = not covered
    return covered


@compiled
def _touch(corners, half, occupied):  # pragma: no cover
    """Marks the voxels that a triangle passes through (separating axis theorem)."""
    size = occupied.shape[0]
    low = np.empty(3, np.int64)
    high = np.empty(3, np.int64)
    triangle = np.empty((3, 3))
    for f in range(corners.shape[0]):
        outside = False
        for c in range(3):
            least = min(corners[f, 0, c], corners[f, 1, c], corners[f, 2, c])
            most = max(corners[f, 0, c], corners[f, 1, c], corners[f, 2, c])
            if not (most >= -half and least <= size - 1 + half):
                outside = True
                break
            low[c] = max(0, int(np.ceil(max(least, -1.0) - half)))
            high[c] = min(size - 1, int(np.floor(min(most, size + 1.0) + half)))
        if outside:
            continue
        for i in range(low[0], high[0] + 1):
            for j in range(low[1], high[1] + 1):
                for k in range(low[2], high[2] + 1):
                    if occupied[i, j, k]:
                        continue
                    for c in range(3):
                        triangle[c, 0] = corners[f, c, 0] - i
                        triangle[c, 1] = corners[f, c, 1] - j
                        triangle[c, 2] = corners[f, c, 2] - k
                    if _overlaps(triangle, half):
                        occupied[i, j, k] = True


@compiled
def _overlaps(t, half):  # pragma: no cover
    """Whether a triangle meets the cube about the origin; their boxes do."""
    for a in range(3):
        b = (a + 1) % 3
        ex, ey, ez = t[b, 0] - t[a, 0], t[b, 1] - t[a, 1], t[b, 2] - t[a, 2]
        for axis in range(3):
            # The edge crossed with a coordinate axis.
            if axis == 0:
                nx, ny, nz = 0.0, -ez, ey
            elif axis == 1:
                nx, ny, nz = ez, 0.0, -ex
            else:
                nx, ny, nz = -ey, ex, 0.0
            reach = half * (abs(nx) + abs(ny) + abs(nz))
            p = nx * t[0, 0] + ny * t[0, 1] + nz * t[0, 2]
            q = nx * t[1, 0] + ny * t[1, 1] + nz * t[1, 2]
            r = nx * t[2, 0] + ny * t[2, 1] + nz * t[2, 2]
            if min(p, q, r) > reach or max(p, q, r) < -reach:
                return False
    ax, ay, az = t[1, 0] - t[0, 0], t[1, 1] - t[0, 1], t[1, 2] - t[0, 2]
    bx, by, bz = t[2, 0] - t[0, 0], t[2, 1] - t[0, 1], t[2, 2] - t[0, 2]
    nx, ny, nz = ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
    reach = half * (abs(nx) + abs(ny) + abs(nz))
    return abs(nx * t[0, 0] + ny * t[0, 1] + nz * t[0, 2]) <= reach
