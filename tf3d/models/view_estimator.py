"""What of a picture is the object, and from where it was taken: `ViewEstimator`."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from tf3d.layers import UpConvolution2D
from tf3d.models.multiview import (
    DISTANCE_CENTRE,
    DISTANCE_SCALE,
    ENCODER,
    RGB_SCALE,
    SLOPE,
)

ELEVATION_SCALE = 20.0  # degrees; keeps the answer as large as the distance's
WIDTHS = (64, 48, 32, 24)  # channels of the mask's path, innermost first
HIDDEN = 256  # units before the viewpoint


@keras.saving.register_keras_serializable(package="tf3d")
class ViewEstimator(keras.Model):
    """Estimates the mask and the viewpoint of a multi-view network's input.

    The multi-view network says how an object looks from a viewpoint, but not from where
    its own picture was taken, nor which pixels of it are the object. With both, its
    code can be fitted to the picture: see `tf3d.prediction.refinement`. The layers of
    the encoder have the names and shapes of `MultiView`'s, to start from its weights.

    Args:
      image_size: 128.
      bins: of the azimuth, evenly around the circle, the first centred at 0°.

    Inputs: images `[batch, size, size, 3]` in [0, 1].

    Outputs: `{"alpha": [batch, size / 2, size / 2], the object's coverage before a
    sigmoid; "azimuth": [batch, bins], before a softmax; "elevation", "distance":
    [batch], in degrees and world units}`.

    Example:

    >>> ViewEstimator()(np.zeros((1, 128, 128, 3), "float32"))["alpha"].shape
    TensorShape([1, 64, 64])
    """

    def __init__(self, image_size: int = 128, bins: int = 24, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if image_size != 128:
            raise ValueError(
                f"Expected image_size 128. Received: image_size={image_size}"
            )
        if bins < 2:
            raise ValueError(f"Expected bins >= 2. Received: bins={bins}")
        self.image_size, self.bins = image_size, bins
        policy = self.dtype_policy
        size = image_size
        self.encoder, self.lateral, self.up = [], [], []
        for kernel, channels, _ in ENCODER:
            self.encoder.append(
                keras.layers.Conv2D(
                    channels, kernel, 2, "same", dtype=policy, name=f"conv_{size}"
                )
            )
            size //= 2
        for channels in WIDTHS:
            size *= 2
            # With its bias, that of the sum of both.
            self.up.append(
                UpConvolution2D(
                    channels, 3, use_bias=False, dtype=policy, name=f"mask_up_{size}"
                )
            )
            self.lateral.append(
                keras.layers.Conv2D(
                    channels, 3, padding="same", dtype=policy, name=f"mask_side_{size}"
                )
            )
        self.refine = keras.layers.Conv2D(
            WIDTHS[-1], 3, padding="same", dtype=policy, name="mask_refine"
        )
        self.to_mask = keras.layers.Conv2D(1, 1, dtype=policy, name="mask")
        self.hidden = keras.layers.Dense(HIDDEN, dtype=policy, name="view_hidden")
        self.to_view = keras.layers.Dense(bins + 2, dtype=policy, name="view")

    def build(self, input_shape: Any = None) -> None:
        if self.built:
            return
        self.call(ops.zeros((1, self.image_size, self.image_size, 3)))
        self.built = True

    def call(self, images: Any) -> dict[str, Any]:
        shape = tuple(images.shape)
        if len(shape) != 4 or shape[1:] != (self.image_size, self.image_size, 3):
            raise ValueError(
                f"Expected images of shape [batch, {self.image_size}, "
                f"{self.image_size}, 3]. Received: shape={shape}"
            )
        x = (
            ops.cast(images, self.compute_dtype) - 0.5
        ) * RGB_SCALE  # as MultiView.encode
        seen = []
        for layer in self.encoder:
            x = ops.leaky_relu(layer(x), SLOPE)
            seen.append(x)
        flat = ops.reshape(x, (ops.shape(x)[0], int(np.prod(x.shape[1:]))))
        view = self.to_view(ops.leaky_relu(self.hidden(flat), SLOPE))
        view = ops.cast(view, "float32")
        for up, lateral, side in zip(self.up, self.lateral, seen[-2::-1], strict=True):
            x = ops.leaky_relu(up(x) + lateral(side), SLOPE)
        x = self.to_mask(ops.leaky_relu(self.refine(x), SLOPE))
        return {
            "alpha": ops.cast(x[..., 0], "float32"),
            "azimuth": view[:, : self.bins],
            "elevation": ELEVATION_SCALE * view[:, self.bins],
            "distance": DISTANCE_CENTRE + DISTANCE_SCALE * view[:, self.bins + 1],
        }

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "image_size": self.image_size,
            "bins": self.bins,
        }


class ViewEstimatorObjective:
    """What the estimator minimises: cross-entropies and errors of the angles.

    Args:
      azimuth_weight: of the cross-entropy of the azimuth's bin against a circular
        normal distribution around the true one, of a bin's width.
      angle_weight: of the squared errors of elevation and distance, each over its
        scale.

    Raises:
      ValueError: if a weight is negative.
    """

    terms = ("mask", "azimuth", "angles")

    def __init__(self, azimuth_weight: float = 0.1, angle_weight: float = 0.1) -> None:
        if min(azimuth_weight, angle_weight) < 0:
            raise ValueError(
                "Expected weights >= 0. Received: "
                f"azimuth_weight={azimuth_weight}, angle_weight={angle_weight}"
            )
        self.azimuth_weight, self.angle_weight = azimuth_weight, angle_weight

    def __call__(
        self, model: Any, inputs: dict[str, Any], targets: dict[str, Any]
    ) -> dict[str, Any]:
        """The terms, each a scalar, and their weighted "total".

        Args:
          model: a `ViewEstimator`.
          inputs: image `[b, size, size, 3]` in [0, 1].
          targets: alpha `[b, size / 2, size / 2]` in [0, 1] and viewpoint `[b, 3]`.
        """
        outputs = model(inputs["image"])
        logits, alpha = outputs["alpha"], targets["alpha"]
        mask = ops.mean(ops.softplus(logits) - alpha * logits)
        viewpoint = targets["viewpoint"]
        bins = np.arange(model.bins, dtype=np.float32) * (360 / model.bins)
        apart = (viewpoint[:, :1] - bins[None] + 180) % 360 - 180
        near = ops.softmax(-0.5 * (apart / (360 / model.bins)) ** 2)
        likely = ops.log_softmax(outputs["azimuth"])
        azimuth = -ops.mean(ops.sum(near * likely, axis=-1))
        elevation = (outputs["elevation"] - viewpoint[:, 1]) / ELEVATION_SCALE
        distance = (outputs["distance"] - viewpoint[:, 2]) / DISTANCE_SCALE
        angles = ops.mean(elevation**2 + distance**2)
        total = mask + self.azimuth_weight * azimuth + self.angle_weight * angles
        return {"total": total, "mask": mask, "azimuth": azimuth, "angles": angles}
