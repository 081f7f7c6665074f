"""Every primitive is closed, looks outward and has the size it was asked for."""

import numpy as np
import pytest

from tf3d.shapes import primitives
from tf3d.shapes.mesh import Mesh

SQUARE = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], float)
L_SHAPE = np.array([(0, 0), (2, 0), (2, 1), (1, 1), (1, 2), (0, 2)], float)


def volume(mesh: Mesh) -> float:
    return primitives.signed_volume(mesh.vertices.astype(float), mesh.faces)


def assert_closed(mesh: Mesh) -> None:
    """Each directed edge occurs once, and its opposite once."""
    edges = np.concatenate([mesh.faces[:, [0, 1]], mesh.faces[:, [1, 2]]])
    edges = np.concatenate([edges, mesh.faces[:, [2, 0]]])
    directed = {(int(a), int(b)) for a, b in edges}
    assert len(directed) == len(edges)
    assert {(b, a) for a, b in directed} == directed


SOLIDS = {
    "box": primitives.box((1, 2, 3), (1, 2, 3)),
    "rounded_box": primitives.rounded_box((0, 0, 1), (1, 2, 3), 0.2),
    "cylinder": primitives.cylinder((0, 0, 0), (1, 1, 0), 0.5, bevel=0.1),
    "cone": primitives.cylinder((0, 0, 0), (0, -2, 0), 0.5, end_radius=0.1),
    "ellipsoid": primitives.ellipsoid((3, 0, 0), (1, 2, 3)),
    "tube": primitives.tube([(0, 0, 0), (1, 0, 0), (1, 1, 0), (1, 1, 2)], 0.1),
    "ring": primitives.tube(
        [(1, 0, 0), (0, 1, 0), (-1, 0, 0), (0, -1, 0)], 0.1, closed=True
    ),
    "extrude": primitives.extrude(L_SHAPE, "y", -1, 2),
    "clockwise": primitives.extrude(L_SHAPE[::-1], "x", 0, 1),
    "loft": primitives.loft(
        [np.c_[SQUARE, np.zeros(4)], np.c_[2 * SQUARE, np.ones(4)]]
    ),
}


@pytest.mark.parametrize("name", SOLIDS)
def test_closed_and_outward(name):
    mesh = SOLIDS[name]
    assert_closed(mesh)
    assert volume(mesh) > 0
    assert (np.linalg.norm(mesh.face_normals, axis=1) > 0.99).all()


def test_volumes():
    assert volume(SOLIDS["box"]) == pytest.approx(6)
    assert volume(SOLIDS["extrude"]) == pytest.approx(9)
    many = primitives.cylinder((0, 0, 0), (0, 0, 2), 1, segments=400)
    assert volume(many) == pytest.approx(2 * np.pi, rel=1e-3)
    ball = primitives.ellipsoid((0, 0, 0), 1, segments=60, rings=40)
    assert volume(ball) == pytest.approx(4 / 3 * np.pi, rel=1e-2)


def test_sizes():
    for name in ("box", "rounded_box"):
        vertices = SOLIDS[name].vertices
        np.testing.assert_allclose(np.ptp(vertices, axis=0), (1, 2, 3), rtol=1e-6)
    np.testing.assert_allclose(
        np.ptp(SOLIDS["extrude"].vertices, axis=0), (2, 3, 2), rtol=1e-6
    )


def test_colour_and_part():
    mesh = primitives.box((0, 0, 0), (1, 1, 1), (0.1, 0.2, 0.3), "wheel")
    assert mesh.part_names == ("wheel",)
    np.testing.assert_allclose(mesh.face_colors, [(0.1, 0.2, 0.3)] * 12, rtol=1e-6)


def test_place_keeps_faces_outward():
    mesh = SOLIDS["tube"]
    turned = primitives.place(
        mesh,
        rotation=primitives.rotation("z", 90),
        translation=(1, 2, 3),
        mirror="y",
    )
    assert volume(turned) == pytest.approx(volume(mesh), rel=1e-5)
    # (1, 1, 2) mirrors to (1, -1, 2), turns to (1, 1, 2), moves to (2, 3, 5)
    np.testing.assert_allclose(turned.vertices[-1], (2, 3, 5), atol=1e-5)
    np.testing.assert_allclose(mesh.vertices[-1], (1, 1, 2), atol=1e-5)


def test_rotation_turns_to_the_left():
    np.testing.assert_allclose(
        primitives.rotation("z", 90) @ (1, 0, 0), (0, 1, 0), atol=1e-12
    )
    np.testing.assert_allclose(
        primitives.rotation("x", 90) @ (0, 1, 0), (0, 0, 1), atol=1e-12
    )


def test_triangulate_covers_a_concave_polygon():
    triangles = primitives.triangulate(L_SHAPE)
    areas = [primitives.polygon_area(L_SHAPE[t]) for t in triangles]
    assert min(areas) > 0
    assert sum(areas) == pytest.approx(3)


def test_grid_faces_are_the_callers_own():
    faces = primitives.grid_faces(2, 2)
    faces[:] = 0
    assert primitives.grid_faces(2, 2).max() == 3


def test_loft_says_what_it_expected():
    with pytest.raises(ValueError, match=r"Expected sections of shape \[n, m, 3\]"):
        primitives.loft(SQUARE)
