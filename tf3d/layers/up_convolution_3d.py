"""Transposed convolution of stride 2 over voxels, in four forms."""

from __future__ import annotations

import itertools
from typing import Any

import keras
from keras import ops

FORMS = ("transposed", "zero_insertion", "phases", "products")

# Up to so many output channels "auto" takes "products": where a voxel's 27 results are
# few next to its inputs, adding them up costs little.
FEW_FILTERS = 4


@keras.saving.register_keras_serializable(package="tf3d")
class UpConvolution3D(keras.layers.Layer):
    """Doubles a grid: a transposed 3×3×3 convolution of stride 2, "same" padding.

    Voxel i adds kernel[k] times itself to voxel 2i + k of the result, k = 0, 1, 2 along
    each axis. All forms compute that, and differ in speed alone:

    - "transposed": the backend's transposed convolution.
    - "zero_insertion": zeros between the voxels, then a convolution of stride 1. Of its
      products 7/8 are with zeros.
    - "phases": the result's even and odd voxels along each axis as 8 convolutions of
      1 to 8 taps at the lower resolution.
    - "products": what each voxel gives to its 27 neighbours in one matrix product, then
      the sums where they overlap. Fast for few filters, where backends' convolutions
      are slow.
    - "auto": "products" for up to 4 filters, else "transposed".

    Args:
      filters: number of output channels.
      form: one of the above.
      use_bias: whether to add a bias.
      kernel_initializer: by default a normal distribution of variance 2 / fan_in with
        fan_in = 27 · channels / 8, since 7/8 of the inputs are zero.
      bias_initializer: zeros by default.

    Input shape: `[batch, x, y, z, channels]`.

    Output shape: `[batch, 2 * x, 2 * y, 2 * z, filters]`.

    Example:

    >>> UpConvolution3D(8)(keras.ops.ones((1, 7, 7, 7, 3))).shape
    TensorShape([1, 14, 14, 14, 8])
    """

    def __init__(
        self,
        filters: int,
        form: str = "auto",
        use_bias: bool = True,
        kernel_initializer: Any = None,
        bias_initializer: Any = "zeros",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if filters < 1:
            raise ValueError(f"Expected filters >= 1. Received: filters={filters}")
        if form not in ("auto", *FORMS):
            raise ValueError(
                f"Expected form in {('auto', *FORMS)}. Received: form={form!r}"
            )
        self.filters, self.form, self.use_bias = filters, form, use_bias
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.bias_initializer = keras.initializers.get(bias_initializer)
        self.input_spec = keras.layers.InputSpec(ndim=5)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        channels = input_shape[-1]
        fan_in = 27 * channels / 8
        initializer = self.kernel_initializer or keras.initializers.RandomNormal(
            stddev=(2 / fan_in) ** 0.5
        )
        self.kernel = self.add_weight(
            name="kernel",
            shape=(3, 3, 3, channels, self.filters),
            initializer=initializer,
        )
        self.bias = (
            self.add_weight(
                name="bias",
                shape=(self.filters,),
                initializer=self.bias_initializer,
            )
            if self.use_bias
            else None
        )

    def call(self, inputs: Any) -> Any:
        kernel = ops.cast(self.kernel, self.compute_dtype)
        form = self.form
        if form == "auto":
            form = "products" if self.filters <= FEW_FILTERS else "transposed"
        outputs = getattr(self, f"_{form}")(inputs, kernel)
        if self.bias is not None:
            outputs = outputs + ops.cast(self.bias, outputs.dtype)
        return outputs

    def _transposed(self, x: Any, kernel: Any) -> Any:
        kernel = ops.transpose(kernel, (0, 1, 2, 4, 3))
        return ops.conv_transpose(x, kernel, strides=2, padding="same")

    def _zero_insertion(self, x: Any, kernel: Any) -> Any:
        for axis in (1, 2, 3):
            x = _interleave(x, ops.zeros_like(x), axis)
        x = ops.pad(x, [(0, 0), (2, 0), (2, 0), (2, 0), (0, 0)])
        return ops.conv(x, ops.flip(kernel, (0, 1, 2)), padding="valid")

    def _phases(self, x: Any, kernel: Any) -> Any:
        parts = {}
        for phase in itertools.product((0, 1), repeat=3):
            # Even voxels see their own source through tap 0 and the one before through
            # tap 2, odd ones their own through tap 1.
            padding = [(0, 0), *((1 - odd, 0) for odd in phase), (0, 0)]
            taps = kernel[
                tuple(slice(1, 2) if odd else slice(None, None, -2) for odd in phase)
            ]
            parts[phase] = ops.conv(ops.pad(x, padding), taps, padding="valid")
        for axis in (3, 2, 1):
            parts = {
                phase[:-1]: _interleave(parts[phase], parts[(*phase[:-1], 1)], axis)
                for phase in parts
                if phase[-1] == 0
            }
        return parts[()]

    def _products(self, x: Any, kernel: Any) -> Any:
        channels, filters = kernel.shape[3:]
        sizes = tuple(x.shape[1:4])
        kernel = ops.reshape(ops.transpose(kernel, (0, 1, 2, 4, 3)), (-1, channels))
        rows = ops.reshape(x, (-1, channels))
        # Taps come first, so that each is an array of its own.
        given = ops.matmul(kernel, ops.transpose(rows))
        given = ops.reshape(given, (27, filters, -1, *sizes))
        phases = {phase: [] for phase in itertools.product((0, 1), repeat=3)}
        taps = itertools.product(range(3), repeat=3)
        for tap, part in zip(taps, ops.unstack(given, 27, axis=0), strict=True):
            # Tap 2 belongs to the even voxel that follows.
            padding = [(0, 0), (0, 0), *((1, 0) if k == 2 else (0, 1) for k in tap)]
            phases[tuple(k % 2 for k in tap)].append(ops.pad(part, padding))
        y = ops.stack([_total(parts) for parts in phases.values()])
        # Indexing would do the same, but its gradient is slow in TensorFlow.
        y = ops.slice(y, [0] * 6, (8, filters, ops.shape(y)[2], *sizes))
        y = ops.reshape(y, (2, 2, 2, filters, -1, *sizes))
        y = ops.transpose(y, (4, 5, 0, 6, 1, 7, 2, 3))
        return ops.reshape(y, (-1, *(2 * n for n in sizes), filters))

    def compute_output_shape(
        self, input_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        sizes = (None if n is None else 2 * n for n in input_shape[1:4])
        return (input_shape[0], *sizes, self.filters)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "filters": self.filters,
            "form": self.form,
            "use_bias": self.use_bias,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer)
            if self.kernel_initializer
            else None,
            "bias_initializer": keras.initializers.serialize(self.bias_initializer),
        }


def _total(parts: list[Any]) -> Any:
    result = parts[0]
    for part in parts[1:]:
        result = result + part
    return result


def _interleave(even: Any, odd: Any, axis: int) -> Any:
    """Doubles an axis: the two arrays' entries in turn."""
    shape = [-1, *even.shape[1:]]
    shape[axis] *= 2
    return ops.reshape(ops.stack([even, odd], axis=axis + 1), shape)
