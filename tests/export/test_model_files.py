"""Model files are small, load in plain Keras and equal the model."""

import keras
import numpy as np
import pytest

from tf3d.errors import InputError
from tf3d.export.model_files import round_mantissa, save_model
from tf3d.models import build_multiview


def test_ten_bits_are_those_of_half_precision():
    values = np.random.default_rng(0).normal(size=1000).astype(np.float32)
    half = values.astype(np.float16).astype(np.float32)
    np.testing.assert_allclose(round_mantissa(values), half, rtol=2**-11)
    assert np.mean(round_mantissa(values) == half) > 0.99


@pytest.mark.parametrize("bits", [0, 24])
def test_bad_number_of_bits(bits):
    with pytest.raises(ValueError, match="Expected 1 to 23 bits"):
        round_mantissa(np.ones(1, np.float32), bits)


def test_23_bits_change_nothing():
    values = np.random.default_rng(0).normal(size=50).astype(np.float32)
    np.testing.assert_array_equal(round_mantissa(values, 23), values)


def test_file_is_small_and_equal(tmp_path):
    model = build_multiview("multiview-mask", code_width=64, image_size=64)
    model.build()
    full = sum(w.nbytes for w in model.get_weights())
    save_model(model, tmp_path / "model.keras")
    assert (tmp_path / "model.keras").stat().st_size < 0.65 * full
    again = keras.models.load_model(tmp_path / "model.keras", compile=False)
    for left, right in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(left, right)
    assert [path.name for path in tmp_path.iterdir()] == ["model.keras"]


def test_unwritable_place(tmp_path):
    (tmp_path / "file").write_text("")
    model = build_multiview("multiview-mask", code_width=8, image_size=64)
    model.build()
    with pytest.raises(InputError, match="Cannot write"):
        save_model(model, tmp_path / "file" / "model.keras")
