"""The pose as several guesses per image, of which the image itself chooses."""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np
from keras import ops

from tf3d.models.voxels.blocks import SLOPE, normal
from tf3d.models.voxels.pose import Pose


@keras.saving.register_keras_serializable(package="tf3d")
class PoseHypotheses(Pose):
    """Azimuths around the circle, each refined within its sector, and their weights.

    One guess per image gets stuck: between an object's front and its back the
    reprojection error has a hill. Guesses that stand in all directions need not climb
    it; the objective is the likelihood of their mixture, so the one that explains the
    image best learns most, and the weights learn which one that is.

    Args:
      max_elevation: see `Pose`. Elevations are one per hypothesis, within ± the half of
        that around evenly spread centres.
      count: azimuths around the circle.
      elevations: centres of elevation, each with all azimuths; 1 without an elevation.
      width: of the hidden layer behind the encoder's features.

    Example:

    >>> pose = PoseHypotheses(count=6)(np.zeros((2, 512), "float32"))
    >>> pose["azimuth_radians"].shape, pose["logits"].shape
    (TensorShape([2, 6]), TensorShape([2, 6]))
    """

    inferred = True

    def __init__(
        self, count: int = 6, elevations: int = 1, width: int = 128, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        if count < 1 or elevations < 1 or width < 1:
            raise ValueError(
                "Expected count, elevations and width of at least 1. Received: "
                f"count={count}, elevations={elevations}, width={width}"
            )
        if elevations > 1 and not self.max_elevation:
            raise ValueError(
                "Expected max_elevation above 0 with several elevations. "
                f"Received: max_elevation={self.max_elevation}, elevations={elevations}"
            )
        self.count, self.elevations, self.width = count, elevations, width
        self.hypotheses = count * elevations
        azimuths = 2 * np.arange(count) / count - 1 + 1 / count
        heights = (2 * np.arange(elevations) + 1) / elevations - 1
        self._azimuths = np.tile(azimuths, elevations).astype(np.float32)
        self._heights = np.repeat(heights, count).astype(np.float32)
        self.hidden = keras.layers.Dense(width, dtype=self.dtype_policy, name="hidden")
        self.head = keras.layers.Dense(
            self.hypotheses * (1 + self.angles),
            kernel_initializer=keras.initializers.RandomNormal(
                stddev=0.1 / math.sqrt(width)
            ),
            dtype=self.dtype_policy,
            name="head",
        )

    def build(self, input_shape: Any) -> None:
        self.hidden.kernel_initializer = normal(input_shape[-1])
        self.hidden.build(input_shape)
        self.head.build((None, self.width))

    def call(self, features: Any, training: bool = False) -> dict[str, Any]:
        x = self.head(ops.leaky_relu(self.hidden(features), SLOPE))
        x = ops.reshape(ops.cast(x, "float32"), (-1, 1 + self.angles, self.hypotheses))
        # Neighbours may meet in the middle between them, and a little beyond.
        azimuth = self._azimuths + 1.2 / self.count * ops.tanh(x[:, 1])
        elevation = None
        if self.max_elevation:
            elevation = self._heights + ops.tanh(x[:, 2]) / self.elevations
        return self.result(azimuth, elevation, logits=x[:, 0])

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "count": self.count,
            "elevations": self.elevations,
            "width": self.width,
        }
