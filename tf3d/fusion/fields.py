"""A signed distance on a dense grid, from all views at once. Positive is outside."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import os
from collections.abc import Callable

import numpy as np

from tf3d.compilation import compiled
from tf3d.fusion.evidence import JUMP, Evidence
from tf3d.fusion.silhouettes import REACH

HALF = 0.55  # world units: a normalised object lies within half a unit of the origin
COARSE = 0.03  # voxel of the first, coarse visual hull, world units
MARGIN = 0.012  # world units kept free around what was seen
LEAST_SLANT = 0.2  # below it a depth map's own slant is too uncertain to divide by
WORKERS = min(4, os.cpu_count() or 1)


@dataclasses.dataclass(frozen=True)
class Grid:
    """A box of cubic voxels.

    Attributes:
      origin: x, y, z of the centre of voxel (0, 0, 0).
      shape: voxels along x, y, z.
      voxel: edge length, world units.
    """

    origin: tuple[float, float, float]
    shape: tuple[int, int, int]
    voxel: float

    @classmethod
    def around(cls, low: np.ndarray, high: np.ndarray, voxel: float) -> Grid:
        """The grid whose voxels' centres cover the box from `low` to `high`."""
        shape = np.maximum(np.ceil((high - low) / voxel).astype(int) + 1, 2)
        return cls(tuple(map(float, low)), tuple(map(int, shape)), float(voxel))

    def slabs(self, count: int) -> list[tuple[int, int]]:
        """The grid's first axis cut into `count` runs (start, stop) or fewer."""
        edges = np.unique(np.linspace(0, self.shape[0], count + 1).astype(int))
        return list(zip(edges[:-1], edges[1:], strict=True))


@compiled(inline="always")
def look_up(picture, row, column):
    """Bilinear interpolation; the place must lie between the outermost centres."""
    size = picture.shape[0]
    i, j = min(int(row), size - 2), min(int(column), size - 2)
    v, h = row - i, column - j
    above = picture[i, j] * (1 - h) + picture[i, j + 1] * h
    below = picture[i + 1, j] * (1 - h) + picture[i + 1, j + 1] * h
    return above * (1 - v) + below * v


@compiled(inline="always")
def look_up_depth(depth, row, column, jump):
    """Depth between pixels: interpolated on one surface, the nearest at an edge."""
    size = depth.shape[0]
    i, j = min(int(row), size - 2), min(int(column), size - 2)
    a, b, c, d = depth[i, j], depth[i, j + 1], depth[i + 1, j], depth[i + 1, j + 1]
    least, most = min(min(a, b), min(c, d)), max(max(a, b), max(c, d))
    if least > 0 and most - least < jump:
        v, h = row - i, column - j
        return (a * (1 - h) + b * h) * (1 - v) + (c * (1 - h) + d * h) * v
    return depth[int(row + 0.5), int(column + 0.5)]


@compiled(inline="always")
def place(camera, focal, half, x, y, z):
    """Row, column and planar depth of a point in one view."""
    w = camera[2, 0] * x + camera[2, 1] * y + camera[2, 2] * z + camera[2, 3]
    if w < 1e-3:
        return -1.0, -1.0, w
    u = camera[0, 0] * x + camera[0, 1] * y + camera[0, 2] * z + camera[0, 3]
    v = camera[1, 0] * x + camera[1, 1] * y + camera[1, 2] * z + camera[1, 3]
    return focal * v / w + half, focal * u / w + half, w


@compiled
def _hull(cameras, focal, silhouette, reach, origin, voxel, far, votes, out):
    """The visual hull alone: of all views' distances the `votes`-th greatest."""
    count, size = silhouette.shape[0], silhouette.shape[1]
    half = size / 2 - 0.5
    best = np.empty(votes)
    for ix in range(out.shape[0]):
        for iy in range(out.shape[1]):
            for iz in range(out.shape[2]):
                x, y = origin[0] + ix * voxel, origin[1] + iy * voxel
                z = origin[2] + iz * voxel
                best[:] = -far
                for n in range(count):
                    row, column, w = place(cameras[n], focal, half, x, y, z)
                    if not (0 <= row <= size - 1 and 0 <= column <= size - 1):
                        continue
                    pixels = look_up(silhouette[n], row, column)
                    outside = far if pixels >= reach - 0.5 else pixels * w / focal
                    for k in range(votes):
                        if outside > best[k]:
                            outside, best[k] = best[k], outside
                    if best[votes - 1] >= far:
                        break
                out[ix, iy, iz] = max(-far, min(best[votes - 1], far))


