"""What a shape has to show from sides that its image does not."""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import ops

from tf3d.models.voxels.autoencoder import VoxelAutoencoder
from tf3d.models.voxels.view_discriminator import ViewDiscriminator

# Of the von Mises distribution about an azimuth that the encoder guesses.
CONCENTRATION = 4.0


class NovelViews:
    """Two losses on views of the batch's shapes from random angles.

    A single image says nothing of its object's other sides, and an autoencoder alone
    draws each image into a part of the voxels of its own: from elsewhere it shows
    noise. No paper of ours has these losses; both are known by themselves.

    - Realism: a discriminator tells the views from true images, and the shapes learn to
      deceive it (as PrGAN's do, Gadelha et al., 2017).
    - Agreement: of a view, whose code and angles are known, the encoder is to tell both
      (the sleep phase of wake-sleep, Hinton et al., 1995). So one code stands for a
      shape from all sides, and like shapes stand alike. Views are given: the loss
      teaches the encoder alone.

    Args:
      realism: weight of the views' realism in the autoencoder's loss.
      agreement: weight of -log p(code, angles | view).
      discriminator: built; None without realism.
      generator: of the angles, a `keras.random.SeedGenerator`.
      aligned: share of the views that look along an axis of the grid, at azimuths of
        0, 90, 180 and 270 degrees. Combs of full and empty layers show there alone: all
        other rays blend neighbours.

    Raises:
      ValueError: if realism and the discriminator do not come together, or a number is
        out of range.
    """

    def __init__(
        self,
        realism: float,
        agreement: float,
        discriminator: ViewDiscriminator | None,
        generator: keras.random.SeedGenerator,
        aligned: float = 0.0,
    ) -> None:
        if min(realism, agreement) < 0 or bool(realism) != (discriminator is not None):
            raise ValueError(
                "Expected weights of 0 or more, and a discriminator if and only if "
                f"realism > 0. Received: realism={realism}, agreement={agreement}, "
                f"discriminator={discriminator}"
            )
        if not 0 <= aligned <= 1:
            raise ValueError(f"Expected aligned in [0, 1]. Received: aligned={aligned}")
        self.realism, self.agreement, self.aligned = realism, agreement, aligned
        self.discriminator, self.generator = discriminator, generator

    @property
    def variables(self) -> list[Any]:
        """Of the discriminator and of the random generator."""
        networks = [] if self.discriminator is None else self.discriminator.variables
        return [*networks, self.generator.state]

    def __call__(
        self, model: VoxelAutoencoder, outputs: dict[str, Any]
    ) -> tuple[Any, dict[str, Any], Any]:
        """Looks at a batch's shapes.

        Args:
          model: the autoencoder.
          outputs: of its `reconstruct`, with "voxels", "code" and "azimuth_radians".

        Returns:
          What to add to the loss, its terms "realism" and "agreement", and the views
          `[batch, size, size, channels]` for `discrimination`.
        """
        azimuth, elevation = self._angles(model, outputs["code"])
        views = model.project(outputs["voxels"], azimuth, elevation)
        total, terms = ops.zeros(()), {}
        if self.discriminator is not None:
            logits = ops.cast(self.discriminator(views), "float32")
            terms["realism"] = ops.mean(ops.softplus(-logits))
            total = total + self.realism * terms["realism"]
        if self.agreement:
            inferred = model.infer(ops.stop_gradient(views), training=True)
            code = code_surprise(inferred, ops.stop_gradient(outputs["code"]))
            angles = angle_surprise(inferred, azimuth, elevation)
            terms["agreement"] = ops.mean(code + angles)
            total = total + self.agreement * terms["agreement"]
        return total, terms, views

    def discrimination(self, images: Any, views: Any) -> Any:
        """The discriminator's loss on true images and on views, a scalar.

        To be called after the discriminator's `normalize`.
        """
        true = ops.cast(self.discriminator(images), "float32")
        made = ops.cast(self.discriminator(views), "float32")
        return 0.5 * (ops.mean(ops.softplus(-true)) + ops.mean(ops.softplus(made)))

    def _angles(self, model: VoxelAutoencoder, code: Any) -> tuple[Any, Any]:
        """Even azimuths, and elevations if the pose has such, `[batch]` radians."""
        shape = (ops.shape(code)[0],)
        azimuth = keras.random.uniform(shape, -math.pi, math.pi, seed=self.generator)
        if self.aligned:
            chance = keras.random.uniform(shape, 0, 1, seed=self.generator)
            quarter = 0.5 * math.pi * ops.round(azimuth / (0.5 * math.pi))
            azimuth = ops.where(chance < self.aligned, quarter, azimuth)
        if not model.pose.max_elevation:
            return azimuth, None
        span = math.radians(model.pose.max_elevation)
        return azimuth, keras.random.uniform(shape, -span, span, seed=self.generator)


def code_surprise(inferred: dict[str, Any], code: Any) -> Any:
    """-log N(code; mean, exp(log_variance)) less a constant, `[batch]`.

    Args:
      inferred: "mean" and "log_variance" `[batch, latent]`.
      code: `[batch, latent]`.
    """
    mean, log_variance = inferred["mean"], inferred["log_variance"]
    square = (mean - code) ** 2 * ops.exp(-log_variance)
    return 0.5 * ops.sum(square + log_variance, axis=1)


def angle_surprise(inferred: dict[str, Any], azimuth: Any, elevation: Any) -> Any:
    """-log of the density of angles, up to a constant, `[batch]`.

    The density is the hypotheses' mixture, each a von Mises distribution.

    Args:
      inferred: "azimuth_radians", "elevation_radians" and, of several hypotheses,
        "logits", `[batch, hypotheses]`.
      azimuth: radians, `[batch]`.
      elevation: the same, or None.
    """
    gap = ops.cos(inferred["azimuth_radians"] - azimuth[:, None]) - 1
    if elevation is not None:
        gap = gap + ops.cos(inferred["elevation_radians"] - elevation[:, None]) - 1
    weights = 0.0
    if inferred.get("logits") is not None:
        weights = ops.log_softmax(inferred["logits"], axis=-1)
    return -ops.logsumexp(weights + CONCENTRATION * gap, axis=1)
