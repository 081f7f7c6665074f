import numpy as np
import pytest

from tf3d.geometry import orbit
from tf3d.rendering import render_views
from tf3d.reproduction.multiview.agreement import view_agreement
from tf3d.shapes.mesh import Mesh


def box(size):
    corners = [[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)]
    faces = [
        [0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1],
        [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3],
    ]  # fmt: skip
    mesh = Mesh(np.array(corners) * size, faces, np.full((12, 3), 0.5))
    return mesh.normalized()


def test_views_of_one_object_agree():
    views = render_views(box([1, 0.5, 0.4]), orbit(6), size=64)
    assert view_agreement(views) > 0.995


def test_views_of_two_objects_do_not():
    views = render_views(box([1, 0.2, 0.2]), orbit(6), size=64)
    other = render_views(box([0.2, 0.2, 1]), orbit(6), size=64)
    for part in ("rgb", "depth", "mask"):
        getattr(views, part)[::2] = getattr(other, part)[::2]
    assert view_agreement(views) < 0.7


def test_nothing_agrees_with_nothing():
    views = render_views(box([1, 1, 1]), orbit(2), size=32)
    views.mask[:] = False
    assert view_agreement(views) == 0
    with pytest.raises(ValueError, match="at least 2 views"):
        view_agreement(views[:1])
