import numpy as np
import pytest

from tf3d.evaluation.surface import (
    chamfer_distance,
    compare_surfaces,
    f_score,
    normal_consistency,
    outer_surface_points,
    outer_surface_samples,
    sphere_directions,
    squared_chamfer_distance,
    surface_points,
)
from tf3d.shapes.mesh import Mesh, concatenate


def box(low, high):
    low, high = np.asarray(low, float), np.asarray(high, float)
    unit = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)])
    faces = [
        [0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1],
        [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3],
    ]  # fmt: skip
    return Mesh(low + unit * (high - low), faces, np.full((12, 3), 0.5))


def test_directions_are_unit_and_balanced():
    directions = sphere_directions(96)
    np.testing.assert_allclose(np.linalg.norm(directions, axis=1), 1, atol=1e-12)
    np.testing.assert_allclose(directions.mean(axis=0), 0, atol=0.01)


def test_points_are_uniform_by_area():
    mesh = box([0, 0, 0], [3, 1, 1])
    points = surface_points(mesh, 20_000, np.random.default_rng(0))
    ends = (points[:, 0] < 1e-5) | (points[:, 0] > 3 - 1e-5)
    assert ends.mean() == pytest.approx(2 / 14, abs=0.01)
    assert points.min() >= 0
    assert points[:, 0].mean() == pytest.approx(1.5, abs=0.03)


def test_same_seed_same_points():
    mesh = box([0, 0, 0], [1, 1, 1])
    first, second = (
        outer_surface_points(mesh, 500, np.random.default_rng(7)) for _ in range(2)
    )
    np.testing.assert_array_equal(first, second)
    assert first.shape == (500, 3)


def test_hidden_faces_are_left_out_and_the_underside_stays():
    outside, inside = box([-0.5] * 3, [0.5] * 3), box([-0.3] * 3, [0.3] * 3)
    both = concatenate([outside, inside])
    points = outer_surface_points(both, 4000, np.random.default_rng(0))
    assert np.abs(points).max(axis=1).min() > 0.49
    assert (points[:, 2] < -0.49).mean() == pytest.approx(1 / 6, abs=0.03)


def test_overlapping_parts_lose_their_inner_faces():
    first = box([-0.5, -0.2, -0.2], [0.1, 0.2, 0.2])
    second = box([-0.1, -0.2, -0.2], [0.5, 0.2, 0.2])
    points = outer_surface_points(
        concatenate([first, second]), 3000, np.random.default_rng(0)
    )
    within = (np.abs(points[:, 0]) < 0.15) & (np.abs(points[:, 1:]).max(axis=1) < 0.19)
    assert not within.any()


def test_orientation_does_not_matter():
    mesh = box([0, 0, 0], [1, 1, 1])
    mesh.faces = mesh.faces[:, ::-1].copy()
    points = outer_surface_points(mesh, 1000, np.random.default_rng(0))
    assert (points[:, 2] < 1e-5).mean() == pytest.approx(1 / 6, abs=0.04)


def test_a_mesh_without_area_is_refused():
    flat = Mesh(np.zeros((3, 3)), [[0, 1, 2]], np.zeros((1, 3)), name="flat")
    with pytest.raises(ValueError, match="with a surface. Received: flat"):
        surface_points(flat, 10, np.random.default_rng(0))


def test_chamfer_and_f_score_of_known_points():
    truth = np.array([[0.0, 0, 0], [1, 0, 0]])
    predicted = np.array([[0.01, 0, 0], [1, 0, 0.03], [5, 0, 0]])
    assert chamfer_distance(truth, truth) == 0
    assert chamfer_distance(predicted, truth) == pytest.approx(
        ((0.01 + 0.03 + 4) / 3 + (0.01 + 0.03) / 2) / 2
    )
    score, precision, recall = f_score(predicted, truth, threshold=0.02)
    assert (precision, recall) == pytest.approx((1 / 3, 1 / 2))
    assert score == pytest.approx(0.4)
    assert f_score(predicted + 10, truth) == (0, 0, 0)


