"""Kulkarni et al.: a variational autoencoder with units for azimuth and light."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from tf3d.layers import LatentSampling
from tf3d.models.multiview import SLOPE
from tf3d.models.rivals.layers import (
    IMAGE_SIZE,
    check_images,
    dense,
    grow,
    up_convolutions,
)

FACTORS = ("azimuth", "elevation", "light", "shape")
UNITS = len(FACTORS) - 1  # one each; all further units are the shape's
AZIMUTH = FACTORS.index("azimuth")


@keras.saving.register_keras_serializable(package="tf3d")
class InverseGraphics(keras.Model):
    """The inverse graphics network (DC-IGN) of Kulkarni et al., 2015, small.

    Theirs: convolutions with max pooling encode a picture as mean and variance of a
    code whose first units are azimuth, elevation and light, and all others the shape.
    Deconvolutions draw the picture from it. In a mini-batch only one of the four
    varies, and only its units may tell the pictures apart (`InverseGraphicsObjective`).
    A new view is the same code with another value in the azimuth's unit.

    Simplified: 64×64 and in colour, where theirs is 150×150 and grey; half as many
    channels; up-convolutions of 5×5 by zero insertion, where theirs repeat pixels and
    convolve by 7×7. One unit is a line and an azimuth a circle: some azimuth is where
    the line's ends meet, in theirs as in ours.

    Args:
      shape_units: of the code, beside one each for azimuth, elevation and light.
      widths: channels of the three convolutions; the decoder has them reversed.

    Inputs: `{"image": [batch, 64, 64, 3] in [0, 1]}`.

    Outputs: `{"rgb": [batch, 64, 64, 3] in [0, 1]}`, the same pictures.

    Example:

    >>> model = InverseGraphics(shape_units=5, widths=(4, 4, 4))
    >>> codes = model.encode(np.full((1, 64, 64, 3), 0.5, "float32"))
    >>> codes.shape, model.decode(codes).shape
    (TensorShape([1, 8]), TensorShape([1, 64, 64, 3]))
    """

    # --- layers ---

    image_size = IMAGE_SIZE

    def __init__(
        self,
        shape_units: int = 197,
        widths: tuple[int, int, int] = (48, 32, 16),
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if shape_units < 1:
            raise ValueError(
                f"Expected shape_units >= 1. Received: shape_units={shape_units}"
            )
        if len(widths) != 3 or min(widths) < 1:
            raise ValueError(f"Expected 3 widths >= 1. Received: widths={widths}")
        self.shape_units, self.widths = shape_units, tuple(widths)
        policy = self.dtype_policy
        self.encoder = [
            keras.layers.Conv2D(
                channels,
                5,
                padding="same",
                kernel_initializer="he_normal",
                dtype=policy,
                name=f"conv_{index}",
            )
            for index, channels in enumerate(widths)
        ]
        self.pool = keras.layers.MaxPooling2D(dtype=policy)
        self.mean_layer = keras.layers.Dense(self.code_width, dtype=policy, name="mean")
        self.variance_layer = keras.layers.Dense(
            self.code_width, kernel_initializer="zeros", dtype=policy, name="variance"
        )
        self.sampling = LatentSampling(seed=0)
        self.grid_layer = dense(8 * 8 * widths[-1], "grid", policy)
        self.decoder = up_convolutions((widths[1], widths[0], 3), policy)

    @property
    def code_width(self) -> int:
        """Units of the code."""
        return UNITS + self.shape_units

    def build(self, input_shape: Any = None) -> None:
        if self.built:
            return
        self.call({"image": ops.zeros((1, IMAGE_SIZE, IMAGE_SIZE, 3))})
        self.built = True

    # --- functional model ---

    def distribution(self, images: Any) -> tuple[Any, Any]:
        """Mean and logarithm of the variance of codes, `[batch, code_width]` each.

        Raises:
          ValueError: if the images have another shape.
        """
        check_images(images)
        x = ops.cast(images, self.compute_dtype) - 0.5
        for layer in self.encoder:
            x = self.pool(ops.leaky_relu(layer(x), SLOPE))
        x = ops.reshape(x, (ops.shape(x)[0], 8 * 8 * self.widths[-1]))
        return (
            ops.cast(self.mean_layer(x), "float32"),
            ops.cast(self.variance_layer(x), "float32"),
        )

    def encode(self, images: Any) -> Any:
        """The codes' means `[batch, code_width]`."""
        return self.distribution(images)[0]

    def decode(self, codes: Any) -> Any:
        """Pictures `[batch, 64, 64, 3]` of codes `[batch, code_width]`.

        Raises:
          ValueError: if the codes have another shape.
        """
        if len(codes.shape) != 2 or codes.shape[1] != self.code_width:
            raise ValueError(
                f"Expected codes of shape [batch, {self.code_width}]. "
                f"Received: shape={tuple(codes.shape)}"
            )
        x = ops.leaky_relu(self.grid_layer(codes), SLOPE)
        x = grow(self.decoder, ops.reshape(x, (-1, 8, 8, self.widths[-1])))
        return ops.sigmoid(x)

    def turned(self, codes: Any, azimuths: Any) -> Any:
        """Codes with other values `[batch]` in the azimuth's unit."""
        azimuths = ops.cast(azimuths, codes.dtype)[:, None]
        return ops.concatenate(
            [codes[:, :AZIMUTH], azimuths, codes[:, AZIMUTH + 1 :]], axis=1
        )

    def call(self, inputs: dict[str, Any]) -> dict[str, Any]:
        mean, log_variance = self.distribution(inputs["image"])
        return {"rgb": self.decode(self.sampling(mean, log_variance, training=False))}

    # --- config ---

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "shape_units": self.shape_units,
            "widths": list(self.widths),
        }

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: Any = None
    ) -> InverseGraphics:
        return cls(**config)
