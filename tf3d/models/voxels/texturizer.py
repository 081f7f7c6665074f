"""Shades and textures on top of a projection."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from tf3d.models.voxels.blocks import SLOPE, check_images, normal


@keras.saving.register_keras_serializable(package="tf3d")
class Texturizer(keras.layers.Layer):
    """Two fully connected layers from the projected image to the picture (Sec. 3).

    Args:
      image_size: pixels along a side.
      channels: of the images.
      width: of the hidden layer (1000 in the authors' code).

    Input and output shape: `[batch, image_size, image_size, channels]`, in [0, 1].

    Example:

    >>> Texturizer()(np.zeros((2, 28, 28, 1), "float32")).shape
    TensorShape([2, 28, 28, 1])
    """

    def __init__(
        self,
        image_size: int = 28,
        channels: int = 1,
        width: int = 1000,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if width < 1:
            raise ValueError(f"Expected width >= 1. Received: width={width}")
        self.image_size, self.channels, self.width = image_size, channels, width
        pixels = image_size**2 * channels
        self.hidden = keras.layers.Dense(
            width,
            kernel_initializer=normal(pixels),
            dtype=self.dtype_policy,
            name="hidden",
        )
        self.picture = keras.layers.Dense(
            pixels, dtype=self.dtype_policy, name="picture"
        )

    def build(self, input_shape: Any) -> None:
        self.hidden.build((None, self.image_size**2 * self.channels))
        self.picture.build((None, self.width))

    def call(self, images: Any) -> Any:
        check_images(images, self.image_size, self.channels)
        shape = (-1, self.image_size, self.image_size, self.channels)
        x = ops.reshape(images, (-1, self.image_size**2 * self.channels))
        x = ops.leaky_relu(self.hidden(ops.cast(x, self.compute_dtype)), SLOPE)
        return ops.reshape(ops.sigmoid(ops.cast(self.picture(x), "float32")), shape)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "image_size": self.image_size,
            "channels": self.channels,
            "width": self.width,
        }
