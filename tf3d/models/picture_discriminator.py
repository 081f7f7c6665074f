"""Tells predicted pictures from true ones."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from tf3d.models.multiview import RGB_SCALE, SLOPE

# (kernel size, channels) of convolutions of stride 2, outermost first.
STAGES = ((5, 32), (5, 64), (3, 128), (3, 128))


@keras.saving.register_keras_serializable(package="tf3d")
class PictureDiscriminator(keras.Model):
    """Four convolutions of stride 2, leaky ReLU 0.2, then a logit for each patch.

    The multi-view paper tried adversarial training (Sec. 4.1) and gives no network:
    this one is our choice. It judges patches, not the whole picture, since what it is
    to mend is blur, which every patch shows.

    Args:
      image_size: of the pictures, a multiple of 16.

    Input shape: `[batch, image_size, image_size, 3]` in [0, 1].

    Output shape: `[batch, image_size / 16, image_size / 16, 1]`, above 0 where a true
    picture is more likely.

    Example:

    >>> PictureDiscriminator(64)(np.zeros((2, 64, 64, 3), "float32")).shape
    TensorShape([2, 4, 4, 1])
    """

    def __init__(self, image_size: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if image_size < 16 or image_size % 16:
            raise ValueError(
                f"Expected a multiple of 16. Received: image_size={image_size}"
            )
        self.image_size = image_size
        self.stages, before = [], 3
        for index, (kernel, channels) in enumerate(STAGES):
            self.stages.append(self._stage(kernel, channels, before, index))
            before = channels
        self.logit = keras.layers.Dense(1, dtype="float32", name="logit")

    def _stage(
        self, kernel: int, channels: int, fan_in: int, index: int
    ) -> keras.layers.Conv2D:
        deviation = (2 / (kernel**2 * fan_in)) ** 0.5
        return keras.layers.Conv2D(
            channels,
            kernel,
            2,
            padding="same",
            kernel_initializer=keras.initializers.RandomNormal(stddev=deviation),
            dtype=self.dtype_policy,
            name=f"judge_{index}",
        )

    def build(self, input_shape: Any = None) -> None:
        if self.built:
            return
        size, before = self.image_size, 3
        for stage, (_, channels) in zip(self.stages, STAGES, strict=True):
            stage.build((None, size, size, before))
            size, before = size // 2, channels
        self.logit.build((None, size, size, before))
        self.built = True

    def call(self, pictures: Any) -> Any:
        expected = (self.image_size, self.image_size, 3)
        if tuple(pictures.shape[1:]) != expected:
            raise ValueError(
                f"Expected pictures of shape [batch, {', '.join(map(str, expected))}]. "
                f"Received: shape={tuple(pictures.shape)}"
            )
        x = (ops.cast(pictures, self.compute_dtype) - 0.5) * RGB_SCALE
        for stage in self.stages:
            x = ops.leaky_relu(stage(x), SLOPE)
        return self.logit(x)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "image_size": self.image_size}

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: Any = None
    ) -> PictureDiscriminator:
        return cls(**config)
