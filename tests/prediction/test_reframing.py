"""Pictures through another frame."""

import keras
import numpy as np
import pytest
from keras import ops

from tf3d.prediction.reframing import reframed

SIZE = 16


@pytest.fixture
def pictures():
    return np.random.default_rng(0).random((2, SIZE, SIZE, 3), np.float32)


def through(pictures, *framing):
    framing = np.tile(np.float32(framing), (len(pictures), 1))
    found = reframed(ops.convert_to_tensor(pictures), ops.convert_to_tensor(framing))
    return ops.convert_to_numpy(found)


def test_zeros_change_nothing(pictures):
    np.testing.assert_allclose(through(pictures, 0, 0, 0), pictures, atol=1e-6)


def test_the_frame_moves_right_and_down(pictures):
    right = through(pictures, 3 / SIZE, 0, 0)
    np.testing.assert_allclose(right[:, :, :-3], pictures[:, :, 3:], atol=1e-5)
    down = through(pictures, 0, 2 / SIZE, 0)
    np.testing.assert_allclose(down[:, :-2], pictures[:, 2:], atol=1e-5)


def test_beyond_its_edge_a_picture_goes_on_as_at_it(pictures):
    found = through(pictures, 3 / SIZE, -2 / SIZE, 0)
    expected = np.pad(pictures, ((0, 0), (2, 0), (0, 3), (0, 0)), mode="edge")
    np.testing.assert_allclose(found, expected[:, :SIZE, 3:], atol=1e-5)


def test_between_pixels_it_is_their_mean(pictures):
    found = through(pictures, 0.5 / SIZE, 0, 0)[:, :, :-1]
    expected = (pictures[:, :, :-1] + pictures[:, :, 1:]) / 2
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_wider_frame_shows_more(pictures):
    # A ramp says where each pixel was read.
    ramp = np.arange(SIZE, dtype=np.float32) - (SIZE - 1) / 2
    both = np.stack(np.meshgrid(ramp, ramp), axis=-1)[None]
    found = through(both, 0, 0, np.log(0.5))[0]
    np.testing.assert_allclose(found, both[0] / 2, atol=1e-5)
    wide = through(both, 0, 0, np.log(2))[0]
    expected = np.clip(2 * both[0], ramp[0], ramp[-1])
    np.testing.assert_allclose(wide, expected, atol=1e-5)


def test_each_picture_has_its_own_frame(pictures):
    framing = np.float32([[0, 0, 0], [1 / SIZE, 0, 0]])
    found = ops.convert_to_numpy(reframed(pictures, ops.convert_to_tensor(framing)))
    np.testing.assert_allclose(found[0], pictures[0], atol=1e-6)
    np.testing.assert_allclose(found[1, :, :-1], pictures[1, :, 1:], atol=1e-5)


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="GradientTape")
def test_gradient_against_finite_differences(pictures):
    import tensorflow as tf

    rng = np.random.default_rng(1)
    weights = rng.normal(size=pictures.shape).astype("f")
    framing = np.float32([[0.031, -0.047, 0.05], [-0.011, 0.023, -0.08]])

    def total(values):
        return tf.reduce_sum(weights * reframed(tf.constant(pictures), values))

    at = tf.constant(framing)
    with tf.GradientTape() as tape:
        tape.watch(at)
        value = total(at)
    slope = tape.gradient(value, at).numpy()
    step = 1e-3  # interpolation is linear until a place comes to the next pixel
    for index in np.ndindex(*framing.shape):
        apart = np.zeros_like(framing)
        apart[index] = step
        measured = (total(framing + apart) - total(framing - apart)) / (2 * step)
        assert abs(slope[index] - measured) < 0.06 * np.abs(slope).max(), index


@pytest.mark.parametrize(
    ("shape", "framing", "message"),
    [
        ((2, 16, 16), (2, 3), r"pictures .*\[batch, size, size, channels\].*16, 16\)"),
        ((2, 16, 8, 3), (2, 3), r"pictures .*Received: shape=\(2, 16, 8, 3\)"),
        ((2, 16, 16, 3), (2, 2), r"framing of shape \[batch, 3\].*\(2, 2\)"),
        ((2, 16, 16, 3), (3,), r"framing of shape \[batch, 3\].*\(3,\)"),
    ],
)
def test_bad_shapes(shape, framing, message):
    with pytest.raises(ValueError, match=message):
        reframed(ops.zeros(shape), ops.zeros(framing))
