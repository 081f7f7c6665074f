"""Pictures of coloured voxels."""

import keras
import numpy as np
import pytest

from tf3d.layers import EmissionAbsorption, emission_absorption, project_voxels


@pytest.fixture
def voxels():
    return np.random.default_rng(0).uniform(size=(2, 6, 6, 6, 4))


AZIMUTH, ELEVATION = np.array([0.7, -2.2]), np.array([0.35, -0.8])


def test_front_equals_marching_by_hand(voxels):
    pictures = emission_absorption(
        voxels, np.zeros(2), background=np.array([0.1, 0.2, 0.3]), gain=0.7
    )
    wanted = np.zeros((2, 6, 6, 3))
    for b, row, column in np.ndindex(2, 6, 6):
        light, left = np.zeros(3), 1.0
        for x in reversed(range(6)):  # The camera is at +x.
            *color, density = voxels[b, x, column, 5 - row]
            share = 1 - np.exp(-0.7 * density)
            light += left * share * np.array(color)
            left *= 1 - share
        wanted[b, row, column] = light + left * np.array([0.1, 0.2, 0.3])
    np.testing.assert_allclose(pictures, wanted, atol=1e-6)


@pytest.mark.parametrize("camera", ["orthographic", "perspective"])
@pytest.mark.parametrize("elevation", [None, ELEVATION])
@pytest.mark.parametrize("sampling", ["trilinear", "nearest"])
def test_white_voxels_show_the_projection_of_their_density(
    camera, elevation, sampling, voxels
):
    voxels[..., :3] = 1
    settings = {"gain": 0.7, "camera": camera, "sampling": sampling}
    pictures = emission_absorption(
        voxels, AZIMUTH, elevation, background=0.0, **settings
    )
    wanted = project_voxels(voxels[..., 3:], AZIMUTH, elevation, **settings)
    np.testing.assert_allclose(pictures, np.repeat(wanted, 3, -1), atol=1e-5)


@pytest.mark.parametrize("sampling", ["trilinear", "nearest"])
def test_level_view_equals_elevation_zero(sampling, voxels):
    np.testing.assert_allclose(
        emission_absorption(voxels, AZIMUTH, sampling=sampling),
        emission_absorption(voxels, AZIMUTH, 0 * ELEVATION, sampling=sampling),
        atol=1e-9,
    )


def test_near_hides_far():
    voxels = np.zeros((4, 5, 5, 5, 4), np.float32)
    voxels[:, 4, 2, 2] = (1, 0, 0, 50)  # Red in front, blue behind.
    voxels[:, 0, 2, 2] = (0, 0, 1, 50)
    pictures = np.asarray(emission_absorption(voxels, np.radians([0, 180, 90, -90])))
    red, blue = (1, 0, 0), (0, 0, 1)
    np.testing.assert_allclose(pictures[0, 2, 2], red, atol=1e-5)
    np.testing.assert_allclose(pictures[1, 2, 2], blue, atol=1e-5)
    # Seen from +y, what is in front stands left; from -y right.
    np.testing.assert_allclose(pictures[2, 2, [0, 4]], [red, blue], atol=1e-3)
    np.testing.assert_allclose(pictures[3, 2, [0, 4]], [blue, red], atol=1e-3)


@pytest.mark.parametrize("elevation", [None, ELEVATION])
def test_colors_of_empty_voxels_do_not_show(elevation, voxels):
    voxels[..., :3] = (0.2, 0.4, 0.6)
    voxels[:, :3] = 0
    pictures = np.asarray(
        emission_absorption(voxels, AZIMUTH, elevation, background=0.0, gain=30.0)
    )
    seen = pictures[pictures[..., 2] > 0.01]
    assert len(seen) > 20
    np.testing.assert_allclose(seen / seen[:, 2:] * 0.6, [[0.2, 0.4, 0.6]] * len(seen))


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="its tape")
@pytest.mark.parametrize("tilted", [False, True])
def test_gradients_equal_finite_differences(tilted, voxels):
    import tensorflow as tf

    rng = np.random.default_rng(1)
    inputs = [tf.constant(x) for x in (voxels, AZIMUTH, ELEVATION)][: 2 + tilted]
    weights = tf.constant(rng.uniform(size=(2, 6, 6, 3)))

    def total(*inputs):
        return tf.reduce_sum(weights * emission_absorption(*inputs))

    with tf.GradientTape() as tape:
        tape.watch(inputs)
        loss = total(*inputs)
    gradients = tape.gradient(loss, inputs)
    for which, gradient in enumerate(gradients):
        gradient = gradient.numpy()
        assert np.abs(gradient).max() > 1e-3
        for index in rng.permutation(gradient.size)[:12]:
            shift = np.zeros(gradient.size)
            shift[index] = 1e-6
            shift = shift.reshape(gradient.shape)
            ends = (
                float(total(*inputs[:which], inputs[which] + d, *inputs[which + 1 :]))
                for d in (-shift, shift)
            )
            slope = -np.subtract(*ends) / 2e-6
            assert gradient.ravel()[index] == pytest.approx(slope, rel=1e-4, abs=1e-7)


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="its tape")
def test_gradients_of_empty_voxels_are_finite():
    import tensorflow as tf

    voxels = tf.zeros((2, 5, 5, 5, 4))
    with tf.GradientTape() as tape:
        tape.watch(voxels)
        loss = tf.reduce_sum(emission_absorption(voxels, AZIMUTH, background=1.0))
    gradient = tape.gradient(loss, voxels).numpy()
    assert np.isfinite(gradient).all()
    assert gradient[..., 3].min() < 0  # Black matter would darken the background.


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="its compiler")
@pytest.mark.parametrize("jit_compile", [False, True])
def test_compiles_as_tf_function(jit_compile, voxels):
    import tensorflow as tf

    compiled = tf.function(EmissionAbsorption(), jit_compile=jit_compile)
    np.testing.assert_allclose(
        compiled(tf.constant(voxels), tf.constant(AZIMUTH)),
        emission_absorption(voxels, AZIMUTH),
        atol=1e-6,
    )


def test_layer_in_a_saved_model(tmp_path, voxels):
    settings = {"background": (0.1, 0.2, 0.3), "gain": 0.5, "camera": "perspective"}
    inputs = [keras.Input((6, 6, 6, 4)), keras.Input(()), keras.Input(())]
    model = keras.Model(inputs, EmissionAbsorption(**settings)(*inputs))
    assert model.output_shape == (None, 6, 6, 3)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    values = [x.astype(np.float32) for x in (voxels, AZIMUTH, ELEVATION)]
    np.testing.assert_array_equal(model(values), loaded(values))
    np.testing.assert_allclose(
        model(values), emission_absorption(*values, **settings), atol=1e-6
    )


def test_bad_input(voxels):
    with pytest.raises(ValueError, match=r"red, green, blue and density.*6, 3\)"):
        emission_absorption(voxels[..., :3], AZIMUTH)
    with pytest.raises(ValueError, match=r"azimuth_radians.shape=\(1,\)"):
        emission_absorption(voxels, AZIMUTH[:1])
    with pytest.raises(ValueError, match="Received: gain=-1"):
        EmissionAbsorption(gain=-1)
