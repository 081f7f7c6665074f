import numpy as np
import pytest

from tf3d.errors import InputError
from tf3d.prediction.embedding import draw_map, tsne


def test_neighbours_stay_neighbours():
    rng = np.random.default_rng(0)
    centres = np.repeat(rng.normal(0, 20, (2, 6)), 15, axis=0)
    places = tsne(centres + rng.normal(size=(30, 6)), seed=1)
    assert places.shape == (30, 2)
    assert places.min() == 0 and places.max() == 1
    distance = np.linalg.norm(places[:, None] - places[None], axis=-1)
    np.fill_diagonal(distance, np.inf)
    nearest = distance.argmin(axis=1)
    assert ((nearest < 15) == (np.arange(30) < 15)).all()


def test_seed_decides():
    codes = np.random.default_rng(0).normal(size=(8, 3))
    np.testing.assert_array_equal(tsne(codes, 2), tsne(codes, 2))


def test_equal_codes_and_few():
    assert np.isfinite(tsne(np.ones((5, 3)))).all()
    with pytest.raises(InputError, match="at least 4 pictures, and there are 3"):
        tsne(np.zeros((3, 2)))


def test_map():
    pictures = np.zeros((4, 14, 14, 1), np.float32)
    places = np.array([[0, 0], [1, 1], [0, 1], [0.5, 0.5]])
    whole = draw_map(places, pictures)
    assert whole.shape[0] == whole.shape[1]
    assert (whole[-84:, :84] == 0).all()  # y grows upwards
    assert (whole[:84, -84:] == 0).all()
    assert (whole[-84:, -84:] == 1).all()
    with_classes = draw_map(places, pictures, np.array([0, 1, 0, 1]), ["ape", "bee"])
    assert with_classes.shape[1] > whole.shape[1]  # the legend
    assert with_classes[-1, 0].std() > 0.1  # a frame in colour


def test_large_pictures_shrink():
    pictures = np.full((4, 128, 128, 3), 0.3, np.float32)
    whole = draw_map(np.zeros((4, 2)), pictures)
    assert len(whole) < 400
    np.testing.assert_allclose(whole[-1, 0], 0.3, atol=1e-6)
