import numpy as np
import pytest

from tf3d.rendering import clutter


@pytest.mark.parametrize("size", [8, 40, 160])
def test_shape_and_type(size):
    picture = clutter(np.random.default_rng(0), size)
    assert picture.shape == (size, size, 3)
    assert picture.dtype == np.uint8


def test_too_small():
    with pytest.raises(ValueError, match="size of at least 8. Received: size=7"):
        clutter(np.random.default_rng(0), 7)


def test_follows_the_generator():
    first, same = (clutter(np.random.default_rng(5), 32) for _ in range(2))
    np.testing.assert_array_equal(first, same)
    assert (first != clutter(np.random.default_rng(6), 32)).any()


def test_pictures_differ_in_brightness_colour_and_detail():
    rng = np.random.default_rng(1)
    pictures = np.stack([clutter(rng, 48) for _ in range(80)]).astype(float)
    brightness = pictures.mean(axis=(1, 2, 3))
    assert brightness.min() < 70 and brightness.max() > 180
    assert 90 < brightness.mean() < 165
    chroma = np.ptp(pictures.mean(axis=(1, 2)), axis=1)
    assert (chroma > 40).any() and (chroma < 10).any()
    detail = np.abs(np.diff(pictures, axis=2)).mean(axis=(1, 2, 3))
    assert detail.max() > 10 * detail.min()
    # Sky differs from ground: rows vary more than columns.
    rows = pictures.mean(axis=2).std(axis=1).mean()
    columns = pictures.mean(axis=1).std(axis=1).mean()
    assert rows > 1.2 * columns
