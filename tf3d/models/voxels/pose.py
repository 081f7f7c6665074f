"""What every way to find an image's azimuth has in common."""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import ops

PI = math.pi


class Pose(keras.layers.Layer):
    """Gives each image of a batch an azimuth, and an elevation if asked to.

    Subclasses map the encoder's features `[batch, features]` to a dict of

    - "azimuth_radians": `[batch, hypotheses]`;
    - "elevation_radians": the same, or None where the elevation is 0 for all images;
    - "logits": `[batch, hypotheses]` of the hypotheses' probabilities, where there are
      several;
    - "mean", "log_variance": `[rows, dimensions]` of a latent variable, if the pose has
      one, to be regularised as the shape's is;
    - "output": `[batch, outputs]` in [-1, 1], where a discriminator matches it to the
      uniform distribution.

    Args:
      max_elevation: elevations lie within ± this many degrees; 0 leaves them out.

    Attributes:
      hypotheses: angles per image.
      inferred: whether the angles are read off the image.
      adversarial: whether there is an "output" for the discriminator.
      searched: whether an image that was not trained on has no angle of its own, so
        that the one with the least reprojection error is taken.
    """

    hypotheses = 1
    inferred = False
    adversarial = False
    searched = False

    def __init__(self, max_elevation: float = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not 0 <= max_elevation <= 90:
            raise ValueError(
                "Expected max_elevation between 0 and 90 degrees. "
                f"Received: max_elevation={max_elevation}"
            )
        self.max_elevation = float(max_elevation)

    @property
    def angles(self) -> int:
        """1, or 2 with the elevation."""
        return 2 if self.max_elevation else 1

    @property
    def own_variables(self) -> list[Any]:
        """Variables that train with an optimiser of their own."""
        return []

    def result(
        self, azimuth: Any, elevation: Any = None, **rest: Any
    ) -> dict[str, Any]:
        """The dict that a subclass returns.

        Args:
          azimuth: in units of π, `[batch, hypotheses]`.
          elevation: in units of max_elevation; ignored where that is 0.
          **rest: further entries.
        """
        scale = math.radians(self.max_elevation)
        return {
            "azimuth_radians": PI * ops.cast(azimuth, "float32"),
            "elevation_radians": scale * ops.cast(elevation, "float32")
            if self.max_elevation
            else None,
            **rest,
        }

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "max_elevation": self.max_elevation}
