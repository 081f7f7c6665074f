"""From an image to the features that the latent variables are read off."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from tf3d.models.voxels.blocks import SLOPE, batch_norm, check_images, normal

STAGES = 4


@keras.saving.register_keras_serializable(package="tf3d")
class VoxelEncoder(keras.layers.Layer):
    """Four 3×3 convolutions of stride 2 with batch norm and leaky ReLU (Sec. 3.1).

    Args:
      image_size: 28 or 64: 28 leaves 2×2 pixels, so 512 features at width 128.
      channels: of the images.
      width: channels of every convolution (128 in the authors' code, 64 in Fig. 2).

    Input shape: `[batch, image_size, image_size, channels]`, in [0, 1].

    Output shape: `[batch, features]`.

    Example:

    >>> VoxelEncoder()(np.zeros((2, 28, 28, 1), "float32")).shape
    TensorShape([2, 512])
    """

    def __init__(
        self,
        image_size: int = 28,
        channels: int = 1,
        width: int = 128,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if image_size < 1 or channels < 1 or width < 1:
            raise ValueError(
                "Expected image_size, channels and width of at least 1. Received: "
                f"image_size={image_size}, channels={channels}, width={width}"
            )
        self.image_size, self.channels, self.width = image_size, channels, width
        self.convolutions, self.norms = [], []
        fan_in = channels
        for index in range(STAGES):
            self.convolutions.append(
                keras.layers.Conv2D(
                    width,
                    3,
                    2,
                    padding="same",
                    use_bias=False,  # batch norm has its own
                    kernel_initializer=normal(9 * fan_in),
                    dtype=self.dtype_policy,
                    name=f"conv_{index}",
                )
            )
            self.norms.append(batch_norm(self.dtype_policy, f"norm_{index}"))
            fan_in = width

    def build(self, input_shape: Any) -> None:
        shape = (None, self.image_size, self.image_size, self.channels)
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            convolution.build(shape)
            shape = convolution.compute_output_shape(shape)
            norm.build(shape)
        self.features = int(np.prod(shape[1:]))

    def call(self, images: Any, training: bool = False) -> Any:
        check_images(images, self.image_size, self.channels)
        x = ops.cast(images, self.compute_dtype)
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            x = ops.leaky_relu(norm(convolution(x), training=training), SLOPE)
        return ops.reshape(x, (-1, self.features))

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, int]:
        size = self.image_size
        for _ in range(STAGES):
            size = -(-size // 2)
        return (input_shape[0], size * size * self.width)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "image_size": self.image_size,
            "channels": self.channels,
            "width": self.width,
        }
