"""A voxel autoencoder's step as a `tf.function`."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from tf3d.training.voxel_steps import VoxelLosses, VoxelOptimizers, VoxelStep


def tensorflow_step(losses: VoxelLosses, optimizers: VoxelOptimizers) -> VoxelStep:
    """See `tf3d.training.voxel_steps.make_voxel_step`."""

    def apply(name: str, gradients: list[Any]) -> None:
        pairs = zip(gradients, optimizers.groups[name], strict=True)
        optimizers.all[name].apply_gradients(pairs)

    def update_autoencoder(images: Any) -> tuple[dict[str, Any], Any]:
        with tf.GradientTape() as tape:
            total, terms, judged = losses.autoencoder(images)
        groups = {name: optimizers.groups[name] for name in optimizers.autoencoder}
        for name, gradients in tape.gradient(total, groups).items():
            apply(name, gradients)
        return terms, judged

    def update_discriminator(judged: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = losses.discrimination(judged)
        variables = optimizers.groups["discriminator"]
        apply("discriminator", tape.gradient(loss, variables))
        return loss

    def update_generator(images: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = losses.generation(images)
        variables = optimizers.groups["generator"]
        gradients = tape.gradient(loss, variables, unconnected_gradients="zero")
        apply("generator", gradients)
        return loss

    def update_view_discriminator(images: Any, views: Any) -> Any:
        losses.novel.discriminator.normalize()
        with tf.GradientTape() as tape:
            loss = losses.novel.discrimination(images, views)
        variables = optimizers.groups["view_discriminator"]
        apply("view_discriminator", tape.gradient(loss, variables))
        return loss

    @tf.function(jit_compile=False)
    def step(images: Any) -> dict[str, Any]:
        images = tf.cast(images, tf.float32)
        terms, judged = update_autoencoder(images)
        if losses.discriminator is not None:
            codes = tf.stop_gradient(judged["codes"])
            terms["discriminator"] = update_discriminator(codes)
            terms["generator"] = update_generator(images)
        if losses.judges_views:
            views = tf.stop_gradient(judged["views"])
            terms["view_discriminator"] = update_view_discriminator(images, views)
        return terms

    return step
