import numpy as np
import pytest

from tf3d.rendering import clutter, street
from tf3d.rendering import streets as streets_module


@pytest.mark.parametrize("size", [16, 40, 160])
def test_shape_and_type(size):
    rng = np.random.default_rng(0)
    for _ in range(20):
        picture = street(rng, size)
        assert picture.shape == (size, size, 3)
        assert picture.dtype == np.uint8


def test_too_small():
    with pytest.raises(ValueError, match="size of at least 16. Received: size=15"):
        street(np.random.default_rng(0), 15)


def test_follows_the_generator():
    first, same = (street(np.random.default_rng(5), 32) for _ in range(2))
    np.testing.assert_array_equal(first, same)
    assert (first != street(np.random.default_rng(6), 32)).any()


def pictures(count=60, size=80):
    rng = np.random.default_rng(1)
    return np.stack([street(rng, size) for _ in range(count)]).astype(float)


def upright_edges(values):
    """Edges over 8 rows (house fronts, trunks, posts) in the upper and lower part."""
    strips = values.reshape(len(values), 10, 8, *values.shape[2:]).mean(axis=2)
    edges = np.abs(np.diff(strips, axis=2)).mean(axis=(0, 2, 3))
    return edges[:4].mean(), edges[7:].mean()


def test_what_is_upright_stands_above_the_ground():
    upper, lower = upright_edges(pictures())
    assert upper > 1.5 * lower
    # Clutter has as many of them everywhere.
    rng = np.random.default_rng(1)
    other = np.stack([clutter(rng, 80) for _ in range(60)]).astype(float)
    upper, lower = upright_edges(other)
    assert upper < 1.25 * lower


def test_studios_are_plain(monkeypatch):
    monkeypatch.setattr(streets_module, "STUDIO", 1.0)
    values = pictures(20)
    # Grain apart, a studio's rows are of one colour each.
    assert np.abs(values - values.mean(axis=2, keepdims=True)).mean() < 6


def test_streets_differ_in_brightness_and_colour():
    values = pictures()
    brightness = values.mean(axis=(1, 2, 3))
    assert brightness.min() < 80 and brightness.max() > 180
    chroma = np.ptp(values.mean(axis=(1, 2)), axis=1)
    assert (chroma > 30).any() and (chroma < 10).any()
