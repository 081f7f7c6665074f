"""Azimuth errors, up to what no image can tell.

A model's frame is its own: turned by any angle, or mirrored with all azimuths negated,
it makes the same pictures. And an object with a left and a right alike looks the same
from azimuth and 180° - azimuth, seen in parallel rays. The turn is chosen once for all
images of a model, on images that are not measured on; the last for each image. With it,
the mirrored frame needs no search: -a + t is as far from 180° - b as a + 180° - t is
from b.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike

STEP = 1.0  # degrees, of the turns that are tried
ROUND = ("bowls",)  # the same from all sides: they have no azimuth
NEAR = 30.0  # degrees: an error below is within a view's distance in training


def angle_between(first: ArrayLike, second: ArrayLike) -> np.ndarray:
    """Degrees in [0, 180] between directions in degrees."""
    gap = (np.asarray(first, float) - np.asarray(second, float)) % 360
    return np.minimum(gap, 360 - gap)


def azimuth_errors(
    predicted: ArrayLike, truth: ArrayLike, turn: float = 0.0
) -> np.ndarray:
    """Degrees between azimuths, or to 180° - azimuth where that is nearer.

    Args:
      predicted: `[n]` degrees, in the model's own frame.
      truth: `[n]` degrees; the front of a symmetric object is at 0.
      turn: degrees from the model's frame to the true one.

    Returns:
      `[n]` in [0, 180].

    Raises:
      ValueError: if the numbers of angles differ.
    """
    predicted, truth = np.asarray(predicted, float), np.asarray(truth, float)
    if predicted.ndim != 1 or predicted.shape != truth.shape:
        raise ValueError(
            "Expected predicted and truth of one shape [n]. "
            f"Received: predicted={predicted.shape}, truth={truth.shape}"
        )
    turned = predicted + turn
    other = angle_between(turned, 180 - truth)
    return np.minimum(angle_between(turned, truth), other)


def find_turn(predicted: ArrayLike, truth: ArrayLike) -> float:
    """The turn of least median error, degrees; of equal ones, of least mean.

    Args:
      predicted: `[n]` degrees, n >= 1.
      truth: `[n]` degrees.
    """
    best, least = 0.0, (np.inf, np.inf)
    for turn in np.arange(0, 360, STEP):
        errors = azimuth_errors(predicted, truth, turn)
        score = (round(float(np.median(errors)), 6), float(errors.mean()))
        if score < least:
            best, least = float(turn), score
    return best


def evaluate_pose(
    validation: tuple[np.ndarray, np.ndarray, np.ndarray],
    test: tuple[np.ndarray, np.ndarray, np.ndarray],
    kinds: Sequence[str],
    seed: int = 0,
) -> Iterator[tuple[str, float]]:
    """Yields errors of all images and of each kind of object.

    Args:
      validation: predicted and true azimuths `[n]`, degrees, and indices of kinds, of
        the images that choose the frame.
      test: the same of the images that are measured on.
      kinds: names; round ones are left out.
      seed: of the shuffle for comparison.

    Yields:
      For "all" and each kind: KIND/pose/images, KIND/pose/median, KIND/pose/mean,
      KIND/pose/near (share of errors below 30 degrees), KIND/pose/shuffled (the median
      with the same predictions dealt out at random, in the frame that suits these best)
      and, of kinds that are in the validation images, KIND/pose/own (the median in the
      frame that suits this kind best).
    """
    usable = [i for i, kind in enumerate(kinds) if kind not in ROUND]
    (known, true_known, kind_known), (found, truth, kind) = (
        tuple(np.asarray(part)[np.isin(group[2], usable)] for part in group)
        for group in (validation, test)
    )
    if not len(found) or not len(known):
        return
    turn = find_turn(known, true_known)
    rng = np.random.default_rng(seed)
    shuffled_turn = find_turn(rng.permutation(known), true_known)
    errors = azimuth_errors(found, truth, turn)
    shuffled = azimuth_errors(rng.permutation(found), truth, shuffled_turn)
    groups = [("all", np.ones(len(found), bool))]
    groups += [(kinds[i], kind == i) for i in usable if (kind == i).any()]
    for name, chosen in groups:
        yield f"{name}/pose/images", float(chosen.sum())
        yield f"{name}/pose/median", float(np.median(errors[chosen]))
        yield f"{name}/pose/mean", float(errors[chosen].mean())
        yield f"{name}/pose/near", float((errors[chosen] < NEAR).mean())
        yield f"{name}/pose/shuffled", float(np.median(shuffled[chosen]))
        same = np.array([kinds[i] == name for i in kind_known])
        if same.any():
            own = find_turn(known[same], true_known[same])
            inside = azimuth_errors(found[chosen], truth[chosen], own)
            yield f"{name}/pose/own", float(np.median(inside))
