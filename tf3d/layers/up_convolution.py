"""Up-convolution: each pixel becomes a 2×2 block, then a convolution."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="tf3d")
class UpConvolution2D(keras.layers.Layer):
    """Doubles the resolution as the multi-view paper does (Sec. 3.1).

    Every pixel is replaced by a 2×2 block that holds it in the top left corner and
    zeros elsewhere, and a convolution with "same" padding follows. Three quarters of
    that work would be on zeros; a transposed convolution of stride 2 gives the same
    result without it.

    Args:
      filters: number of output channels.
      kernel_size: odd, at least 3.
      use_bias: whether to add a bias.
      mirrored: whether input and output are turned by 180°, both axes reversed. A chain
        of layers then turns its pictures once at each end instead of at every layer.
      kernel_initializer: by default a normal distribution of variance 2 / fan_in with
        fan_in = kernel_size² · channels / 4, since a quarter of the inputs is not zero.

    Input shape: `[batch, height, width, channels]`.

    Output shape: `[batch, 2 * height, 2 * width, filters]`.

    Example:

    >>> UpConvolution2D(8, 5)(keras.ops.ones((1, 4, 4, 3))).shape
    TensorShape([1, 8, 8, 8])
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int,
        use_bias: bool = True,
        mirrored: bool = False,
        kernel_initializer: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if filters < 1:
            raise ValueError(f"Expected filters >= 1. Received: filters={filters}")
        if kernel_size < 3 or kernel_size % 2 == 0:
            raise ValueError(
                "Expected an odd kernel_size of at least 3. "
                f"Received: kernel_size={kernel_size}"
            )
        self.filters = filters
        self.kernel_size = kernel_size
        self.use_bias = use_bias
        self.mirrored = mirrored
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.input_spec = keras.layers.InputSpec(ndim=4)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        channels = input_shape[-1]
        fan_in = self.kernel_size**2 * channels / 4
        initializer = self.kernel_initializer or keras.initializers.RandomNormal(
            stddev=(2 / fan_in) ** 0.5
        )
        self.kernel = self.add_weight(
            name="kernel",
            shape=(self.kernel_size, self.kernel_size, channels, self.filters),
            initializer=initializer,
        )
        self.bias = (
            self.add_weight(name="bias", shape=(self.filters,), initializer="zeros")
            if self.use_bias
            else None
        )

    def call(self, inputs: Any) -> Any:
        # A "same" transposed convolution is zero insertion at the bottom right: turned
        # by 180° it is ours.
        kernel = ops.cast(self.kernel, self.compute_dtype)
        if not self.mirrored:
            inputs = ops.flip(inputs, (1, 2))
        if keras.backend.backend() == "jax":
            outputs = sub_pixel_convolution(inputs, kernel)
        else:
            kernel = ops.transpose(kernel, (0, 1, 3, 2))
            outputs = ops.conv_transpose(inputs, kernel, strides=2, padding="same")
        if not self.mirrored:
            outputs = ops.flip(outputs, (1, 2))
        if self.bias is not None:
            outputs = outputs + ops.cast(self.bias, outputs.dtype)
        return outputs

    def compute_output_shape(
        self, input_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        def double(n: int | None) -> int | None:
            return None if n is None else 2 * n

        return (
            input_shape[0],
            double(input_shape[1]),
            double(input_shape[2]),
            self.filters,
        )

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "use_bias": self.use_bias,
            "mirrored": self.mirrored,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer)
            if self.kernel_initializer
            else None,
        }


def sub_pixel_convolution(inputs: Any, kernel: Any) -> Any:
    """A "same" transposed convolution of stride 2 as a convolution of stride 1.

    The four pixels that come of one each have taps of their own, and so are channels of
    one convolution (Shi et al., CVPR 2016). On GPUs XLA is slow at the transposed one.

    Args:
      inputs: `[batch, height, width, channels]`.
      kernel: `[k, k, channels, filters]`, k odd.

    Returns:
      `[batch, 2 * height, 2 * width, filters]`.
    """
    size, _, channels, filters = kernel.shape
    # Output 2 j + p gets tap 2 (e - d) + p, in the padded kernel, from input j + d.
    first = (size - 3) // 2 % 2
    e = ((size - 3) // 2 + first) // 2
    taps = (size + 1) // 2
    padding = (first, 1 - first)
    kernel = ops.pad(kernel, (padding, padding, (0, 0), (0, 0)))
    kernel = ops.reshape(kernel, (taps, 2, taps, 2, channels, filters))
    kernel = ops.transpose(ops.flip(kernel, (0, 2)), (0, 2, 4, 1, 3, 5))
    kernel = ops.reshape(kernel, (taps, taps, channels, 4 * filters))
    border = (taps - 1 - e, e)
    padded = ops.pad(inputs, ((0, 0), border, border, (0, 0)))
    outputs = ops.conv(padded, kernel, padding="valid")
    height, width = inputs.shape[1:3]
    outputs = ops.reshape(outputs, (-1, height, width, 2, 2, filters))
    outputs = ops.transpose(outputs, (0, 1, 3, 2, 4, 5))
    return ops.reshape(outputs, (-1, 2 * height, 2 * width, filters))
