import keras
import numpy as np
import pytest
import tensorflow as tf

from tf3d.layers.batch_norm import BatchNormalization

SETTINGS = {"momentum": 0.9, "epsilon": 1e-3}


def pair(shape, **settings):
    """Ours and Keras' with the same weights, none of them trivial."""
    rng = np.random.default_rng(0)
    channels = shape[-1]
    layers = []
    for kind in (BatchNormalization, keras.layers.BatchNormalization):
        layers.append(kind(**SETTINGS, **settings))
        layers[-1].build(shape)
    weights = [rng.uniform(0.5, 2, channels) for _ in layers[0].weights]
    for layer in layers:
        layer.set_weights(weights)
    return layers


def results(layer, x, upstream):
    """Outputs, gradients and averages of a training step."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x, training=True)
    sources = [x, *(v.value for v in layer.trainable_variables)]
    gradients = tape.gradient(y, sources, output_gradients=upstream)
    averages = layer.moving_mean, layer.moving_variance
    return [np.asarray(tf.cast(v, tf.float32)) for v in (y, *gradients, *averages)]


@pytest.mark.parametrize("shape", [(9, 3), (4, 5, 6, 3), (2, 3, 4, 5, 3)])
@pytest.mark.parametrize("settings", [{}, {"center": False}, {"scale": False}])
def test_equals_keras_in_training(shape, settings):
    rng = np.random.default_rng(1)
    x = tf.constant(rng.normal(2, 3, shape), tf.float32)
    upstream = tf.constant(rng.normal(size=shape), tf.float32)
    ours, keras_layer = pair(shape, **settings)
    got = results(ours, x, upstream)
    expected = results(keras_layer, x, upstream)
    for one, other in zip(got, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=2e-5)
    np.testing.assert_allclose(ours(x), keras_layer(x), atol=1e-5)


def test_bfloat16_is_within_its_rounding():
    rng = np.random.default_rng(2)
    shape = (64, 7, 5)
    x = tf.cast(rng.normal(2, 3, shape), tf.bfloat16)
    upstream = tf.cast(rng.normal(size=shape), tf.bfloat16)
    layers = pair(shape, dtype="mixed_bfloat16")
    assert layers[0](x, training=True).dtype == tf.bfloat16
    layers = pair(shape, dtype="mixed_bfloat16")
    for one, other in zip(*(results(layer, x, upstream) for layer in layers)):
        np.testing.assert_allclose(one, other, rtol=0.02, atol=0.02)


@pytest.mark.parametrize(
    "settings", [{"axis": 1}, {"dtype": "float64"}], ids=["axis", "float64"]
)
def test_what_the_kernel_cannot_do_goes_keras_way(settings):
    shape = (6, 3, 3)
    x = tf.constant(np.random.default_rng(3).normal(size=shape))
    ours, keras_layer = pair(shape, **settings)
    np.testing.assert_array_equal(ours(x, training=True), keras_layer(x, training=True))
    np.testing.assert_array_equal(ours.moving_variance, keras_layer.moving_variance)


def test_frozen_it_uses_its_averages():
    ours, keras_layer = pair((5, 3))
    ours.trainable = keras_layer.trainable = False
    x = tf.constant(np.random.default_rng(4).normal(size=(5, 3)), tf.float32)
    before = np.asarray(ours.moving_mean)
    np.testing.assert_allclose(
        ours(x, training=True), keras_layer(x, training=True), atol=1e-6
    )
    np.testing.assert_array_equal(before, ours.moving_mean)


def test_files_of_keras_layer_fit(tmp_path):
    ours, keras_layer = pair((None, 3))
    path = tmp_path / "norm.weights.h5"
    source = keras.Sequential([keras.Input((3,)), keras_layer])
    source.save_weights(path)
    target = keras.Sequential([keras.Input((3,)), BatchNormalization(**SETTINGS)])
    target.load_weights(path)
    for one, other in zip(target.get_weights(), keras_layer.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
