"""The small network from a pose's latent variable to angles."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="tf3d")
class PoseNetwork(keras.layers.Layer):
    """Two fully connected layers with tanh (Sec. 3.2, case 2b).

    Args:
      outputs: angles.
      width: of the hidden layer (10 in the authors' code, 20 in Fig. 2).

    Input shape: `[batch, dimensions]`.

    Output shape: `[batch, outputs]` in [-1, 1].

    Example:

    >>> PoseNetwork(1)(np.zeros((2, 12), "float32")).shape
    TensorShape([2, 1])
    """

    def __init__(self, outputs: int, width: int = 10, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.outputs, self.width = outputs, width
        # Twelve numbers need no bfloat16, and an angle's precision would suffer.
        self.hidden = keras.layers.Dense(
            width, activation="tanh", dtype="float32", name="hidden"
        )
        self.angle = keras.layers.Dense(
            outputs, activation="tanh", dtype="float32", name="angle"
        )

    def build(self, input_shape: Any) -> None:
        self.hidden.build(input_shape)
        self.angle.build((None, self.width))

    def call(self, latent: Any) -> Any:
        return self.angle(self.hidden(ops.cast(latent, "float32")))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "outputs": self.outputs, "width": self.width}
