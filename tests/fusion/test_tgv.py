import numpy as np
import pytest

from tf3d.fusion.tgv import minimise


def votes(values: np.ndarray, bins: int = 5) -> np.ndarray:
    """A histogram with one vote for each voxel's value, which is a bin's centre."""
    centres = np.linspace(-1, 1, bins)
    return (np.abs(values[..., None] - centres) < 1e-6).astype(np.float32)


def test_without_smoothness_each_voxel_takes_its_weighted_median():
    weights = np.zeros((3, 3, 3, 5), np.float32)
    weights[..., 0], weights[..., 2], weights[..., 4] = 1, 1.5, 1
    weights[1, 1, 1] = [0, 0, 0, 3, 2]
    u = minimise(weights, np.zeros((3, 3, 3)), alpha1=1e-6, alpha0=1e-6, iterations=100)
    want = np.zeros((3, 3, 3))
    want[1, 1, 1] = 0.5
    np.testing.assert_allclose(u, want, atol=1e-3)


def test_an_outlier_gives_way_to_its_neighbours():
    values = np.full((7, 7, 7), -0.5)
    values[3, 3, 3] = 1
    u = minimise(votes(values), values, alpha1=1.0, alpha0=2.0, iterations=200)
    np.testing.assert_allclose(u, -0.5, atol=0.05)


def test_a_slope_costs_nothing_but_where_it_bends():
    # Second order: unlike total variation it fills a gap in a ramp with the ramp.
    ramp = np.broadcast_to(np.linspace(-1, 1, 9)[:, None, None], (9, 5, 5))
    weights = votes(ramp, 9)
    weights[3:6] = 0
    start = np.where(weights.sum(axis=-1) > 0, ramp, 0.9)
    u = minimise(weights, start, alpha1=0.3, alpha0=0.6, iterations=1500)
    np.testing.assert_allclose(u, ramp, atol=0.06)


def test_shapes_must_agree():
    with pytest.raises(ValueError, match=r"Received: weights=\(3, 3, 3, 5\)"):
        minimise(
            np.zeros((3, 3, 3, 5)),
            np.zeros((2, 3, 3)),
            alpha1=1,
            alpha0=1,
            iterations=1,
        )
