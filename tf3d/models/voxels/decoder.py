"""From a shape's code to its voxels."""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import ops

from tf3d.layers.up_convolution_3d import UpConvolution3D
from tf3d.models.voxels.blocks import SLOPE, batch_norm, normal

# Expected sum of occupancies along a ray before training. Without it a ray begins with
# a sum of half the grid, where 1 - exp(-sum) is 1 and has no gradient in float32.
INITIAL_SUM = 0.35


@keras.saving.register_keras_serializable(package="tf3d")
class VoxelDecoder(keras.layers.Layer):
    """A dense layer to a small grid, then transposed 3D convolutions (Sec. 3.1).

    Batch norm and leaky ReLU follow all layers but the last, which ends in a sigmoid;
    on the small grid, too, batch norm averages over voxels, not each voxel by itself.

    Args:
      latent: width of the code.
      grid_size: 28, 32 or 64: a multiple of 2 to the number of up-convolutions.
      widths: channels of the small grid and of each up-convolution but the last; 128,
        64 make 7³·128 → 14³·64 → 28³.
      channels: 1, or 4 for red, green, blue and occupancy.
      form: of the transposed convolutions; see `UpConvolution3D`.

    Input shape: `[batch, latent]`.

    Output shape: `[batch, x, y, z, channels]` in [0, 1], occupancy last.

    Example:

    >>> VoxelDecoder()(np.zeros((2, 20), "float32")).shape
    TensorShape([2, 28, 28, 28, 1])
    """

    def __init__(
        self,
        latent: int = 20,
        grid_size: int = 28,
        widths: tuple[int, ...] = (128, 64),
        channels: int = 1,
        form: str = "auto",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not widths or grid_size % 2 ** len(widths):
            raise ValueError(
                f"Expected grid_size to be a multiple of {2 ** len(widths)}, doubled "
                f"once for each width. Received: grid_size={grid_size}, widths={widths}"
            )
        self.latent, self.grid_size, self.widths = latent, grid_size, tuple(widths)
        self.channels, self.form = channels, form
        self.small = grid_size // 2 ** len(widths)
        self.grid = keras.layers.Dense(
            self.small**3 * widths[0],
            use_bias=False,
            kernel_initializer=normal(latent),
            dtype=self.dtype_policy,
            name="grid",
        )
        self.norms = [
            batch_norm(self.dtype_policy, f"norm_{self.small * 2**index}")
            for index in range(len(widths))
        ]
        self.ups = [
            UpConvolution3D(
                filters,
                form,
                use_bias=last,
                bias_initializer=keras.initializers.Constant(self._initial_logits()),
                dtype=self.dtype_policy,
                name=f"up_{self.small * 2 ** (index + 1)}",
            )
            for index, (filters, last) in enumerate(
                [(width, False) for width in widths[1:]] + [(channels, True)]
            )
        ]

    def _initial_logits(self) -> list[float]:
        occupancy = INITIAL_SUM / self.grid_size
        colors = [0.0] * (self.channels - 1)
        return [*colors, math.log(occupancy / (1 - occupancy))]

    def build(self, input_shape: Any) -> None:
        self.grid.build((None, self.latent))
        shape: tuple[int | None, ...] = (None, *[self.small] * 3, self.widths[0])
        for norm, up in zip(self.norms, self.ups, strict=True):
            norm.build(shape)
            up.build(shape)
            shape = up.compute_output_shape(shape)

    def call(self, codes: Any, training: bool = False) -> Any:
        if codes.shape[-1] != self.latent:
            raise ValueError(
                f"Expected codes of shape [batch, {self.latent}]. "
                f"Received: shape={tuple(codes.shape)}"
            )
        x = self.grid(ops.cast(codes, self.compute_dtype))
        x = ops.reshape(x, (-1, *[self.small] * 3, self.widths[0]))
        for norm, up in zip(self.norms, self.ups, strict=True):
            x = up(ops.leaky_relu(norm(x, training=training), SLOPE))
        return ops.sigmoid(ops.cast(x, "float32"))

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        return (input_shape[0], *[self.grid_size] * 3, self.channels)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "latent": self.latent,
            "grid_size": self.grid_size,
            "widths": list(self.widths),
            "channels": self.channels,
            "form": self.form,
        }
