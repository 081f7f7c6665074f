import numpy as np
import pytest

from tf3d.evaluation.voxels.sparsity import excess_kurtosis, hoyer, voxels_per_ray


def test_hoyer():
    found = hoyer([[0, -3, 0, 0], [2, -2, 2, 2], [0, 0, 0, 0], [1, 1, 0, 0]])
    np.testing.assert_allclose(found, [1, 0, 0, 2 - np.sqrt(2)], atol=1e-12)
    with pytest.raises(ValueError, match="d >= 2"):
        hoyer([[1.0]])


def test_kurtosis():
    rng = np.random.default_rng(0)
    assert excess_kurtosis(rng.normal(size=(200_000, 2))) == pytest.approx(0, abs=0.05)
    assert excess_kurtosis(rng.laplace(size=(200_000, 2))) == pytest.approx(3, abs=0.2)
    with_dead = np.column_stack([[-1.0, 1.0] * 5, np.zeros(10)])
    assert excess_kurtosis(with_dead) == pytest.approx(-2)
    assert np.isnan(excess_kurtosis(np.zeros((4, 2))))


def test_voxels_per_ray():
    voxels = np.zeros((2, 5, 5, 5))
    voxels[0, :3, 1, 1] = 0.5
    voxels[0, 4, 2, 2] = 0.5
    np.testing.assert_array_equal(voxels_per_ray(voxels, 0.4), [2, 0])
    np.testing.assert_array_equal(voxels_per_ray(voxels, 0.5), [0, 0])
