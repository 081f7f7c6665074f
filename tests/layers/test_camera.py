import json

import keras
import numpy as np
import pytest

from tf3d.layers import EmissionAbsorption, Projection
from tf3d.layers.camera import check_inputs

SETTINGS = {
    "gain": 2.0,
    "sampling": "nearest",
    "camera": "perspective",
    "distance": 1.5,
    "field_of_view": 40.0,
}


@pytest.mark.parametrize("kind", [Projection, EmissionAbsorption])
def test_config_is_plain(kind):
    layer = kind(**SETTINGS)
    config = json.loads(json.dumps(layer.get_config()))
    assert SETTINGS.items() <= config.items()
    assert kind.from_config(config).get_config() == layer.get_config()


@pytest.mark.parametrize(
    ("given", "kept"),
    [("float64", "float64"), ("float32", "float32"), ("bfloat16", "float32")],
)
def test_one_precision_for_all_inputs(given, kept):
    voxels = keras.ops.zeros((2, 3, 3, 3, 1), given)
    for value in check_inputs(voxels, np.zeros(2), np.zeros(2, "float32")):
        assert keras.backend.standardize_dtype(value.dtype) == kept
    assert check_inputs(voxels, np.zeros(2), None)[2] is None
