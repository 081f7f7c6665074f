import keras
import numpy as np
import pytest
import tensorflow as tf

from tf3d.layers import UpConvolution2D
from tf3d.layers.up_convolution import sub_pixel_convolution


def zero_insertion(pixels: np.ndarray) -> np.ndarray:
    """Each pixel as a 2×2 block: its value top left, zeros elsewhere."""
    batch, height, width, channels = pixels.shape
    result = np.zeros((batch, 2 * height, 2 * width, channels), pixels.dtype)
    result[:, ::2, ::2] = pixels
    return result


def same_convolution(pixels: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Stride 1, zeros around: written out, so that no library's padding matters."""
    reach = kernel.shape[0] // 2
    padded = np.pad(pixels, [(0, 0), (reach, reach), (reach, reach), (0, 0)])
    height, width = pixels.shape[1:3]
    return sum(
        padded[:, i : i + height, j : j + width] @ kernel[i, j]
        for i in range(kernel.shape[0])
        for j in range(kernel.shape[1])
    )


def turned(pixels):
    return pixels[:, ::-1, ::-1]


def make_layer(kernel_size, use_bias=True, mirrored=False, channels=3, filters=4):
    layer = UpConvolution2D(filters, kernel_size, use_bias, mirrored)
    layer.build((None, None, None, channels))
    rng = np.random.default_rng(kernel_size)
    layer.set_weights([rng.normal(size=w.shape) for w in layer.get_weights()])
    return layer


@pytest.mark.parametrize("use_bias", [True, False])
@pytest.mark.parametrize("kernel_size", [3, 5, 7])
def test_equals_zero_insertion_and_convolution(kernel_size, use_bias):
    layer = make_layer(kernel_size, use_bias)
    pixels = np.random.default_rng(0).normal(size=(2, 5, 6, 3)).astype(np.float32)
    expected = same_convolution(zero_insertion(pixels), layer.get_weights()[0])
    if use_bias:
        expected = expected + layer.get_weights()[1]
    found = keras.ops.convert_to_numpy(layer(pixels))
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_a_single_pixel():
    # The kernel, turned, around the top left pixel of the block.
    layer = make_layer(3, use_bias=False, channels=1, filters=1)
    pixels = np.zeros((1, 3, 3, 1), np.float32)
    pixels[0, 1, 1] = 1
    expected = np.zeros((6, 6))
    expected[1:4, 1:4] = layer.get_weights()[0][::-1, ::-1, 0, 0]
    found = keras.ops.convert_to_numpy(layer(pixels))[0, ..., 0]
    np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize("kernel_size", [3, 5, 7])
def test_mirrored_works_on_turned_pictures(kernel_size):
    layer = make_layer(kernel_size)
    mirrored = make_layer(kernel_size, mirrored=True)
    pixels = np.random.default_rng(0).normal(size=(2, 4, 5, 3)).astype(np.float32)
    found = keras.ops.convert_to_numpy(mirrored(turned(pixels)))
    expected = keras.ops.convert_to_numpy(layer(pixels))
    np.testing.assert_allclose(turned(found), expected, atol=1e-4)


@pytest.mark.parametrize("shape", [(1, 1, 1, 1), (2, 4, 4, 3), (3, 2, 5, 8)])
def test_good_shapes(shape):
    layer = UpConvolution2D(6, 5)
    expected = (shape[0], 2 * shape[1], 2 * shape[2], 6)
    assert tuple(layer(np.zeros(shape, np.float32)).shape) == expected
    assert layer.compute_output_shape(shape) == expected


def test_unknown_sizes():
    assert UpConvolution2D(6, 3).compute_output_shape((None, None, 4, 2)) == (
        None,
        None,
        8,
        6,
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 3), "filters >= 1. Received: filters=0"),
        ((4, 4), "odd kernel_size of at least 3. Received: kernel_size=4"),
        ((4, 1), "odd kernel_size of at least 3. Received: kernel_size=1"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        UpConvolution2D(*arguments)


@pytest.mark.parametrize("shape", [(4, 4, 3), (1, 2, 4, 4, 3)])
def test_bad_input_shapes(shape):
    with pytest.raises(ValueError, match="expected ndim=4"):
        UpConvolution2D(4, 3)(np.zeros(shape, np.float32))


@pytest.mark.parametrize("mirrored", [False, True])
def test_gradient_against_finite_differences(mirrored):
    layer = make_layer(3, mirrored=mirrored, channels=2, filters=2)
    rng = np.random.default_rng(0)
    pixels = rng.normal(size=(1, 3, 3, 2)).astype(np.float32)
    weight = rng.normal(size=(1, 6, 6, 2)).astype(np.float32)

    def value(pixels, kernel, bias):
        layer.set_weights([kernel, bias])
        return float(tf.reduce_sum(layer(pixels) * weight))

    inputs = [pixels, *layer.get_weights()]
    variable = tf.Variable(pixels)
    with tf.GradientTape() as tape:
        result = tf.reduce_sum(layer(variable) * weight)
    gradients = tape.gradient(result, [variable, *layer.trainable_weights])
    for which, gradient in enumerate(gradients):
        direction = rng.normal(size=gradient.shape).astype(np.float32)
        low, high = (
            value(
                *(
                    array + step * direction if i == which else array
                    for i, array in enumerate(inputs)
                )
            )
            for step in (-0.05, 0.05)
        )
        # The layer is linear in each, so a difference is exact but for rounding.
        expected = float(np.sum(gradient.numpy() * direction))
        assert (high - low) / 0.1 == pytest.approx(expected, rel=2e-3, abs=1e-3)


@pytest.mark.parametrize(("kernel_size", "channels"), [(3, 256), (5, 64)])
def test_initial_spread(kernel_size, channels):
    # Sec. 3.1 and METHODS: √(2 · s² / fan_in) with the stride s = 2.
    keras.utils.set_random_seed(0)
    layer = UpConvolution2D(64, kernel_size)
    layer.build((None, 4, 4, channels))
    kernel, bias = layer.get_weights()
    expected = np.sqrt(2 * 2**2 / (kernel_size**2 * channels))
    assert kernel.std() == pytest.approx(expected, rel=0.02)
    assert abs(kernel.mean()) < 0.02 * expected
    np.testing.assert_array_equal(bias, 0)


def test_initial_spread_keeps_the_variance():
    # Of a ReLU's outputs, half of them zero, with twice the mean square of the rest.
    keras.utils.set_random_seed(0)
    pixels = np.maximum(np.random.default_rng(0).normal(size=(2, 16, 16, 64)), 0)
    outputs = keras.ops.convert_to_numpy(UpConvolution2D(64, 5)(pixels))
    assert np.mean(outputs[:, 4:-4, 4:-4] ** 2) == pytest.approx(1, rel=0.15)


def test_initializer_of_ones_choice():
    layer = UpConvolution2D(2, 3, kernel_initializer="ones")
    layer.build((None, 4, 4, 1))
    np.testing.assert_array_equal(layer.get_weights()[0], 1)


@pytest.mark.parametrize("initializer", [None, keras.initializers.RandomNormal(0, 2)])
def test_config_round_trip(initializer):
    layer = UpConvolution2D(
        4, 5, use_bias=False, mirrored=True, kernel_initializer=initializer, name="up"
    )
    config = keras.saving.serialize_keras_object(layer)
    again = keras.saving.deserialize_keras_object(config)
    assert isinstance(again, UpConvolution2D)
    assert again.get_config() == layer.get_config()
    assert (again.name, again.filters, again.kernel_size) == ("up", 4, 5)
    assert (again.use_bias, again.mirrored) == (False, True)


def test_mixed_precision():
    layer = UpConvolution2D(4, 3, dtype="mixed_bfloat16")
    outputs = layer(np.ones((1, 4, 4, 3), np.float32))
    assert keras.backend.standardize_dtype(outputs.dtype) == "bfloat16"
    assert keras.backend.standardize_dtype(layer.kernel.dtype) == "float32"


@pytest.mark.parametrize("kernel_size", [3, 5, 7])
def test_as_a_convolution_of_stride_1(kernel_size):
    rng = np.random.default_rng(kernel_size)
    pixels, kernel, weights = (
        tf.constant(rng.normal(size=shape), tf.float32)
        for shape in ((2, 5, 6, 3), (kernel_size, kernel_size, 3, 4), (2, 10, 12, 4))
    )
    results = []
    for function in (
        sub_pixel_convolution,
        lambda x, k: keras.ops.conv_transpose(
            x, tf.transpose(k, (0, 1, 3, 2)), strides=2, padding="same"
        ),
    ):
        with tf.GradientTape() as tape:
            tape.watch((pixels, kernel))
            outputs = function(pixels, kernel)
            total = tf.reduce_sum(outputs * weights)
        results.append([outputs, *tape.gradient(total, (pixels, kernel))])
    for found, expected in zip(*results, strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-4)


@pytest.mark.parametrize("mirrored", [False, True])
def test_jax_takes_that_way_to_the_same(monkeypatch, mirrored):
    layer = make_layer(5, mirrored=mirrored)
    pixels = np.random.default_rng(0).normal(size=(2, 5, 6, 3)).astype(np.float32)
    expected = layer(pixels)
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    np.testing.assert_allclose(layer(pixels), expected, atol=1e-4)
