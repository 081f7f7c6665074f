"""Faces turned outward, by what is seen of them from outside."""

import numpy as np

from tf3d.shapes.orientation import outward_flips, sightings

VERTICES = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], float)
CUBE = np.array(
    [[0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1]]
    + [[2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3]]
)


def test_a_right_cube_stays_and_a_turned_one_is_turned():
    assert not outward_flips(VERTICES, CUBE).any()
    assert outward_flips(VERTICES, CUBE[:, ::-1]).all()


def test_place_and_size_do_not_matter():
    vertices = VERTICES * 1e-4 + [1e3, -50, 7]
    assert outward_flips(vertices, CUBE[:, ::-1]).all()


def test_mixed_windings_are_mended_one_by_one():
    wrong = np.random.default_rng(0).random(len(CUBE)) < 0.5
    faces = np.where(wrong[:, None], CUBE[:, ::-1], CUBE)
    np.testing.assert_array_equal(outward_flips(VERTICES, faces), wrong)


def test_hidden_closed_part_goes_by_its_volume():
    inner = VERTICES * 0.4 + 0.3
    faces = np.vstack([CUBE, CUBE[:, ::-1] + 8])
    flips = outward_flips(np.vstack([VERTICES, inner]), faces)
    assert not flips[:12].any()
    assert flips[12:].all()


def test_an_open_sheet_seen_from_both_sides_stays():
    vertices = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], float)
    for faces in ([[0, 1, 2], [0, 2, 3]], [[2, 1, 0], [3, 2, 0]]):
        assert not outward_flips(vertices, np.array(faces)).any()


def test_a_cube_without_its_lid_is_open_yet_turned():
    faces = CUBE[:10][:, ::-1]
    assert outward_flips(VERTICES, faces).all()


def test_sightings_are_of_the_side_that_shows():
    front, back = sightings(VERTICES, CUBE)
    assert (front > 0).all()
    assert back.sum() < 0.01 * front.sum()
    turned_front, turned_back = sightings(VERTICES, CUBE[:, ::-1])
    np.testing.assert_allclose(turned_back, front)
    np.testing.assert_allclose(turned_front, back)
