"""Codes are fitted to given views, and the decoder stays as it is."""

import keras
import numpy as np
import pytest

from tf3d.models.rivals import DecoderOnly
from tf3d.training.fitting import fit_codes

VIEWPOINTS = np.array([[[30, 20, 2.0], [120, 0, 2.0]]], np.float32)


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(0)
    model = DecoderOnly(shapes=20, code_width=8)
    model.build()
    # Codes that matter: those of an untrained table are small.
    model.table.kernel.assign(np.random.default_rng(0).normal(size=(20, 8)))
    return model


def decoded(model, code):
    codes = np.repeat(code[None], 2, axis=0).astype(np.float32)
    return np.asarray(model.decode(codes, VIEWPOINTS[0])["rgb"])


def test_views_come_near_the_given_ones(model):
    before = model.get_weights()
    target = np.asarray(model.codes)[3]
    rgb = decoded(model, target)[None]
    calls = []
    codes = fit_codes(model, rgb, VIEWPOINTS, 150, lambda *done: calls.append(done))
    assert codes.shape == (1, 8)
    start = np.abs(decoded(model, np.mean(model.codes, axis=0)) - rgb[0]).mean()
    assert np.abs(decoded(model, codes[0]) - rgb[0]).mean() < 0.3 * start
    assert calls[-1] == (150, 150)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_shapes_are_fitted_apart(model):
    pictures = np.concatenate(
        [decoded(model, np.asarray(model.codes)[i])[None] for i in (1, 2)]
    )
    both = fit_codes(model, pictures, np.repeat(VIEWPOINTS, 2, axis=0), 30)
    alone = fit_codes(model, pictures[1:], VIEWPOINTS, 30)
    np.testing.assert_allclose(both[1], alone[0], atol=1e-2)


def test_bad_shapes(model):
    with pytest.raises(ValueError, match=r"rgb of shape \[n, views, 64, 64, 3\]"):
        fit_codes(model, np.zeros((2, 64, 64, 3)), VIEWPOINTS)
    with pytest.raises(ValueError, match=r"viewpoints of shape \(1, 3, 3\)"):
        fit_codes(model, np.zeros((1, 3, 64, 64, 3)), VIEWPOINTS)
