import numpy as np
import pytest

from tf3d.reproduction.multiview.viewpoints import (
    normalized,
    patterns,
    viewpoint_grid,
)


def test_columns_sum_to_their_number():
    errors = np.random.default_rng(0).random((5, 5)) + np.arange(5)
    found = normalized(errors)
    np.testing.assert_allclose(found.sum(axis=0), 5)
    np.testing.assert_allclose(found[:, 2] * errors[0, 2], errors[:, 2] * found[0, 2])


def test_a_flat_matrix_has_no_pattern():
    grid = viewpoint_grid()
    assert grid.shape == (36, 3)
    found = patterns(np.full((36, 36), 3.0), grid)
    assert found.pop("rank_correlation") == 0
    assert found == pytest.approx(dict.fromkeys(found, 1.0))


def test_each_pattern_is_found_where_it_is():
    grid = viewpoint_grid()
    azimuth, elevation = grid[:, 0], grid[:, 1]
    apart = np.abs((azimuth[:, None] - azimuth + 180) % 360 - 180)
    found = patterns(1 + apart / 180, grid)
    assert found["similar"] < 0.8 < 1 < found["other_azimuth"]
    assert found["rank_correlation"] > 0.8
    assert found["corners"] == pytest.approx(found["same_elevation"])
    found = patterns(1 + np.abs(elevation[:, None] - elevation) / 40, grid)
    assert found["corners"] > 1.2 > 0.9 > found["same_elevation"]
    mirrored = np.isclose((azimuth[:, None] + azimuth) % 360, 0)
    found = patterns(1.0 - 0.5 * mirrored, grid)
    assert found["mirrored"] < 0.6 and found["as_far"] > 1
    rows = np.where(np.isin(azimuth, (0, 180)), 2.0, 1.0)
    found = patterns(np.repeat(rows[:, None], 36, axis=1), grid)
    assert found["front"] == pytest.approx(2 * found["side"])
    # A row that is high everywhere is no matter of mirrored views.
    assert found["mirrored"] == pytest.approx(found["as_far"])
