"""Truncated signed distance on a dense grid, carved by the silhouettes."""

from __future__ import annotations

import numpy as np

from tf3d.fusion.evidence import Evidence
from tf3d.fusion.extraction import extract
from tf3d.fusion.fields import distance_field, object_grid

THIN = 0.018  # thickness of parts that errors of depth may eat, world units
MANY = 12  # views from which one of them alone may be wrong about empty space


def needed_votes(count: int) -> int:
    """How many of `count` silhouettes must agree that a place is empty."""
    return 2 if count >= MANY else 1


def tsdf_surface(
    evidence: Evidence,
    *,
    voxel: float = 0.009,
    truncation: float = 0.03,
    behind: float = 0.03,
    votes: int | None = None,
    tolerance: float = 0.003,
    swell: float = 0.006,
    blur: float = 0.6,
    smoothing: int = 5,
) -> tuple[np.ndarray, np.ndarray]:
    """The surface of the views' truncated signed distance.

    Args:
      evidence: the prepared views.
      voxel: grid spacing, world units.
      truncation: distances beyond it are not told apart; at least the depth's error.
      behind: how far behind its surface a view still has a say, fading. More bears
        worse depth; less keeps thinner parts.
      votes: silhouettes that must agree to carve; by default `needed_votes`.
      tolerance: world units that silhouettes are widened by.
      swell: world units that the surface of parts thinner than `THIN` is moved outward:
        errors of depth eat those, such as legs and shells of chairs.
      blur: standard deviation of the distance's smoothing, voxels.
      smoothing: iterations of the surface's smoothing.

    Returns:
      vertices `[v, 3]` and faces `[f, 3]`, watertight.
    """
    from scipy.ndimage import gaussian_filter

    votes = votes or needed_votes(len(evidence))
    grid = object_grid(evidence, voxel, votes)
    field = distance_field(
        evidence,
        grid,
        truncation=truncation,
        behind=behind,
        votes=votes,
        tolerance=tolerance,
    )
    if blur:
        field = gaussian_filter(field, blur, mode="nearest")
    if swell:
        field -= np.float32(swell) * _thinness(field, voxel)
    return extract(field, grid, smoothing=smoothing)


def _thinness(field: np.ndarray, voxel: float) -> np.ndarray:
    """1 where a surface has less than `THIN` behind it, 0 where it has twice as much.

    How deep the inside goes nearby tells how thick a part is: a signed distance is at
    its middle minus half its thickness.
    """
    from scipy.ndimage import minimum_filter

    # As far as from a voxel just outside to the middle of what counts as thick.
    reach = int(np.ceil(THIN / voxel)) + 1
    deepest = minimum_filter(field, 2 * reach + 1, mode="nearest")
    return np.clip(2 + 2 * deepest / np.float32(THIN), 0, 1)
