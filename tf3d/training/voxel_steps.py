"""One training step of a voxel autoencoder: up to five updates on one batch."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from tf3d.models.voxels import (
    Discriminator,
    NovelViews,
    ViewDiscriminator,
    VoxelAutoencoder,
    VoxelObjective,
)
from tf3d.training.optimizers import FusedAdam
from tf3d.training.voxel_config import VoxelConfig

# Shapes move while they are judged: their judge should not trust old gradients.
VIEW_MOMENTS = {"beta_1": 0.5, "beta_2": 0.9}

VoxelStep = Callable[[Any], dict[str, Any]]


class VoxelOptimizers:
    """The optimisers of a run, each built for the variables that it moves.

    - "main": all of the autoencoder but the learned pose's variables; each tensor's
      gradient is clipped.
    - "pose": the learned pose's µ_θ and log σ²_θ, if there are such.
    - "discriminator" and "generator": of an adversarial regulariser or pose.
    - "view_discriminator": of novel views.

    Args:
      config: rates and clipping.
      model: built.
      objective: tells what a discriminator sees.
      discriminator: built; None where nothing is judged.
      novel: losses on novel views, if there are any.
    """

    def __init__(
        self,
        config: VoxelConfig,
        model: VoxelAutoencoder,
        objective: VoxelObjective,
        discriminator: Discriminator | None,
        novel: NovelViews | None = None,
    ) -> None:
        self.rates = {"main": config.rate}
        groups = {"main": model.main_variables}
        if model.pose_variables:
            self.rates["pose"] = config.pose_rate
            groups["pose"] = model.pose_variables
        if discriminator is not None:
            self.rates["discriminator"] = config.discriminator_rate
            groups["discriminator"] = discriminator.trainable_variables
            self.rates["generator"] = config.rate * config.generator_share
            groups["generator"] = model.generator_variables(
                objective.regularizer.adversarial
            )
        if novel is not None and novel.discriminator is not None:
            self.rates["view_discriminator"] = config.novel_views.discriminator_rate
            groups["view_discriminator"] = novel.discriminator.trainable_variables
        self.groups = groups
        self.all = {
            name: FusedAdam(
                rate,
                # Keras' clipnorm goes tensor by tensor.
                clipnorm=None if name == "pose" else config.clip_norm,
                name=name,
                **(VIEW_MOMENTS if name == "view_discriminator" else {}),
            )
            for name, rate in self.rates.items()
        }
        for name, optimizer in self.all.items():
            optimizer.build(groups[name])

    @property
    def variables(self) -> list[Any]:
        """Of all optimisers, in a fixed order; what a checkpoint holds."""
        return [v for optimizer in self.all.values() for v in optimizer.variables]

    def scale(self, factor: float) -> None:
        """Sets every rate to this share of its own."""
        for name, optimizer in self.all.items():
            optimizer.learning_rate.assign(self.rates[name] * factor)

    @property
    def autoencoder(self) -> list[str]:
        """Those that move by the autoencoder's loss."""
        return [name for name in ("main", "pose") if name in self.all]


def make_discriminator(
    model: VoxelAutoencoder, objective: VoxelObjective
) -> Discriminator | None:
    """A built discriminator for what objective and pose want judged, or None."""
    outputs = model.pose.angles if model.pose.adversarial else 0
    width = objective.judged_width(model.latent, outputs)
    if not width:
        return None
    discriminator = Discriminator(width)
    discriminator.build()
    return discriminator


def make_novel_views(config: VoxelConfig, model: VoxelAutoencoder) -> NovelViews | None:
    """The config's losses on novel views, or None if it has none."""
    weights = config.novel_views
    if not weights:
        return None
    discriminator = None
    if weights.realism:
        discriminator = ViewDiscriminator(
            model.image_size, model.channels, dtype=model.dtype_policy
        )
        discriminator.build()
    generator = keras.random.SeedGenerator(config.seed + 3)
    return NovelViews(
        weights.realism,
        weights.agreement,
        discriminator,
        generator,
        aligned=weights.aligned,
    )


