"""Shapes whose pictures can be worked out by hand."""

import numpy as np
import pytest

from tf3d.shapes.mesh import Mesh

# Corners of [-1, 1]³, x slowest, and its faces seen from outside.
CUBE = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)
SIDES = {
    "back": (0, 1, 3, 2),
    "front": (4, 6, 7, 5),
    "right": (0, 4, 5, 1),
    "left": (2, 3, 7, 6),
    "bottom": (0, 2, 6, 4),
    "top": (1, 5, 7, 3),
}


def make_box(half=(0.2, 0.3, 0.1), centre=(0, 0, 0), color=(0.5, 0.5, 0.5)) -> Mesh:
    quads = np.array(list(SIDES.values()))
    faces = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    vertices = CUBE * half + np.asarray(centre)
    return Mesh(vertices, faces, np.tile(color, (12, 1)), name="box")


def make_sphere(radius=0.3, rings=48) -> Mesh:
    """A ball of two triangles for each patch of 2 · rings meridians and rings."""
    polar = np.linspace(0, np.pi, rings + 1)
    around = np.linspace(0, 2 * np.pi, 2 * rings, endpoint=False)
    p, a = np.meshgrid(polar, around, indexing="ij")
    vertices = radius * np.stack(
        [np.sin(p) * np.cos(a), np.sin(p) * np.sin(a), np.cos(p)], axis=-1
    )
    index = np.arange(p.size).reshape(p.shape)
    a, b = index[:-1], index[1:]
    c, d = np.roll(b, -1, axis=1), np.roll(a, -1, axis=1)
    faces = np.concatenate(
        [
            np.stack([a, b, c], axis=-1).reshape(-1, 3),
            np.stack([a, c, d], axis=-1).reshape(-1, 3),
        ]
    )
    return Mesh(vertices.reshape(-1, 3), faces, np.full((len(faces), 3), 0.5))


def make_sheet(x=0.0, half=0.3, color=(1, 1, 1), **fields) -> Mesh:
    """A square that faces azimuth 0."""
    vertices = np.array(
        [[x, -half, -half], [x, half, -half], [x, half, half], [x, -half, half]]
    )
    return Mesh(vertices, [[0, 1, 2], [0, 2, 3]], np.tile(color, (2, 1)), **fields)


@pytest.fixture
def box():
    return make_box


@pytest.fixture
def sphere():
    return make_sphere


@pytest.fixture
def sheet():
    return make_sheet
