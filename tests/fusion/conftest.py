import dataclasses

import numpy as np
import pytest

from tf3d.fusion import fusion_viewpoints
from tf3d.geometry import Views
from tf3d.rendering import render_views
from tf3d.shapes.mesh import Mesh, concatenate
from tf3d.shapes.primitives import box, ellipsoid


def table() -> Mesh:
    """A slab on four thin legs: 0.6 long, 0.4 wide, 0.4 high, legs 0.04 thick."""
    parts = [box((0, 0, 0.18), (0.6, 0.4, 0.04), (0.8, 0.2, 0.1), "top")]
    for x in (-0.27, 0.27):
        for y in (-0.17, 0.17):
            center, size = (x, y, -0.02), (0.04, 0.04, 0.36)
            parts.append(box(center, size, (0.1, 0.3, 0.8), "leg"))
    return concatenate(parts, "table")


@pytest.fixture(scope="session")
def box_mesh() -> Mesh:
    """Red in front (+X), blue behind, grey elsewhere."""
    mesh = box((0, 0, 0), (0.7, 0.4, 0.3))
    mesh.face_colors[:] = 0.6
    mesh.face_colors[mesh.face_normals[:, 0] > 0.5] = (0.9, 0.1, 0.1)
    mesh.face_colors[mesh.face_normals[:, 0] < -0.5] = (0.1, 0.1, 0.9)
    return mesh


@pytest.fixture(scope="session")
def box_views(box_mesh: Mesh) -> Views:
    return render_views(box_mesh, fusion_viewpoints())


@pytest.fixture(scope="session")
def ball_views() -> Views:
    ball = ellipsoid((0, 0, 0), (0.4, 0.25, 0.2), segments=48, rings=32)
    return render_views(ball, fusion_viewpoints())


@pytest.fixture(scope="session")
def table_views() -> Views:
    return render_views(table(), fusion_viewpoints())


@pytest.fixture
def changed():
    """A copy of views with some of their arrays replaced."""

    def change(views: Views, **arrays: np.ndarray) -> Views:
        return dataclasses.replace(views, **arrays)

    return change
