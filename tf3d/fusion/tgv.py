"""The paper's fusion: total generalised variation with a robust data term, on a grid.

Minimises, over the distance u and a vector field v,

    alpha1 |grad u - v| + alpha0 |E(v)| + sum_i w_i |u - f_i|

where f_i is view i's truncated signed distance (Pock, Zebedin, Bischof 2011, which the
multi-view paper cites in Sec. 4.2), by the primal-dual scheme of Chambolle and Pock.
The views' distances are kept as a histogram for each voxel, so that time and memory do
not grow with the number of views.
"""

from __future__ import annotations

import numpy as np

from tf3d.compilation import compiled
from tf3d.fusion.evidence import JUMP, Evidence
from tf3d.fusion.extraction import extract
from tf3d.fusion.fields import (
    LEAST_SLANT,
    Grid,
    distance_field,
    fill_slabs,
    look_up,
    look_up_depth,
    object_grid,
    place,
)
from tf3d.fusion.silhouettes import REACH
from tf3d.fusion.tsdf import needed_votes

BINS = 13
STEP = 0.25  # primal and dual: the operator's squared norm is at most 16 in 3D
UNSEEN = 0.1  # weight of "inside" where no view says anything


@compiled
def _histogram(
    cameras,
    focal,
    depth,
    slant,
    silhouette,
    reach,
    origin,
    voxel,
    truncation,
    carving,
    jump,
    least_slant,
    unseen,
    out,
):
    count, size = depth.shape[0], depth.shape[1]
    last = out.shape[3] - 1
    half = size / 2 - 0.5
    out[:] = 0
    for ix in range(out.shape[0]):
        for iy in range(out.shape[1]):
            for iz in range(out.shape[2]):
                x, y = origin[0] + ix * voxel, origin[1] + iy * voxel
                z = origin[2] + iz * voxel
                weights = 0.0
                for n in range(count):
                    row, column, w = place(cameras[n], focal, half, x, y, z)
                    if not (0 <= row <= size - 1 and 0 <= column <= size - 1):
                        continue
                    pixels = look_up(silhouette[n], row, column)
                    if pixels > 0:
                        distance, weight = pixels * w / focal, carving
                        if pixels >= reach - 0.5:
                            distance = truncation
                    else:
                        here = look_up_depth(depth[n], row, column, jump)
                        if here <= 0:
                            continue
                        factor = slant[n, int(row + 0.5), int(column + 0.5)]
                        distance = (here - w) * max(factor, least_slant)
                        if distance <= -truncation:
                            continue
                        weight = factor * factor + 0.05
                        if distance < 0:
                            weight *= 1 + distance / truncation
                    share = (min(distance / truncation, 1.0) + 1) / 2 * last
                    # Shared between the two nearest bins: no step between them.
                    low = min(int(share), last - 1)
                    out[ix, iy, iz, low] += weight * (low + 1 - share)
                    out[ix, iy, iz, low + 1] += weight * (share - low)
                    weights += weight
                if weights < unseen:
                    out[ix, iy, iz, 0] += unseen


@compiled(inline="always")
def _median(value, weights, centres, step):
    """The proximal map of sum_k w_k |u - c_k|: a median of centres and shifts."""
    right = 0.0
    for k in range(len(centres)):
        right += weights[k]
    left, before = 0.0, -1e9
    for k in range(len(centres)):
        shifted = value + step * (right - left)
        if shifted <= centres[k]:
            return max(shifted, before)
        before = centres[k]
        left += weights[k]
        right -= weights[k]
    return max(value + step * (right - left), before)


@compiled
def _dual(u, v, p, q, alpha1, alpha0, step):
    """Ascent in p and q, then their projections to balls. Forward differences."""
    nx, ny, nz = u.shape
    slope = np.empty((3, 3))
    for i in range(nx):
        for j in range(ny):
            for k in range(nz):
                for a in range(3):
                    ii, jj, kk = i + (a == 0), j + (a == 1), k + (a == 2)
                    open_ = ii < nx and jj < ny and kk < nz
                    ahead = u[ii, jj, kk] - u[i, j, k] if open_ else 0.0
                    p[i, j, k, a] += step * (ahead - v[i, j, k, a])
                    for b in range(3):
                        slope[a, b] = v[ii, jj, kk, b] - v[i, j, k, b] if open_ else 0.0
                length = 0.0
                for a in range(3):
                    length += p[i, j, k, a] ** 2
                shrink = max(1.0, np.sqrt(length) / alpha1)
                for a in range(3):
                    p[i, j, k, a] /= shrink
                q[i, j, k, 0] += step * slope[0, 0]
                q[i, j, k, 1] += step * slope[1, 1]
                q[i, j, k, 2] += step * slope[2, 2]
                q[i, j, k, 3] += step * (slope[0, 1] + slope[1, 0]) / 2
                q[i, j, k, 4] += step * (slope[0, 2] + slope[2, 0]) / 2
                q[i, j, k, 5] += step * (slope[1, 2] + slope[2, 1]) / 2
                length = 0.0
                for a in range(6):
                    length += q[i, j, k, a] ** 2 * (1 if a < 3 else 2)
                shrink = max(1.0, np.sqrt(length) / alpha0)
                for a in range(6):
                    q[i, j, k, a] /= shrink


