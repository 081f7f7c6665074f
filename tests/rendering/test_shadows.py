import numpy as np
import pytest

from tf3d.geometry import project
from tf3d.rendering import ground_shadow, render_views
from tf3d.rendering import shadows as shadows_module
from tf3d.shapes.primitives import box

SIZE = 128


@pytest.fixture(scope="module")
def view():
    """A box that floats above where its lower face throws its shadow."""
    mesh = box((0, 0, 0), (0.3, 0.3, 0.3))
    return render_views(mesh, [(20, 30, 2.0)], size=SIZE)


def shadow_of(view, seed=0):
    return ground_shadow(view.depth[0], (20, 30, 2.0), np.random.default_rng(seed))


def test_shape_and_range(view):
    for seed in range(10):
        shadow = shadow_of(view, seed)
        assert shadow.shape == (SIZE, SIZE) and shadow.dtype == np.float32
        assert 0 <= shadow.min() and 0.1 < shadow.max() <= 0.85


def test_nothing_throws_no_shadow():
    shadow = ground_shadow(np.zeros((SIZE, SIZE)), (0, 0, 2), np.random.default_rng(0))
    assert shadow.shape == (SIZE, SIZE) and not shadow.any()


def test_follows_the_generator(view):
    np.testing.assert_array_equal(shadow_of(view, 3), shadow_of(view, 3))
    assert (shadow_of(view, 3) != shadow_of(view, 4)).any()


def test_under_an_overcast_sky_it_lies_below_the_object(view, monkeypatch):
    monkeypatch.setattr(shadows_module, "SUN", 0.0)
    monkeypatch.setattr(shadows_module, "SKY_BLUR", (0.5, 0.5))
    monkeypatch.setattr(shadows_module, "DARKNESS", (1.0, 1.0))
    shadow = shadow_of(view)
    # The box's footprint on the plane of its lower face.
    corners = np.array([[x, y, -0.15] for x in (-0.15, 0.15) for y in (-0.15, 0.15)])
    pixels, _ = project(corners, (20, 30, 2.0), SIZE)
    left, top = pixels.min(axis=0)
    right, bottom = pixels.max(axis=0)
    rows, columns = np.nonzero(shadow > 0.5)
    assert abs(rows.mean() - (top + bottom) / 2) < 2
    assert abs(columns.mean() - (left + right) / 2) < 2
    assert left - 5 < columns.min() and columns.max() < right + 5
    assert top - 5 < rows.min() and rows.max() < bottom + 5
    # A square that is turned by 20° fills 0.61 of what is around it.
    area = 0.61 * (right - left) * (bottom - top)
    assert 0.9 * area < len(rows) < 1.6 * area


def test_a_low_sun_throws_long_shadows(view, monkeypatch):
    monkeypatch.setattr(shadows_module, "SUN", 1.0)
    monkeypatch.setattr(shadows_module, "DARKNESS", (1.0, 1.0))
    areas = []
    for elevation in (25, 80):
        monkeypatch.setattr(shadows_module, "SUN_ELEVATION", (elevation, elevation))
        areas.append((shadow_of(view) > 0.5).sum())
    assert areas[0] > 1.5 * areas[1]
