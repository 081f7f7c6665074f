"""Intervals of means, by drawing shapes again."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

RESAMPLES = 10_000


class Interval(NamedTuple):
    """A mean, and the percentiles 2.5 and 97.5 of its resampled ones."""

    mean: float
    low: float
    high: float


def bootstrap_mean(
    values: ArrayLike,
    groups: ArrayLike | None = None,
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Interval:
    """The mean of values, and how far it would have been from another sample's.

    Values of one group (the views of one shape) are drawn together, since they are
    alike.

    Args:
      values: `[n]`; of two models on the same images, give the differences.
      groups: `[n]` labels; None for each value by itself.
      seed: of the draws.
      resamples: how many.

    Raises:
      ValueError: if there is no value, or values and groups do not match.
    """
    values = np.asarray(values, np.float64)
    groups = np.arange(len(values)) if groups is None else np.asarray(groups)
    if values.ndim != 1 or not len(values) or groups.shape != values.shape:
        raise ValueError(
            "Expected values [n] and groups [n], n >= 1. "
            f"Received: values={values.shape}, groups={groups.shape}"
        )
    _, place = np.unique(groups, return_inverse=True)
    sums = np.bincount(place, weights=values)
    counts = np.bincount(place).astype(np.float64)
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(len(sums), np.full(len(sums), 1 / len(sums)), resamples)
    means = (drawn @ sums) / (drawn @ counts)
    low, high = np.percentile(means, (2.5, 97.5))
    return Interval(float(values.mean()), float(low), float(high))
