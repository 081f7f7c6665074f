"""Tells latent samples of the encoder from samples of the prior."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from tf3d.models.voxels.blocks import SLOPE, normal


@keras.saving.register_keras_serializable(package="tf3d")
class Discriminator(keras.Model):
    """Fully connected, leaky ReLU 0.2, one logit (the discriminator of Fig. 2).

    The paper gives no sizes: two hidden layers of 512 are our choice. There is no batch
    norm, since samples of prior and encoder are judged in batches of their own, whose
    statistics would give them away.

    Args:
      inputs: width of what is judged: the code, the azimuth's output, or both.
      widths: of the hidden layers.

    Input shape: `[batch, inputs]`.

    Output shape: `[batch, 1]`, above 0 where the prior is more likely.

    Example:

    >>> Discriminator(21)(np.zeros((2, 21), "float32")).shape
    TensorShape([2, 1])
    """

    def __init__(
        self, inputs: int, widths: tuple[int, ...] = (512, 512), **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        if inputs < 1:
            raise ValueError(f"Expected inputs >= 1. Received: inputs={inputs}")
        self.inputs_width, self.widths = inputs, tuple(widths)
        self.hidden = [
            keras.layers.Dense(
                width, kernel_initializer=normal(fan_in), name=f"hidden_{index}"
            )
            for index, (fan_in, width) in enumerate(
                zip((inputs, *widths[:-1]), widths, strict=True)
            )
        ]
        self.logit = keras.layers.Dense(1, name="logit")

    def build(self, input_shape: Any = None) -> None:
        if self.built:
            return
        for layer, fan_in in zip(
            (*self.hidden, self.logit), (self.inputs_width, *self.widths), strict=True
        ):
            layer.build((None, fan_in))
        self.built = True

    def call(self, samples: Any) -> Any:
        if samples.shape[-1] != self.inputs_width:
            raise ValueError(
                f"Expected samples of shape [batch, {self.inputs_width}]. "
                f"Received: shape={tuple(samples.shape)}"
            )
        for layer in self.hidden:
            samples = ops.leaky_relu(layer(samples), SLOPE)
        return self.logit(samples)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "inputs": self.inputs_width,
            "widths": list(self.widths),
        }

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: Any = None
    ) -> Discriminator:
        return cls(**config)
