"""The projection of voxels."""

import os
import pathlib
import subprocess
import sys

import keras
import numpy as np
import pytest

from tf3d.geometry import camera_position, intrinsics
from tf3d.layers import Projection, project_voxels
from tf3d.layers.rotation_weights import rotation_weights

ROOT = pathlib.Path(__file__).parents[2]
VIEWS = [
    pytest.param(camera, tilted, id=f"{camera}-{'tilted' if tilted else 'level'}")
    for camera in ("orthographic", "perspective")
    for tilted in (False, True)
]
tensorflow_only = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="needs the TensorFlow backend"
)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture(scope="module")
def golden():
    """Values of TensorFlow Graphics 2021.12.3: see make_projection_golden.py."""
    with np.load(ROOT / "tests/layers/projection_golden.npz") as file:
        return dict(file)


def reference(voxels, azimuth, elevation=0.0, camera="orthographic", nearest=False):
    """One image [rows, columns] of voxels [n, n, n], each added where it is seen.

    The perspective camera is 2 away and 30 degrees wide.
    """
    n = len(voxels)
    t = np.linspace(-0.5, 0.5, n)
    towards = camera_position([[np.degrees(azimuth), np.degrees(elevation), 1.0]])[0]
    right = np.array([-np.sin(azimuth), np.cos(azimuth), 0])
    s, v, c = np.meshgrid(t, t[::-1], t, indexing="ij")
    if camera == "perspective":
        pixel = (np.arange(n) + 0.5 - n / 2) / intrinsics(n, 30.0)[0, 0]
        s, v, c = np.meshgrid(t, -pixel, pixel, indexing="ij")
        v, c = v * (2 - s), c * (2 - s)
    p = sum(
        a[..., None] * b
        for a, b in zip((s, v, c), (towards, np.cross(towards, right), right))
    )
    p, depth = (p + 0.5) * (n - 1), np.zeros_like(s)
    for i, j, k in np.ndindex(n, n, n):
        hats = np.maximum(0, 1 - np.abs(p - (i, j, k)))
        hats = np.rint(p) == (i, j, k) if nearest else hats
        depth += voxels[i, j, k] * hats.prod(-1)
    return 1 - np.exp(-depth.sum(0))


@pytest.mark.parametrize("n", [5, 6])
@pytest.mark.parametrize("camera, tilted", VIEWS)
@pytest.mark.parametrize("sampling", ["trilinear", "nearest"])
def test_equals_reference(n, camera, tilted, sampling, rng):
    voxels = rng.uniform(size=(3, n, n, n, 2))
    azimuth = rng.uniform(-np.pi, np.pi, 3)
    elevation = rng.uniform(-1.2, 1.2, 3) if tilted else None
    images = project_voxels(
        voxels, azimuth, elevation, sampling=sampling, camera=camera
    )
    assert images.shape == (3, n, n, 2)
    for i, channel in np.ndindex(3, 2):
        angle = elevation[i] if tilted else 0.0
        np.testing.assert_allclose(
            images[i, ..., channel],
            reference(
                voxels[i, ..., channel],
                azimuth[i],
                angle,
                camera,
                sampling == "nearest",
            ),
            atol=1e-12,
        )


def test_front_equals_tensorflow_graphics(golden):
    images = project_voxels(golden["voxels"], np.zeros(3))
    np.testing.assert_allclose(images, golden["front"], atol=1e-5)


@pytest.mark.parametrize("view", ["turned", "tilted", "perspective"])
def test_sampling_equals_tensorflow_graphics(view, golden):
    images = project_voxels(
        golden["voxels"],
        golden["azimuth"],
        None if view == "turned" else golden["elevation"],
        camera="perspective" if view == "perspective" else "orthographic",
    )
    np.testing.assert_allclose(images, golden[view], atol=1e-5)


def test_preset_values():
    """One voxel at the right (+y) and low seen from the front."""
    voxels = np.zeros((3, 5, 5, 5, 1), np.float32)
    voxels[:, 2, 4, 1] = 1.0
    azimuth = np.radians([0, 90, 180])
    images = np.asarray(project_voxels(voxels, azimuth, gain=2.0))[..., 0]
    # From the +y side it stands in the middle of the image, from behind at the left.
    for image, column in zip(images, (4, 2, 0)):
        wanted = np.zeros((5, 5))
        wanted[3, column] = 1 - np.exp(-2)
        np.testing.assert_allclose(image, wanted, atol=1e-5)


def test_from_above_one_looks_down():
    voxels = np.zeros((1, 5, 5, 5, 1))
    voxels[0, 4, 2, 0] = 1.0  # In front of the middle: at the lower edge of the image.
    image = project_voxels(voxels, np.zeros(1), np.full(1, np.pi / 2))[0, ..., 0]
    wanted = np.zeros((5, 5))
    wanted[4, 2] = 1 - np.exp(-1)
    np.testing.assert_allclose(image, wanted, atol=1e-12)