@compiled
def _integrate(
    cameras,
    focal,
    depth,
    slant,
    silhouette,
    reach,
    origin,
    voxel,
    truncation,
    behind,
    votes,
    tolerance,
    jump,
    least_slant,
    out,
):
    count, size = depth.shape[0], depth.shape[1]
    half = size / 2 - 0.5
    best = np.empty(votes)
    for ix in range(out.shape[0]):
        for iy in range(out.shape[1]):
            for iz in range(out.shape[2]):
                x, y = origin[0] + ix * voxel, origin[1] + iy * voxel
                z = origin[2] + iz * voxel
                best[:] = -truncation
                total, weights = 0.0, 0.0
                for n in range(count):
                    row, column, w = place(cameras[n], focal, half, x, y, z)
                    # Beyond the frame a view says nothing.
                    if not (0 <= row <= size - 1 and 0 <= column <= size - 1):
                        continue
                    pixels = look_up(silhouette[n], row, column)
                    outside = truncation
                    if pixels < reach - 0.5:
                        outside = pixels * w / focal
                    for k in range(votes):
                        if outside > best[k]:
                            outside, best[k] = best[k], outside
                    if best[votes - 1] - tolerance >= truncation:
                        break
                    if pixels > 1:
                        continue
                    here = look_up_depth(depth[n], row, column, jump)
                    if here <= 0:
                        continue
                    factor = slant[n, int(row + 0.5), int(column + 0.5)]
                    distance = (here - w) * max(factor, least_slant)
                    if distance <= -behind:
                        continue
                    # Seen head-on counts most; behind the surface a view knows less
                    # and less, or thin parts would swell.
                    weight = factor * factor + 0.05
                    if distance < 0:
                        weight *= 1 + distance / behind
                    total += weight * min(distance, truncation)
                    weights += weight
                value = min(best[votes - 1] - tolerance, truncation)
                if weights > 1e-2:
                    value = max(value, total / weights)
                out[ix, iy, iz] = max(-truncation, value)


def fill_slabs(
    grid: Grid, fill: Callable[[np.ndarray, np.ndarray], None], *channels: int
) -> np.ndarray:
    """Fills a grid by slabs, on several threads.

    Args:
      grid: what to fill.
      fill: takes the place `[3]` of a slab's first voxel, and the slab to fill.
      *channels: further axes of the result.

    Returns:
      `[x, y, z, *channels]` float32.
    """
    out = np.empty((*grid.shape, *channels), np.float32)
    origin = np.asarray(grid.origin)

    def work(slab: tuple[int, int]) -> None:
        start, stop = slab
        fill(origin + np.array([start * grid.voxel, 0, 0]), out[start:stop])

    # More slabs than threads, since the outer ones are carved quickly.
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(work, grid.slabs(4 * WORKERS)))
    return out


def hull_field(evidence: Evidence, grid: Grid, far: float, votes: int) -> np.ndarray:
    """The visual hull's signed distance, cut to ±`far`, on a grid."""

    def fill(origin: np.ndarray, out: np.ndarray) -> None:
        _hull(
            evidence.cameras,
            evidence.focal,
            evidence.silhouette,
            REACH,
            origin,
            grid.voxel,
            far,
            votes,
            out,
        )

    return fill_slabs(grid, fill)


def object_grid(evidence: Evidence, voxel: float, votes: int) -> Grid:
    """The grid cropped to the object: its coarse visual hull, and what was seen of it.

    What no view sees counts as inside, so without the second bound the space under an
    object seen only from above would fill with the views' common shadow.

    Args:
      evidence: the prepared views.
      voxel: edge length of the wanted grid.
      votes: views that must agree that a place is empty.

    Returns:
      The grid; without any inside voxel in the hull, one around the seen points.
    """
    half = np.full(3, HALF)
    coarse = Grid.around(-half, half, COARSE)
    # Half a voxel's diagonal: no part thinner than a voxel slips through.
    near = COARSE * np.sqrt(3) / 2
    inside = hull_field(evidence, coarse, near + 1e-3, votes) < near
    seen_low, seen_high = evidence.bounds
    low, high = seen_low - MARGIN, seen_high + MARGIN
    if inside.any():
        index = np.argwhere(inside)
        origin = np.asarray(coarse.origin)
        low = np.maximum(low, origin + (index.min(axis=0) - 1) * COARSE)
        high = np.minimum(high, origin + (index.max(axis=0) + 1) * COARSE)
    return Grid.around(low, high, voxel)


def distance_field(
    evidence: Evidence,
    grid: Grid,
    *,
    truncation: float,
    behind: float,
    votes: int,
    tolerance: float,
) -> np.ndarray:
    """Truncated signed distance: the depth maps' mean, carved by the silhouettes.

    Each view's distance is measured to its surface's tangent plane and weighted by how
    squarely it sees it (Curless and Levoy 1996, with both ideas' usual refinements).
    A place outside at least `votes` silhouettes is outside, whatever the depths say;
    what no view sees is inside.

    Args:
      evidence: the prepared views.
      grid: where.
      truncation: the greatest distance told apart, world units.
      behind: how far behind its surface a view still has a say, fading.
      votes: silhouettes that must agree.
      tolerance: world units that silhouettes are widened by.

    Returns:
      `[x, y, z]` float32 in ±truncation.
    """

    def fill(origin: np.ndarray, out: np.ndarray) -> None:
        _integrate(
            evidence.cameras,
            evidence.focal,
            evidence.depth,
            evidence.slant,
            evidence.silhouette,
            REACH,
            origin,
            grid.voxel,
            truncation,
            behind,
            votes,
            tolerance,
            JUMP,
            LEAST_SLANT,
            out,
        )

    return fill_slabs(grid, fill)