@pytest.mark.parametrize("bad", [np.zeros((0, 3)), np.zeros((3, 2)), np.zeros(3)])
def test_bad_points_are_refused(bad):
    with pytest.raises(ValueError, match=r"Expected predicted of shape \[n, 3\]"):
        chamfer_distance(bad, np.zeros((1, 3)))
    with pytest.raises(ValueError, match="Expected truth"):
        f_score(np.zeros((1, 3)), bad)


def test_bad_threshold_is_refused():
    with pytest.raises(ValueError, match="threshold=0"):
        f_score(np.zeros((1, 3)), np.zeros((1, 3)), threshold=0)


def test_compare_surfaces_sees_a_shift():
    mesh = box([-0.15] * 3, [0.15] * 3)
    same = compare_surfaces(mesh, mesh, np.random.default_rng(0), count=3000)
    assert same.f_score > 0.98
    moved = box([-0.15, -0.15, -0.1], [0.15, 0.15, 0.2])
    shifted = compare_surfaces(moved, mesh, np.random.default_rng(0), count=3000)
    assert shifted.chamfer > same.chamfer + 0.005
    assert shifted.f_score < same.f_score - 0.2
    assert same.normal_consistency > 0.95
    assert shifted.normal_consistency < same.normal_consistency


def test_normals_are_those_of_the_faces_at_the_points():
    mesh = box([-0.3, -0.2, -0.1], [0.3, 0.2, 0.1])
    points, normals = outer_surface_samples(mesh, 600, np.random.default_rng(0))
    np.testing.assert_array_equal(
        points, outer_surface_points(mesh, 600, np.random.default_rng(0))
    )
    np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1, atol=1e-6)
    away = points / [0.3, 0.2, 0.1]
    side = np.abs(away).argmax(axis=1)
    expected = np.zeros((600, 3))
    expected[np.arange(600), side] = np.sign(away[np.arange(600), side])
    np.testing.assert_allclose(normals, expected, atol=1e-6)


def test_normal_consistency_of_known_normals():
    points = np.array([[0.0, 0, 0], [1, 0, 0]])
    up, half = np.array([[0.0, 0, 1]] * 2), np.array([[0.0, 0.6, 0.8], [0, 1, 0]])
    assert normal_consistency(points, up, points, -up) == 1
    assert normal_consistency(points, half, points, up) == pytest.approx(0.4)
    # Both predicted points lie nearest to the first true one, with two directions.
    truth = np.array([[0.0, 0, 0], [9, 0, 0]])
    found = normal_consistency(points, up, truth, half)
    assert found == pytest.approx((0.8 + (0.8 + 0) / 2) / 2)
    with pytest.raises(ValueError, match="normal for each of the truth points"):
        normal_consistency(points, up, points, up[:1])


def test_squared_chamfer_is_a_sum_of_squares():
    truth = np.array([[0.0, 0, 0], [1, 0, 0]])
    predicted = np.array([[0.1, 0, 0], [1, 0, 0.3]])
    assert squared_chamfer_distance(predicted, truth) == pytest.approx(
        2 * (0.1**2 + 0.3**2) / 2
    )


def test_chamfer_agrees_with_brute_force_and_tensorflow_graphics():
    rng = np.random.default_rng(0)
    first, second = rng.random((40, 3)), rng.random((55, 3))
    squares = ((first[:, None] - second[None]) ** 2).sum(axis=2)
    expected = squares.min(axis=1).mean() + squares.min(axis=0).mean()
    assert squared_chamfer_distance(first, second) == pytest.approx(expected)
    distances = np.sqrt(squares)
    plain = (distances.min(axis=1).mean() + distances.min(axis=0).mean()) / 2
    assert chamfer_distance(first, second) == pytest.approx(plain)
    graphics = pytest.importorskip("tensorflow_graphics.nn.loss.chamfer_distance")
    theirs = float(graphics.evaluate(first, second))
    assert squared_chamfer_distance(first, second) == pytest.approx(theirs, abs=1e-4)
