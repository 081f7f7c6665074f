"""Voxels of meshes: volume, place, union, holes, axes."""

from __future__ import annotations

import numpy as np
import pytest

from tf3d.shapes.mesh import Mesh, concatenate
from tf3d.shapes.primitives import box, ellipsoid, place, rotation
from tf3d.shapes.voxelize import voxelize

SIZE = 28
CENTRES = (np.arange(SIZE) + 0.5) / SIZE - 0.5


def _ball(radius: float) -> np.ndarray:
    x, y, z = np.meshgrid(CENTRES, CENTRES, CENTRES, indexing="ij")
    return x**2 + y**2 + z**2 < radius**2


def test_ball_by_its_centres() -> None:
    mesh = ellipsoid((0, 0, 0), 0.35, segments=64, rings=60)
    voxels = voxelize(mesh, SIZE, touch=0)
    assert voxels.dtype == np.bool_ and voxels.shape == (SIZE,) * 3
    np.testing.assert_allclose(
        voxels.sum() / SIZE**3, 4 / 3 * np.pi * 0.35**3, rtol=0.02
    )
    wrong = voxels != _ball(0.35)
    assert wrong.sum() < 0.01 * voxels.sum()


def test_touched_voxels_surround_the_ball() -> None:
    mesh = ellipsoid((0, 0, 0), 0.35, segments=64, rings=60)
    inside, both = voxelize(mesh, touch=0), voxelize(mesh, touch=1)
    shell = voxelize(mesh, fill=False, touch=1)
    np.testing.assert_array_equal(both, inside | shell)
    assert not shell[SIZE // 2, SIZE // 2, SIZE // 2]
    half_diagonal = np.sqrt(3) / 2 / SIZE
    assert not (both & ~_ball(0.35 + half_diagonal)).any()
    assert not (shell & _ball(0.34 - half_diagonal)).any()


def test_box_on_the_world_axes() -> None:
    # 4 x 2 x 6 voxels, its faces between centres and off the borders of voxels.
    low = np.array([3, 10, 20]) / SIZE - 0.5 + 0.2 / SIZE
    high = np.array([7, 12, 26]) / SIZE - 0.5 - 0.2 / SIZE
    mesh = box((low + high) / 2, high - low)
    expected = np.zeros((SIZE,) * 3, bool)
    expected[3:7, 10:12, 20:26] = True
    np.testing.assert_array_equal(voxelize(mesh, touch=0), expected)
    np.testing.assert_array_equal(voxelize(mesh), expected)
    np.testing.assert_array_equal(voxelize(mesh, touch=1), expected)
    shell = voxelize(mesh, fill=False, touch=1)
    assert shell[3:7, 10:12, 20:26].all() and shell.sum() == 4 * 2 * 6


def test_a_turned_mesh_turns_the_axes() -> None:
    parts = [
        box((0.2, 0.0, 0.0), (0.2, 0.1, 0.1)),
        box((0.0, 0.25, 0.13), (0.11, 0.09, 0.2)),
    ]
    mesh = concatenate(parts)
    turned = place(mesh, rotation=rotation("z", 90))
    # x goes to y, and y to -x.
    expected = np.swapaxes(voxelize(mesh), 0, 1)[::-1]
    difference = voxelize(turned) != expected
    assert difference.sum() <= 2  # rounding on the borders of voxels


def test_overlapping_parts_are_their_union() -> None:
    parts = [
        box((-0.05, 0, 0), (0.3, 0.2, 0.2)),
        box((0.1, 0.03, 0), (0.3, 0.2, 0.13)),
        ellipsoid((0.02, 0.05, 0.03), 0.1),
    ]
    each = [voxelize(part, touch=0) for part in parts]
    whole = voxelize(concatenate(parts), touch=0)
    np.testing.assert_array_equal(whole, each[0] | each[1] | each[2])


def test_a_hole_does_not_spill() -> None:
    mesh = box((0, 0, 0), (0.5, 0.5, 0.5))
    whole = voxelize(mesh, touch=0)
    open_mesh = Mesh(mesh.vertices, mesh.faces[2:], mesh.face_colors[2:])
    np.testing.assert_array_equal(voxelize(open_mesh, touch=0), whole)


def test_an_inside_out_mesh_is_filled_alike() -> None:
    mesh = ellipsoid((0, 0, 0), 0.3)
    flipped = Mesh(mesh.vertices, mesh.faces[:, ::-1], mesh.face_colors)
    np.testing.assert_array_equal(voxelize(flipped), voxelize(mesh))


def test_an_open_sheet_encloses_nothing() -> None:
    sheet = Mesh(
        [[-0.3, -0.3, 0.01], [0.3, -0.3, 0.01], [0.3, 0.3, 0.01], [-0.3, 0.3, 0.01]],
        [[0, 1, 2], [0, 2, 3]],
        np.ones((2, 3)),
    )
    assert not voxelize(sheet, touch=0).any()
    layers = np.flatnonzero(voxelize(sheet, touch=1).any(axis=(0, 1)))
    np.testing.assert_array_equal(layers, [14])


def test_vertices_on_centres_do_not_leak() -> None:
    # An odd size puts centres on the planes of symmetry, where edges and vertices lie.
    mesh = box((0, 0, 0), (18 / 27, 18 / 27, 18 / 27))
    mesh = concatenate([mesh, ellipsoid((0, 0, 0), 0.2, segments=8, rings=5)])
    assert 18**3 <= voxelize(mesh, 27, touch=0).sum() <= 19**3
    assert voxelize(mesh, 27, touch=0)[5:22, 5:22, 5:22].all()


def test_touch_grows_with_its_share() -> None:
    mesh = ellipsoid((0, 0, 0), 0.3, segments=48, rings=40)
    grids = [voxelize(mesh, touch=share) for share in (0, 0.25, 0.6, 1)]
    for less, more in zip(grids[:-1], grids[1:]):
        assert (more | less).sum() == more.sum() > less.sum()
    # A wall of 0.6 voxels between two layers of centres: the half cubes reach it.
    wall = box((0, 0, 0), (0.5, 0.5, 0.6 / SIZE))
    assert not voxelize(wall, touch=0).any()
    layers = np.flatnonzero(voxelize(wall, touch=0.5).any(axis=(0, 1)))
    np.testing.assert_array_equal(layers, [13, 14])


def test_what_lies_outside_is_left_out() -> None:
    assert voxelize(box((0, 0, 0), (3, 3, 3))).all()
    assert not voxelize(box((2, 0, 0), (1, 1, 1))).any()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"size": 0}, "size of at least 1"),
        ({"fill": False, "touch": 0}, "above 0 unless"),
        ({"touch": 1.5}, "between 0 and 1"),
    ],
)
def test_bad_arguments(arguments, message) -> None:
    with pytest.raises(ValueError, match=message):
        voxelize(box((0, 0, 0), (1, 1, 1)), **arguments)
