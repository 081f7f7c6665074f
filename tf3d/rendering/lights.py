"""Point lights with quadratic attenuation, and a little ambient light."""

from __future__ import annotations

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class Lights:
    """The light of one picture.

    Attributes:
      positions: `[n, 3]` world coordinates.
      intensities: `[n, 3]` linear RGB; a white surface that faces the light from
        distance d reflects intensity / d².
      ambient: linear light from above; from below comes `bounce` times as much.
      bounce: share of the ambient light that the ground gives back.
      specular: strength of the highlights (Blinn-Phong, exponent 32).
    """

    positions: np.ndarray
    intensities: np.ndarray
    ambient: float = 0.3
    bounce: float = 0.5
    specular: float = 0.0

    def __post_init__(self) -> None:
        positions = np.asarray(self.positions, np.float32)
        intensities = np.asarray(self.intensities, np.float32)
        if positions.ndim != 2 or positions.shape[1] != 3:
            raise ValueError(
                f"Expected positions of shape [n, 3]. Received: shape={positions.shape}"
            )
        if intensities.shape != positions.shape:
            raise ValueError(
                f"Expected intensities of shape {positions.shape}. "
                f"Received: shape={intensities.shape}"
            )
        object.__setattr__(self, "positions", positions)
        object.__setattr__(self, "intensities", intensities)


def studio_lights() -> Lights:
    """The fixed light of targets: the same for every picture and every side.

    It has no highlights, so a point keeps its colour from view to view, and it is
    symmetric left to right, so a mirrored picture is one of the mirrored object.
    """
    positions = np.array(
        [[2.0, 1.8, 2.2], [2.0, -1.8, 2.2], [-2.4, 0.0, 2.4]], np.float32
    )
    intensities = np.repeat(np.array([[2.9], [2.9], [3.6]], np.float32), 3, axis=1)
    return Lights(positions, intensities, ambient=0.34, bounce=0.6)


def random_lights(rng: np.random.Generator) -> Lights:
    """2 to 4 white-ish lights at random places (Sec. 3.3 of the multi-view paper).

    The authors' code places them at distances 2.5 to 4.5; here they stand above the
    ground, and their sum is exposed like a photo.

    Args:
      rng: the caller's generator.
    """
    count = int(rng.integers(2, 5))
    azimuth = rng.uniform(0, 2 * np.pi, count)
    height = rng.uniform(-0.15, 1.0, count)
    distance = rng.uniform(2.5, 4.5, count)
    ring = np.sqrt(1 - height**2)
    direction = np.stack(
        [ring * np.cos(azimuth), ring * np.sin(azimuth), height], axis=-1
    )
    share = rng.uniform(0.3, 1.0, count)
    strength = share / share.sum() * rng.uniform(0.7, 1.7) * distance**2
    tint = rng.uniform(0.9, 1.1, (count, 3))
    return Lights(
        direction * distance[:, None],
        strength[:, None] * tint,
        ambient=float(rng.uniform(0.1, 0.4)),
        bounce=float(rng.uniform(0.3, 0.8)),
        specular=float(rng.uniform(0.0, 0.5)),
    )
