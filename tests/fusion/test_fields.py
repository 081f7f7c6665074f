import numpy as np
import pytest

from tf3d.fusion.evidence import gather
from tf3d.fusion.fields import Grid, distance_field, fill_slabs, hull_field, object_grid


def test_grid_covers_its_box():
    grid = Grid.around(np.array([-0.1, 0, 0]), np.array([0.1, 0.25, 0.0]), 0.1)
    assert grid.shape == (3, 4, 2)
    assert grid.origin == (-0.1, 0, 0)


def test_slabs_fill_the_whole_grid_in_place():
    grid = Grid((1.0, 2.0, 3.0), (23, 2, 2), 0.5)

    def fill(origin: np.ndarray, out: np.ndarray) -> None:
        out[:] = origin[0] + 0.5 * np.arange(len(out))[:, None, None]

    want = 1 + 0.5 * np.arange(23)
    np.testing.assert_allclose(fill_slabs(grid, fill)[:, 0, 0], want)
    assert fill_slabs(grid, lambda origin, out: out.fill(0), 5).shape == (23, 2, 2, 5)


def test_object_grid_is_cropped_to_the_object(box_views):
    grid = object_grid(gather(box_views), 0.01, 2)
    low = np.asarray(grid.origin)
    high = low + 0.01 * (np.asarray(grid.shape) - 1)
    half = np.array([0.35, 0.2, 0.15])
    assert (low < -half).all() and (low > -half - 0.04).all()
    assert (high > half).all() and (high < half + 0.04).all()


def test_distance_of_an_ellipsoid_has_the_right_sign_and_size(ball_views):
    grid = Grid.around(np.full(3, -0.45), np.full(3, 0.45), 0.03)
    field = distance_field(
        gather(ball_views), grid, truncation=0.03, behind=0.03, votes=2, tolerance=0.0
    )
    axes = [
        np.asarray(grid.origin)[a] + 0.03 * np.arange(n)
        for a, n in enumerate(grid.shape)
    ]
    place = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    radii = np.array([0.4, 0.25, 0.2])
    level = np.linalg.norm(place / radii, axis=-1)
    slope = np.linalg.norm(place / radii**2, axis=-1)
    true = level * (level - 1) / np.maximum(slope, 1e-6)  # first-order distance
    np.testing.assert_array_equal(field[true > 0.012] > 0, True)
    np.testing.assert_array_equal(field[true < -0.012] < 0, True)
    near = np.abs(true) < 0.01
    assert np.abs(field - true)[near].mean() < 0.004


def test_the_hull_wants_as_many_votes_as_it_is_told(box_views, changed):
    # One view that sees nothing carves everything, if one is enough.
    alpha, mask = box_views.alpha.copy(), box_views.mask.copy()
    alpha[0], mask[0] = 0, False
    evidence = gather(changed(box_views, alpha=alpha, mask=mask))
    grid = Grid.around(np.full(3, -0.1), np.full(3, 0.1), 0.05)
    assert (hull_field(evidence, grid, 0.03, 1) > 0).all()
    assert (hull_field(evidence, grid, 0.03, 2) < 0).all()


def test_beyond_the_frame_a_view_says_nothing(box_views):
    # From 0.9 away the box fills the frame: outside it there is no evidence at all.
    near = box_views[[0]]
    near.mask[:], near.alpha[:], near.depth[:] = True, 1.0, 1.6
    grid = Grid((0.0, 0.9, 0.0), (2, 2, 2), 0.01)
    assert hull_field(gather(near), grid, 0.03, 1) == pytest.approx(-0.03)
