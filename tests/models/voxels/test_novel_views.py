import keras
import numpy as np
import pytest
import tensorflow as tf

from tf3d.models.voxels import NovelViews, ViewDiscriminator, build_voxel_autoencoder
from tf3d.models.voxels.novel_views import (
    CONCENTRATION,
    angle_surprise,
    code_surprise,
)

SMALL = {
    "image_size": 8,
    "latent": 3,
    "encoder_width": 4,
    "decoder_widths": (4, 4),
}
IMAGES = np.random.default_rng(0).random((6, 8, 8, 1), np.float32)


@pytest.fixture
def generator():
    return keras.random.SeedGenerator(1)


def model_of(pose, **settings):
    keras.utils.set_random_seed(3)
    model = build_voxel_autoencoder("vae", pose, False, pose_settings=settings, **SMALL)
    model.build()
    return model


def judge():
    discriminator = ViewDiscriminator(8)
    discriminator.build()
    return discriminator


# --- the discriminator ---


@pytest.mark.parametrize(("size", "channels"), [(28, 1), (9, 3)])
def test_discriminator_gives_one_logit(size, channels, tmp_path):
    network = ViewDiscriminator(size, channels)
    images = np.random.default_rng(1).random((2, size, size, channels), np.float32)
    logits = np.array(network(images))
    assert logits.shape == (2, 1)
    assert logits[0] != logits[1]
    network.save(tmp_path / "judge.keras")
    loaded = keras.models.load_model(tmp_path / "judge.keras", compile=False)
    np.testing.assert_allclose(np.array(loaded(images)), logits, rtol=1e-5)


def test_discriminator_refuses():
    with pytest.raises(ValueError, match=r"image_size=0, channels=1"):
        ViewDiscriminator(0)
    with pytest.raises(ValueError, match=r"\[batch, 8, 8, 1\].*\(2, 9, 8, 1\)"):
        ViewDiscriminator(8)(np.zeros((2, 9, 8, 1), "float32"))


def test_discriminator_is_lipschitz_after_a_few_looks():
    network = judge()
    for weight in network.trainable_variables:
        weight.assign(weight * 20)
    for _ in range(30):
        network.normalize()
    kernel = keras.ops.convert_to_numpy(network.logit.layer.kernel)
    norm = np.linalg.norm(kernel, 2)
    assert norm == pytest.approx(1, abs=1e-3)


# --- what is surprising ---


def test_code_surprise_is_the_normal_likelihood():
    rng = np.random.default_rng(2)
    mean, log_variance, code = rng.normal(size=(3, 4, 5)).astype(np.float32)
    found = code_surprise({"mean": mean, "log_variance": log_variance}, code)
    density = np.exp(-((code - mean) ** 2) / 2 / np.exp(log_variance))
    density /= np.sqrt(2 * np.pi * np.exp(log_variance))
    constant = 5 / 2 * np.log(2 * np.pi)
    expected = -np.log(density).sum(axis=1) - constant
    np.testing.assert_allclose(np.array(found), expected, rtol=1e-4)


def test_angle_surprise_is_the_mixtures():
    azimuth = np.array([0.3, -2.0], np.float32)
    elevation = np.array([0.1, 0.2], np.float32)
    inferred = {
        "azimuth_radians": np.array([[0.0, 3.0], [1.0, -2.0]], np.float32),
        "elevation_radians": np.array([[0.0, 0.5], [0.3, 0.2]], np.float32),
        "logits": np.log(np.array([[0.2, 0.8], [0.5, 0.5]], np.float32)),
    }
    found = np.array(angle_surprise(inferred, azimuth, elevation))
    for row in range(2):
        density = 0.0
        for k in range(2):
            gap = np.cos(inferred["azimuth_radians"][row, k] - azimuth[row]) - 1
            gap += np.cos(inferred["elevation_radians"][row, k] - elevation[row]) - 1
            density += np.exp(inferred["logits"][row, k] + CONCENTRATION * gap)
        assert found[row] == pytest.approx(-np.log(density), rel=1e-4)


def test_one_angle_is_least_surprising_where_it_is():
    angles = np.linspace(-3, 3, 25).astype(np.float32)
    inferred = {"azimuth_radians": np.full((25, 1), 1.0, np.float32)}
    found = np.array(angle_surprise(inferred, angles, None))
    assert angles[found.argmin()] == 1
    assert found.min() == pytest.approx(0, abs=1e-6)
    # It has no seam: from 1 the same way up and down.
    one = np.full((25, 1), np.pi, np.float32)
    around = np.array(angle_surprise({"azimuth_radians": one}, angles, None))
    np.testing.assert_allclose(around, around[::-1], atol=1e-5)


