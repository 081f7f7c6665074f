"""How sparse codes and voxels are (the paper's Fig. 4: AAE dense, µ-VAE sparse)."""

from __future__ import annotations

import numpy as np


def hoyer(vectors: np.ndarray) -> np.ndarray:
    """Hoyer's sparsity: (√d - ‖v‖₁ / ‖v‖₂) / (√d - 1).

    Args:
      vectors: `[n, d]`, d >= 2.

    Returns:
      `[n]` in [0, 1]: 0 where all entries are equally large, 1 for a single one; 0 for
      a vector of zeros.

    Raises:
      ValueError: if the shape is wrong.
    """
    vectors = np.abs(np.asarray(vectors, np.float64))
    if vectors.ndim != 2 or vectors.shape[1] < 2:
        raise ValueError(
            f"Expected vectors [n, d], d >= 2. Received: shape={vectors.shape}"
        )
    root = np.sqrt(vectors.shape[1])
    norm = np.sqrt((vectors**2).sum(axis=1))
    ratio = vectors.sum(axis=1) / np.maximum(norm, 1e-12)
    return np.where(norm > 0, (root - ratio) / (root - 1), 0.0)


def excess_kurtosis(values: np.ndarray) -> float:
    """Mean over dimensions of E(v - µ)⁴ / σ⁴ - 3; 0 for a normal distribution.

    Heavy tails, few large and many small values, are above. Dimensions that do not vary
    are left out; NaN if none varies.

    Args:
      values: `[n, d]`.
    """
    values = np.asarray(values, np.float64)
    centred = values - values.mean(axis=0)
    variance = (centred**2).mean(axis=0)
    varying = variance > 1e-12
    if not varying.any():
        return float("nan")
    fourth = (centred[:, varying] ** 4).mean(axis=0)
    return float((fourth / variance[varying] ** 2).mean() - 3)


def voxels_per_ray(occupancy: np.ndarray, threshold: float) -> np.ndarray:
    """Occupied voxels along x, averaged over the rays that meet any.

    Args:
      occupancy: `[n, x, y, z]`.
      threshold: above which a voxel counts.

    Returns:
      `[n]`; 0 for empty voxels.
    """
    depth = (occupancy > threshold).sum(axis=1)
    rays = (depth > 0).sum(axis=(1, 2))
    return depth.sum(axis=(1, 2)) / np.maximum(rays, 1)
