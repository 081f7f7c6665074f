"""A voxel autoencoder's step as one function that JAX compiles."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import jax
import keras

from tf3d.training.variables import assign_all, values_of
from tf3d.training.voxel_steps import VoxelLosses, VoxelOptimizers, VoxelStep

Values = list[Any]


def jax_step(losses: VoxelLosses, optimizers: VoxelOptimizers) -> VoxelStep:
    """See `tf3d.training.voxel_steps.make_voxel_step`.

    Values of variables go in and come out: weights, averages of batch norm, states of
    random generators and of optimisers. They stay on the device, and the new ones take
    the memory of the old.
    """
    variables = losses.variables
    places = {id(variable): place for place, variable in enumerate(variables)}
    groups = {
        name: [places[id(variable)] for variable in group]
        for name, group in optimizers.groups.items()
    }

    def gradients(
        loss: Callable[[Any], tuple[Any, Any]], names: list[str], values: Values, x: Any
    ) -> tuple[dict[str, Values], Any, Values]:
        """Those of groups of variables, what else a loss returns, the values it left.

        A loss changes averages and random generators.
        """

        def pure(parts: dict[str, Values]) -> tuple[Any, Any]:
            current = list(values)
            for name in names:
                _put(current, groups[name], parts[name])
            mapping = list(zip(variables, current, strict=True))
            with keras.StatelessScope(state_mapping=mapping) as scope:
                total, more = loss(x)
            left = [scope.get_current_value(variable) for variable in variables]
            return total, (more, left)

        parts = {name: [values[i] for i in groups[name]] for name in names}
        slopes, (more, left) = jax.grad(pure, has_aux=True)(parts)
        return slopes, more, left

    def descend(
        loss: Callable[[Any], tuple[Any, Any]],
        names: list[str],
        values: Values,
        states: dict[str, Values],
        x: Any,
    ) -> tuple[Any, Values]:
        """Moves groups of variables; their optimisers' states change in place."""
        slopes, more, values = gradients(loss, names, values, x)
        for name in names:
            parts = [values[i] for i in groups[name]]
            moved, states[name] = optimizers.all[name].stateless_apply(
                states[name], slopes[name], parts
            )
            _put(values, groups[name], moved)
        return more, values

    def autoencoder(images: Any) -> tuple[Any, Any]:
        total, terms, judged = losses.autoencoder(images)
        return total, (terms, judged)

    def discrimination(judged: Any) -> tuple[Any, Any]:
        return (losses.discrimination(judged),) * 2

    def generation(images: Any) -> tuple[Any, Any]:
        return (losses.generation(images),) * 2

    def normalized(values: Values) -> Values:
        mapping = list(zip(variables, values, strict=True))
        with keras.StatelessScope(state_mapping=mapping) as scope:
            losses.novel.discriminator.normalize()
        return [scope.get_current_value(variable) for variable in variables]

    def view_discrimination(pair: Any) -> tuple[Any, Any]:
        return (losses.novel.discrimination(*pair),) * 2

    @functools.partial(jax.jit, donate_argnums=(0, 1))
    def update(
        values: Values, states: dict[str, Values], images: Any
    ) -> tuple[Values, dict[str, Values], dict[str, Any]]:
        states, images = dict(states), images.astype("float32")
        (terms, judged), values = descend(
            autoencoder, optimizers.autoencoder, values, states, images
        )
        if losses.discriminator is not None:
            terms["discriminator"], values = descend(
                discrimination, ["discriminator"], values, states, judged["codes"]
            )
            terms["generator"], values = descend(
                generation, ["generator"], values, states, images
            )
        if losses.judges_views:
            pair = (images, jax.lax.stop_gradient(judged["views"]))
            terms["view_discriminator"], values = descend(
                view_discrimination,
                ["view_discriminator"],
                normalized(values),
                states,
                pair,
            )
        return values, states, terms

    def step(images: Any) -> dict[str, Any]:
        states = {name: values_of(o.variables) for name, o in optimizers.all.items()}
        values, states, terms = update(values_of(variables), states, images)
        assign_all(variables, values)
        for name, optimizer in optimizers.all.items():
            assign_all(optimizer.variables, states[name])
        return terms

    return step


def _put(values: Values, places: list[int], parts: Values) -> None:
    """Writes parts to their places in a list."""
    for place, part in zip(places, parts, strict=True):
        values[place] = part
