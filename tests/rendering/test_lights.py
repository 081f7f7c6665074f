import numpy as np
import pytest

from tf3d.rendering import Lights, random_lights, render_views, studio_lights
from tf3d.rendering.surfaces import srgb_to_linear

NO_LIGHT = np.zeros((0, 3))


def linear(views, row=64, column=64):
    return srgb_to_linear(views.rgb[0, row, column])


def light_at(place, **settings):
    return Lights([place], [[0.8, 0.4, 0.2]], **{"ambient": 0.0, **settings})


@pytest.mark.parametrize("count", [0, 1, 4])
def test_good_shapes(count):
    lights = Lights(np.ones((count, 3)), np.ones((count, 3)))
    assert lights.positions.dtype == lights.intensities.dtype == np.float32


@pytest.mark.parametrize(
    ("positions", "intensities", "message"),
    [
        (np.ones(3), np.ones(3), r"positions of shape \[n, 3\].*\(3,\)"),
        (np.ones((2, 2)), np.ones((2, 2)), r"positions of shape \[n, 3\].*\(2, 2\)"),
        (np.ones((2, 3)), np.ones(2), r"intensities of shape \(2, 3\).*\(2,\)"),
    ],
)
def test_bad_shapes(positions, intensities, message):
    with pytest.raises(ValueError, match=message):
        Lights(positions, intensities)


def test_attenuation_is_quadratic(sheet):
    for distance in (1.0, 2.0):
        views = render_views(sheet(), [0, 0, 2], lights=light_at([distance, 0, 0]))
        expected = np.array([0.8, 0.4, 0.2]) / distance**2
        np.testing.assert_allclose(linear(views), expected, rtol=0.01)


def test_lambert(sheet):
    # At 60° and distance 1: half as much.
    place = [0.5, np.sqrt(0.75), 0]
    views = render_views(sheet(), [0, 0, 2], lights=light_at(place))
    np.testing.assert_allclose(linear(views), [0.4, 0.2, 0.1], rtol=0.02)


def test_colour_multiplies_in_linear_light(sheet):
    views = render_views(
        sheet(color=(0.5, 0.5, 0.5)), [0, 0, 2], lights=light_at([1, 0, 0])
    )
    np.testing.assert_allclose(
        linear(views), np.array([0.8, 0.4, 0.2]) * 0.2140, rtol=0.02
    )


def test_light_from_behind_does_not_shine_through(sheet):
    views = render_views(sheet(), [0, 0, 2], lights=light_at([-1, 0, 0]))
    np.testing.assert_allclose(linear(views), 0, atol=1e-6)


@pytest.mark.parametrize(("elevation", "expected"), [(90, 0.6), (-90, 0.3), (0, 0.45)])
def test_ambient_falls_off_from_the_sky_to_the_ground(box, elevation, expected):
    lights = Lights(NO_LIGHT, NO_LIGHT, ambient=0.6, bounce=0.5)
    mesh = box((0.3, 0.3, 0.3), color=(1, 1, 1))
    views = render_views(mesh, [0, elevation, 2], lights=lights)
    np.testing.assert_allclose(linear(views), expected, rtol=0.01)


def test_highlight_is_where_the_light_mirrors(sheet):
    dull, shiny = (
        render_views(sheet(), [0, 0, 2], lights=light_at([2, 0, 0], specular=specular))
        for specular in (0.0, 0.5)
    )
    # Eye and light are in one place, so the highlight is in the middle: half as much
    # again there, little at the rim.
    np.testing.assert_allclose(linear(shiny), 1.5 * linear(dull), rtol=0.02)
    rim = linear(shiny, 64, 95) / linear(dull, 64, 95)
    assert (1 < rim).all() and (rim < 1.4).all()


def test_studio_is_white_and_symmetric():
    lights = studio_lights()
    assert lights.specular == 0
    mirrored = lights.positions * [1, -1, 1]
    assert sorted(map(tuple, mirrored)) == sorted(map(tuple, lights.positions))
    np.testing.assert_array_equal(np.ptp(lights.intensities, axis=1), 0)


def test_studio_leaves_no_side_dark_and_none_burnt_out(box):
    mesh = box((0.2, 0.2, 0.2), color=(0.8, 0.8, 0.8))
    views = render_views(mesh, [[a, 20, 2] for a in range(0, 360, 45)], size=48)
    inside = views.rgb[views.alpha == 1]
    assert inside.min() > 0.25
    assert inside.max() < 1


def test_random_lights_are_in_the_papers_ranges():
    rng = np.random.default_rng(0)
    drawn = [random_lights(rng) for _ in range(200)]
    assert {len(lights.positions) for lights in drawn} == {2, 3, 4}
    distance = np.linalg.norm(np.concatenate([d.positions for d in drawn]), axis=1)
    assert 2.5 <= distance.min() < 2.6 and 4.4 < distance.max() <= 4.5
    assert all((d.intensities > 0).all() for d in drawn)
    assert all(0 < d.ambient < 0.5 for d in drawn)
    exposure = [
        (d.intensities.mean(axis=1) / (d.positions**2).sum(axis=1)).sum() for d in drawn
    ]
    assert 0.6 < min(exposure) and max(exposure) < 1.9


def test_random_lights_follow_the_generator():
    first, same = (random_lights(np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(first.positions, same.positions)
    np.testing.assert_array_equal(first.intensities, same.intensities)
    other = random_lights(np.random.default_rng(4))
    assert first.ambient == same.ambient != other.ambient
