import numpy as np
import pytest

from tf3d.reproduction.voxels.solidity import (
    cavity_depth,
    extents,
    largest_piece,
    slice_correlations,
)


def cube(low, high, size=16):
    voxels = np.zeros((size, size, size), np.float32)
    voxels[low:high, low:high, low:high] = 1
    return voxels


def test_largest_piece():
    two = cube(2, 4)
    two[10:14, 10:14, 10:14] = 1
    corner = cube(2, 4)
    corner[4, 4, 4] = 1
    shares = largest_piece(np.stack([two, corner, np.zeros_like(two)]))
    np.testing.assert_allclose(shares, [64 / 72, 1, 0])


def test_extents():
    slab = np.zeros((1, 16, 16, 16))
    slab[0, 8, 2:14, 4:6] = 1
    np.testing.assert_allclose(extents(slab)[0], [0, np.arange(12).std(), 0.5])
    np.testing.assert_allclose(extents(np.zeros((1, 4, 4, 4))), 0)


def test_cavity_depth():
    solid = cube(3, 13)
    cup = np.array(solid)
    cup[5:11, 5:11, 5:] = 0
    tube = np.array(solid)
    tube[5:11, 5:11] = 0
    depths = cavity_depth(np.stack([solid, cup, tube, np.zeros_like(cup)]))
    np.testing.assert_allclose(depths, [0, 0.8, 1, np.nan])


def test_slices_of_layers():
    rng = np.random.default_rng(0)
    layers = np.repeat(np.repeat(rng.random((1, 16, 4, 4)), 4, axis=2), 4, axis=3)
    along, across, up = slice_correlations(layers)[0]
    assert along == pytest.approx(0, abs=0.2)
    assert min(across, up) > 0.6
    np.testing.assert_allclose(slice_correlations(np.zeros((1, 4, 4, 4))), 0)
