"""One step of training of a comparison network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras

from tf3d.training.steps import Step

Objective = Callable[[Any, dict[str, Any], dict[str, Any]], dict[str, Any]]


def make_rival_step(
    model: keras.Model,
    objective: Objective,
    optimizer: keras.optimizers.Optimizer,
) -> Step:
    """Builds a function that takes one optimiser step on a batch.

    Args:
      model: built.
      objective: `objective(model, inputs, targets)` gives terms and their "total".
      optimizer: its variables are created here.

    Returns:
      `step(inputs, targets)`, both dicts of arrays, pictures as uint8; returns the
      objective's terms before the step.

    Raises:
      RuntimeError: for a backend other than TensorFlow and JAX.
    """
    optimizer.build(model.trainable_variables)
    backend = keras.backend.backend()
    if backend == "tensorflow":
        return _tensorflow_step(model, objective, optimizer)
    if backend == "jax":
        from tf3d.training.steps_jax import jax_step

        def terms_of(inputs, targets):
            return objective(model, in_units(inputs), in_units(targets))

        return jax_step(model, terms_of, optimizer)
    raise RuntimeError(
        f"Comparison networks train under TensorFlow or JAX. Received: {backend}"
    )


def _tensorflow_step(
    model: keras.Model, objective: Objective, optimizer: keras.optimizers.Optimizer
) -> Step:
    import tensorflow as tf

    @tf.function(jit_compile=False)
    def step(inputs, targets):
        variables = model.trainable_variables
        with tf.GradientTape() as tape:
            terms = objective(model, in_units(inputs), in_units(targets))
        gradients = tape.gradient(terms["total"], variables)
        optimizer.apply_gradients(zip(gradients, variables, strict=True))
        return terms

    return step


def in_units(arrays: dict[str, Any]) -> dict[str, Any]:
    """A batch with its uint8 pictures in [0, 1]."""
    return {
        name: keras.ops.cast(value, "float32") / 255
        if keras.backend.standardize_dtype(value.dtype) == "uint8"
        else value
        for name, value in arrays.items()
    }
