import numpy as np
import pytest

from tf3d.shapes.mesh import Mesh, concatenate

CORNERS = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float64)
FACES = np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]])
COLORS = np.full((4, 3), 0.5)


def tetrahedron(**changes):
    fields = {"vertices": CORNERS, "faces": FACES, "face_colors": COLORS}
    return Mesh(**{**fields, **changes})


def textured(value, **changes):
    picture = np.full((2, 2, 3), value, np.uint8)
    return tetrahedron(
        uv=np.full((4, 3, 2), value / 255),
        face_textures=np.array([0, -1, 0, -1]),
        textures=(picture,),
        **changes,
    )


def test_types():
    mesh = tetrahedron()
    assert mesh.vertices.dtype == mesh.face_colors.dtype == np.float32
    assert mesh.faces.dtype == mesh.face_parts.dtype == np.int32
    np.testing.assert_array_equal(mesh.face_parts, [0, 0, 0, 0])
    np.testing.assert_array_equal(mesh.corners[3], CORNERS[[1, 2, 3]])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"vertices": np.zeros((4, 2))}, r"vertices of shape \[n, 3\].*\(4, 2\)"),
        ({"faces": np.zeros((4, 4))}, r"faces of shape \[n, 3\].*\(4, 4\)"),
        ({"faces": np.zeros(3)}, r"faces of shape \[n, 3\].*\(3,\)"),
        ({"face_colors": np.zeros((4, 4))}, r"face_colors of shape \[n, 3\]"),
        ({"face_colors": np.zeros((3, 3))}, "4 face_colors, one a face. Received: 3"),
        ({"face_parts": np.zeros(5)}, "4 face_parts, one a face. Received: 5"),
    ],
)
def test_bad_shapes(changes, message):
    with pytest.raises(ValueError, match=message):
        tetrahedron(**changes)


def test_normals_point_outside():
    normals = tetrahedron().face_normals
    diagonal = np.sqrt(1 / 3)
    expected = [[0, 0, -1], [0, -1, 0], [-1, 0, 0], [diagonal] * 3]
    np.testing.assert_allclose(normals, expected, atol=1e-6)


def test_normal_of_a_face_without_area_is_zero():
    mesh = Mesh(CORNERS, [[0, 1, 1]], [[0.5] * 3])
    np.testing.assert_array_equal(mesh.face_normals, [[0, 0, 0]])


def test_normalized_is_centred_with_diagonal_1():
    mesh = tetrahedron(vertices=CORNERS * [3, 2, 1] + [10, -4, 1]).normalized()
    low, high = mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)
    np.testing.assert_allclose(low, -high, atol=1e-6)
    np.testing.assert_allclose(high - low, np.array([3, 2, 1]) / np.sqrt(14), rtol=1e-5)


def test_normalized_goes_by_the_vertices_in_use():
    stray = np.concatenate([CORNERS, [[100, 100, 100]]])
    mesh = tetrahedron(vertices=stray).normalized()
    np.testing.assert_allclose(mesh.vertices[:4], tetrahedron().normalized().vertices)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"vertices": np.ones((4, 3))}, "no finite extent"),
        ({"vertices": CORNERS * np.nan}, "no finite extent"),
        (
            {"faces": np.zeros((0, 3), int), "face_colors": np.zeros((0, 3))},
            "pot: the mesh has no faces",
        ),
    ],
)
def test_what_has_no_size(changes, message):
    with pytest.raises(ValueError, match=message):
        tetrahedron(name="pot", **changes).normalized()


def test_concatenate_joins_parts_by_name():
    first = tetrahedron(face_parts=[0, 1, 1, 0], part_names=("body", "window"))
    second = tetrahedron(
        vertices=CORNERS + 5, face_parts=[0, 0, 1, 1], part_names=("window", "tire")
    )
    both = concatenate([first, second], "both")
    assert both.name == "both"
    assert both.part_names == ("body", "window", "tire")
    np.testing.assert_array_equal(both.face_parts, [0, 1, 1, 0, 1, 1, 2, 2])
    np.testing.assert_array_equal(both.corners[:4], first.corners)
    np.testing.assert_array_equal(both.corners[4:], second.corners)
    assert both.uv is None and both.face_textures is None and both.textures == ()


def test_concatenate_keeps_each_mesh_its_textures():
    both = concatenate([textured(50), tetrahedron(), textured(200)])
    np.testing.assert_array_equal(
        both.face_textures, [0, -1, 0, -1, -1, -1, -1, -1, 1, -1, 1, -1]
    )
    assert [int(picture[0, 0, 0]) for picture in both.textures] == [50, 200]
    np.testing.assert_allclose(both.uv[[0, 4, 8], 0, 0], [50 / 255, 0, 200 / 255])


def test_concatenate_nothing():
    with pytest.raises(ValueError, match="at least one mesh"):
        concatenate([])
