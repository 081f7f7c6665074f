"""One step of adversarial training: the network's update, then the discriminator's."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import keras

from tf3d.training.adversary import Adversary
from tf3d.training.batch_units import codes_of, targets_of
from tf3d.training.variables import assign_all, values_of

Step = Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]]


def _fooling(
    model: keras.Model,
    objective: Any,
    adversary: Adversary,
    inputs: dict[str, Any],
    targets: dict[str, Any],
) -> tuple[Any, dict[str, Any], Any]:
    """What the network is to lower, its terms, and the predicted pictures."""
    viewpoints = inputs["viewpoint"]
    raw = model.decode_raw(codes_of(model, inputs), viewpoints)
    outputs = model.to_units(raw, viewpoints)
    terms = objective(targets, outputs, viewpoints)
    fooled = adversary.fooled(outputs["rgb"])
    total = terms["total"] + adversary.weight * fooled
    return total, {**terms, "total": total, "fooled": fooled}, outputs["rgb"]


def tensorflow_adversarial_step(
    model: keras.Model,
    objective: Any,
    optimizer: keras.optimizers.Optimizer,
    adversary: Adversary,
) -> Step:
    """See `tf3d.training.steps.make_step`."""
    import tensorflow as tf

    judge = adversary.discriminator

    # XLA slows convolutions down on CPU: see `tf3d.training.steps`.
    @tf.function(jit_compile=False)
    def step(inputs, targets):
        targets = targets_of(targets)
        with tf.GradientTape() as tape:
            total, terms, rgb = _fooling(model, objective, adversary, inputs, targets)
        variables = model.trainable_variables
        optimizer.apply_gradients(
            zip(tape.gradient(total, variables), variables, strict=True)
        )
        with tf.GradientTape() as tape:
            mistaken = adversary.mistaken(targets["rgb"], rgb)
        variables = judge.trainable_variables
        adversary.optimizer.apply_gradients(
            zip(tape.gradient(mistaken, variables), variables, strict=True)
        )
        return {**terms, "discriminator": mistaken}

    return step


def jax_adversarial_step(
    model: keras.Model,
    objective: Any,
    optimizer: keras.optimizers.Optimizer,
    adversary: Adversary,
) -> Step:
    """See `tf3d.training.steps.make_step`."""
    import jax

    judge = adversary.discriminator
    groups = (model.trainable_variables, judge.trainable_variables)
    states = (optimizer.variables, adversary.optimizer.variables)

    def scope(own, others):
        pairs = [*zip(groups[0], own, strict=True), *zip(groups[1], others)]
        return keras.StatelessScope(state_mapping=pairs)

    def loss(own, others, inputs, targets):
        with scope(own, others):
            total, *rest = _fooling(model, objective, adversary, inputs, targets)
        return total, rest

    def judging(others, own, true, predicted):
        with scope(own, others):
            return adversary.mistaken(true, predicted)

    @functools.partial(jax.jit, donate_argnums=(0, 1))
    def update(values, states, inputs, targets):
        own, others = values
        targets = targets_of(targets)
        (_, (terms, predicted)), slopes = jax.value_and_grad(loss, has_aux=True)(
            own, others, inputs, targets
        )
        mistaken, judged = jax.value_and_grad(judging)(
            others, own, targets["rgb"], predicted
        )
        own, first = optimizer.stateless_apply(states[0], slopes, own)
        others, second = adversary.optimizer.stateless_apply(states[1], judged, others)
        return (own, others), (first, second), {**terms, "discriminator": mistaken}

    def step(inputs, targets):
        values, left, terms = update(
            tuple(map(values_of, groups)),
            tuple(map(values_of, states)),
            inputs,
            targets,
        )
        for variables, new in zip((*groups, *states), (*values, *left), strict=True):
            assign_all(variables, new)
        return terms

    return step
