"""Samples of a latent variable."""

import keras
import numpy as np
import pytest
from keras import ops

from tf3d.layers import LatentSampling, clip_latent, clip_norm


def random_latent(batch=4, dimensions=20, scale=1.0, seed=0):
    rng = np.random.default_rng(seed)
    return (
        (scale * rng.standard_normal((2, batch, dimensions))).astype(np.float32)
    ).copy()


def test_inference_gives_the_mean():
    mean, log_variance = random_latent()
    layer = LatentSampling(seed=0)
    np.testing.assert_array_equal(layer(mean, log_variance, training=False), mean)
    np.testing.assert_array_equal(layer(mean, log_variance), mean)


def test_samples_have_mean_and_variance():
    mean = np.tile(np.float32([-2.0, 3.0]), (20_000, 1))
    log_variance = np.tile(np.log(np.float32([0.25, 4.0])), (20_000, 1))
    sample = np.asarray(LatentSampling(seed=0)(mean, log_variance, training=True))
    np.testing.assert_allclose(sample.mean(0), [-2, 3], atol=0.06)
    np.testing.assert_allclose(sample.var(0), [0.25, 4.0], rtol=0.05)


def test_same_seed_same_samples():
    mean, log_variance = random_latent()

    def draw(seed, times=1):
        layer = LatentSampling(seed=seed)
        return np.stack(
            [np.asarray(layer(mean, log_variance, training=True)) for _ in range(times)]
        )

    first, second = draw(3, times=2)
    np.testing.assert_array_equal(draw(3, times=2), [first, second])
    assert np.abs(first - second).max() > 0.1
    assert np.abs(first - draw(4)).max() > 0.1


@pytest.mark.parametrize("dimensions", [5, 20])
def test_clipping_shortens_and_keeps_the_direction(dimensions):
    root = dimensions**0.5
    mean, log_variance = random_latent(dimensions=dimensions, scale=50.0)
    mean[0] *= 0.01
    log_variance[0] *= 0.001
    clipped = [np.asarray(x) for x in clip_latent(mean, log_variance)]
    for before, after, limit in zip((mean, log_variance), clipped, (6 * root, root)):
        np.testing.assert_array_equal(after[0], before[0])
        length = np.linalg.norm(after[1:], axis=-1)
        np.testing.assert_allclose(length, limit, rtol=1e-5)
        cosine = (before * after).sum(-1) / (
            np.linalg.norm(before, axis=-1) * np.linalg.norm(after, axis=-1)
        )
        np.testing.assert_allclose(cosine, 1, atol=1e-5)


def test_paper_limits_in_20_dimensions():
    mean, log_variance = clip_latent(np.full((1, 20), 1e3), np.full((1, 20), 1e3))
    assert np.linalg.norm(mean) == pytest.approx(26.8, abs=0.05)
    assert np.linalg.norm(log_variance) == pytest.approx(4.47, abs=0.005)


def test_layer_clips_when_asked():
    mean, log_variance = random_latent(scale=50.0)
    wanted, clipped_variance = clip_latent(mean, log_variance)
    np.testing.assert_array_equal(LatentSampling(clip=True)(mean, log_variance), wanted)
    deviation = LatentSampling(clip=True, seed=1)(
        mean, log_variance, training=True
    ) - np.asarray(wanted)
    noise = LatentSampling(seed=1)(0 * mean, 0 * log_variance, training=True)
    np.testing.assert_allclose(
        deviation, noise * np.exp(clipped_variance / 2), rtol=1e-4, atol=1e-4
    )


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="its tape")
@pytest.mark.parametrize("scale", [0.0, 1.0, 50.0])
def test_gradients_flow(scale):
    import tensorflow as tf

    mean, log_variance = (
        tf.convert_to_tensor(x) for x in random_latent(dimensions=3, scale=scale)
    )
    weights = tf.constant([1.0, -2.0, 3.0])

    def total(mean, log_variance):
        # A layer of its own with one seed draws the same noise each time.
        layer = LatentSampling(clip=True, seed=5)
        return tf.reduce_sum(weights * layer(mean, log_variance, training=True))

    with tf.GradientTape() as tape:
        tape.watch([mean, log_variance])
        loss = total(mean, log_variance)
    gradients = tape.gradient(loss, [mean, log_variance])
    step = 1e-2 * max(scale, 1)
    shift = np.zeros((4, 3), np.float32)
    shift[1, 2] = step
    for which, gradient in enumerate(gradients):
        assert np.isfinite(gradient).all() and np.abs(gradient).max() > 0
        ends = []
        for sign in (-1, 1):
            inputs = [mean, log_variance]
            inputs[which] = inputs[which] + sign * shift
            ends.append(float(total(*inputs)))
        slope = (ends[1] - ends[0]) / (2 * step)
        assert float(gradient[1, 2]) == pytest.approx(slope, rel=0.02, abs=2e-3)


def test_works_in_float32_under_mixed_precision():
    layer = LatentSampling(seed=0, dtype="mixed_bfloat16")
    mean, log_variance = random_latent()
    sample = layer(mean, log_variance, training=True)
    assert keras.backend.standardize_dtype(sample.dtype) == "float32"
    np.testing.assert_array_equal(layer(mean, log_variance), mean)


def test_saved_and_loaded(tmp_path):
    inputs = [keras.Input((6,)), keras.Input((6,))]
    model = keras.Model(inputs, LatentSampling(clip=True, seed=7)(*inputs))
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    layer = loaded.layers[-1]
    assert (layer.clip, layer.seed) == (True, 7)
    values = list(random_latent(dimensions=6, scale=50.0))
    np.testing.assert_array_equal(model(values), loaded(values))
    np.testing.assert_array_equal(
        model(values, training=True), loaded(values, training=True)
    )


def test_bad_input():
    with pytest.raises(
        ValueError, match=r"Expected mean and log_variance of one shape"
    ):
        LatentSampling()(np.zeros((2, 3)), np.zeros((2, 4)))
    with pytest.raises(ValueError, match=r"mean.shape=\(3,\)"):
        LatentSampling()(np.zeros(3), np.zeros(3))
    with pytest.raises(ValueError, match=r"Expected limit > 0. Received: limit=0"):
        clip_norm(ops.ones((1, 2)), 0)
