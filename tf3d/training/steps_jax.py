"""A step of gradient descent as one function that JAX compiles."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import jax
import keras

from tf3d.training.adversarial_steps import Step
from tf3d.training.variables import assign_all, values_of


def jax_step(
    model: keras.Model,
    terms_of: Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]],
    optimizer: keras.optimizers.Optimizer,
    variables: Sequence[keras.Variable] | None = None,
) -> Step:
    """Builds a step that lowers the "total" of `terms_of(inputs, targets)`.

    Args:
      model: built; what `terms_of` calls.
      terms_of: scalars by name.
      optimizer: built.
      variables: that learn; all of the model by default.
    """
    variables = model.trainable_variables if variables is None else variables
    learning = {id(variable) for variable in variables}
    groups = (
        [*variables],
        # States of random generators change with each step, too.
        [other for other in model.variables if id(other) not in learning],
        optimizer.variables,
    )

    def loss(trainable, others, inputs, targets):
        mapping = [*zip(groups[0], trainable), *zip(groups[1], others)]
        with keras.StatelessScope(state_mapping=mapping) as scope:
            terms = terms_of(inputs, targets)
        left = [scope.get_current_value(variable) for variable in groups[1]]
        return terms["total"], (terms, left)

    # Values stay on the device, and the new ones take the memory of the old.
    @functools.partial(jax.jit, donate_argnums=(0, 1, 2))
    def update(trainable, others, state, inputs, targets):
        (_, (terms, others)), gradients = jax.value_and_grad(loss, has_aux=True)(
            trainable, others, inputs, targets
        )
        trainable, state = optimizer.stateless_apply(state, gradients, trainable)
        return trainable, others, state, terms

    def step(inputs, targets):
        *values, terms = update(*map(values_of, groups), inputs, targets)
        for variables, new in zip(groups, values, strict=True):
            assign_all(variables, new)
        return terms

    return step
