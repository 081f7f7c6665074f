"""Every signature of an exported model says what the Keras model says, to 1e-5."""

import io

import keras
import numpy as np
import PIL.Image
import pytest
import tensorflow as tf

import tf3d
from tf3d.export.saved_model import export_saved_model
from tf3d.geometry import FAINT, SHOWN
from tf3d.models import MULTIVIEW_PRESETS, build_multiview, build_voxel_autoencoder
from tf3d.prediction import Photo, prepare
from tf3d.prediction.refinement import Refinement
from tf3d.rendering import render_views
from tf3d.shapes.sources import open_source

BATCHES = (1, 3, 64)
SIDES = tf3d.orbit(2, start=30)
MULTIVIEW = (*MULTIVIEW_PRESETS, "multiview-cars")
# Every objective, size, colour and kind of pose.
VOXELS = (
    ("mu-vae", "learned", True),
    ("aae", "adversarial", False),
    ("beta-vae-64", "hypotheses", False),
    ("vae-rgb-64", "amortized", True),
)


def shaken(model, spread):
    """Random kernels, as large as trained ones, so that outputs differ."""
    model.build()
    rng = np.random.default_rng(0)
    weights = model.get_weights()
    for index, weight in enumerate(weights):
        if weight.ndim > 1:
            scale = np.sqrt(spread / np.prod(weight.shape[:-1]))
            weights[index] = (scale * rng.normal(size=weight.shape)).astype(np.float32)
    model.set_weights(weights)
    return model


def export(model, folder, refinement=None):
    path = export_saved_model(model, folder, name="model", refinement=refinement)
    return tf.saved_model.load(str(path)).signatures


def ask(signature, **inputs):
    inputs = {key: tf.constant(value) for key, value in inputs.items()}
    return {key: value.numpy() for key, value in signature(**inputs).items()}


def numpy(value):
    return keras.ops.convert_to_numpy(value)


def near(found, expected, name=""):
    expected = np.asarray(expected)
    assert found.shape == expected.shape, name
    assert np.isfinite(found).all(), name
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5, err_msg=name)


# --- multi-view ---


@pytest.fixture(scope="module", params=MULTIVIEW)
def multiview(request, tmp_path_factory):
    if request.param in MULTIVIEW_PRESETS:
        model = build_multiview(request.param, code_width=16, image_size=64)
        model = shaken(model, 2)
    else:
        model = tf3d.load(request.param).model
    return model, export(model, tmp_path_factory.mktemp("multiview"))


def make_viewpoints(batch, count):
    rng = np.random.default_rng(batch)
    return rng.uniform((0, -20, 1.7), (360, 40, 2.3), (batch, count, 3)).astype("f")


def check_views(found, model, codes, viewpoints):
    batch, count = viewpoints.shape[:2]
    outputs = model.decode(np.repeat(codes, count, 0), viewpoints.reshape(-1, 3))
    expected = {
        key: numpy(value).reshape(batch, count, *value.shape[1:])
        for key, value in outputs.items()
    }
    for key in ("rgb", "alpha"):
        near(found[key], expected[key], key)
        assert found[key].dtype == np.float32
    assert found["mask"].dtype == bool
    np.testing.assert_array_equal(found["mask"], found["alpha"] >= SHOWN)
    clear = np.abs(expected["alpha"] - SHOWN) > 1e-4
    inside = expected["alpha"] >= SHOWN
    np.testing.assert_array_equal(found["mask"][clear], inside[clear])
    clear = np.abs(expected["alpha"] - FAINT) > 1e-4
    depth = np.where(expected["alpha"] >= FAINT, expected["depth"], 0)
    near(found["depth"][clear], depth[clear], "depth")
    assert clear.mean() > 0.9


@pytest.mark.parametrize("batch", BATCHES)
def test_multiview(multiview, batch):
    model, signatures = multiview
    size = model.image_size
    images = np.random.default_rng(0).random((batch, size, size, 3), np.float32)
    viewpoints = make_viewpoints(batch, 1 if batch == 64 else 2)
    codes = numpy(model.encode(images))
    near(ask(signatures["encode"], images=images)["codes"], codes)
    views = ask(signatures["decode"], codes=codes, viewpoints=viewpoints)
    check_views(views, model, codes, viewpoints)
    views = ask(signatures["serving_default"], images=images, viewpoints=viewpoints)
    check_views(views, model, codes, viewpoints)


