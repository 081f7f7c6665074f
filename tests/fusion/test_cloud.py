import numpy as np
import pytest

from tf3d.fusion import point_cloud
from tf3d.fusion.cloud import flying_pixels, seen_through
from tf3d.fusion.evidence import gather


def to_box(points: np.ndarray) -> np.ndarray:
    """Distance from the surface of the 0.7 x 0.4 x 0.3 box."""
    over = np.abs(points) - [0.35, 0.2, 0.15]
    outside = np.linalg.norm(np.maximum(over, 0), axis=1)
    return np.abs(outside + np.minimum(over.max(axis=1), 0))


def test_points_normals_and_colors_of_a_box(box_views):
    cloud = point_cloud(box_views)
    assert len(cloud) > 20_000
    assert to_box(cloud.points).mean() < 0.003
    front = cloud.points[:, 0] > 0.345
    assert np.median(cloud.normals[front, 0]) > 0.98
    assert np.median(cloud.colors[front, 0]) > 2 * np.median(cloud.colors[front, 2])
    np.testing.assert_allclose(np.linalg.norm(cloud.normals, axis=1), 1, atol=1e-3)


def test_a_pixel_between_two_surfaces_flies():
    depth = np.full((1, 8, 8), 1.5)
    depth[0, :, 4:] = 2.0
    assert not flying_pixels(depth).any()
    depth[0, 3, 4] = 1.75
    want = np.zeros((1, 8, 8), bool)
    want[0, 3, 4] = True
    np.testing.assert_array_equal(flying_pixels(depth), want)


def test_a_slope_does_not_fly():
    depth = np.broadcast_to(1.5 + 0.04 * np.arange(8), (1, 8, 8))
    assert not flying_pixels(depth, 0.1).any()


def test_points_in_free_air_are_seen_through(box_views):
    evidence = gather(box_views)
    points = np.array([[0.35, 0, 0], [0.5, 0, 0.1], [0, 0, 0]])
    through = seen_through(evidence, points, np.zeros(3, int))
    assert through[0] == 0  # on the surface
    assert through[1] > 10  # in the air before it
    assert through[2] == 0  # inside: hidden from all


def test_a_wrong_view_leaves_few_points(box_views, changed):
    depth = box_views.depth.copy()
    depth[5][box_views.mask[5]] -= 0.2
    cloud = point_cloud(changed(box_views, depth=depth))
    assert (to_box(cloud.points) > 0.1).mean() < 0.002


@pytest.mark.parametrize("count", [1, 2])
def test_few_views_still_give_points(box_views, count):
    assert len(point_cloud(box_views[:count])) > 500
