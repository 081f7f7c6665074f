"""What voxels are like as solids: pieces, extents, cavities, layers."""

from __future__ import annotations

import numpy as np

from tf3d.fusion import THRESHOLD


def largest_piece(voxels: np.ndarray, threshold: float = THRESHOLD) -> np.ndarray:
    """Share of the solid volume that is in its largest connected piece.

    Args:
      voxels: occupancy `[n, x, y, z]`.
      threshold: of occupancy.

    Returns:
      `[n]` in [0, 1]; 0 for empty voxels. Voxels that touch at a corner are connected.
    """
    from scipy import ndimage

    shares = []
    for solid in np.asarray(voxels) > threshold:
        pieces, count = ndimage.label(solid, np.ones((3, 3, 3)))
        sizes = np.bincount(pieces.ravel())[1:]
        shares.append(sizes.max() / sizes.sum() if count else 0.0)
    return np.array(shares)


def extents(voxels: np.ndarray, threshold: float = THRESHOLD) -> np.ndarray:
    """Standard deviations of the solid voxels' places along x, y and z.

    Args:
      voxels: occupancy `[n, x, y, z]`.
      threshold: of occupancy.

    Returns:
      `[n, 3]` in voxels; 0 for empty voxels.
    """
    found = []
    for solid in np.asarray(voxels) > threshold:
        places = np.argwhere(solid)
        found.append(places.std(axis=0) if len(places) else np.zeros(3))
    return np.array(found)


def cavity_depth(voxels: np.ndarray, threshold: float = THRESHOLD) -> np.ndarray:
    """How deep the middle of an object lies below its rim, as a share of its height.

    The middle is what is within a third of the object's radius about the vertical line
    through its centre: 0 for a lid, near 1 for a cup, 1 for a tube.

    Args:
      voxels: occupancy `[n, x, y, z]`.
      threshold: of occupancy.

    Returns:
      `[n]` in [0, 1]; NaN for empty voxels.
    """
    depths = []
    for solid in np.asarray(voxels) > threshold:
        if not solid.any():
            depths.append(np.nan)
            continue
        heights = np.arange(1, solid.shape[2] + 1)
        bottom = int(np.flatnonzero(solid.any(axis=(0, 1)))[0])
        top = np.maximum((solid * heights).max(axis=2), bottom)
        footprint = np.argwhere(solid.any(axis=2))
        centre = footprint.mean(axis=0)
        radius = np.linalg.norm(footprint - centre, axis=1).max()
        places = np.stack(np.indices(top.shape), axis=-1) - centre
        inner = np.linalg.norm(places, axis=-1) <= max(radius / 3, 1)
        rim = top.max()
        depths.append((rim - np.median(top[inner])) / (rim - bottom))
    return np.array(depths)


def slice_correlations(voxels: np.ndarray) -> np.ndarray:
    """Correlation of each slice with the next one, along x, y and z.

    A solid that is one body varies slowly in all directions; layers that have nothing
    to do with each other do not along the direction in which they are stacked.

    Args:
      voxels: occupancy `[n, x, y, z]`.

    Returns:
      `[n, 3]` in [-1, 1]; 0 where nothing varies.
    """
    voxels = np.asarray(voxels, np.float64)
    centred = voxels - voxels.mean(axis=(1, 2, 3), keepdims=True)
    variance = np.maximum((centred**2).mean(axis=(1, 2, 3)), 1e-12)
    found = []
    for axis in (1, 2, 3):
        last = voxels.shape[axis] - 1
        first = np.take(centred, range(last), axis)
        second = np.take(centred, range(1, last + 1), axis)
        found.append((first * second).mean(axis=(1, 2, 3)) / variance)
    return np.stack(found, axis=-1)
