"""The pose as the paper's latent variable of its own, one row a batch slot."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from tf3d.layers.latent import LatentSampling
from tf3d.models.voxels.pose import Pose
from tf3d.models.voxels.pose_network import PoseNetwork


@keras.saving.register_keras_serializable(package="tf3d")
class LearnedPose(Pose):
    """Free variables µ_θ and log σ²_θ, sampled, through a network (Sec. 3.2, case 2b).

    The rows belong to places in the batch, not to images: what is learned is how
    azimuths are distributed, and the shapes adapt to the azimuths that they are given.
    An image that was not trained on has none: the one with the least reprojection error
    is searched for.

    Args:
      max_elevation: see `Pose`.
      slots: the batch size; smaller batches take the first rows.
      dimensions: of the latent variable.
      width: of the network's hidden layer.
      seed: of the samples.

    Example:

    >>> pose = LearnedPose(slots=4)(np.zeros((2, 512), "float32"), training=True)
    >>> pose["azimuth_radians"].shape, pose["mean"].shape
    (TensorShape([2, 1]), TensorShape([2, 12]))
    """

    searched = True

    def __init__(
        self,
        slots: int = 64,
        dimensions: int = 12,
        width: int = 10,
        seed: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if slots < 1 or dimensions < 1:
            raise ValueError(
                "Expected slots and dimensions of at least 1. "
                f"Received: slots={slots}, dimensions={dimensions}"
            )
        self.slots, self.dimensions = slots, dimensions
        self.width, self.seed = width, seed
        self.network = PoseNetwork(self.angles, width, name="network")
        self.sampler = LatentSampling(seed=seed)

    def build(self, input_shape: Any) -> None:
        shape = (self.slots, self.dimensions)
        self.mean = self.add_weight(
            name="mean", shape=shape, initializer="zeros", dtype="float32"
        )
        self.log_variance = self.add_weight(
            name="log_variance", shape=shape, initializer="zeros", dtype="float32"
        )
        self.network.build((None, self.dimensions))

    @property
    def own_variables(self) -> list[Any]:
        return [self.mean, self.log_variance]

    def call(self, features: Any, training: bool = False) -> dict[str, Any]:
        batch = ops.shape(features)[0]
        if isinstance(batch, int) and batch > self.slots and training:
            raise ValueError(
                f"Expected a batch of at most {self.slots} images, the number of pose "
                f"slots. Received: batch={batch}"
            )
        if not training:
            zeros = ops.zeros((batch, 1))
            return self.result(zeros, zeros)
        mean = ops.convert_to_tensor(self.mean)[:batch]
        log_variance = ops.convert_to_tensor(self.log_variance)[:batch]
        output = self.network(self.sampler(mean, log_variance, training=True))
        return self.result(
            output[:, :1], output[:, 1:], mean=mean, log_variance=log_variance
        )

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "slots": self.slots,
            "dimensions": self.dimensions,
            "width": self.width,
            "seed": self.seed,
        }