@compiled(inline="always")
def _backward(field, i, j, k, axis, component):
    """The negative adjoint of the forward difference."""
    ii, jj, kk = i - (axis == 0), j - (axis == 1), k - (axis == 2)
    index = i if axis == 0 else (j if axis == 1 else k)
    here = field[i, j, k, component] if index < field.shape[axis] - 1 else 0.0
    return here - (field[ii, jj, kk, component] if index > 0 else 0.0)


@compiled
def _primal(u, v, u_bar, v_bar, p, q, weights, centres, step):
    """Descent in u and v, and their over-relaxation."""
    nx, ny, nz = u.shape
    for i in range(nx):
        for j in range(ny):
            for k in range(nz):
                divergence = (
                    _backward(p, i, j, k, 0, 0)
                    + _backward(p, i, j, k, 1, 1)
                    + _backward(p, i, j, k, 2, 2)
                )
                new = _median(
                    u[i, j, k] + step * divergence, weights[i, j, k], centres, step
                )
                u_bar[i, j, k] = 2 * new - u[i, j, k]
                u[i, j, k] = new
                for a in range(3):
                    b, c = (1, 2) if a == 0 else ((0, 2) if a == 1 else (0, 1))
                    # Off-diagonal entries: 3 is xy, 4 is xz, 5 is yz.
                    divergence = (
                        _backward(q, i, j, k, a, a)
                        + _backward(q, i, j, k, b, a + b + 2)
                        + _backward(q, i, j, k, c, a + c + 2)
                    )
                    new = v[i, j, k, a] + step * (p[i, j, k, a] + divergence)
                    v_bar[i, j, k, a] = 2 * new - v[i, j, k, a]
                    v[i, j, k, a] = new


def minimise(
    weights: np.ndarray,
    start: np.ndarray,
    *,
    alpha1: float,
    alpha0: float,
    iterations: int,
) -> np.ndarray:
    """Minimises the module's energy.

    Args:
      weights: `[x, y, z, bins]` histogram of the f_i over [-1, 1], ends included.
      start: `[x, y, z]` first guess.
      alpha1: weight of |grad u - v|, in differences between voxels.
      alpha0: weight of |E(v)|.
      iterations: of the primal-dual scheme.

    Returns:
      u, `[x, y, z]` float32.

    Raises:
      ValueError: if the shapes do not agree.
    """
    if weights.ndim != 4 or start.shape != weights.shape[:3]:
        raise ValueError(
            "Expected weights of shape [x, y, z, bins] and a start of [x, y, z]. "
            f"Received: weights={weights.shape}, start={start.shape}"
        )
    weights = np.ascontiguousarray(weights, np.float32)
    centres = np.linspace(-1, 1, weights.shape[3]).astype(np.float32)
    u = np.array(start, np.float32)
    v = np.zeros((*u.shape, 3), np.float32)
    p, q = np.zeros_like(v), np.zeros((*u.shape, 6), np.float32)
    u_bar, v_bar = u.copy(), v.copy()
    step = np.float32(STEP)
    for _ in range(iterations):
        _dual(u_bar, v_bar, p, q, np.float32(alpha1), np.float32(alpha0), step)
        _primal(u, v, u_bar, v_bar, p, q, weights, centres, step)
    return u


def distance_histogram(
    evidence: Evidence, grid: Grid, truncation: float, carving: float
) -> np.ndarray:
    """All views' truncated distances of each voxel, `[x, y, z, BINS]` float32."""

    def fill(origin: np.ndarray, out: np.ndarray) -> None:
        _histogram(
            evidence.cameras,
            evidence.focal,
            evidence.depth,
            evidence.slant,
            evidence.silhouette,
            REACH,
            origin,
            grid.voxel,
            truncation,
            carving,
            JUMP,
            LEAST_SLANT,
            UNSEEN,
            out,
        )

    return fill_slabs(grid, fill, BINS)


def tgv_surface(
    evidence: Evidence,
    *,
    voxel: float = 0.01,
    truncation: float = 0.03,
    alpha1: float = 0.25,
    alpha0: float = 0.5,
    carving: float = 4.0,
    iterations: int = 60,
    smoothing: int = 5,
) -> tuple[np.ndarray, np.ndarray]:
    """The surface of the distance with the least total generalised variation.

    Args:
      evidence: the prepared views.
      voxel: grid spacing, world units; 0.01 is about 100 voxels along the object.
      truncation: distances beyond it are not told apart.
      alpha1: weight of |grad u - v|, for distances in truncations and unit voxels.
      alpha0: weight of |E(v)|.
      carving: weight of a view that sees past a place, beside 1 for a depth seen
        head-on.
      iterations: of the primal-dual scheme, which starts from the mean distance.
      smoothing: iterations of the surface's smoothing.

    Returns:
      vertices `[v, 3]` and faces `[f, 3]`, watertight.
    """
    votes = needed_votes(len(evidence))
    grid = object_grid(evidence, voxel, votes)
    start = distance_field(
        evidence,
        grid,
        truncation=truncation,
        behind=truncation,
        votes=votes,
        tolerance=0.0,
    )
    weights = distance_histogram(evidence, grid, truncation, carving)
    field = minimise(
        weights,
        start / truncation,
        alpha1=alpha1,
        alpha0=alpha0,
        iterations=iterations,
    )
    return extract(field * truncation, grid, smoothing=smoothing)
