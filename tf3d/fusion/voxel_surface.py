"""From soft occupancy to a closed, smooth surface."""

from __future__ import annotations

import numpy as np

from tf3d.errors import InputError
from tf3d.fusion.extraction import extract
from tf3d.fusion.fields import Grid
from tf3d.fusion.records import Surface

# The voxel paper shows what reaches 0.1 of its densities in [0, 2] (Sec. 4).
THRESHOLD = 0.05
GREY = (0.72, 0.72, 0.72)
# Log-odds count up to this far from the threshold's, inside and outside, so that hard
# edges lie at the same place whatever the threshold. That the outside counts less adds
# an eighth of a voxel on all sides: otherwise walls of one voxel that run aslant break.
INSIDE, OUTSIDE = 3.0, 1.8
FINER = 2  # samples along a voxel's edge
BLUR = 0.45  # voxels


def voxel_surface(
    voxels: np.ndarray,
    threshold: float = THRESHOLD,
    *,
    smoothing: int = 15,
    color: tuple[float, float, float] = GREY,
) -> Surface:
    """The closed surface of a voxel grid.

    Marching cubes on the log-odds of the occupancy, which is what a decoder's sigmoid
    was given, on a finer grid and slightly blurred, so that hard edges lose their
    steps. Small loose pieces and enclosed hollows are left out.

    Args:
      voxels: occupancy `[x, y, z]` in [0, 1] on the cube [-1/2, 1/2]³, voxel i centred
        at (i + 1/2) / n - 1/2; or `[x, y, z, 4]`, RGB and occupancy.
      threshold: occupancy at the surface, between 0 and 1.
      smoothing: iterations of Taubin's smoothing, which does not shrink.
      color: sRGB in [0, 1], of voxels that have no colours.

    Returns:
      A closed surface, outward, in world axes.

    Raises:
      InputError: if the threshold is out of range or too few voxels reach it.
      ValueError: if the voxels have another shape or values.
    """
    occupancy, colors = split_voxels(voxels)
    check_threshold(threshold)
    field = _finer(
        np.clip(_log_odds(threshold) - _log_odds(occupancy), -INSIDE, OUTSIDE)
    )
    voxel = 1 / (FINER * len(occupancy))
    grid = Grid((-0.5 + voxel / 2 - FINER * voxel,) * 3, field.shape, voxel)
    vertices, faces = extract(field, grid, smoothing=smoothing)
    if not len(faces):
        raise InputError(
            f"The voxels are empty: of {occupancy.size} only "
            f"{(occupancy > threshold).sum()} are above the threshold {threshold:g}, "
            f"and the fullest is {occupancy.max():.3g}. Use a lower threshold."
        )
    if colors is None:
        painted = np.broadcast_to(np.asarray(color, np.float32), vertices.shape)
    else:
        painted = _colors_at(vertices, colors, occupancy)
    return Surface(vertices, faces, painted)


def check_threshold(threshold: float) -> None:
    """Raises an InputError unless a threshold of occupancy is between 0 and 1."""
    if not 0 < threshold < 1:
        raise InputError(f"The threshold must be between 0 and 1: {threshold}.")


def split_voxels(voxels: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """Occupancy `[n, n, n]` and colours `[n, n, n, 3]`, or None where there are none.

    Raises:
      ValueError: if the voxels have another shape, or values that are no occupancy.
    """
    voxels = np.asarray(voxels, np.float32)
    cube = voxels.ndim in (3, 4) and len(set(voxels.shape[:3])) == 1
    if not cube or (voxels.ndim == 4 and voxels.shape[3] not in (1, 4)):
        raise ValueError(
            "Expected voxels of shape [n, n, n] or [n, n, n, 1 or 4]. "
            f"Received: shape={voxels.shape}"
        )
    occupancy = voxels if voxels.ndim == 3 else voxels[..., -1]
    low, high = occupancy.min(initial=0), occupancy.max(initial=0)
    if not (occupancy.size and low >= -1e-3 and high <= 1.001):  # also where one is NaN
        raise ValueError(
            "Expected finite occupancy in [0, 1]. "
            f"Received: minimum={low}, maximum={high}"
        )
    colored = voxels.ndim == 4 and voxels.shape[3] == 4
    return np.clip(occupancy, 0, 1), voxels[..., :3] if colored else None


def _finer(field: np.ndarray) -> np.ndarray:
    """The field between the voxels too, one voxel beyond the grid on all sides."""
    from scipy.ndimage import gaussian_filter

    # Outside the grid is as empty as can be.
    fine = np.pad(field, 1, constant_values=OUTSIDE)
    for axis in range(3):
        fine = np.repeat(fine, FINER, axis=axis)
    return gaussian_filter(fine, BLUR * FINER, mode="nearest")


def _log_odds(occupancy: np.ndarray | float) -> np.ndarray:
    clipped = np.clip(np.asarray(occupancy, np.float64), 1e-9, 1 - 1e-9)
    return np.log(clipped / (1 - clipped))


def _colors_at(
    points: np.ndarray, colors: np.ndarray, occupancy: np.ndarray
) -> np.ndarray:
    """Trilinear colours `[n, 3]`, by occupancy: empty voxels' colours mean nothing."""
    from scipy.ndimage import map_coordinates

    weight = occupancy + 1e-6
    place = ((points + 0.5) * len(occupancy) - 0.5).T
    total = map_coordinates(weight, place, order=1, mode="nearest")
    channels = [
        map_coordinates(colors[..., i] * weight, place, order=1, mode="nearest")
        for i in range(3)
    ]
    return np.clip(np.stack(channels, axis=-1) / total[:, None], 0, 1)
