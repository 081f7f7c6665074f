"""Image errors: those of the multi-view paper's Table 1, PSNR, SSIM, masks' overlap."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

NEAR, FAR = 0.1, 5.0  # the paper's depth range, world units
TIGHT = 0.7  # on either side of the camera's distance to the object's centre
BEST_PSNR = 100.0  # decibels, of equal pictures
SSIM_SIGMA = 1.5  # pixels; window and constants of Wang et al., 2004
SSIM_REACH = 5  # pixels on either side of a window's middle
SSIM_CONSTANTS = (0.01**2, 0.03**2)
NO_DEPTH = 0.5  # half the object's diagonal, of views that share no pixel


def _checked(
    predicted: ArrayLike, truth: ArrayLike, last: int | None, name: str
) -> tuple[np.ndarray, np.ndarray]:
    predicted = np.asarray(predicted, dtype=np.float64)
    truth = np.asarray(truth, dtype=np.float64)
    shape = "[n, height, width]" if last is None else f"[n, height, width, {last}]"
    dimensions = 3 if last is None else 4
    for array in (predicted, truth):
        if array.ndim != dimensions or (last and array.shape[-1] != last):
            raise ValueError(
                f"Expected {name} of shape {shape}. Received: shape={array.shape}"
            )
    if predicted.shape != truth.shape:
        raise ValueError(
            f"Expected {name} of one shape. "
            f"Received: predicted {predicted.shape}, truth {truth.shape}"
        )
    return predicted, truth


def rgb_error(predicted: ArrayLike, truth: ArrayLike) -> np.ndarray:
    """Mean over the pixels of the Euclidean distance between colours, over √3.

    Table 1 of the multi-view paper.

    Args:
      predicted: `[n, height, width, 3]` in [0, 1].
      truth: likewise.

    Returns:
      `[n]` in [0, 1].

    Raises:
      ValueError: if the shapes are wrong.
    """
    predicted, truth = _checked(predicted, truth, 3, "rgb")
    distance = np.linalg.norm(predicted - truth, axis=-1)
    return distance.mean(axis=(1, 2)) / np.sqrt(3)


def depth_error(
    predicted: ArrayLike,
    predicted_mask: ArrayLike,
    truth: ArrayLike,
    truth_mask: ArrayLike,
    near: ArrayLike = NEAR,
    far: ArrayLike = FAR,
) -> np.ndarray:
    """Mean over the pixels of the absolute difference in depth, over far − near.

    Table 1 of the multi-view paper. Background counts as `far`, and depths are clipped
    to the range, so a wrong silhouette weighs heavily.

    Args:
      predicted: `[n, height, width]` planar depth, world units.
      predicted_mask: `[n, height, width]` bool, False on the background.
      truth: `[n, height, width]`.
      truth_mask: `[n, height, width]` bool.
      near: of the range, world units; a number or `[n]`.
      far: likewise.

    Returns:
      `[n]` in [0, 1].

    Raises:
      ValueError: if the shapes are wrong or the range is empty.
    """
    predicted, truth = _checked(predicted, truth, None, "depth")
    masks = _checked(predicted_mask, truth_mask, None, "masks")
    if masks[0].shape != truth.shape:
        raise ValueError(
            "Expected depth and masks of one shape. "
            f"Received: depth {truth.shape}, masks {masks[0].shape}"
        )
    near = np.asarray(near, dtype=np.float64).reshape(-1, 1, 1)
    far = np.asarray(far, dtype=np.float64).reshape(-1, 1, 1)
    if not (far > near).all():
        raise ValueError(
            f"Expected far beyond near. Received: near={near.ravel()}, "
            f"far={far.ravel()}"
        )
    predicted, truth = (
        np.where(mask > 0, np.clip(depth, near, far), far)
        for depth, mask in zip((predicted, truth), masks)
    )
    return (np.abs(predicted - truth) / (far - near)).mean(axis=(1, 2))


def tight_depth_error(
    predicted: ArrayLike,
    predicted_mask: ArrayLike,
    truth: ArrayLike,
    truth_mask: ArrayLike,
    distances: ArrayLike,
) -> np.ndarray:
    """`depth_error` over the camera's distance ± 0.7, where an object of diagonal 1 is.

    Args:
      predicted: `[n, height, width]`.
      predicted_mask: `[n, height, width]`.
      truth: `[n, height, width]`.
      truth_mask: `[n, height, width]`.
      distances: `[n]` of each view's camera to the origin, world units.

    Returns:
      `[n]` in [0, 1].
    """
    distances = np.asarray(distances, dtype=np.float64)
    return depth_error(
        predicted,
        predicted_mask,
        truth,
        truth_mask,
        distances - TIGHT,
        distances + TIGHT,
    )


def mask_iou(predicted: ArrayLike, truth: ArrayLike) -> np.ndarray:
    """Intersection over union of masks.

    Args:
      predicted: `[n, height, width]` bool.
      truth: `[n, height, width]` bool.

    Returns:
      `[n]` in [0, 1]; 1 where both are empty.

    Raises:
      ValueError: if the shapes are wrong.
    """
    predicted, truth = (mask > 0 for mask in _checked(predicted, truth, None, "masks"))
    union = (predicted | truth).sum(axis=(1, 2))
    both = (predicted & truth).sum(axis=(1, 2))
    return np.where(union > 0, both / np.maximum(union, 1), 1.0)


def psnr(predicted: ArrayLike, truth: ArrayLike) -> np.ndarray:
    """Peak signal-to-noise ratio over the whole picture, background included.

    Args:
      predicted: `[n, height, width, 3]` in [0, 1].
      truth: likewise.

    Returns:
      `[n]` decibels, -10 log10 of the mean squared error; at most `BEST_PSNR`.

    Raises:
      ValueError: if the shapes are wrong.
    """
    predicted, truth = _checked(predicted, truth, 3, "rgb")
    error = ((predicted - truth) ** 2).mean(axis=(1, 2, 3))
    return -10 * np.log10(np.maximum(error, 10 ** (-BEST_PSNR / 10)))


def _blurred(values: np.ndarray) -> np.ndarray:
    """`[..., height, width]` under the Gaussian window, where it fits in whole."""
    from scipy.ndimage import correlate1d

    offset = np.arange(-SSIM_REACH, SSIM_REACH + 1)
    weights = np.exp(-(offset**2) / (2 * SSIM_SIGMA**2))
    weights /= weights.sum()
    inside = slice(SSIM_REACH, -SSIM_REACH)
    values = correlate1d(values, weights, axis=-1)[..., inside]
    return correlate1d(values, weights, axis=-2)[..., inside, :]


def ssim(predicted: ArrayLike, truth: ArrayLike) -> np.ndarray:
    """Structural similarity (Wang et al., 2004), the mean over channels and windows.

    Gaussian windows of σ 1.5 on 11 × 11 pixels, where they fit in whole. This is
    scikit-image's `structural_similarity` with `gaussian_weights=True` and
    `use_sample_covariance=False`, for many pictures at once.

    Args:
      predicted: `[n, height, width, 3]` in [0, 1].
      truth: likewise.

    Returns:
      `[n]` in [-1, 1]; 1 for equal pictures.

    Raises:
      ValueError: if the shapes are wrong, or a side has less than 11 pixels.
    """
    predicted, truth = _checked(predicted, truth, 3, "rgb")
    if min(truth.shape[1:3]) <= 2 * SSIM_REACH:
        raise ValueError(
            f"Expected pictures of at least {2 * SSIM_REACH + 1} pixels a side. "
            f"Received: {min(truth.shape[1:3])}"
        )
    x, y = (
        np.ascontiguousarray(np.moveaxis(array, -1, 1)) for array in (predicted, truth)
    )
    mean_x, mean_y = _blurred(x), _blurred(y)
    covariance = _blurred(x * y) - mean_x * mean_y
    variances = _blurred(x * x + y * y) - mean_x**2 - mean_y**2
    first, second = SSIM_CONSTANTS
    similarity = (2 * mean_x * mean_y + first) * (2 * covariance + second)
    similarity /= (mean_x**2 + mean_y**2 + first) * (variances + second)
    return similarity.mean(axis=(1, 2, 3))


def object_depth_error(
    predicted: ArrayLike,
    predicted_mask: ArrayLike,
    truth: ArrayLike,
    truth_mask: ArrayLike,
) -> np.ndarray:
    """Mean absolute difference in depth on the object alone, where both see it.

    Silhouettes do not count here: `mask_iou` tells of them.

    Args:
      predicted: `[n, height, width]` planar depth, world units.
      predicted_mask: `[n, height, width]` bool.
      truth: `[n, height, width]`.
      truth_mask: `[n, height, width]` bool.

    Returns:
      `[n]` world units; `NO_DEPTH` of a view where no pixel is on both masks.

    Raises:
      ValueError: if the shapes are wrong.
    """
    predicted, truth = _checked(predicted, truth, None, "depth")
    masks = _checked(predicted_mask, truth_mask, None, "masks")
    if masks[0].shape != truth.shape:
        raise ValueError(
            "Expected depth and masks of one shape. "
            f"Received: depth {truth.shape}, masks {masks[0].shape}"
        )
    both = (masks[0] > 0) & (masks[1] > 0)
    count = both.sum(axis=(1, 2))
    total = np.where(both, np.abs(predicted - truth), 0).sum(axis=(1, 2))
    return np.where(count > 0, total / np.maximum(count, 1), NO_DEPTH)
