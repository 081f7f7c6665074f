"""One training step of a voxel autoencoder: up to four updates on one batch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from tf3d.models.voxels import Discriminator, VoxelAutoencoder, VoxelObjective
from tf3d.training.optimizers import FusedAdam
from tf3d.training.voxel_config import VoxelConfig

VoxelStep = Callable[[Any], dict[str, Any]]


class VoxelOptimizers:
    """The optimisers of a run, each built for the variables that it moves.

    - "main": all of the autoencoder but the learned pose's variables; each tensor's
      gradient is clipped.
    - "pose": the learned pose's µ_θ and log σ²_θ, if there are such.
    - "discriminator" and "generator": of an adversarial regulariser or pose.

    Args:
      config: rates and clipping.
      model: built.
      objective: tells what a discriminator sees.
      discriminator: built; None where nothing is judged.
    """

    def __init__(
        self,
        config: VoxelConfig,
        model: VoxelAutoencoder,
        objective: VoxelObjective,
        discriminator: Discriminator | None,
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
        self.groups = groups
        self.all = {
            name: FusedAdam(
                rate,
                # Keras' clipnorm goes tensor by tensor.
                clipnorm=None if name == "pose" else config.clip_norm,
                name=name,
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

    def apply(self, name: str, gradients: list[Any]) -> None:
        """One optimiser's step, from the gradients of its own variables."""
        pairs = zip(gradients, self.groups[name], strict=True)
        self.all[name].apply_gradients(pairs)


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


def make_voxel_step(
    model: VoxelAutoencoder,
    objective: VoxelObjective,
    discriminator: Discriminator | None,
    optimizers: VoxelOptimizers,
    generator: keras.random.SeedGenerator,
) -> VoxelStep:
    """Builds a function that takes one step on a batch.

    The autoencoder is updated first, the learned pose's variables from the same
    gradients by their own optimiser. Where something is judged, the discriminator
    follows, on the codes that the batch just had, and then the encoder against it.

    Args:
      model: built.
      objective: what is minimised.
      discriminator: see `make_discriminator`.
      optimizers: for these.
      generator: of the prior's samples.

    Returns:
      `step(images)` for images `[batch, size, size, channels]` in [0, 1]; returns the
      terms before the step.

    Raises:
      RuntimeError: for a backend other than TensorFlow.
    """
    backend = keras.backend.backend()
    if backend != "tensorflow":
        raise RuntimeError(
            "Training a voxel autoencoder needs the TensorFlow backend. "
            f"Received: {backend}"
        )
    import tensorflow as tf

    pose_outputs = model.pose.angles if model.pose.adversarial else 0
    judges_codes = objective.regularizer.adversarial

    def update_autoencoder(images: Any) -> tuple[dict[str, Any], Any]:
        with tf.GradientTape() as tape:
            outputs = model.reconstruct(images, training=True)
            terms = objective(images, outputs)
        groups = [name for name in ("main", "pose") if name in optimizers.all]
        variables = [optimizers.groups[name] for name in groups]
        gradients = tape.gradient(terms["total"], variables)
        for name, part in zip(groups, gradients, strict=True):
            optimizers.apply(name, part)
        return terms, objective.judged(outputs)

    def update_discriminator(judged: Any) -> Any:
        batch = ops.shape(judged)[0]
        prior = objective.prior(batch, model.latent, pose_outputs, generator)
        with tf.GradientTape() as tape:
            real, made = discriminator(prior), discriminator(judged)
            loss = 0.5 * (_surprise(real, True) + _surprise(made, False))
        variables = optimizers.groups["discriminator"]
        optimizers.apply("discriminator", tape.gradient(loss, variables))
        return loss

    def update_generator(images: Any) -> Any:
        with tf.GradientTape() as tape:
            judged = objective.judged(model.infer(images, training=True))
            loss = _surprise(discriminator(judged), True)
        variables = optimizers.groups["generator"]
        gradients = tape.gradient(loss, variables, unconnected_gradients="zero")
        optimizers.apply("generator", gradients)
        return loss

    @tf.function(jit_compile=False)
    def step(images: Any) -> dict[str, Any]:
        images = tf.cast(images, tf.float32)
        terms, judged = update_autoencoder(images)
        if discriminator is not None:
            terms["discriminator"] = update_discriminator(tf.stop_gradient(judged))
            terms["generator"] = update_generator(images)
        return terms

    assert discriminator is None or judges_codes or pose_outputs
    return step


def _surprise(logits: Any, is_prior: bool) -> Any:
    """Binary cross-entropy of logits against one answer, a scalar."""
    return ops.mean(ops.softplus(-logits if is_prior else logits))
