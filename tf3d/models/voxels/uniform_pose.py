"""The pose as noise."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from tf3d.models.voxels.pose import Pose


@keras.saving.register_keras_serializable(package="tf3d")
class UniformPose(Pose):
    """A random azimuth for every image while training (Sec. 3.2, case 2a; Fig. 7).

    The network cannot know it, so shapes become alike from all sides. At test time the
    azimuth is 0, and the elevation, too.

    Args:
      max_elevation: see `Pose`; elevations are uniform as well.
      seed: of the draws.

    Example:

    >>> UniformPose(seed=1)(np.zeros((2, 512), "float32"))["azimuth_radians"].shape
    TensorShape([2, 1])
    """

    def __init__(self, seed: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seed = seed
        self.generator = keras.random.SeedGenerator(seed)

    def build(self, input_shape: Any) -> None:
        pass

    def call(self, features: Any, training: bool = False) -> dict[str, Any]:
        shape = (ops.shape(features)[0], 1)
        if not training:
            return self.result(ops.zeros(shape), ops.zeros(shape))
        draws = [
            keras.random.uniform(shape, -1, 1, dtype="float32", seed=self.generator)
            for _ in range(self.angles)
        ]
        return self.result(*draws)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "seed": self.seed}
