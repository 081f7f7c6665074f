import numpy as np
import pytest

from tf3d.errors import InputError
from tf3d.fusion.evidence import depth_normals, gather, seen_points
from tf3d.geometry import Views, extrinsics, intrinsics, unproject


def plane_depth(normal: np.ndarray, offset: float, size: int = 32) -> np.ndarray:
    """Planar depth of the plane normal . X = offset in the camera's frame."""
    focal = intrinsics(size)[0, 0]
    ray = (np.arange(size) + 0.5 - size / 2) / focal
    return offset / (normal[0] * ray[None] + normal[1] * ray[:, None] + normal[2])


def test_normals_of_a_slanted_plane():
    normal = np.array([0.3, -0.4, -0.866])
    normal /= np.linalg.norm(normal)
    depth = plane_depth(normal, -1.5)
    focal = intrinsics(32)[0, 0]
    normals, slant = depth_normals(depth[None], focal)
    inner = normals[0, 2:-2, 2:-2]
    np.testing.assert_allclose(inner, np.broadcast_to(normal, inner.shape), atol=0.01)
    # A point nearer by 0.1 of planar depth is so far from the plane.
    ray = np.array([0.5 / focal, 0.5 / focal, 1])
    nearer = ray * (depth[16, 16] - 0.1)
    away = nearer @ normal + 1.5
    assert 0.1 * slant[0, 16, 16] == pytest.approx(away, rel=0.01)


def test_normals_do_not_mix_two_surfaces():
    depth = np.full((1, 16, 16), 1.5)
    depth[:, :, 8:] = 2.0
    normals, _ = depth_normals(depth, intrinsics(16)[0, 0])
    np.testing.assert_allclose(normals[0, :, :, 2], -1, atol=1e-6)


def test_seen_points_agree_with_unproject(box_views):
    focal = intrinsics(box_views.size)[0, 0]
    cameras = extrinsics(box_views.viewpoints)
    points = seen_points(box_views.depth[:2], cameras[:2], focal)
    for index in range(2):
        mask = box_views.mask[index]
        want = unproject(box_views.depth[index], box_views.viewpoints[index])
        np.testing.assert_allclose(points[index][mask], want[mask], atol=1e-5)


def test_gather_bounds_what_was_seen_and_unmixes_colors(box_views):
    evidence = gather(box_views)
    low, high = evidence.bounds
    np.testing.assert_allclose(high - low, [0.7, 0.4, 0.3], atol=0.02)
    assert evidence.rgb.min() >= 0 and evidence.rgb.max() <= 1
    # The depth goes on beyond the silhouette, where silhouettes alone decide.
    assert (evidence.depth > 0).sum() > box_views.mask.sum()


def test_views_of_nothing_are_refused():
    empty = np.zeros((2, 16, 16))
    views = Views([[0, 0, 2], [90, 0, 2]], np.zeros((2, 16, 16, 3)), empty, empty)
    with pytest.raises(InputError, match="None of the 2 views shows an object"):
        gather(views)
