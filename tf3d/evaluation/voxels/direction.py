"""Errors of viewing directions, azimuth and elevation, up to what no image can tell.

Rays that are absorbed, and never stopped, look the same from both ends: the picture
from azimuth a and elevation e is the mirror image of that from a + 180° and -e. So an
object with a left and a right alike has one picture from (a, e) and from (180° - a,
-e), and a model may take each image for either. A mirrored frame is the second of the
two for all images; what is left of a model's frame is one turn, chosen on images that
are not measured on, as in `pose`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

import numpy as np

from tf3d.evaluation.voxels.pose import ROUND, STEP, angle_between


@dataclasses.dataclass(frozen=True)
class Directions:
    """Where n images were taken from.

    Attributes:
      azimuth: `[n]` degrees.
      elevation: `[n]` degrees.
    """

    azimuth: np.ndarray
    elevation: np.ndarray

    def __post_init__(self) -> None:
        azimuth, elevation = (
            np.asarray(angle, np.float64) for angle in (self.azimuth, self.elevation)
        )
        if azimuth.ndim != 1 or azimuth.shape != elevation.shape:
            raise ValueError(
                "Expected azimuth and elevation of one shape [n]. Received: "
                f"azimuth={azimuth.shape}, elevation={elevation.shape}"
            )
        object.__setattr__(self, "azimuth", azimuth)
        object.__setattr__(self, "elevation", elevation)

    def __len__(self) -> int:
        return len(self.azimuth)

    def __getitem__(self, chosen: np.ndarray) -> Directions:
        return Directions(self.azimuth[chosen], self.elevation[chosen])

    def turned(self, degrees: float) -> Directions:
        """The same in a frame turned about the vertical axis."""
        return Directions(self.azimuth + degrees, self.elevation)

    @property
    def opposite(self) -> Directions:
        """From where a symmetric object shows the same pictures."""
        return Directions(180 - self.azimuth, -self.elevation)

    @property
    def vectors(self) -> np.ndarray:
        """Unit vectors `[n, 3]`, up last."""
        azimuth, elevation = np.radians(self.azimuth), np.radians(self.elevation)
        level = np.cos(elevation)
        return np.stack(
            [level * np.cos(azimuth), level * np.sin(azimuth), np.sin(elevation)], -1
        )


@dataclasses.dataclass(frozen=True)
class DirectionErrors:
    """Degrees, `[n]` each: between the directions, and of both their angles."""

    angle: np.ndarray
    azimuth: np.ndarray
    elevation: np.ndarray


def direction_errors(predicted: Directions, truth: Directions) -> DirectionErrors:
    """Errors to the true direction, or to its opposite where that is nearer.

    Args:
      predicted: in the true frame.
      truth: the front of a symmetric object is at azimuth 0.

    Raises:
      ValueError: if the numbers of images differ.
    """
    if len(predicted) != len(truth):
        raise ValueError(
            "Expected as many directions as there are images. "
            f"Received: predicted={len(predicted)}, truth={len(truth)}"
        )
    both = [_errors(predicted, one) for one in (truth, truth.opposite)]
    nearer = both[1].angle < both[0].angle
    return DirectionErrors(
        *(
            np.where(nearer, getattr(both[1], name), getattr(both[0], name))
            for name in ("angle", "azimuth", "elevation")
        )
    )


def _errors(predicted: Directions, truth: Directions) -> DirectionErrors:
    first, second = predicted.vectors, truth.vectors
    # The arc cosine of a product would lose small angles to rounding.
    chord = np.linalg.norm(first - second, axis=1)
    return DirectionErrors(
        np.degrees(2 * np.arcsin(np.minimum(chord / 2, 1))),
        angle_between(predicted.azimuth, truth.azimuth),
        np.abs(predicted.elevation - truth.elevation),
    )


def find_direction_turn(predicted: Directions, truth: Directions) -> float:
    """The turn of least median error, degrees; of equal ones, of least mean."""
    best, least = 0.0, (np.inf, np.inf)
    for turn in np.arange(0, 360, STEP):
        errors = direction_errors(predicted.turned(turn), truth).angle
        score = (round(float(np.median(errors)), 6), float(errors.mean()))
        if score < least:
            best, least = float(turn), score
    return best


def evaluate_directions(
    validation: tuple[Directions, Directions, np.ndarray],
    test: tuple[Directions, Directions, np.ndarray],
    kinds: Sequence[str],
    seed: int = 0,
) -> Iterator[tuple[str, float]]:
    """Yields errors of all images and of each kind of object.

    Args:
      validation: predicted and true directions and `[n]` indices of kinds of the images
        that choose the frame.
      test: the same of the images that are measured on.
      kinds: names; round ones are left out.
      seed: of the shuffle for comparison.

    Yields:
      For "all" and each kind medians in degrees: KIND/direction/angle between the
      directions, KIND/direction/azimuth and KIND/direction/elevation of the same
      images, and with "_shuffled" behind the name those of the same predictions dealt
      out at random, in the frame that suits these best.
    """
    usable = [i for i, kind in enumerate(kinds) if kind not in ROUND]
    (known, true_known, _), (found, truth, kind) = (
        tuple(part[np.isin(group[2], usable)] for part in group)
        for group in (validation, test)
    )
    if not len(known) or not len(found):
        return
    rng = np.random.default_rng(seed)
    tables = {}
    for ending in ("", "_shuffled"):
        if ending:
            known = known[rng.permutation(len(known))]
            found = found[rng.permutation(len(found))]
        turn = find_direction_turn(known, true_known)
        tables[ending] = direction_errors(found.turned(turn), truth)
    groups = [("all", np.ones(len(found), bool))]
    groups += [(kinds[i], kind == i) for i in usable if (kind == i).any()]
    for name, chosen in groups:
        for ending, errors in tables.items():
            for figure in ("angle", "azimuth", "elevation"):
                median = float(np.median(getattr(errors, figure)[chosen]))
                yield f"{name}/direction/{figure}{ending}", median