@pytest.mark.parametrize("n", [6, 7])
@pytest.mark.parametrize("elevation", [None, np.zeros(1)])
@pytest.mark.parametrize("sampling", ["trilinear", "nearest"])
def test_quarter_turns_permute_the_axes(n, elevation, sampling, rng):
    voxels = rng.uniform(size=(1, n, n, n, 2)).astype(np.float32)
    for quarters in range(-2, 4):
        turned = project_voxels(
            voxels, np.full(1, quarters * np.pi / 2), elevation, sampling=sampling
        )
        # Counter-clockwise from above, x to y, is a positive turn of axes (1, 2).
        back = np.rot90(voxels, -quarters, axes=(1, 2))
        front = project_voxels(back, np.zeros(1), sampling=sampling)
        np.testing.assert_allclose(turned, front, atol=1e-5)


def test_matrix_form_equals_look_up(rng):
    voxels = rng.uniform(size=(8, 9, 9, 9, 3)).astype(np.float32)
    azimuth = rng.uniform(-4, 4, 8)
    np.testing.assert_allclose(
        project_voxels(voxels, azimuth),
        project_voxels(voxels, azimuth, np.zeros(8)),
        atol=1e-5,
    )


def test_mean_weight_in_the_inscribed_cylinder_is_one():
    n = 28
    azimuth = np.linspace(0, 2 * np.pi, 50, endpoint=False, dtype=np.float32)
    weights = np.asarray(rotation_weights(azimuth, n)).sum(axis=1)
    t = np.arange(n) - (n - 1) / 2
    # A voxel is sampled by points up to one step away.
    inside = np.hypot(*np.meshgrid(t, t)) <= (n - 1) / 2 - 1
    assert weights[:, inside].mean() == pytest.approx(1, rel=0.005)
    np.testing.assert_allclose(weights[:, inside].mean(axis=1), 1, rtol=0.005)


def test_each_image_has_its_own_angles(rng):
    voxels = rng.uniform(size=(5, 6, 6, 6, 1))
    azimuth, elevation = rng.uniform(-1, 1, (2, 5))
    together = project_voxels(voxels, azimuth, elevation)
    for i in range(5):
        one = slice(i, i + 1)
        alone = project_voxels(voxels[one], azimuth[one], elevation[one])
        np.testing.assert_allclose(together[one], alone, atol=1e-12)


def test_gain_and_range(rng):
    voxels = rng.uniform(size=(2, 6, 6, 6, 1))
    azimuth = rng.uniform(-1, 1, 2)
    images = np.asarray(project_voxels(voxels, azimuth, gain=0.5))
    np.testing.assert_allclose(images, project_voxels(voxels / 2, azimuth), atol=1e-12)
    assert images.min() >= 0 and images.max() < 1
    assert not np.any(project_voxels(0 * voxels, azimuth))


@tensorflow_only
@pytest.mark.parametrize("camera, tilted", VIEWS)
def test_gradients_equal_finite_differences(camera, tilted, rng):
    import tensorflow as tf

    voxels = rng.uniform(size=(2, 5, 5, 5, 1))
    azimuth = np.array([0.7, -2.2])
    inputs = [voxels, azimuth] + [np.array([0.35, -0.8])] * tilted
    inputs = [tf.constant(x) for x in inputs]
    weights = tf.constant(rng.uniform(size=(2, 5, 5, 1)))

    def total(*inputs):
        return tf.reduce_sum(weights * project_voxels(*inputs, camera=camera))

    with tf.GradientTape() as tape:
        tape.watch(inputs)
        loss = total(*inputs)
    gradients = tape.gradient(loss, inputs)
    for which, gradient in enumerate(gradients):
        gradient = gradient.numpy()
        assert gradient.shape == inputs[which].shape
        for index in rng.permutation(gradient.size)[:12]:
            shift = np.zeros(gradient.size)
            shift[index] = 1e-6
            shift = shift.reshape(gradient.shape)
            ends = (
                float(total(*inputs[:which], inputs[which] + d, *inputs[which + 1 :]))
                for d in (-shift, shift)
            )
            slope = -np.subtract(*ends) / 2e-6
            assert gradient.ravel()[index] == pytest.approx(slope, rel=1e-5, abs=1e-7)
    assert all(np.abs(g).max() > 1e-3 for g in gradients)


@tensorflow_only
def test_gradients_in_float32_equal_those_in_float64(rng):
    import tensorflow as tf

    found = []
    voxels, azimuth = rng.uniform(size=(4, 12, 12, 12, 1)), rng.uniform(-3, 3, 4)
    for dtype in ("float32", "float64"):
        inputs = [tf.constant(x, dtype) for x in (voxels, azimuth)]
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            loss = tf.reduce_sum(project_voxels(*inputs, gain=0.3) ** 2)
        found.append(tape.gradient(loss, inputs))
    for single, double in zip(*found):
        np.testing.assert_allclose(single, double, rtol=1e-3, atol=1e-4)


