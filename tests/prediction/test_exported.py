"""SavedModels predict as the Keras models do that they were exported from."""

import numpy as np
import pytest
import tensorflow as tf

import tf3d
from tf3d.errors import InputError
from tf3d.export.saved_model import export_saved_model
from tf3d.models import build_multiview
from tf3d.prediction import Reconstructor, VoxelReconstructor, find_model
from tf3d.prediction.reconstructor import load_trainable


@pytest.fixture(scope="module")
def multiview(tmp_path_factory):
    """A run's folder with a small network, and the folder of its exports."""
    folder = tmp_path_factory.mktemp("run") / "small"
    folder.mkdir()
    model = build_multiview("multiview-mask", code_width=16, image_size=64)
    model.build()
    model.save(folder / "model.keras")
    export_saved_model(model, folder.parent / "out", 3, name="small")
    return folder, folder.parent / "out"


@pytest.fixture(scope="module")
def voxels(voxel_model, tmp_path_factory):
    out = tmp_path_factory.mktemp("exports") / "voxels"
    network = tf3d.load(voxel_model)
    export_saved_model(network.model, out, name=network.name)
    return voxel_model, out


def test_multiview(multiview, car_picture):
    source, out = multiview
    keras_model, exported = tf3d.load(source), tf3d.load(out)
    assert type(exported) is Reconstructor
    assert exported.name == "small"
    assert exported.image_size == 64
    viewpoints = tf3d.orbit(35)  # more than are decoded at once
    expected = keras_model.views(car_picture, viewpoints)
    found = exported.views(car_picture, viewpoints)
    for name in ("rgb", "alpha"):
        np.testing.assert_allclose(
            getattr(found, name), getattr(expected, name), atol=1e-5
        )
    clear = np.abs(expected.alpha - 0.5) > 1e-4
    np.testing.assert_array_equal(found.mask[clear], expected.mask[clear])
    np.testing.assert_allclose(found.depth[clear], expected.depth[clear], atol=1e-5)


def test_voxels(voxels, digit):
    source, out = voxels
    keras_model, exported = tf3d.load(source), tf3d.load(out)
    assert isinstance(exported, VoxelReconstructor)
    assert exported.name == keras_model.name
    assert exported.channels == keras_model.channels
    np.testing.assert_allclose(
        exported.voxels(digit), keras_model.voxels(digit), atol=1e-5
    )
    for elevations in (0.0, 25.0):
        expected = keras_model.views(digit, [0, 50], elevations)
        found = exported.views(digit, [0, 50], elevations)
        for name in ("projection", "picture"):
            np.testing.assert_allclose(
                getattr(found, name), getattr(expected, name), atol=1e-5
            )
    picture = exported.prepare(digit)
    np.testing.assert_array_equal(picture, keras_model.prepare(digit))
    # From opposite sides an untrained shape looks alike: tests/conformance compares.
    azimuth, elevation = exported.pose(picture[None])
    assert -180 <= azimuth[0] < 180 and elevation[0] == 0


def test_which_file_is_meant(multiview, tmp_path):
    source, out = multiview
    assert find_model(out) == out / "3"
    assert find_model(out / "3") == out / "3"
    for version in ("9", "10", "x"):
        (tmp_path / version).mkdir()
        (tmp_path / version / "saved_model.pb").write_bytes(b"")
    assert find_model(tmp_path) == tmp_path / "10"
    # As in saved_models/, where both lie side by side.
    (tmp_path / "model.keras").write_bytes((source / "model.keras").read_bytes())
    assert find_model(tmp_path) == tmp_path / "model.keras"


def test_not_for_training_or_another_export(multiview):
    source, out = multiview
    with pytest.raises(InputError, match="is a SavedModel.*Name the .keras file"):
        load_trainable(out)
    assert load_trainable(source).name == "small"


def test_damaged(tmp_path):
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / "saved_model.pb").write_bytes(b"nothing of the kind")
    with pytest.raises(InputError, match="cannot be loaded"):
        tf3d.load(tmp_path)


def test_without_weights(multiview, tmp_path):
    (tmp_path / "1").mkdir()
    content = (multiview[1] / "3" / "saved_model.pb").read_bytes()
    (tmp_path / "1" / "saved_model.pb").write_bytes(content)
    with pytest.raises(InputError, match="cannot be loaded"):
        tf3d.load(tmp_path)


def test_not_ours(tmp_path):
    module = tf.Module()
    spec = tf.TensorSpec((None, 2), tf.float32)
    double = tf.function(lambda x: {"y": 2 * x}, input_signature=[spec])
    tf.saved_model.save(module, str(tmp_path / "1"), {"encode": double})
    with pytest.raises(InputError, match="not one that `tf3d export` made.*encode"):
        tf3d.load(tmp_path)
