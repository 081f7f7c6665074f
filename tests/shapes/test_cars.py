"""Generated cars: repeatable, well formed, closed to rays and facing +X."""

import numpy as np
import pytest

from tf3d.shapes import primitives
from tf3d.shapes.car_body import BodyShape, Face, lower_body
from tf3d.shapes.car_cabin import cabin
from tf3d.shapes.car_types import BODY_TYPES, draw_proportions
from tf3d.shapes.car_wheels import RIMS, wheel
from tf3d.shapes.cars import generate_car

SEEDS = range(40)


@pytest.fixture(scope="module")
def cars():
    return [generate_car(seed) for seed in SEEDS]


def test_same_seed_same_car():
    first, second = generate_car(7), generate_car(7)
    np.testing.assert_array_equal(first.vertices, second.vertices)
    np.testing.assert_array_equal(first.faces, second.faces)
    np.testing.assert_array_equal(first.face_colors, second.face_colors)
    assert first.part_names == second.part_names


def test_another_paint_keeps_the_geometry():
    first, second = generate_car(7), generate_car(7, paint_seed=8)
    np.testing.assert_array_equal(first.vertices, second.vertices)
    np.testing.assert_array_equal(first.faces, second.faces)
    assert np.abs(first.face_colors - second.face_colors).max() > 0.05


def test_another_seed_another_car(cars):
    shapes = {(len(car.faces), *np.ptp(car.vertices, axis=0).round(4)) for car in cars}
    assert len(shapes) == len(cars)
    assert len({car.name.split("-")[0] for car in cars}) >= 6


def test_arrays_are_sound(cars):
    for car in cars:
        assert np.isfinite(car.vertices).all()
        assert car.faces.min() >= 0 and car.faces.max() < len(car.vertices)
        assert car.face_colors.min() >= 0 and car.face_colors.max() <= 1
        a, b, c = (car.corners[:, k].astype(float) for k in range(3))
        area = np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2
        assert area.min() > 1e-9, car.name


def test_normalised(cars):
    for car in cars:
        low, high = car.vertices[car.faces.ravel()].min(0), car.vertices.max(0)
        assert np.linalg.norm(high - low) == pytest.approx(1, abs=1e-4)
        np.testing.assert_allclose(low + high, 0, atol=1e-4)


def test_size_in_triangles(cars):
    assert 3000 <= np.median([len(car.faces) for car in cars]) <= 8000


@pytest.mark.parametrize("body_type", BODY_TYPES)
def test_every_type_has_its_parts(body_type):
    for seed in range(6):
        car = generate_car(seed, body_type=body_type)
        assert car.name == f"{body_type}-{seed}"
        for part in ("body", "window", "wheel", "headlight", "taillight", "underbody"):
            assert part in car.part_names, (car.name, part)
            assert (car.face_parts == car.part_names.index(part)).any()


def test_front_is_towards_x(cars):
    for car in cars:
        center = car.corners.mean(axis=1)
        x = {
            name: center[car.face_parts == car.part_names.index(name), 0].mean()
            for name in ("headlight", "taillight")
        }
        assert x["headlight"] > 0.2 > -0.2 > x["taillight"], car.name


def test_wheels_touch_the_ground(cars):
    for car in cars:
        part = car.face_parts == car.part_names.index("wheel")
        z = car.corners[part][..., 2]
        assert z.min() == pytest.approx(car.vertices[:, 2].min(), abs=0.01), car.name


def test_faces_look_outward(cars, assert_outward):
    assert_outward(cars)


@pytest.mark.parametrize("style", RIMS)
def test_wheel_is_closed(style):
    mesh = wheel(0.33, 0.2, 0.65, style, 5)
    volume = primitives.signed_volume(mesh.vertices.astype(float), mesh.faces)
    assert 0.01 < volume < np.pi * 0.33**2 * 0.25
    assert np.ptp(mesh.vertices[:, 2]) == pytest.approx(0.66, rel=0.02)


def test_lofts_enclose_a_volume():
    rng = np.random.default_rng(3)
    for body_type in BODY_TYPES:
        shape = BodyShape(draw_proportions(rng, body_type))
        body, lips = lower_body(shape, Face())
        top, outline = cabin(shape)
        for mesh in (body, top):
            volume = primitives.signed_volume(mesh.vertices.astype(float), mesh.faces)
            assert volume > 0.3, body_type
        assert len(lips) == len(shape.arches)
        assert (np.diff(outline[:, 0]) < 0).all()


def test_unknown_body_type():
    with pytest.raises(ValueError, match="Expected body_type to be one of sedan"):
        generate_car(0, body_type="boat")