@tensorflow_only
@pytest.mark.parametrize("jit_compile", [False, True])
@pytest.mark.parametrize("camera, tilted", VIEWS)
def test_compiles_as_tf_function(camera, tilted, jit_compile, rng):
    import tensorflow as tf

    layer = Projection(camera=camera)
    voxels = tf.constant(rng.uniform(size=(3, 6, 6, 6, 1)), tf.float32)
    angles = [tf.constant(rng.uniform(-1, 1, 3), tf.float32) for _ in range(1 + tilted)]

    # Of unknown batch size.
    signature = [tf.TensorSpec((None, 6, 6, 6, 1))] + [tf.TensorSpec((None,))] * len(
        angles
    )

    @tf.function(jit_compile=jit_compile, input_signature=signature)
    def compiled(*inputs):
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            images = layer(*inputs)
        return images, tape.gradient(images, inputs)

    images, gradients = compiled(voxels, *angles)
    np.testing.assert_allclose(images, layer(voxels, *angles), atol=1e-5)
    with tf.GradientTape() as tape:
        tape.watch([voxels, *angles])
        eager = layer(voxels, *angles)
    for a, b in zip(gradients, tape.gradient(eager, [voxels, *angles])):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_other_backends_give_the_same(backend, golden):
    pytest.importorskip(backend)
    code = """
import numpy as np
from keras import ops
from tf3d.layers import Projection, emission_absorption
golden = np.load("tests/layers/projection_golden.npz")
voxels, azimuth, elevation = (golden[k] for k in ("voxels", "azimuth", "elevation"))
for view, tilt, camera in (
    ("turned", None, "orthographic"),
    ("tilted", elevation, "orthographic"),
    ("perspective", elevation, "perspective"),
):
    images = ops.convert_to_numpy(Projection(camera=camera)(voxels, azimuth, tilt))
    np.testing.assert_allclose(images, golden[view], atol=1e-5)
rgba = np.concatenate([voxels, voxels], axis=-1)
for tilt in (None, elevation):
    assert ops.convert_to_numpy(emission_absorption(rgba, azimuth, tilt)).max() < 1
"""
    environment = os.environ | {"KERAS_BACKEND": backend, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr


def test_layer_in_a_saved_model(tmp_path, rng):
    settings = {
        "gain": 0.5,
        "sampling": "nearest",
        "camera": "perspective",
        "distance": 1.7,
        "field_of_view": 40.0,
    }
    inputs = [keras.Input((6, 6, 6, 1)), keras.Input(()), keras.Input(())]
    model = keras.Model(inputs, Projection(**settings)(*inputs))
    assert model.output_shape == (None, 6, 6, 1)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    config = loaded.layers[-1].get_config()
    assert {name: config[name] for name in settings} == settings
    values = [rng.uniform(size=(2, 6, 6, 6, 1)), *rng.uniform(size=(2, 2))]
    values = [x.astype(np.float32) for x in values]
    np.testing.assert_array_equal(model(values), loaded(values))
    np.testing.assert_allclose(
        model(values), project_voxels(*values, **settings), atol=1e-6
    )


def test_angles_stay_exact_under_mixed_precision(rng):
    voxels = rng.integers(0, 2, (2, 6, 6, 6, 1)).astype(np.float32)
    azimuth = np.float32([1.2345, -2.3456])
    layer = Projection(dtype="mixed_bfloat16")
    images = layer(keras.ops.cast(voxels, "bfloat16"), azimuth)
    assert keras.backend.standardize_dtype(images.dtype) == "float32"
    np.testing.assert_allclose(images, project_voxels(voxels, azimuth), atol=1e-6)


@pytest.mark.parametrize(
    "voxels, azimuth, elevation, message",
    [
        ((2, 4, 4, 4), (2,), None, r"Expected voxels of shape \[batch, n, n, n"),
        ((2, 4, 4, 5, 1), (2,), None, r"voxels.shape=\(2, 4, 4, 5, 1\)"),
        ((2, 4, 4, 4, 1), (3,), None, r"azimuth_radians of shape \[batch\]"),
        ((2, 4, 4, 4, 1), (2, 1), None, r"azimuth_radians.shape=\(2, 1\)"),
        ((2, 4, 4, 4, 1), (), None, r"azimuth_radians.shape=\(\)"),
        ((2, 4, 4, 4, 1), None, (2,), r"azimuth_radians=None"),
        ((2, 4, 4, 4, 1), (2,), (1,), r"elevation_radians.shape=\(1,\)"),
    ],
)
def test_bad_shapes(voxels, azimuth, elevation, message):
    azimuth, elevation = (
        None if shape is None else np.zeros(shape) for shape in (azimuth, elevation)
    )
    with pytest.raises(ValueError, match=message):
        project_voxels(np.zeros(voxels), azimuth, elevation)


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"gain": 0}, "Expected gain > 0. Received: gain=0"),
        ({"sampling": "cubic"}, "Expected sampling in .* sampling='cubic'"),
        ({"camera": "fisheye"}, "Expected camera in .* camera='fisheye'"),
        ({"distance": 0.5}, "Expected distance > 0.5.* distance=0.5"),
        ({"field_of_view": 180}, "Expected field_of_view .* field_of_view=180"),
    ],
)
def test_bad_settings(settings, message):
    with pytest.raises(ValueError, match=message):
        Projection(**settings)
    with pytest.raises(ValueError, match=message):
        project_voxels(np.zeros((1, 2, 2, 2, 1)), np.zeros(1), **settings)
