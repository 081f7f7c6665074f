"""The pose as a constant."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from tf3d.models.voxels.pose import Pose


@keras.saving.register_keras_serializable(package="tf3d")
class FixedPose(Pose):
    """Azimuth 0 for every image (Sec. 3.2, case 1).

    Example:

    >>> FixedPose()(np.zeros((2, 512), "float32"))["azimuth_radians"].shape
    TensorShape([2, 1])
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if self.max_elevation:
            raise ValueError(
                "Expected max_elevation 0 for a fixed pose. "
                f"Received: max_elevation={self.max_elevation}"
            )

    def build(self, input_shape: Any) -> None:
        pass

    def call(self, features: Any, training: bool = False) -> dict[str, Any]:
        return self.result(ops.zeros((ops.shape(features)[0], 1)))
