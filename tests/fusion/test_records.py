import numpy as np
import pytest

from tf3d.fusion import PointCloud, Surface

TETRAHEDRON = Surface(
    [[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]],
    [[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]],
    [[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]],
)


def test_dtypes_are_those_promised():
    assert TETRAHEDRON.vertices.dtype == np.float32
    assert TETRAHEDRON.faces.dtype == np.int32
    assert TETRAHEDRON.colors.dtype == np.float32


def test_face_colors_are_the_corners_means():
    np.testing.assert_allclose(TETRAHEDRON.face_colors[2], [1 / 3] * 3, rtol=1e-6)


def test_vertex_normals_look_outward_and_have_unit_length():
    normals = TETRAHEDRON.vertex_normals
    np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1, rtol=1e-5)
    outward = TETRAHEDRON.vertices - TETRAHEDRON.vertices.mean(axis=0)
    assert (np.einsum("ij,ij->i", normals, outward) > 0).all()


@pytest.mark.parametrize("name", ["vertices", "faces", "colors"])
def test_surface_checks_shapes(name):
    arrays = {key: np.zeros((4, 3)) for key in ("vertices", "faces", "colors")}
    arrays[name] = np.zeros((4, 2))
    with pytest.raises(ValueError, match=rf"Expected {name} of shape \[n, 3\]"):
        Surface(**arrays)


def test_surface_wants_a_color_for_each_vertex():
    with pytest.raises(ValueError, match="Expected 4 colors.*Received: 3"):
        Surface(np.zeros((4, 3)), np.zeros((1, 3)), np.zeros((3, 3)))


def test_cloud_wants_a_normal_for_each_point():
    with pytest.raises(ValueError, match="Expected 4 normals.*Received: 5"):
        PointCloud(np.zeros((4, 3)), np.zeros((4, 3)), np.zeros((5, 3)))
    assert len(PointCloud(*[np.zeros((4, 3))] * 3)) == 4
