import keras
import numpy as np
import pytest

from tf3d.models.voxels import VoxelObjective, build_voxel_autoencoder
from tf3d.training.voxel_config import VoxelConfig
from tf3d.training.voxel_steps import (
    VoxelOptimizers,
    make_discriminator,
    make_novel_views,
    make_voxel_step,
)

SMALL = {
    "image_size": 8,
    "latent": 3,
    "encoder_width": 4,
    "decoder_widths": (4, 4),
    "texturizer_width": 6,
}
IMAGES = np.random.default_rng(0).random((6, 8, 8, 1), np.float32)


def parts(preset, pose="fixed", **settings):
    keras.utils.set_random_seed(1)
    slots = {"slots": 6} if pose == "learned" else {}
    model = build_voxel_autoencoder(preset, pose, True, pose_settings=slots, **SMALL)
    model.build()
    objective = VoxelObjective(preset)
    discriminator = make_discriminator(model, objective)
    config = VoxelConfig(pose=pose, **settings)
    novel = make_novel_views(config, model)
    optimizers = VoxelOptimizers(config, model, objective, discriminator, novel)
    generator = keras.random.SeedGenerator(0)
    step = make_voxel_step(
        model, objective, discriminator, optimizers, generator, novel
    )
    return model, discriminator, optimizers, step


def values(variables):
    return [v.numpy().copy() for v in variables]


def test_learned_pose_has_an_optimizer_of_its_own():
    model, _, optimizers, step = parts("mu-vae", "learned")
    assert list(optimizers.all) == ["main", "pose"]
    assert optimizers.all["main"].clipnorm == 1
    assert optimizers.all["pose"].clipnorm is None
    optimizers.all["pose"].learning_rate.assign(0.0)
    still, moved = values(model.pose_variables), values(model.main_variables)
    step(IMAGES)
    for old, variable in zip(still, model.pose_variables):
        np.testing.assert_array_equal(old, variable)
    assert any(
        np.abs(old - v.numpy().copy()).max() > 1e-5
        for old, v in zip(moved, model.main_variables)
    )
    assert "network" in " ".join(v.path for v in model.main_variables)
    optimizers.scale(1.0)
    step(IMAGES)
    # Adam's first steps are as long as the rate.
    moved = [np.abs(v.numpy().copy()).max() for v in model.pose_variables]
    assert 1e-4 < max(moved) < 2.1e-3


def test_adversarial_updates_in_their_order():
    model, discriminator, optimizers, step = parts("aae", generator_share=0.5)
    assert list(optimizers.all) == ["main", "discriminator", "generator"]
    assert float(optimizers.all["generator"].learning_rate) == pytest.approx(5e-4)
    for name in ("main", "generator"):
        optimizers.all[name].learning_rate.assign(0.0)
    before, judge = values(model.main_variables), values(discriminator.weights)
    step(IMAGES)
    for old, variable in zip(before, model.main_variables):
        np.testing.assert_array_equal(old, variable)
    assert any(
        not np.array_equal(old, v) for old, v in zip(judge, discriminator.weights)
    )
    # The generator's update moves the encoder, and nothing behind the code.
    optimizers.all["generator"].learning_rate.assign(1e-3)
    decoder, encoder = (
        values(model.decoder.trainable_variables),
        values(model.encoder.trainable_variables),
    )
    step(IMAGES)
    for old, variable in zip(decoder, model.decoder.trainable_variables):
        np.testing.assert_array_equal(old, variable)
    assert any(
        not np.array_equal(old, v)
        for old, v in zip(encoder, model.encoder.trainable_variables)
    )


def test_scale_moves_all_rates_together():
    _, _, optimizers, _ = parts("aae", discriminator_rate=4e-3, generator_share=0.1)
    optimizers.scale(0.25)
    rates = {k: float(o.learning_rate) for k, o in optimizers.all.items()}
    assert rates == pytest.approx(
        {"main": 2.5e-4, "discriminator": 1e-3, "generator": 2.5e-5}
    )


def test_novel_views_have_a_judge_that_learns_from_them_alone():
    weights = {"realism": 1.0, "agreement": 0.5, "discriminator_rate": 2e-3}
    _, _, optimizers, step = parts("aae", "amortized", novel_views=weights)
    assert list(optimizers.all)[-1] == "view_discriminator"
    rate = float(optimizers.all["view_discriminator"].learning_rate)
    assert rate == pytest.approx(2e-3)
    for name in ("main", "discriminator", "generator"):
        optimizers.all[name].learning_rate.assign(0.0)
    losses = []
    for _ in range(40):
        terms = step(IMAGES)
        losses.append(float(terms["view_discriminator"]))
    # Noise and an untrained network's views are easily told apart.
    assert losses[-1] < 0.8 * losses[0]
    assert float(terms["realism"]) > 0
    parts_of_loss = ("projection", "texture", "code", "pose")
    plain = sum(float(terms[name]) for name in parts_of_loss)
    novel = float(terms["realism"]) + 0.5 * float(terms["agreement"])
    assert float(terms["total"]) == pytest.approx(plain + novel, rel=1e-3)


def test_without_novel_views_nothing_judges_them():
    _, _, optimizers, step = parts("vae", "amortized")
    assert list(optimizers.all) == ["main"]
    terms = step(IMAGES)
    assert not {"realism", "agreement", "view_discriminator"} & set(terms)


@pytest.mark.parametrize("pose", ["fixed", "hypotheses", "amortized"])
def test_loss_falls(pose):
    _, _, _, step = parts("vae", pose, rate=5e-3)
    first = float(step(IMAGES)["projection"])
    for _ in range(60):
        terms = step(IMAGES)
    assert float(terms["projection"]) < 0.9 * first
