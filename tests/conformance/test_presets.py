"""Every preset through the same checks: saved, exported, compiled, it says the same.

`golden.json` holds what each says with weights made by NumPy, so that a change of the
layers, or of how weights are stored, shows. After a change that is meant:

    python tests/conformance/test_presets.py
"""

import json
import pathlib

import keras
import numpy as np
import pytest
import tensorflow as tf

import tf3d.models
from tf3d.models import MULTIVIEW_PRESETS, MultiView, build_multiview

GOLDEN = pathlib.Path(__file__).with_name("golden.json")
OUTPUTS = ("rgb", "depth", "alpha")


def make_model(preset: str, **settings) -> MultiView:
    """A small network of a preset; its weights owe nothing to Keras' initialisers."""
    model = build_multiview(preset, code_width=16, **settings)
    model.build()
    rng = np.random.default_rng(0)
    weights = []
    for weight in model.get_weights():
        fan_in = np.prod(weight.shape[:-1]) if weight.ndim > 1 else 100
        values = rng.normal(size=weight.shape) * np.sqrt(2 / fan_in)
        weights.append(values.astype(np.float32))
    model.set_weights(weights)
    return model


def make_inputs(size: int = 128) -> dict[str, np.ndarray]:
    """Smooth pictures, since noise would hide a shift by a pixel."""
    rows, columns = np.mgrid[:size, :size] / size
    pictures = [
        np.stack([rows, columns, rows * columns], axis=-1),
        np.stack([1 - rows, np.sin(6 * columns) ** 2, rows * 0 + 0.3], axis=-1),
    ]
    return {
        "image": np.stack(pictures).astype(np.float32),
        "viewpoint": np.array([[30, 20, 2.0], [250, -5, 1.8]], np.float32),
    }


def numpy(outputs) -> dict[str, np.ndarray]:
    return {name: keras.ops.convert_to_numpy(outputs[name]) for name in OUTPUTS}


def assert_equal(first, second, **tolerance):
    first, second = numpy(first), numpy(second)
    for name in OUTPUTS:
        np.testing.assert_allclose(
            first[name], second[name], **{"atol": 1e-5, "rtol": 1e-5, **tolerance}
        )


def samples(model: MultiView) -> dict[str, list[float]]:
    """What the golden file holds of a network: some pixels, and the mean, of each."""
    inputs = make_inputs(model.image_size)
    outputs = numpy(model(inputs))
    result = {"code": np.asarray(model.encode(inputs["image"]))[0, :8]}
    for name, values in outputs.items():
        pixels = values[:, 5::40, 9::40].reshape(-1)
        result[name] = np.append(pixels, values.mean())
    return {
        name: [round(float(v), 6) for v in values] for name, values in result.items()
    }


@pytest.fixture(scope="module", params=MULTIVIEW_PRESETS)
def preset(request):
    return request.param


@pytest.fixture(scope="module")
def model(preset):
    return make_model(preset)


@pytest.fixture(scope="module")
def expected(model):
    return numpy(model(make_inputs()))


def test_golden_values(preset, model):
    golden = json.loads(GOLDEN.read_text())[preset]
    found = samples(model)
    assert golden.keys() == found.keys()
    for name, values in golden.items():
        np.testing.assert_allclose(found[name], values, atol=2e-4, err_msg=name)
    # What is compared differs from pixel to pixel.
    assert all(np.ptp(golden[name][:-1]) > 0.01 for name in ("rgb", "depth", "code"))


def test_save_and_load(model, expected, tmp_path):
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras", compile=False)
    assert isinstance(again, MultiView)
    assert again.get_config() == model.get_config()
    assert_equal(again(make_inputs()), expected)


def test_config_round_trip(model, expected):
    config = keras.saving.serialize_keras_object(model)
    again = keras.saving.deserialize_keras_object(json.loads(json.dumps(config)))
    again.build()
    again.set_weights(model.get_weights())
    assert_equal(again(make_inputs()), expected)


def test_weights_round_trip(preset, model, expected, tmp_path):
    model.save_weights(tmp_path / "model.weights.h5")
    again = build_multiview(preset, code_width=16)
    again.build()
    again.load_weights(tmp_path / "model.weights.h5")
    assert_equal(again(make_inputs()), expected)


def test_tf_function_of_any_batch(model, expected):
    picture = tf.TensorSpec((None, 128, 128, 3), tf.float32)
    viewpoint = tf.TensorSpec((None, 3), tf.float32)

    @tf.function(input_signature=[{"image": picture, "viewpoint": viewpoint}])
    def call(inputs):
        return model(inputs)

    inputs = make_inputs()
    assert_equal(call(inputs), expected)
    one = {name: value[:1] for name, value in inputs.items()}
    assert_equal(call(one), {name: value[:1] for name, value in expected.items()})


def test_saved_model(model, expected, tmp_path):
    class Served(tf.Module):
        def __init__(self):
            super().__init__()
            self.model = model

        @tf.function(
            input_signature=[
                tf.TensorSpec((None, 128, 128, 3), tf.float32),
                tf.TensorSpec((None, 3), tf.float32),
            ]
        )
        def predict(self, image, viewpoint):
            return self.model({"image": image, "viewpoint": viewpoint})

    served = Served()
    folder = str(tmp_path / "1")
    tf.saved_model.save(served, folder, signatures={"predict": served.predict})
    loaded = tf.saved_model.load(folder)
    inputs = {name: tf.constant(value) for name, value in make_inputs().items()}
    outputs = loaded.signatures["predict"](**inputs)
    assert set(outputs) == set(OUTPUTS)
    assert_equal(outputs, expected)


def test_rows_of_a_batch_do_not_mix(model, expected):
    inputs = make_inputs()
    for row in range(2):
        alone = model({name: value[row : row + 1] for name, value in inputs.items()})
        assert_equal(
            alone, {name: value[row : row + 1] for name, value in expected.items()}
        )


def test_every_weight_counts(model):
    inputs = make_inputs()
    with tf.GradientTape() as tape:
        outputs = model(inputs)
        total = sum(tf.reduce_sum(outputs[name] ** 2) for name in OUTPUTS)
    weights = model.trainable_weights
    assert len(weights) == len(model.weights)
    for weight, gradient in zip(weights, tape.gradient(total, weights), strict=True):
        assert gradient is not None, weight.path
        assert np.isfinite(gradient).all(), weight.path
        assert np.any(gradient), weight.path


def test_inner_stages_alone(preset, tmp_path):
    small = make_model(preset, image_size=64)
    inputs = make_inputs(64)
    expected = numpy(small(inputs))
    small.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras", compile=False)
    assert again.image_size == 64
    assert_equal(again(inputs), expected)


def test_all_models_are_named():
    assert set(json.loads(GOLDEN.read_text())) == set(MULTIVIEW_PRESETS)
    assert "MultiView" in tf3d.models.__all__


if __name__ == "__main__":
    content = {name: samples(make_model(name)) for name in MULTIVIEW_PRESETS}
    GOLDEN.write_text(json.dumps(content, indent=1) + "\n")
