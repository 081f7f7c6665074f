import numpy as np
import pytest

from tf3d.geometry import (
    VIEWPOINT_RANGES,
    as_viewpoints,
    camera_position,
    orbit,
    random_viewpoints,
)


@pytest.mark.parametrize("shape", [(3,), (1, 3), (4, 5, 3), (0, 3)])
def test_good_shapes(shape):
    viewpoints = as_viewpoints(np.ones(shape, np.float32))
    assert viewpoints.shape == shape
    assert viewpoints.dtype == np.float64
    assert camera_position(viewpoints).shape == shape


@pytest.mark.parametrize(
    ("viewpoints", "message"),
    [
        (2.0, r"shape \[\.\.\., 3\].*Received: shape=\(\)"),
        ([0.0, 20.0], r"Received: shape=\(2,\)"),
        (np.zeros((3, 4)), r"Received: shape=\(3, 4\)"),
        ([0, np.nan, 2], "finite viewpoints"),
        ([np.inf, 0, 2], "finite viewpoints"),
        ([0, 90.1, 2], "elevations between -90 and 90.*90.1"),
        ([0, -91, 2], "elevations between -90 and 90"),
        ([0, 0, 0], "positive distances"),
        ([[0, 0, 2], [0, 0, -1]], "positive distances"),
    ],
)
def test_bad_viewpoints(viewpoints, message):
    with pytest.raises(ValueError, match=message):
        as_viewpoints(viewpoints)


@pytest.mark.parametrize(
    ("viewpoint", "position"),
    [
        ((0, 0, 2), (2, 0, 0)),
        ((90, 0, 2), (0, 2, 0)),
        ((180, 0, 1), (-1, 0, 0)),
        ((-90, 0, 1), (0, -1, 0)),
        ((45, 90, 3), (0, 0, 3)),
        ((0, -90, 3), (0, 0, -3)),
        ((60, 30, 2), (np.sqrt(3) / 2, 1.5, 1)),
    ],
)
def test_camera_position_presets(viewpoint, position):
    np.testing.assert_allclose(camera_position(viewpoint), position, atol=1e-12)


def test_camera_is_at_its_distance():
    viewpoints = random_viewpoints(50, np.random.default_rng(0))
    distance = np.linalg.norm(camera_position(viewpoints), axis=1)
    np.testing.assert_allclose(distance, viewpoints[:, 2])


def test_orbit_is_the_papers_by_default():
    expected = [[azimuth, 20, 2] for azimuth in (0, 60, 120, 180, 240, 300)]
    np.testing.assert_allclose(orbit(), expected)


def test_orbit_starts_anywhere_and_wraps():
    viewpoints = orbit(4, elevation=-5, distance=1.7, start=200)
    np.testing.assert_allclose(viewpoints[:, 0], [200, 290, 20, 110])
    np.testing.assert_allclose(viewpoints[:, 1:], [[-5, 1.7]] * 4)


def test_orbit_of_nothing():
    with pytest.raises(ValueError, match="at least 1 viewpoint. Received: count=0"):
        orbit(0)
    with pytest.raises(ValueError, match="elevations"):
        orbit(3, elevation=100)


def test_random_viewpoints_fill_the_papers_ranges():
    viewpoints = random_viewpoints(2000, np.random.default_rng(1))
    assert viewpoints.shape == (2000, 3)
    for column, (low, high) in zip(
        viewpoints.T, VIEWPOINT_RANGES.values(), strict=True
    ):
        assert low <= column.min() < low + 0.01 * (high - low)
        assert high >= column.max() > high - 0.01 * (high - low)
        assert abs(column.mean() - (low + high) / 2) < 0.03 * (high - low)


def test_random_viewpoints_follow_the_generator():
    first, same = (random_viewpoints(4, np.random.default_rng(7)) for _ in range(2))
    other = random_viewpoints(4, np.random.default_rng(8))
    np.testing.assert_array_equal(first, same)
    assert (first != other).any()


def test_random_viewpoints_in_other_ranges():
    viewpoints = random_viewpoints(100, np.random.default_rng(0), (60, 61), (3, 3.5))
    assert viewpoints[:, 1].min() >= 60 and viewpoints[:, 1].max() <= 61
    assert viewpoints[:, 2].min() >= 3 and viewpoints[:, 2].max() <= 3.5
