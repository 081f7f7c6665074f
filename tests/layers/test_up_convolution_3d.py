import keras
import numpy as np
import pytest
from keras import ops

from tf3d.layers.up_convolution_3d import FORMS, UpConvolution3D


def reference(x, kernel, bias):
    """Voxel i adds kernel[k] to voxel 2i + k, as far as that lies in the result."""
    batch, *size, _ = x.shape
    out = np.zeros((batch, *(2 * n + 1 for n in size), kernel.shape[-1]))
    for i in np.ndindex(*size):
        value = np.einsum("bc,xyzcf->bxyzf", x[:, i[0], i[1], i[2]], kernel)
        a, b, c = (2 * n for n in i)
        out[:, a : a + 3, b : b + 3, c : c + 3] += value
    return out[:, :-1, :-1, :-1] + bias


@pytest.mark.parametrize("form", ["auto", *FORMS])
def test_equals_the_definition(form):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, 2, 3, 4, 3)).astype(np.float32)
    layer = UpConvolution3D(5, form, bias_initializer="ones")
    layer.build(x.shape)
    expected = reference(x, np.asarray(layer.kernel), 1)
    np.testing.assert_allclose(ops.convert_to_numpy(layer(x)), expected, atol=1e-5)
    assert layer.compute_output_shape((None, 2, 3, 4, 3)) == (None, 4, 6, 8, 5)


@pytest.mark.parametrize("form", FORMS[1:])
def test_gradients_agree_between_forms(form):
    import tensorflow as tf

    rng = np.random.default_rng(1)
    x = tf.constant(rng.normal(size=(2, 3, 3, 3, 4)), tf.float32)
    weights = tf.constant(rng.normal(size=(2, 6, 6, 6, 2)), tf.float32)
    kernel = rng.normal(size=(3, 3, 3, 4, 2)).astype(np.float32)
    gradients = []
    for name in (FORMS[0], form):
        layer = UpConvolution3D(2, name, use_bias=False)
        layer.build(x.shape)
        layer.set_weights([kernel])
        with tf.GradientTape() as tape:
            tape.watch(x)
            total = tf.reduce_sum(weights * layer(x))
        gradients.append(tape.gradient(total, [x, layer.kernel.value]))
    for ours, other in zip(*gradients, strict=True):
        np.testing.assert_allclose(ours, other, atol=1e-4)


def test_auto_takes_products_for_few_filters():
    x = np.random.default_rng(3).normal(size=(2, 3, 4, 2, 6)).astype(np.float32)
    for filters, form in ((1, "products"), (4, "products"), (5, "transposed")):
        layers = [UpConvolution3D(filters, name) for name in ("auto", form)]
        for layer in layers:
            layer.build(x.shape)
        layers[1].set_weights(layers[0].get_weights())
        # The same form, so the same rounding.
        np.testing.assert_array_equal(*(layer(x) for layer in layers))


@pytest.mark.parametrize("form", FORMS)
def test_takes_a_batch_of_unknown_size(form):
    import tensorflow as tf

    layer = UpConvolution3D(2, form)
    layer.build((None, 3, 3, 3, 4))
    graph = tf.function(layer, input_signature=[tf.TensorSpec((None, 3, 3, 3, 4))])
    x = np.random.default_rng(4).normal(size=(3, 3, 3, 3, 4)).astype(np.float32)
    np.testing.assert_allclose(graph(x), layer(x), atol=1e-5)


def test_keeps_the_variance():
    layer = UpConvolution3D(32, use_bias=False)
    x = np.random.default_rng(2).normal(size=(1, 8, 8, 8, 64)).astype(np.float32)
    keras.utils.set_random_seed(0)
    inner = ops.convert_to_numpy(layer(x))[:, 1:]
    assert 1.5 < inner.var() < 2.5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((0,), "filters >= 1. Received: filters=0"), ((1, "fft"), "form='fft'")],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        UpConvolution3D(*arguments)


def test_config_round_trip():
    layer = UpConvolution3D(2, "phases", False, bias_initializer="ones", name="up")
    copy = UpConvolution3D.from_config(layer.get_config())
    assert copy.get_config() == layer.get_config()
