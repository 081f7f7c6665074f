"""Reshaping: other proportions of the same object."""

import dataclasses

import numpy as np
import pytest

from tf3d.shapes.cars import generate_car
from tf3d.shapes.reshape import reshape


@pytest.fixture(scope="module")
def car():
    return generate_car(3)


def volume(mesh):
    a, b, c = np.moveaxis(mesh.corners.astype(np.float64), 1, 0)
    return (a * np.cross(b, c)).sum() / 6


def test_only_the_vertices_change(car):
    before = car.vertices.copy()
    new = reshape(car, np.random.default_rng(0))
    np.testing.assert_array_equal(car.vertices, before)
    for field in dataclasses.fields(car):
        if field.name != "vertices":
            assert getattr(new, field.name) is getattr(car, field.name)
    assert np.abs(new.vertices - before).max() > 0.01


def test_same_seed_same_shape_and_other_seeds_others(car):
    one, two, three = (reshape(car, np.random.default_rng(s)) for s in (5, 5, 6))
    np.testing.assert_array_equal(one.vertices, two.vertices)
    assert np.abs(one.vertices - three.vertices).max() > 0.005


@pytest.mark.parametrize("seed", range(8))
def test_the_result_is_normalised_and_no_part_turns_inside_out(car, seed):
    new = reshape(car, np.random.default_rng(seed))
    extent = np.ptp(new.vertices, axis=0)
    np.testing.assert_allclose(np.linalg.norm(extent), 1, atol=1e-5)
    assert volume(new) > 0.5 * volume(car) > 0
    # Upward and forward faces stay so.
    for axis in (0, 2):
        clear = np.abs(car.face_normals[:, axis]) > 0.95
        signs = np.sign(car.face_normals[clear, axis])
        assert (signs * new.face_normals[clear, axis] > 0).all()


@pytest.mark.parametrize("seed", range(4))
def test_left_and_right_stay_mirror_images(car, seed):
    mirrored = dataclasses.replace(car, vertices=car.vertices * [1, -1, 1])
    one = reshape(car, np.random.default_rng(seed))
    other = reshape(mirrored, np.random.default_rng(seed))
    np.testing.assert_allclose(other.vertices, one.vertices * [1, -1, 1], atol=1e-6)


def test_proportions_vary(car):
    extents = np.array(
        [
            np.ptp(reshape(car, np.random.default_rng(s)).vertices, axis=0)
            for s in range(40)
        ]
    )
    ratio = extents[:, 0] / extents[:, 2]
    assert ratio.max() > 1.3 * ratio.min()