def test_gradient_of_the_surprise_equals_finite_differences():
    rng = np.random.default_rng(4)
    guesses = tf.Variable(rng.uniform(-3, 3, (2, 3)).astype(np.float32))
    logits = rng.normal(size=(2, 3)).astype(np.float32)
    azimuth = np.array([0.4, -1.3], np.float32)

    def surprise(values):
        inferred = {"azimuth_radians": values, "logits": logits}
        return tf.reduce_sum(angle_surprise(inferred, azimuth, None))

    with tf.GradientTape() as tape:
        total = surprise(guesses)
    slope = tape.gradient(total, guesses).numpy()
    for place in np.ndindex(2, 3):
        shift = np.zeros((2, 3), np.float32)
        shift[place] = 1e-2
        numeric = (surprise(guesses + shift) - surprise(guesses - shift)) / 2e-2
        assert slope[place] == pytest.approx(float(numeric), abs=2e-3)


# --- both losses ---


def slopes(model, novel, *parts):
    """The terms, the views, and each part's largest gradient, None without any."""
    with tf.GradientTape() as tape:
        outputs = model.reconstruct(IMAGES, training=True)
        total, terms, views = novel(model, outputs)
    groups = {i: part.trainable_variables for i, part in enumerate(parts)}
    largest = []
    for found in tape.gradient(total, groups).values():
        sizes = [np.abs(np.array(slope)).max() for slope in found if slope is not None]
        largest.append(max(sizes, default=None))
    return float(total), terms, np.array(views), largest


@pytest.mark.parametrize("pose", ["amortized", "hypotheses", "adversarial"])
def test_agreement_teaches_the_encoder_alone(pose, generator):
    model = model_of(pose)
    parts = (model.decoder, model.encoder, model.mean_head, model.pose)
    total, terms, views, largest = slopes(
        model, NovelViews(0.0, 2.0, None, generator), *parts
    )
    assert set(terms) == {"agreement"}
    assert total == pytest.approx(2 * float(terms["agreement"]), rel=1e-5)
    assert views.shape == (6, 8, 8, 1)
    assert largest[0] is None
    assert min(largest[1:]) > 0


@pytest.mark.parametrize("pose", ["fixed", "uniform"])
def test_realism_forms_shapes_of_any_pose(pose, generator):
    model = model_of(pose)
    total, terms, _, largest = slopes(
        model, NovelViews(3.0, 0.0, judge(), generator), model.decoder, model.encoder
    )
    assert set(terms) == {"realism"}
    assert total == pytest.approx(3 * float(terms["realism"]), rel=1e-5)
    assert min(largest) > 0


def test_views_are_from_all_sides_and_heights(generator):
    model = model_of("hypotheses", max_elevation=40.0)
    novel = NovelViews(1.0, 1.0, judge(), generator)
    azimuth, elevation = novel._angles(model, np.zeros((2000, 3), np.float32))
    for angles, span in ((azimuth, 180), (elevation, 40)):
        degrees = np.degrees(np.array(angles))
        counts, _ = np.histogram(degrees, 8, (-span, span))
        assert counts.sum() == 2000
        assert counts.min() > 150
    _, terms, _, _ = slopes(model, novel, model.decoder)
    assert set(terms) == {"realism", "agreement"}


def test_some_views_look_along_the_axes(generator):
    novel = NovelViews(1.0, 0.0, judge(), generator, aligned=0.25)
    azimuth, _ = novel._angles(model_of("fixed"), np.zeros((4000, 3), np.float32))
    degrees = np.degrees(np.array(azimuth))
    along = np.abs((degrees + 45) % 90 - 45) < 1e-3
    assert along.mean() == pytest.approx(0.25, abs=0.03)
    around = np.round(degrees[along] / 90).astype(int) % 4
    assert np.bincount(around, minlength=4).min() > 200


def test_discrimination_is_cross_entropy(generator):
    novel = NovelViews(1.0, 0.0, judge(), generator)
    found = float(novel.discrimination(IMAGES, 1 - IMAGES))
    true, made = (
        np.array(novel.discriminator(pictures)) for pictures in (IMAGES, 1 - IMAGES)
    )
    expected = -(np.log(1 / (1 + np.exp(-true))) + np.log(1 / (1 + np.exp(made)))) / 2
    assert found == pytest.approx(expected.mean(), rel=1e-5)


@pytest.mark.parametrize(
    ("realism", "agreement", "with_judge"),
    [(1.0, 0.0, False), (0.0, 1.0, True), (-1.0, 0.0, True), (0.0, -1.0, False)],
)
def test_refuses_weights_that_do_not_go_together(
    realism, agreement, with_judge, generator
):
    discriminator = judge() if with_judge else None
    with pytest.raises(ValueError, match=f"realism={realism}, agreement={agreement}"):
        NovelViews(realism, agreement, discriminator, generator)


def test_refuses_an_impossible_share(generator):
    with pytest.raises(ValueError, match=r"\[0, 1\].*aligned=1.5"):
        NovelViews(1.0, 0.0, judge(), generator, aligned=1.5)
