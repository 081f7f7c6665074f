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
      RuntimeError: for a backend other than TensorFlow.
    """
    backend = keras.backend.backend()
    if backend != "tensorflow":
        raise RuntimeError(
            f"Comparison networks train under TensorFlow. Received: {backend}"
        )
    import tensorflow as tf

    optimizer.build(model.trainable_variables)

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
