"""Tells a shape's views from sides that nobody saw from true images."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from tf3d.models.voxels.blocks import SLOPE, check_images

# (kernel size, stride, channels) of the convolutions.
STAGES = ((3, 1, 32), (4, 2, 64), (4, 2, 128), (3, 2, 128))


@keras.saving.register_keras_serializable(package="tf3d")
class ViewDiscriminator(keras.Model):
    """Four convolutions with leaky ReLU 0.2, then one logit for the whole picture.

    Before each of its steps `normalize` divides all kernels by their spectral norm,
    which keeps the judge from running ahead of the shapes (Miyato et al., Spectral
    Normalization for GANs, 2018). There is no batch norm: images and views come in
    batches of their own, whose statistics would give them away.

    Args:
      image_size: of the pictures.
      channels: of the pictures.

    Input shape: `[batch, image_size, image_size, channels]` in [0, 1].

    Output shape: `[batch, 1]`, above 0 where a true image is more likely.

    Example:

    >>> ViewDiscriminator()(np.zeros((2, 28, 28, 1), "float32")).shape
    TensorShape([2, 1])
    """

    def __init__(self, image_size: int = 28, channels: int = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if image_size < 1 or channels < 1:
            raise ValueError(
                "Expected image_size and channels of at least 1. Received: "
                f"image_size={image_size}, channels={channels}"
            )
        self.image_size, self.channels = image_size, channels
        self.stages = [
            keras.layers.SpectralNormalization(
                keras.layers.Conv2D(
                    width,
                    kernel,
                    stride,
                    padding="same",
                    dtype=self.dtype_policy,
                    name=f"conv_{index}",
                ),
                dtype=self.dtype_policy,
            )
            for index, (kernel, stride, width) in enumerate(STAGES)
        ]
        self.logit = keras.layers.SpectralNormalization(
            keras.layers.Dense(1, dtype="float32", name="logit"), dtype="float32"
        )

    def build(self, input_shape: Any = None) -> None:
        if self.built:
            return
        size, channels = self.image_size, self.channels
        for layer, (_, stride, width) in zip(self.stages, STAGES, strict=True):
            layer.build((None, size, size, channels))
            size, channels = -(-size // stride), width
        self.features = size * size * channels
        self.logit.build((None, self.features))
        self.built = True

    def call(self, images: Any) -> Any:
        check_images(images, self.image_size, self.channels)
        x = images
        for layer in self.stages:
            x = ops.leaky_relu(layer(x), SLOPE)
        return self.logit(ops.reshape(ops.cast(x, "float32"), (-1, self.features)))

    def normalize(self) -> None:
        """Divides kernels by an estimate of their spectral norm, better every time.

        Keras' layers do the same when they are called in training, where backends
        differ in whether the gradient goes through it.
        """
        for layer in (*self.stages, self.logit):
            vector, kernel = layer.normalized_weights()
            layer.vector_u.assign(vector)
            layer.kernel.assign(kernel)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "image_size": self.image_size,
            "channels": self.channels,
        }

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: Any = None
    ) -> ViewDiscriminator:
        return cls(**config)
