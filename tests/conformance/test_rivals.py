"""Comparison networks: saved and loaded, compiled, in any batch, they say the same."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from tf3d.errors import InputError
from tf3d.models.rivals import RIVALS, build_rival, rival_name

SETTINGS = {
    "decoder-only": {"shapes": 3, "code_width": 8},
    "rotation": {"width": 4, "identity_units": 8, "pose_units": 6, "hidden": 16},
    "inverse-graphics": {"shape_units": 5, "widths": (4, 4, 4)},
}
IMAGE = np.random.default_rng(0).random((2, 64, 64, 3), np.float32)
INPUTS = {
    "decoder-only": {
        "identity": np.array([2, 1], np.int32),
        "viewpoint": np.array([[30, 20, 2.0], [250, -5, 1.8]], np.float32),
    },
    "rotation": {"image": IMAGE, "turns": np.array([[1, 1], [-1, -1]], np.int32)},
    "inverse-graphics": {"image": IMAGE},
}


@pytest.fixture(scope="module", params=RIVALS)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def model(name):
    keras.utils.set_random_seed(0)
    model = build_rival(name, **SETTINGS[name])
    model.build()
    return model


@pytest.fixture(scope="module")
def expected(model, name):
    return model(INPUTS[name])


def assert_same(found, expected, **tolerance):
    assert found.keys() == expected.keys()
    for key, value in expected.items():
        first, second = np.asarray(found[key]), np.asarray(value)
        np.testing.assert_allclose(first, second, **tolerance, err_msg=key)


def test_save_and_load(model, name, expected, tmp_path):
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras", compile=False)
    assert type(again) is RIVALS[name]
    assert rival_name(again) == name
    assert again.get_config() == model.get_config()
    for ours, theirs in zip(model.weights, again.weights, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert_same(again(INPUTS[name]), expected)


def test_config_round_trip(model, name, expected):
    config = keras.saving.serialize_keras_object(model)
    again = keras.saving.deserialize_keras_object(json.loads(json.dumps(config)))
    again.build()
    again.set_weights(model.get_weights())
    assert_same(again(INPUTS[name]), expected)


def test_tf_function_of_any_batch(model, name, expected):
    inputs = INPUTS[name]
    signature = {
        key: tf.TensorSpec((None, *value.shape[1:]), value.dtype)
        for key, value in inputs.items()
    }
    call = tf.function(lambda inputs: model(inputs), input_signature=[signature])
    assert_same(call(inputs), expected, atol=1e-5)
    one = {key: value[1:] for key, value in inputs.items()}
    assert_same(
        call(one), {key: value[1:] for key, value in expected.items()}, atol=1e-5
    )


def test_every_weight_counts(model, name):
    with tf.GradientTape() as tape:
        outputs = model(INPUTS[name])
        total = sum(tf.reduce_sum(value**2) for value in outputs.values())
    weights = model.trainable_weights
    for weight, gradient in zip(weights, tape.gradient(total, weights), strict=True):
        # The variance is drawn from in training only.
        if "variance" not in weight.path:
            assert gradient is not None and np.any(gradient), weight.path


def test_unknown_names():
    with pytest.raises(InputError, match="Choose one of: decoder-only, rotation, inv"):
        build_rival("dc-ign")
    assert rival_name(keras.Sequential()) is None
