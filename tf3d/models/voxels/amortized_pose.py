"""The pose as a latent variable that the encoder infers from the image."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from tf3d.layers.latent import LatentSampling
from tf3d.models.voxels.pose import PI, Pose
from tf3d.models.voxels.pose_network import PoseNetwork


@keras.saving.register_keras_serializable(package="tf3d")
class AmortizedPose(Pose):
    """Mean and variance of the pose's latent variable, read off the image's features.

    The network ends in a direction, cosine and sine, whose angle is the azimuth: unlike
    a tanh times π it has no seam at the back, where an image could not cross.

    Args:
      max_elevation: see `Pose`.
      dimensions: of the latent variable.
      width: of the network's hidden layer.
      seed: of the samples.

    Example:

    >>> pose = AmortizedPose()(np.zeros((2, 512), "float32"))
    >>> pose["azimuth_radians"].shape, pose["mean"].shape
    (TensorShape([2, 1]), TensorShape([2, 12]))
    """

    inferred = True

    def __init__(
        self, dimensions: int = 12, width: int = 10, seed: int = 0, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        if dimensions < 1:
            raise ValueError(
                f"Expected dimensions >= 1. Received: dimensions={dimensions}"
            )
        self.dimensions, self.width, self.seed = dimensions, width, seed
        self.head = keras.layers.Dense(
            2 * dimensions, dtype=self.dtype_policy, name="head"
        )
        self.network = PoseNetwork(self.angles + 1, width, name="network")
        self.sampler = LatentSampling(seed=seed)

    def build(self, input_shape: Any) -> None:
        self.head.build(input_shape)
        self.network.build((None, self.dimensions))

    def call(self, features: Any, training: bool = False) -> dict[str, Any]:
        moments = ops.cast(self.head(features), "float32")
        mean = moments[:, : self.dimensions]
        log_variance = moments[:, self.dimensions :]
        output = self.network(self.sampler(mean, log_variance, training=training))
        # Never (0, 0), where the angle has no gradient.
        azimuth = ops.arctan2(output[:, 1:2], output[:, :1] + 1e-6) / PI
        return self.result(azimuth, output[:, 2:], mean=mean, log_variance=log_variance)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "dimensions": self.dimensions,
            "width": self.width,
            "seed": self.seed,
        }