@pytest.mark.parametrize("batch", BATCHES)
def test_multiview_of_encoded_pictures(multiview, batch):
    model, signatures = multiview
    size = model.image_size
    if batch == 64 and (size == 128 or model.deep):
        pytest.skip("384 large views take long, and tell no more than 384 small ones")
    rng = np.random.default_rng(0)
    strings, pictures = [], []
    for index in range(batch):
        # Of the network's size in one direction, so that nothing is resampled.
        rgb = rng.integers(0, 256, (size, size - index % 5, 3), np.uint8)
        file = io.BytesIO()
        PIL.Image.fromarray(rgb).save(file, "PNG")
        strings.append(file.getvalue())
        pictures.append(prepare(Photo(rgb / np.float32(255)), "none", size=size))
    codes = numpy(model.encode(np.stack(pictures)))
    views = ask(signatures["from_bytes"], images=strings)
    orbit = np.repeat(tf3d.orbit(6)[None], batch, 0).astype(np.float32)
    near(views["viewpoints"], orbit)
    few = slice(None, None, max(1, batch // 4))  # the rest is the same, and takes long
    views = {key: value[few] for key, value in views.items()}
    check_views(views, model, codes[few], orbit[few])
    viewpoints = make_viewpoints(batch, 1)
    views = ask(signatures["from_bytes_at"], images=strings, viewpoints=viewpoints)
    near(views["viewpoints"], viewpoints)
    check_views(views, model, codes, viewpoints)


def test_fitted_codes(tmp_path):
    """Six steps of descent, and pictures are compared, to 2e-4.

    The steps that a model comes with are more of the same, and carry rounding on: each
    has one length, however gentle the slope.
    """
    network = tf3d.load("multiview-cars")
    estimator = network.refinement.estimator
    refinement = Refinement(network.model, estimator, turns=2, steps=4, photo=True)
    signatures = export(network.model, tmp_path, refinement)
    source = open_source("cars", count=3, seed=9)
    images = np.concatenate(
        [render_views(source.mesh(i), [[40 + 90 * i, 15, 2]]).rgb for i in range(3)]
    )
    expected = np.asarray(refinement(images)[0])
    at_once = network.plain().encode(images)
    for batch in (images, images[:1]):
        codes = ask(signatures["refine"], images=batch)["codes"]
        for code, own, start in zip(codes, expected, at_once):
            views, ours = network.decode(code, SIDES), network.decode(own, SIDES)
            np.testing.assert_allclose(views.rgb, ours.rgb, atol=2e-4)
            np.testing.assert_allclose(views.alpha, ours.alpha, atol=2e-4)
            before = network.decode(start, SIDES)
            assert np.abs(before.alpha - ours.alpha).max() > 0.05
    near(ask(signatures["encode"], images=images)["codes"], at_once)


# --- voxels ---


@pytest.fixture(scope="module", params=VOXELS, ids=lambda p: f"{p[0]}-{p[1]}")
def voxels(request, tmp_path_factory):
    preset, pose, texturizer = request.param
    stages = 3 if "64" in preset else 2
    model = build_voxel_autoencoder(
        preset,
        pose,
        texturizer,
        image_size=4 * 2 ** (stages - 1),
        latent=5,
        encoder_width=8,
        decoder_widths=(4,) * stages,
        texturizer_width=12,
        background=0.25,
        pose_settings={"max_elevation": 30} if pose == "amortized" else {},
    )
    return shaken(model, 4), export(model, tmp_path_factory.mktemp("voxels"))


@pytest.mark.parametrize("batch", BATCHES)
def test_voxels(voxels, batch):
    model, signatures = voxels
    size, channels = model.image_size, model.channels
    images = np.random.default_rng(0).random((batch, size, size, channels), np.float32)
    expected = {key: numpy(value) for key, value in model({"image": images}).items()}
    found = ask(signatures["serving_default"], images=images)
    near(found["voxels"], np.clip(expected["voxels"], 0, 1), "voxels")
    assert np.ptp(found["voxels"]) > 0.01
    angles = [np.radians(found[key]) for key in ("azimuth", "elevation")]
    if model.pose.searched:
        # Two angles may be as good as each other: the one found has the least error.
        best = [expected[f"{key}_radians"] for key in ("azimuth", "elevation")]
        errors = [
            ((numpy(model.project(expected["voxels"], turn)) - images) ** 2).sum((1, 2))
            for turn in (angles[0], best[0])
        ]
        near(errors[0], errors[1], "error of the azimuth")
    else:
        turn = np.degrees(expected["azimuth_radians"] - angles[0])
        # Degrees up to 180 have float32's last digit at 1e-5.
        assert np.abs((turn + 180) % 360 - 180).max() < 1e-3
        near(np.radians(found["elevation"]), expected["elevation_radians"])
    assert (np.abs(found["azimuth"]) <= 180).all()
    shown = model.project(
        expected["voxels"], angles[0], angles[1] if model.pose.max_elevation else None
    )
    near(found["projection"], np.clip(numpy(shown), 0, 1), "projection")
    near(found["image"], np.clip(numpy(model.texture(shown)), 0, 1), "image")


@pytest.mark.parametrize("batch", BATCHES)
def test_voxels_by_their_codes(voxels, batch):
    model, signatures = voxels
    size, channels = model.image_size, model.channels
    images = np.random.default_rng(1).random((batch, size, size, channels), np.float32)
    means = numpy(model({"image": images})["mean"])
    codes = ask(signatures["encode"], images=images)["codes"]
    near(codes, means, "a mean, never a sample")
    grids = np.clip(numpy(model.decode(codes)), 0, 1)
    near(ask(signatures["decode"], codes=codes)["voxels"], grids)
    azimuth = np.random.default_rng(2).uniform(-180, 180, (batch, 2)).astype("f")
    for elevation in (np.zeros_like(azimuth), azimuth / 4):
        angles = {"azimuth": azimuth, "elevation": elevation}
        height = np.radians(elevation).reshape(-1) if elevation.any() else None
        shown = model.project(
            np.repeat(grids, 2, 0), np.radians(azimuth).reshape(-1), height
        )
        shape = (batch, 2, size, size, channels)
        for found in (
            ask(signatures["render"], voxels=grids, **angles),
            ask(signatures["render_codes"], codes=codes, **angles),
        ):
            near(found["projection"], np.clip(numpy(shown), 0, 1).reshape(shape))
            picture = np.clip(numpy(model.texture(shown)), 0, 1)
            near(found["image"], picture.reshape(shape))
