import numpy as np
import pytest

from tf3d.data.hog import HogSettings, all_descriptors, hog_distances
from tf3d.shapes.sources import open_source

SMALL = HogSettings(size=32, viewpoints=((30.0, 15.0, 2.0), (90.0, 10.0, 2.0)))


def test_distances_are_summed_over_the_viewpoints():
    descriptors = np.zeros((3, 2, 4), np.float32)
    descriptors[1, 0] = [3, 4, 0, 0]
    descriptors[1, 1] = [0, 0, 0, 1]
    descriptors[2, 1] = [0, 2, 0, 0]
    expected = [[0, 6, 2], [6, 0, 5 + np.sqrt(5)], [2, 5 + np.sqrt(5), 0]]
    np.testing.assert_allclose(hog_distances(descriptors), expected, atol=1e-5)


def test_distances_equal_brute_force_across_blocks():
    descriptors = np.random.default_rng(0).random((1030, 2, 5)).astype(np.float32)
    difference = descriptors[:4, None] - descriptors[None]
    expected = np.linalg.norm(difference, axis=-1).sum(axis=-1)
    found = hog_distances(descriptors)
    np.testing.assert_allclose(found[:4], expected, atol=2e-3)
    np.testing.assert_array_equal(found, found.T)


def test_bad_descriptors():
    with pytest.raises(ValueError, match=r"\[n, viewpoints, features\]"):
        hog_distances(np.zeros((3, 4)))


def test_workers_give_the_same_descriptors():
    source = open_source("cars", count=18)
    here, usable = all_descriptors(source, SMALL, workers=0)
    spawned, _ = all_descriptors(source, SMALL, workers=1)
    assert usable == list(range(18))
    # 32 px in cells of 8: 3 x 3 blocks of 2 x 2 cells of 9 bins.
    assert here.shape == (18, 2, 324)
    np.testing.assert_array_equal(here, spawned)
    assert np.abs(here[0] - here[1]).max() > 0.01
