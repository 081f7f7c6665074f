"""Repainting: the paint changes, the rest stays."""

import numpy as np
import pytest

from tf3d.shapes.mesh import Mesh
from tf3d.shapes.repaint import random_paint, repaint

COUNT = 8
RED, BLACK, YELLOW = (0.8, 0.1, 0.1), (0.05, 0.05, 0.05), (0.9, 0.8, 0)
GLASS = (0.6, 0.8, 0.95)


def strip(colors, parts=None, names=("body",), texture=None):
    """Upright triangles side by side, one for each colour."""
    count = len(colors)
    vertices, faces = [], []
    for i in range(count):
        vertices += [[i, 0, 1], [i + 1, 0, 1], [i, 0, 2]]
        faces.append([3 * i, 3 * i + 1, 3 * i + 2])
    vertices.append([0, 0, 0])
    faces.append([0, 1, len(vertices) - 1])  # a sliver below, of the first colour
    colors = np.array([*colors, colors[0]], np.float32)
    parts = None if parts is None else [*parts, parts[0]]
    mesh = Mesh(vertices, faces, colors, parts, names)
    if texture is not None:
        middle = (np.arange(count) + 0.5) / count
        u = np.append(middle, middle[0])
        mesh.uv = np.stack([np.stack([u, np.full_like(u, 0.5)], 1)] * 3, axis=1)
        mesh.uv = mesh.uv.astype(np.float32)
        mesh.face_textures = np.zeros(count + 1, np.int32)
        mesh.textures = (texture,)
    return mesh


def changed(mesh, other):
    return np.abs(mesh.face_colors - other.face_colors).max(axis=1) > 0.05


def test_paint_changes_and_black_and_glass_stay():
    mesh = strip([RED] * 4 + [BLACK] * 5 + [GLASS] * 5)
    for seed in range(10):
        new = repaint(mesh, np.random.default_rng(seed))
        assert not changed(mesh, new)[4:-1].any()
        np.testing.assert_array_equal(new.vertices, mesh.vertices)
        assert np.ptp(new.face_colors[:4], axis=0).max() < 1e-5
    seen = [repaint(mesh, np.random.default_rng(s)).face_colors[0] for s in range(20)]
    assert np.std(seen, axis=0).max() > 0.15


def test_same_seed_same_paint_and_the_input_is_left_alone():
    mesh = strip([RED] * 4)
    one = repaint(mesh, np.random.default_rng(3))
    two = repaint(mesh, np.random.default_rng(3))
    np.testing.assert_array_equal(one.face_colors, two.face_colors)
    np.testing.assert_allclose(mesh.face_colors, [RED] * 5)


@pytest.mark.parametrize(
    "name", ["Wheels_01", "windscreen", "tire", "rim", "headlight"]
)
def test_named_parts_are_kept(name):
    mesh = strip([RED] * 3 + [RED] * 5, [0] * 3 + [1] * 5, ("body", name))
    new = repaint(mesh, np.random.default_rng(0))
    assert changed(mesh, new)[:3].all()
    assert not changed(mesh, new)[3:-1].any()


def test_shades_keep_their_order():
    mesh = strip([RED] * 4 + [(0.4, 0.05, 0.05)])
    new = repaint(mesh, np.random.default_rng(1))
    assert new.face_colors[4].max() < new.face_colors[0].max()
    assert changed(mesh, new)[4]


def test_textures_are_recoloured_by_colour():
    texture = np.zeros((4, 8, 3), np.uint8)
    texture[:, :5] = np.round(np.array(RED) * 255)
    texture[:, 5:7] = 8
    texture[:, 7] = np.round(np.array(GLASS) * 255)
    mesh = strip([(1, 1, 1)] * COUNT, texture=texture)
    new = repaint(mesh, np.random.default_rng(5))
    assert new.textures[0].shape == texture.shape
    difference = np.abs(new.textures[0].astype(int) - texture).max(axis=2)
    assert (difference[:, :5] > 20).all()
    assert (difference[:, 5:] <= 2).all()
    np.testing.assert_array_equal(mesh.textures[0], texture)
    np.testing.assert_allclose(new.face_colors, 1)


def test_a_mesh_of_one_dark_colour_is_painted_whole():
    mesh = strip([BLACK] * 4)
    colors = [repaint(mesh, np.random.default_rng(s)).face_colors[0] for s in range(20)]
    assert np.std(colors, axis=0).max() > 0.05


def test_second_paint_leaves_the_third_colour_or_changes_it_apart():
    mesh = strip([RED] * 5 + [YELLOW] * 2)
    both = [
        changed(mesh, repaint(mesh, np.random.default_rng(seed)))[[0, 5]].tolist()
        for seed in range(30)
    ]
    assert [True, False] in both
    assert [True, True] in both


def test_random_paints_are_valid_and_differ():
    rng = np.random.default_rng(0)
    paints = np.array([random_paint(rng) for _ in range(200)])
    assert paints.min() >= 0.02 and paints.max() <= 0.97
    assert (paints.std(axis=0) > 0.15).all()
