"""One step of training, on the Keras backend in use."""

from __future__ import annotations

from typing import Any

import keras

from tf3d.training.adversarial_steps import (
    Step,
    jax_adversarial_step,
    tensorflow_adversarial_step,
)
from tf3d.training.adversary import Adversary
from tf3d.training.batch_units import codes_of, targets_of
from tf3d.training.fitted_codes import Codes

ADVERSARIAL = {"tensorflow": tensorflow_adversarial_step, "jax": jax_adversarial_step}


def make_step(
    model: keras.Model,
    objective: Any,
    optimizer: keras.optimizers.Optimizer,
    adversary: Adversary | None = None,
    codes: Codes | None = None,
) -> Step:
    """Builds a function that takes one optimiser step on a batch.

    Args:
      model: a built `MultiView`.
      objective: see `MultiViewObjective`.
      optimizer: its variables are created here.
      adversary: learns from the same batch, and its answer weighs in the loss.
      codes: of a batch's inputs, in the place of the encoder's. The decoder learns
        alone then, without an adversary.

    Returns:
      `step(inputs, targets)`, both dicts of arrays; returns the objective's terms
      before the step. The backends differ only in how gradients are taken.

    Raises:
      RuntimeError: for a backend other than TensorFlow and JAX.
    """
    variables = model.trainable_variables if codes is None else model.decoder_variables
    optimizer.build(variables)
    backend = keras.backend.backend()
    if adversary is not None and backend in ADVERSARIAL:
        return ADVERSARIAL[backend](model, objective, optimizer, adversary)
    if backend == "tensorflow":
        return _tensorflow_step(model, objective, optimizer, variables, codes)
    if backend == "jax":
        return _jax_step(model, objective, optimizer, variables, codes)
    raise RuntimeError(f"Training needs TensorFlow or JAX. Received: {backend}")


def _tensorflow_step(
    model: keras.Model,
    objective: Any,
    optimizer: keras.optimizers.Optimizer,
    variables: list[keras.Variable],
    codes: Codes | None,
) -> Step:
    import tensorflow as tf

    # XLA on CPU slows convolutions down fourfold, but makes one pass of the many small
    # operations on full-size pictures that follow them, gradient and all.
    @tf.function(jit_compile=True)
    def terms_of(raw, viewpoints, targets):
        targets = targets_of(targets)
        with tf.GradientTape() as tape:
            tape.watch(raw)
            terms = objective(targets, model.to_units(raw, viewpoints), viewpoints)
        return terms, tape.gradient(terms["total"], raw)

    @tf.function(jit_compile=False)
    def step(inputs, targets):
        # Outside of the tape: nothing of a fit is kept.
        given = None if codes is None else codes(inputs)
        with tf.GradientTape() as tape:
            found = codes_of(model, inputs) if given is None else given
            raw = model.decode_raw(found, inputs["viewpoint"])
        terms, slope = terms_of(raw, inputs["viewpoint"], targets)
        gradients = tape.gradient(raw, variables, output_gradients=slope)
        optimizer.apply_gradients(zip(gradients, variables, strict=True))
        return terms

    return step


def _jax_step(
    model: keras.Model,
    objective: Any,
    optimizer: keras.optimizers.Optimizer,
    variables: list[keras.Variable],
    codes: Codes | None,
) -> Step:
    from tf3d.training.steps_jax import jax_step

    def terms_of(inputs, targets):
        viewpoints = inputs["viewpoint"]
        found = codes_of(model, inputs) if codes is None else codes(inputs)
        raw = model.decode_raw(found, viewpoints)
        outputs = model.to_units(raw, viewpoints)
        return objective(targets_of(targets), outputs, viewpoints)

    return jax_step(model, terms_of, optimizer, variables)
