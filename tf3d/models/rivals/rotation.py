"""Yang et al.: a picture is turned by fixed steps, one after another."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from tf3d.models.multiview import SLOPE
from tf3d.models.rivals.layers import (
    IMAGE_SIZE,
    check_images,
    dense,
    grow,
    up_convolutions,
)

ACTIONS = 3  # right, stay, left: steps of -1, 0, +1
STEP = 15.0  # degrees that one step turns


@keras.saving.register_keras_serializable(package="tf3d")
class RotationNetwork(keras.Model):
    """The recurrent network of Yang et al., 2015, small.

    Theirs: convolutions and two fully connected layers encode a 64×64 picture as
    identity units and pose units. A step multiplies the pose units by a matrix of the
    action (left, stay, right), then a leaky ReLU, never a tanh; the identity units stay
    as they are. After every step both go through a decoder to a picture and its mask.
    It learns pictures after one step first, then after more and more.

    Simplified: half as many channels (32, 64, 128); one fully connected layer each in
    the encoder before the units, and in the decoder after them; one decoder of four
    channels for picture and mask, where theirs parts in two; up-convolutions by zero
    insertion. They train on few fixed viewpoints; here a turn starts anywhere in the
    multi-view paper's range of azimuths and elevations. A step is 15°, as that paper
    says of theirs.

    Args:
      width: channels of the first convolution; doubled by each.
      identity_units: that all views of an object share.
      pose_units: that a step changes.
      hidden: width of the fully connected layers.

    Inputs: `{"image": [batch, 64, 64, 3] in [0, 1], "turns": [batch, steps] int}`, each
    -1, 0 or 1 times 15° of azimuth.

    Outputs, after each step: `{"rgb": [batch, steps, 64, 64, 3] in [0, 1], the object
    over plain grey, "alpha": [batch, steps, 64, 64] in [0, 1]}`.

    Example:

    >>> model = RotationNetwork(width=4, identity_units=8, pose_units=8, hidden=16)
    >>> picture = np.full((1, 64, 64, 3), 0.5, "float32")
    >>> model({"image": picture, "turns": np.array([[1, 1]])})["rgb"].shape
    TensorShape([1, 2, 64, 64, 3])
    """

    # --- layers ---

    image_size = IMAGE_SIZE

    def __init__(
        self,
        width: int = 32,
        identity_units: int = 512,
        pose_units: int = 128,
        hidden: int = 1024,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        for name, value in (
            ("width", width),
            ("identity_units", identity_units),
            ("pose_units", pose_units),
            ("hidden", hidden),
        ):
            if value < 1:
                raise ValueError(f"Expected {name} >= 1. Received: {name}={value}")
        self.width, self.hidden = width, hidden
        self.identity_units, self.pose_units = identity_units, pose_units
        policy = self.dtype_policy
        self.encoder = [
            keras.layers.Conv2D(
                channels,
                5,
                2,
                padding="same",
                kernel_initializer="he_normal",
                dtype=policy,
                name=f"conv_{channels}",
            )
            for channels in (width, 2 * width, 4 * width)
        ]
        self.encoded = dense(hidden, "encoded", policy)
        self.identity_layer = dense(identity_units, "identity", policy)
        self.pose_layer = dense(pose_units, "pose", policy)
        self.step_layer = dense(ACTIONS * pose_units, "step", policy)
        self.decoded = dense(hidden, "decoded", policy)
        self.grid_layer = dense(8 * 8 * 4 * width, "grid", policy)
        self.decoder = up_convolutions((2 * width, width, 4), policy)

    def build(self, input_shape: Any = None) -> None:
        if self.built:
            return
        image = ops.zeros((1, IMAGE_SIZE, IMAGE_SIZE, 3))
        self.call({"image": image, "turns": ops.zeros((1, 1), "int32")})
        self.built = True

    # --- functional model ---

    def encode(self, images: Any) -> tuple[Any, Any]:
        """Identity units and pose units of images, `[batch, width]` each.

        Raises:
          ValueError: if the images have another shape.
        """
        check_images(images)
        x = ops.cast(images, self.compute_dtype) - 0.5
        for layer in self.encoder:
            x = ops.leaky_relu(layer(x), SLOPE)
        x = ops.reshape(x, (ops.shape(x)[0], 8 * 8 * 4 * self.width))
        x = ops.leaky_relu(self.encoded(x), SLOPE)
        return (
            ops.leaky_relu(self.identity_layer(x), SLOPE),
            ops.leaky_relu(self.pose_layer(x), SLOPE),
        )

    def rotate(self, pose: Any, turns: Any) -> Any:
        """Pose units after one step each, turns `[batch]` of -1, 0 or 1."""
        choices = ops.reshape(self.step_layer(pose), (-1, ACTIONS, self.pose_units))
        action = ops.one_hot(ops.cast(turns, "int32") + 1, ACTIONS, dtype=pose.dtype)
        return ops.leaky_relu(ops.sum(action[..., None] * choices, axis=1), SLOPE)

    def decode(self, identity: Any, pose: Any) -> dict[str, Any]:
        """A picture and its mask for each row of units."""
        x = ops.concatenate([identity, pose], axis=-1)
        x = ops.leaky_relu(self.decoded(x), SLOPE)
        x = ops.leaky_relu(self.grid_layer(x), SLOPE)
        x = grow(self.decoder, ops.reshape(x, (-1, 8, 8, 4 * self.width)))
        return {"rgb": ops.sigmoid(x[..., :3]), "alpha": ops.sigmoid(x[..., 3])}

    def call(self, inputs: dict[str, Any]) -> dict[str, Any]:
        turns = inputs["turns"]
        if len(turns.shape) != 2 or not turns.shape[1]:
            raise ValueError(
                "Expected turns of shape [batch, steps], steps at least 1. "
                f"Received: shape={tuple(turns.shape)}"
            )
        steps = turns.shape[1]
        identity, pose = self.encode(inputs["image"])
        poses = []
        for index in range(steps):
            pose = self.rotate(pose, turns[:, index])
            poses.append(pose)
        # All steps go through the decoder as one batch.
        outputs = self.decode(
            ops.repeat(identity, steps, axis=0),
            ops.reshape(ops.stack(poses, axis=1), (-1, self.pose_units)),
        )
        return {
            name: ops.reshape(value, (-1, steps, *value.shape[1:]))
            for name, value in outputs.items()
        }

    # --- config ---

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "width": self.width,
            "identity_units": self.identity_units,
            "pose_units": self.pose_units,
            "hidden": self.hidden,
        }

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: Any = None
    ) -> RotationNetwork:
        return cls(**config)
