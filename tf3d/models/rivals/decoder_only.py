"""Dosovitskiy et al.: a shape's number and a viewpoint in, its picture out."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from tf3d.models.multiview import MultiView

# Of the first codes: small, so that shapes begin alike and share what they can.
SPREAD = 0.1


@keras.saving.register_keras_serializable(package="tf3d")
class DecoderOnly(MultiView):
    """The generative network of Dosovitskiy et al., 2015, with our decoder.

    Theirs: a shape's number as a one-hot vector, and a viewpoint, go through fully
    connected layers and up-convolutions to a picture and its mask. There is no encoder:
    to show a new shape it has to be trained on that.

    Simplified: the decoder is `MultiView`'s, which came of theirs, without their
    colour and deformation parameters; and a new shape gets a code of its own, fitted to
    its given views while the decoder stays as it is (`tf3d.training.fitting`), where
    they go on training the whole network for days.

    Args:
      shapes: how many the network knows.
      image_size: as `MultiView` takes it, like all that follow.

    Inputs: `{"identity": [batch] int in [0, shapes), "viewpoint": [batch, 3]}`.

    Outputs: those of `MultiView`.

    Example:

    >>> model = DecoderOnly(shapes=3, code_width=16)
    >>> codes = model.encode(np.array([0, 2]))
    >>> model.decode(codes, np.array([[30, 20, 2], [90, 0, 2.0]]))["rgb"].shape
    TensorShape([2, 64, 64, 3])
    """

    # --- layers ---

    def __init__(
        self,
        shapes: int,
        image_size: int = 64,
        code_width: int = 1024,
        deep: bool = False,
        mask_output: bool = True,
        depth_range: tuple[float, float] = (-0.7, 0.7),
        relative_depth: bool = True,
        **kwargs: Any,
    ) -> None:
        if shapes < 1:
            raise ValueError(f"Expected shapes >= 1. Received: shapes={shapes}")
        super().__init__(
            image_size,
            code_width,
            deep,
            mask_output,
            depth_range,
            relative_depth,
            **kwargs,
        )
        self.shapes = shapes
        # A dense layer of one-hot vectors is a table of codes.
        self.table = keras.layers.Dense(
            code_width,
            use_bias=False,
            kernel_initializer=keras.initializers.RandomNormal(stddev=SPREAD),
            dtype=self.dtype_policy,
            name="table",
        )

    def _build_encoder(self) -> None:
        """There is none."""

    def build(self, input_shape: Any = None) -> None:
        if self.built:
            return
        self.call(
            {"identity": ops.zeros((1,), "int32"), "viewpoint": ops.zeros((1, 3))}
        )
        self.built = True

    # --- functional model ---

    def encode(self, identities: Any) -> Any:
        """Codes `[batch, code_width]` of shapes by their number `[batch]`.

        Raises:
          ValueError: for another shape.
        """
        if len(identities.shape) != 1:
            raise ValueError(
                "Expected identities of shape [batch]. "
                f"Received: shape={tuple(identities.shape)}"
            )
        return self.table(ops.one_hot(identities, self.shapes))

    @property
    def codes(self) -> Any:
        """Those of all shapes, `[shapes, code_width]`."""
        return self.table.kernel

    def call(self, inputs: dict[str, Any]) -> dict[str, Any]:
        return self.decode(self.encode(inputs["identity"]), inputs["viewpoint"])

    # --- config ---

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "shapes": self.shapes}
