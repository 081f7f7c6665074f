import numpy as np
import pytest
import trimesh

from tf3d.errors import InputError
from tf3d.fusion import voxel_surface
from tf3d.fusion.voxel_surface import GREY

SIZE = 24
AXIS = (np.arange(SIZE) + 0.5) / SIZE - 0.5
X, Y, Z = np.meshgrid(AXIS, AXIS, AXIS, indexing="ij")


def ball(radius=0.3, center=(0, 0, 0)):
    squares = sum((axis - c) ** 2 for axis, c in zip((X, Y, Z), center))
    return (squares < radius**2).astype(np.float32)


def closed(surface):
    mesh = trimesh.Trimesh(surface.vertices, surface.faces, process=False)
    assert mesh.is_watertight and mesh.is_winding_consistent
    assert mesh.volume > 0  # outward
    return mesh


@pytest.mark.parametrize("threshold", [0.05, 0.5, 0.9])
def test_a_hard_ball_keeps_its_size_at_any_threshold(threshold):
    surface = voxel_surface(ball(), threshold)
    mesh = closed(surface)
    radius = np.linalg.norm(surface.vertices, axis=1)
    # The level adds about an eighth of a voxel.
    assert radius.mean() == pytest.approx(0.3, abs=0.4 / SIZE)
    assert radius.std() < 0.2 / SIZE
    assert mesh.volume == pytest.approx(ball().sum() / SIZE**3, rel=0.1)
    np.testing.assert_allclose(surface.colors, np.tile(GREY, (len(radius), 1)))


def test_a_soft_edge_moves_with_the_threshold():
    distance = np.sqrt(X**2 + Y**2 + Z**2) - 0.3
    soft = 1 / (1 + np.exp(distance * SIZE * 4))  # log-odds fall by 4 a voxel
    sizes = [closed(voxel_surface(soft, t)).volume for t in (0.05, 0.5, 0.95)]
    assert sizes[0] > 1.1 * sizes[1] > 1.2 * sizes[2]


def test_axes_and_place():
    box = np.zeros((SIZE,) * 3)
    box[2:20, 4:10, 11:13] = 1
    bounds = closed(voxel_surface(box)).bounds
    expected = np.array([[2, 4, 11], [20, 10, 13]]) / SIZE - 0.5
    np.testing.assert_allclose(bounds, expected, atol=0.6 / SIZE)


def test_a_full_grid_is_closed_at_its_border():
    mesh = closed(voxel_surface(np.ones((8, 8, 8))))
    np.testing.assert_allclose(mesh.bounds, [[-0.5] * 3, [0.5] * 3], atol=0.04)


def test_a_wall_of_one_voxel_stays_whole():
    wall = np.zeros((SIZE,) * 3)
    index = np.arange(4, 20)
    wall[index, index, 4:20] = 1  # aslant
    mesh = closed(voxel_surface(wall))
    assert mesh.body_count == 1


def test_crumbs_and_hollows_are_left_out():
    grid = ball(0.35) - ball(0.15)
    grid[22, 22, 20:23] = 1
    mesh = closed(voxel_surface(grid))
    assert mesh.body_count == 1
    assert mesh.volume == pytest.approx(ball(0.35).sum() / SIZE**3, rel=0.1)


def test_colors_are_those_of_the_occupied_voxels():
    occupancy = ball()
    colors = np.zeros((SIZE, SIZE, SIZE, 3), np.float32)
    colors[...] = (0, 1, 0)  # of what is empty
    colors[occupancy > 0] = (1, 0, 0)
    colors[(occupancy > 0) & (Z > 0)] = (0, 0, 1)
    surface = voxel_surface(np.concatenate([colors, occupancy[..., None]], axis=-1))
    up = surface.vertices[:, 2] > 1.5 / SIZE
    down = surface.vertices[:, 2] < -1.5 / SIZE
    # Beyond half a voxel from the last centre the empty ones begin to count.
    np.testing.assert_allclose(np.median(surface.colors[up], 0), [0, 0, 1], atol=0.01)
    np.testing.assert_allclose(np.median(surface.colors[down], 0), [1, 0, 0], atol=0.01)


def test_empty_voxels():
    with pytest.raises(InputError, match="voxels are empty.*fullest is 0.04"):
        voxel_surface(np.full((8, 8, 8), 0.04))


@pytest.mark.parametrize("threshold", [0, 1, -0.5, np.nan])
def test_bad_thresholds(threshold):
    with pytest.raises(InputError, match="between 0 and 1"):
        voxel_surface(ball(), threshold)


@pytest.mark.parametrize(
    ("voxels", "words"),
    [
        (np.ones((4, 4)), "Expected voxels of shape"),
        (np.ones((4, 4, 5)), "Expected voxels of shape"),
        (np.ones((4, 4, 4, 3)), "Expected voxels of shape"),
        (np.full((4, 4, 4), np.nan), "Expected finite occupancy"),
        (np.full((4, 4, 4), 2.0), "Received: minimum=0.0, maximum=2.0"),
    ],
)
def test_bad_voxels(voxels, words):
    with pytest.raises(ValueError, match=words):
        voxel_surface(voxels)
