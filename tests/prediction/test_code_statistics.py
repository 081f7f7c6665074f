"""Distributions of codes: measured, written, read and drawn from."""

import json

import numpy as np
import pytest

from tf3d.errors import InputError
from tf3d.prediction.code_statistics import (
    CODES_FILE,
    CodeStatistics,
    measure_codes,
    read_code_statistics,
    write_code_statistics,
)


@pytest.fixture
def statistics():
    rng = np.random.default_rng(0)
    near = rng.normal(size=(500, 3)) * [0.1, 0.2, 0.3] + [10, 0, 0]
    far = rng.normal(size=(400, 3)) * 0.1 - [10, 0, 0]
    return measure_codes([near, far], ["near", "far"], [3, 1])


def test_measures_each_set(statistics):
    np.testing.assert_allclose(statistics.weights, [0.75, 0.25])
    np.testing.assert_allclose(statistics.means, [[10, 0, 0], [-10, 0, 0]], atol=0.05)
    np.testing.assert_allclose(
        np.diag(statistics.covariances[0]), [0.01, 0.04, 0.09], rtol=0.2
    )


def test_draws_sets_by_their_shares(statistics):
    codes = statistics.draw(2000, np.random.default_rng(1))
    assert codes.shape == (2000, 3) and codes.dtype == np.float32
    near = codes[codes[:, 0] > 0]
    assert len(near) / 2000 == pytest.approx(0.75, abs=0.04)
    np.testing.assert_allclose(near.std(axis=0), [0.1, 0.2, 0.3], rtol=0.15)


def test_file_holds_it(statistics, tmp_path):
    write_code_statistics(tmp_path, statistics)
    again = read_code_statistics(tmp_path, latent=3)
    assert again.names == ("near", "far")
    np.testing.assert_allclose(again.means, statistics.means, atol=1e-4)
    np.testing.assert_allclose(again.covariances, statistics.covariances, atol=1e-4)


def test_no_file_is_none(tmp_path):
    assert read_code_statistics(tmp_path, latent=3) is None


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"names": ["a"], "weights": 1}'])
def test_damaged_file(tmp_path, text):
    (tmp_path / CODES_FILE).write_text(text)
    with pytest.raises(InputError, match="no statistics of codes"):
        read_code_statistics(tmp_path, latent=3)


def test_file_of_another_model(statistics, tmp_path):
    write_code_statistics(tmp_path, statistics)
    with pytest.raises(InputError, match="3 latent dimensions, but this one has 20"):
        read_code_statistics(tmp_path, latent=20)


def test_shapes_that_do_not_fit():
    with pytest.raises(ValueError, match="Expected weights, means and covariances"):
        CodeStatistics(("a",), np.ones(1), np.zeros((1, 3)), np.eye(3))


def test_file_is_plain_json(statistics, tmp_path):
    write_code_statistics(tmp_path, statistics)
    content = json.loads((tmp_path / CODES_FILE).read_text())
    assert set(content) == {"names", "weights", "means", "covariances"}
