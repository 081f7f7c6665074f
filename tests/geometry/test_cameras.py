import numpy as np
import pytest

from tf3d.geometry import (
    camera_position,
    camera_to_world,
    extrinsics,
    intrinsics,
    project,
    random_viewpoints,
    unproject,
)


def test_intrinsics_of_the_paper():
    matrix = intrinsics()
    np.testing.assert_allclose(matrix[[0, 1], [0, 1]], 238.85, atol=0.005)
    np.testing.assert_allclose(matrix[:2, 2], 64)
    np.testing.assert_array_equal(matrix[2], [0, 0, 1])
    assert matrix[0, 1] == matrix[1, 0] == 0


def test_intrinsics_of_a_right_angle():
    np.testing.assert_allclose(
        intrinsics(10, 90), [[5, 0, 5], [0, 5, 5], [0, 0, 1]], atol=1e-12
    )


@pytest.mark.parametrize("size", [0, -3])
def test_bad_size(size):
    with pytest.raises(ValueError, match=f"at least 1 pixel. Received: size={size}"):
        intrinsics(size)


@pytest.mark.parametrize("angle", [0, 180, -30, float("nan")])
def test_bad_field_of_view(angle):
    with pytest.raises(ValueError, match="between 0 and 180 degrees.*field_of_view"):
        intrinsics(128, angle)


@pytest.mark.parametrize("shape", [(3,), (5, 3), (2, 4, 3)])
def test_extrinsics_shapes(shape):
    viewpoints = np.broadcast_to([30.0, 10.0, 2.0], shape)
    assert extrinsics(viewpoints).shape == (*shape[:-1], 4, 4)
    assert camera_to_world(viewpoints).shape == (*shape[:-1], 4, 4)


def test_extrinsics_at_the_front():
    # Right is +Y, down is -Z, forward is -X.
    expected = [[0, 1, 0, 0], [0, 0, -1, 0], [-1, 0, 0, 2], [0, 0, 0, 1]]
    np.testing.assert_allclose(extrinsics([0, 0, 2]), expected, atol=1e-12)


def test_extrinsics_from_above():
    matrix = extrinsics([0, 90, 2])
    np.testing.assert_allclose(
        matrix[:3, :3], [[0, 1, 0], [1, 0, 0], [0, 0, -1]], atol=1e-12
    )


def test_extrinsics_are_rigid_and_look_at_the_origin():
    viewpoints = random_viewpoints(20, np.random.default_rng(0), (-90, 90), (0.5, 9))
    matrices = extrinsics(viewpoints)
    rotation = matrices[:, :3, :3]
    np.testing.assert_allclose(
        rotation @ rotation.transpose(0, 2, 1),
        np.broadcast_to(np.eye(3), rotation.shape),
        atol=1e-12,
    )
    np.testing.assert_allclose(np.linalg.det(rotation), 1)
    np.testing.assert_allclose(matrices[:, :2, 3], 0, atol=1e-12)
    np.testing.assert_allclose(matrices[:, 2, 3], viewpoints[:, 2])
    poses = camera_to_world(viewpoints)
    np.testing.assert_allclose(poses[:, :3, 3], camera_position(viewpoints), atol=1e-12)
    np.testing.assert_allclose(
        poses @ matrices, np.broadcast_to(np.eye(4), poses.shape), atol=1e-12
    )


def test_projection_by_hand():
    focal = 64 / np.tan(np.radians(15))
    pixels, depth = project(
        [[0, 0, 0], [0, 0.1, 0], [0, 0, 0.1], [0.5, 0.1, 0]], [0, 0, 2]
    )
    np.testing.assert_allclose(depth, [2, 2, 2, 1.5])
    step = focal * 0.1 / 2
    expected = [[64, 64], [64 + step, 64], [64, 64 - step], [64 + step * 4 / 3, 64]]
    np.testing.assert_allclose(pixels, expected)


def test_projection_from_the_left_side():
    # At azimuth 90 the object's front points to the picture's left.
    pixels, _ = project([0.2, 0, 0], [90, 0, 2])
    assert pixels[0] < 64 and abs(pixels[1] - 64) < 1e-9


def test_depth_is_planar():
    # All points of a plane that is parallel to the picture have one depth.
    rng = np.random.default_rng(0)
    points = np.concatenate([np.full((9, 1), 0.3), rng.uniform(-1, 1, (9, 2))], axis=1)
    np.testing.assert_allclose(project(points, [0, 0, 2])[1], 1.7)


@pytest.mark.parametrize("shape", [(), (2,), (4, 2)])
def test_bad_points(shape):
    with pytest.raises(ValueError, match=r"points of shape \[\.\.\., 3\]"):
        project(np.zeros(shape), [0, 0, 2])


@pytest.mark.parametrize("field_of_view", [30.0, 75.0])
def test_unproject_inverts_project(field_of_view):
    rng = np.random.default_rng(3)
    for viewpoint in random_viewpoints(3, rng):
        depth = rng.uniform(1, 3, (16, 16))
        points = unproject(depth, viewpoint, field_of_view)
        pixels, again = project(points, viewpoint, 16, field_of_view)
        np.testing.assert_allclose(again, depth)
        rows, columns = np.mgrid[:16, :16] + 0.5
        np.testing.assert_allclose(pixels, np.stack([columns, rows], axis=-1))


@pytest.mark.parametrize("shape", [(4,), (4, 5), (1, 4, 4)])
def test_unproject_wants_a_square(shape):
    with pytest.raises(ValueError, match=r"square depth map.*Received: shape="):
        unproject(np.ones(shape), [0, 0, 2])