@dataclasses.dataclass(frozen=True)
class VoxelLosses:
    """What a step's updates descend, on any backend.

    Attributes:
      model: built.
      objective: of the autoencoder; says what is judged.
      discriminator: see `make_discriminator`.
      generator: of the prior's samples.
      novel: see `make_novel_views`.
    """

    model: VoxelAutoencoder
    objective: VoxelObjective
    discriminator: Discriminator | None
    generator: keras.random.SeedGenerator
    novel: NovelViews | None = None

    @property
    def variables(self) -> list[Any]:
        """All that a step may change, of the networks and of the random generators."""
        result = [*self.model.variables, self.generator.state]
        if self.discriminator is not None:
            result += self.discriminator.variables
        if self.novel is not None:
            result += self.novel.variables
        return result

    @property
    def judges_views(self) -> bool:
        """Whether novel views have a discriminator."""
        return self.novel is not None and self.novel.discriminator is not None

    def autoencoder(self, images: Any) -> tuple[Any, dict[str, Any], dict[str, Any]]:
        """The loss, its terms, and what discriminators are to judge of the batch.

        The latter are "codes" and "views", each where there is something to judge.
        """
        outputs = self.model.reconstruct(images, training=True)
        terms = self.objective(images, outputs)
        judged = {}
        if self.discriminator is not None:
            judged["codes"] = self.objective.judged(outputs)
        if self.novel is not None:
            extra, more, views = self.novel(self.model, outputs)
            terms = {**terms, **more, "total": terms["total"] + extra}
            if self.judges_views:
                judged["views"] = views
        return terms["total"], terms, judged

    def discrimination(self, judged: Any) -> Any:
        """The discriminator's loss on samples of the prior and on what was judged."""
        pose = self.model.pose
        prior = self.objective.prior(
            ops.shape(judged)[0],
            self.model.latent,
            pose.angles if pose.adversarial else 0,
            self.generator,
        )
        real, made = self.discriminator(prior), self.discriminator(judged)
        return 0.5 * (_surprise(real, True) + _surprise(made, False))

    def generation(self, images: Any) -> Any:
        """The encoder's loss against the discriminator."""
        judged = self.objective.judged(self.model.infer(images, training=True))
        return _surprise(self.discriminator(judged), True)


def make_voxel_step(
    model: VoxelAutoencoder,
    objective: VoxelObjective,
    discriminator: Discriminator | None,
    optimizers: VoxelOptimizers,
    generator: keras.random.SeedGenerator,
    novel: NovelViews | None = None,
) -> VoxelStep:
    """Builds a function that takes one step on a batch.

    The autoencoder is updated first, the learned pose's variables from the same
    gradients by their own optimiser. Where something is judged, the discriminator
    follows, on the codes that the batch just had, and then the encoder against it; the
    discriminator of novel views comes last.

    Args:
      model: built.
      objective: what is minimised.
      discriminator: see `make_discriminator`.
      optimizers: for these.
      generator: of the prior's samples.
      novel: see `make_novel_views`.

    Returns:
      `step(images)` for images `[batch, size, size, channels]` in [0, 1]; returns the
      terms before the step.

    Raises:
      RuntimeError: for a backend other than TensorFlow and JAX.
    """
    losses = VoxelLosses(model, objective, discriminator, generator, novel)
    backend = keras.backend.backend()
    if backend == "tensorflow":
        from tf3d.training.voxel_steps_tensorflow import tensorflow_step

        return tensorflow_step(losses, optimizers)
    if backend == "jax":
        from tf3d.training.voxel_steps_jax import jax_step

        return jax_step(losses, optimizers)
    raise RuntimeError(
        f"Training a voxel autoencoder needs TensorFlow or JAX. Received: {backend}"
    )


def _surprise(logits: Any, is_prior: bool) -> Any:
    """Binary cross-entropy of logits against one answer, a scalar."""
    return ops.mean(ops.softplus(-logits if is_prior else logits))
