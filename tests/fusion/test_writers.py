import json
import struct

import numpy as np
import pytest
import trimesh

from tf3d.errors import InputError
from tf3d.fusion import PointCloud, Surface, write_cloud, write_surface

# A wedge: long along X, its ridge up, three colours.
WEDGE = Surface(
    [[-0.4, -0.2, 0], [0.4, -0.2, 0], [-0.4, 0.2, 0], [-0.4, 0, 0.1]],
    [[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]],
    [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0.5, 0.5, 0.5]],
)


def read(path) -> trimesh.Trimesh:
    loaded = trimesh.load(path, process=False)
    return loaded if isinstance(loaded, trimesh.Trimesh) else loaded.to_geometry()


@pytest.mark.parametrize("suffix", [".ply", ".obj", ".stl", ".PLY"])
def test_world_axes_and_closed_surface_come_back(tmp_path, suffix):
    path = tmp_path / f"wedge{suffix}"
    write_surface(WEDGE, path)
    mesh = read(path)
    np.testing.assert_allclose(
        mesh.bounds, [[-0.4, -0.2, 0], [0.4, 0.2, 0.1]], atol=1e-6
    )
    mesh.merge_vertices()
    assert mesh.is_watertight
    assert mesh.volume == pytest.approx(0.8 * 0.4 / 2 * 0.1 / 3, rel=1e-4)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("suffix", [".ply", ".obj"])
def test_colors_come_back(tmp_path, suffix):
    path = tmp_path / f"wedge{suffix}"
    write_surface(WEDGE, path)
    mesh = read(path)
    order = [np.abs(mesh.vertices - v).sum(axis=1).argmin() for v in WEDGE.vertices]
    colors = mesh.visual.vertex_colors[order, :3] / 255
    np.testing.assert_allclose(colors, WEDGE.colors, atol=1 / 255)


def test_obj_has_a_color_after_each_vertex(tmp_path):
    write_surface(WEDGE, tmp_path / "wedge.obj")
    lines = (tmp_path / "wedge.obj").read_text().splitlines()
    assert lines[1] == "v -0.400000 -0.200000 0.000000 1.0000 0.0000 0.0000"
    assert lines[5] == "f 1 3 2"
    assert len(lines) == 9


def test_glb_has_y_up_linear_colors_and_a_matt_material(tmp_path):
    path = tmp_path / "wedge.glb"
    write_surface(WEDGE, path)
    mesh = read(path)
    # World z is up in Y, the front (+X) looks along +Z, the left (+Y) is +X.
    np.testing.assert_allclose(
        mesh.bounds, [[-0.2, 0, -0.4], [0.2, 0.1, 0.4]], atol=1e-6
    )
    assert mesh.volume > 0
    data = path.read_bytes()
    length = struct.unpack("<I", data[12:16])[0]
    tree = json.loads(data[20 : 20 + length])
    primitive = tree["meshes"][0]["primitives"][0]
    assert tree["materials"][primitive["material"]]["pbrMetallicRoughness"] == {
        "metallicFactor": 0.0,
        "roughnessFactor": 0.9,
    }
    view = tree["bufferViews"][
        tree["accessors"][primitive["attributes"]["COLOR_0"]]["bufferView"]
    ]
    start = 28 + length + view.get("byteOffset", 0)
    colors = np.frombuffer(data[start : start + 16], np.uint8).reshape(4, 4)
    np.testing.assert_array_equal(colors[0], [255, 0, 0, 255])
    np.testing.assert_array_equal(colors[3], [55, 55, 55, 255])  # sRGB 0.5 is 0.214


@pytest.mark.parametrize("suffix", [".ply", ".obj", ".glb", ".stl"])
def test_length_is_metres_along_the_objects_x(tmp_path, suffix):
    path = tmp_path / f"wedge{suffix}"
    write_surface(WEDGE, path, length=4.0)
    size = np.ptp(read(path).bounds, axis=0)
    want = [2, 0.5, 4] if suffix == ".glb" else [4, 2, 0.5]
    np.testing.assert_allclose(size, want, rtol=1e-5)


@pytest.mark.parametrize("length", [0, -1, float("nan"), float("inf")])
def test_bad_lengths_are_refused(tmp_path, length):
    with pytest.raises(InputError, match="must be a positive number of metres"):
        write_surface(WEDGE, tmp_path / "a.ply", length=length)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["a.fbx", "a", "a.ply.gz"])
def test_unknown_extensions_name_the_known_ones(tmp_path, name):
    with pytest.raises(InputError, match=r"is unknown. Use .ply, .obj, .glb, .stl"):
        write_surface(WEDGE, tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_cloud_comes_back_with_normals_and_colors(tmp_path):
    rng = np.random.default_rng(0)
    normals = rng.standard_normal((20, 3))
    cloud = PointCloud(rng.random((20, 3)), rng.random((20, 3)), normals)
    write_cloud(cloud, tmp_path / "cloud.ply", length=2.0)
    back = trimesh.load(tmp_path / "cloud.ply")
    scale = 2 / np.ptp(cloud.points[:, 0])
    np.testing.assert_allclose(back.vertices, cloud.points * scale, rtol=1e-5)
    np.testing.assert_allclose(back.colors[:, :3] / 255, cloud.colors, atol=1 / 255)
    data = back.metadata["_ply_raw"]["vertex"]["data"]
    np.testing.assert_allclose(data["ny"].ravel(), cloud.normals[:, 1], rtol=1e-6)


def test_clouds_are_ply_only(tmp_path):
    cloud = PointCloud(*[np.zeros((1, 3))] * 3)
    with pytest.raises(InputError, match=r"point cloud to .*\.obj.*Use \.ply\."):
        write_cloud(cloud, tmp_path / "cloud.obj")
