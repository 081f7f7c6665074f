"""The pose as outputs of the encoder that a discriminator spreads out."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from tf3d.models.voxels.pose import Pose


@keras.saving.register_keras_serializable(package="tf3d")
class AdversarialPose(Pose):
    """One more output of the encoder, tanh, times π (Sec. 4.2; Figs. 6, 8 and 9).

    A discriminator matches the outputs of a batch to the uniform distribution on
    [-1, 1].

    Example:

    >>> AdversarialPose()(np.zeros((2, 512), "float32"))["output"].shape
    TensorShape([2, 1])
    """

    inferred = True
    adversarial = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.head = keras.layers.Dense(
            self.angles, dtype=self.dtype_policy, name="head"
        )

    def build(self, input_shape: Any) -> None:
        self.head.build(input_shape)

    def call(self, features: Any, training: bool = False) -> dict[str, Any]:
        output = ops.tanh(ops.cast(self.head(features), "float32"))
        return self.result(output[:, :1], output[:, 1:], output=output)
