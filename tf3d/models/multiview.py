"""The multi-view network: one image and any viewpoint in, RGB and depth out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from tf3d.layers import UpConvolution2D

SLOPE = 0.2  # of the leaky ReLU, Sec. 3.1
RGB_SCALE = 1.5  # [0, 1] becomes ±0.75 inside the network, so that tanh can reach it
LIMIT = 0.75
DISTANCE_CENTRE, DISTANCE_SCALE = 2.0, 0.3  # keeps the distance as large as a sine

# (kernel size, channels, stride), outermost first; the deep one is the released code.
ENCODER = ((5, 32, 2), (5, 32, 2), (5, 64, 2), (3, 128, 2), (3, 256, 2))
DEEP_ENCODER = tuple(stage for k, c, _ in ENCODER for stage in ((k, c, 2), (k, c, 1)))
# (kernel size of the up-convolution, channels, kernel and channels of a convolution
# after it, or 0), innermost first; the output's own up-convolution follows.
DECODER = ((3, 128, 0, 0), (3, 64, 0, 0), (5, 32, 0, 0), (5, 32, 0, 0))
DEEP_DECODER = ((3, 128, 3, 128), (3, 64, 5, 64), (5, 32, 5, 64), (5, 32, 5, 32))


@keras.saving.register_keras_serializable(package="tf3d")
class MultiView(keras.Model):
    """Encoder-decoder of the multi-view paper (Sec. 3.1, Fig. 2).

    Args:
      image_size: 128, or 64 for the inner stages alone (coarse-to-fine training).
      code_width: of z_obj and of the joint fully connected layers (1024 in the paper).
      deep: the authors' released network, with stride-1 convolutions in between and
        up-convolutions without bias, instead of the paper's.
      mask_output: adds a channel for the object's coverage. The picture is then the
        object over plain grey, and depth is learned on the object alone. Without it, as
        in the paper, depth says where the object ends.
      depth_range: near and far in world units, of the network's depth range ±0.75; the
        background is far.
      relative_depth: whether near and far count from the viewpoint's distance.
      decoder_widths: channels of the up-convolutions before the output's, innermost
        first; by default the paper's, (128, 64, 32, 32). Not for the deep network.

    Inputs: `{"image": [batch, size, size, 3] in [0, 1], "viewpoint": [batch, 3]}`, the
    wanted view's azimuth and elevation in degrees and its distance in world units.

    Outputs: `{"rgb": [batch, size, size, 3] in [0, 1], "depth": [batch, size, size] in
    world units, "alpha": [batch, size, size] in [0, 1]}`.

    Example:

    >>> model = MultiView(code_width=64)
    >>> codes = model.encode(np.full((1, 128, 128, 3), 0.5, "float32"))
    >>> model.decode(codes, np.array([[30.0, 20.0, 2.0]]))["rgb"].shape
    TensorShape([1, 128, 128, 3])
    """

    # --- layers ---

    def __init__(
        self,
        image_size: int = 128,
        code_width: int = 1024,
        deep: bool = False,
        mask_output: bool = False,
        depth_range: tuple[float, float] = (0.1, 5.0),
        relative_depth: bool = False,
        decoder_widths: Sequence[int] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if image_size not in (64, 128):
            raise ValueError(
                f"Expected image_size 64 or 128. Received: image_size={image_size}"
            )
        if code_width < 1:
            raise ValueError(
                f"Expected code_width >= 1. Received: code_width={code_width}"
            )
        near, far = depth_range
        if not near < far:
            raise ValueError(
                f"Expected near < far. Received: depth_range={depth_range}"
            )
        if decoder_widths is not None and (
            deep or len(decoder_widths) != len(DECODER) or min(decoder_widths) < 1
        ):
            raise ValueError(
                f"Expected {len(DECODER)} decoder_widths >= 1, and deep=False. "
                f"Received: decoder_widths={decoder_widths}, deep={deep}"
            )
        self.decoder_widths = None if decoder_widths is None else (*decoder_widths,)
        self.image_size, self.code_width = image_size, code_width
        self.deep, self.mask_output = deep, mask_output
        self.depth_range, self.relative_depth = (
            (float(near), float(far)),
            relative_depth,
        )
        self._build_encoder()
        self._build_decoder()

    def _normal(self, fan_in: float) -> keras.initializers.Initializer:
        return keras.initializers.RandomNormal(stddev=(2 / fan_in) ** 0.5)

    def _dense(self, width: int, fan_in: int, name: str) -> keras.layers.Dense:
        return keras.layers.Dense(
            width,
            kernel_initializer=self._normal(fan_in),
            dtype=self.dtype_policy,
            name=name,
        )

    def _convolution(
        self, kernel: int, channels: int, stride: int, fan_in: int, name: str
    ) -> keras.layers.Conv2D:
        return keras.layers.Conv2D(
            channels,
            kernel,
            stride,
            padding="same",
            kernel_initializer=self._normal(kernel**2 * fan_in),
            dtype=self.dtype_policy,
            name=name,
        )

    def _build_encoder(self) -> None:
        stages = DEEP_ENCODER if self.deep else ENCODER
        skip = (2 if self.deep else 1) if self.image_size == 64 else 0
        channels, size = 3, self.image_size
        self.encoder = []
        for kernel, width, stride in stages[skip:]:
            kind = "conv" if stride == 2 else "conv_same"
            self.encoder.append(
                self._convolution(kernel, width, stride, channels, f"{kind}_{size}")
            )
            channels, size = width, size // stride
        self.code = self._dense(self.code_width, channels * size**2, "code")

    def _build_decoder(self) -> None:
        self.viewpoint_layers = [
            self._dense(64, fan_in, f"viewpoint_{index}")
            for index, fan_in in enumerate((5, 64, 64))
        ]
        width = self.code_width
        widths = (width, width, width if self.deep else 4 * 4 * 256)
        self.joint = [
            self._dense(out, fan_in, f"joint_{index}")
            for index, (out, fan_in) in enumerate(
                zip(widths, (width + 64, width, width), strict=True)
            )
        ]
        self.to_grid = (
            self._dense(4 * 4 * 256, width, "grid")
            if self.deep and width != 4 * 4 * 256
            else None
        )
        stages = DEEP_DECODER if self.deep else DECODER
        up_widths = self.decoder_widths or [stage[1] for stage in stages]
        if self.image_size == 64:
            stages = stages[:-1]
        self.decoder = []
        size = 4
        # The widths have one more at 64.
        for stage, up_channels in zip(stages, up_widths, strict=False):
            up_kernel, _, kernel, channels = stage
            size *= 2
            self.decoder.append(
                UpConvolution2D(
                    up_channels,
                    up_kernel,
                    use_bias=not self.deep,
                    mirrored=True,
                    dtype=self.dtype_policy,
                    name=f"up_{size}",
                )
            )
            if kernel:
                self.decoder.append(
                    self._convolution(
                        kernel, channels, 1, up_channels, f"refine_{size}"
                    )
                )
        self.output_layer = UpConvolution2D(
            5 if self.mask_output else 4,
            5,
            use_bias=not self.deep,
            mirrored=True,
            dtype=self.dtype_policy,
            name=f"output_{2 * size}",
        )

    def build(self, input_shape: Any = None) -> None:
        if self.built:
            return
        image = ops.zeros((1, self.image_size, self.image_size, 3))
        self.call({"image": image, "viewpoint": ops.zeros((1, 3))})
        self.built = True

    # --- functional model ---

    def encode(self, images: Any) -> Any:
        """Codes z_obj `[batch, code_width]` of images `[batch, size, size, 3]`.

        Raises:
          ValueError: if the images have another size.
        """
        shape = tuple(images.shape)
        if len(shape) != 4 or shape[1:] != (self.image_size, self.image_size, 3):
            raise ValueError(
                f"Expected images of shape [batch, {self.image_size}, "
                f"{self.image_size}, 3]. Received: shape={shape}"
            )
        x = (ops.cast(images, self.compute_dtype) - 0.5) * RGB_SCALE
        for layer in self.encoder:
            x = ops.leaky_relu(layer(x), SLOPE)
        x = ops.reshape(x, (ops.shape(x)[0], int(np.prod(x.shape[1:]))))
        return ops.leaky_relu(self.code(x), SLOPE)

    def decode(self, codes: Any, viewpoints: Any) -> dict[str, Any]:
        """Views of codes `[batch, code_width]` from viewpoints `[batch, 3]`.

        Raises:
          ValueError: if a shape is another.
        """
        for name, array, width in (
            ("codes", codes, self.code_width),
            ("viewpoints", viewpoints, 3),
        ):
            if len(array.shape) != 2 or array.shape[-1] != width:
                raise ValueError(
                    f"Expected {name} of shape [batch, {width}]. "
                    f"Received: shape={tuple(array.shape)}"
                )
        counts = codes.shape[0], viewpoints.shape[0]
        if None not in counts and counts[0] != counts[1]:
            raise ValueError(
                "Expected as many viewpoints as codes. "
                f"Received: {counts[0]} codes, {counts[1]} viewpoints"
            )
        outputs = self.to_units(self.decode_raw(codes, viewpoints), viewpoints)
        # The tanh reaches a little beyond; training wants its slope there, nobody else.
        return {**outputs, "rgb": ops.clip(outputs["rgb"], 0, 1)}

    def decode_raw(self, codes: Any, viewpoints: Any) -> Any:
        """The network's last layer before tanh, `[batch, size, size, 4 or 5]`."""
        viewpoints = ops.cast(viewpoints, "float32")
        angles = viewpoints[:, :2] * (np.pi / 180)
        distance = (viewpoints[:, 2:] - DISTANCE_CENTRE) / DISTANCE_SCALE
        v = ops.concatenate([ops.sin(angles), ops.cos(angles), distance], axis=-1)
        for layer in self.viewpoint_layers:
            v = ops.leaky_relu(layer(v), SLOPE)
        x = ops.concatenate([ops.cast(codes, v.dtype), v], axis=-1)
        for layer in self.joint:
            x = ops.leaky_relu(layer(x), SLOPE)
        if self.to_grid is not None:
            x = ops.leaky_relu(self.to_grid(x), SLOPE)
        x = ops.reshape(x, (ops.shape(x)[0], 4, 4, 256))
        for layer in self.decoder:
            x = ops.leaky_relu(layer(x), SLOPE)
        # The whole decoder works on pictures turned by 180°: see UpConvolution2D.
        return ops.flip(ops.cast(self.output_layer(x), "float32"), (1, 2))

    def to_units(self, x: Any, viewpoints: Any) -> dict[str, Any]:
        """From `decode_raw` to colours in [0, 1], world units and coverage."""
        viewpoints = ops.cast(viewpoints, "float32")
        rgb = ops.tanh(x[..., :3]) / RGB_SCALE + 0.5
        near, far = self.depth_range
        depth = near + (far - near) * (ops.tanh(x[..., 3]) / LIMIT + 1) / 2
        distance = viewpoints[:, 2][:, None, None]
        if self.relative_depth:
            depth, far = depth + distance, far + distance
        if self.mask_output:
            alpha = ops.sigmoid(x[..., 4])
            rgb = alpha[..., None] * rgb + (1 - alpha[..., None]) * 0.5
        else:
            # A pixel that the object covers in part has a depth between both.
            alpha = ops.clip((far - depth) / (far - distance), 0, 1)
        return {"rgb": rgb, "depth": depth, "alpha": alpha}

    @property
    def decoder_variables(self) -> list[keras.Variable]:
        """The trainable weights of all that follows the code."""
        layers = [*self.viewpoint_layers, *self.joint, self.to_grid]
        layers += [*self.decoder, self.output_layer]
        return [
            variable
            for layer in layers
            if layer is not None
            for variable in layer.trainable_variables
        ]

    def call(self, inputs: dict[str, Any]) -> dict[str, Any]:
        return self.decode(self.encode(inputs["image"]), inputs["viewpoint"])

    # --- config ---

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "image_size": self.image_size,
            "code_width": self.code_width,
            "deep": self.deep,
            "mask_output": self.mask_output,
            "depth_range": list(self.depth_range),
            "relative_depth": self.relative_depth,
            "decoder_widths": self.decoder_widths,
        }

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: Any = None
    ) -> MultiView:
        return cls(**config)
