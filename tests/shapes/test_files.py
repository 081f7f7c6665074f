"""Mesh files of every format, as their exporters and their damage leave them."""

import struct

import numpy as np
import pytest
from PIL import Image

from tf3d.errors import InputError
from tf3d.shapes.files import load_mesh

BOX = np.array([[x, y, z] for x in (0, 4) for y in (0, 1) for z in (0, 2)], float)
FACES = np.array(
    [
        [0, 1, 3],
        [0, 3, 2],
        [4, 6, 7],
        [4, 7, 5],
        [0, 4, 5],
        [0, 5, 1],
        [2, 3, 7],
        [2, 7, 6],
        [0, 2, 6],
        [0, 6, 4],
        [1, 5, 7],
        [1, 7, 3],
    ]
)
# A box 4 long in x, 1 high in y, 2 wide in z, as a file with its up axis y has it.


def volume(mesh):
    corners = mesh.corners.astype(float)
    cross = np.cross(corners[:, 1], corners[:, 2])
    return np.einsum("fi,fi->", corners[:, 0], cross) / 6


def extent(mesh):
    return np.ptp(mesh.vertices[mesh.faces.ravel()], axis=0)


def obj_text(vertices=BOX, faces=FACES, head="", before_face=""):
    lines = [head] + [f"v {x} {y} {z}" for x, y, z in vertices] + [before_face]
    return "\n".join(lines + [f"f {a + 1} {b + 1} {c + 1}" for a, b, c in faces])


def off_text(head="OFF\n8 12 0", colors=None):
    lines = [head] + [f"{x} {y} {z}" for x, y, z in BOX]
    for i, (a, b, c) in enumerate(FACES):
        color = "" if colors is None else " " + " ".join(map(str, colors[i]))
        lines.append(f"3 {a} {b} {c}{color}")
    return "\n".join(lines)


def textured_obj(folder, picture="paint.png", kd="0.588 0.588 0.588", name="body"):
    (folder / "box.obj").write_text(
        "mtllib box.mtl\n"
        + "\n".join(f"v {x} {y} {z}" for x, y, z in BOX)
        + "\nvt 0.25 0.75\nvt 0.3 0.75\nvt 0.25 0.8\n"
        + f"usemtl {name}\n"
        + "\n".join(f"f {a + 1}/1 {b + 1}/2 {c + 1}/3" for a, b, c in FACES)
    )
    (folder / "box.mtl").write_text(f"newmtl {name}\nKd {kd}\nmap_Kd {picture}\n")
    return folder / "box.obj"


def two_tone_picture(path, size=(8, 8)):
    picture = np.zeros((size[1], size[0], 3), np.uint8)
    picture[: size[1] // 2] = (255, 0, 0)  # red above
    picture[size[1] // 2 :] = (0, 0, 255)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture).save(path)


def test_obj_without_materials_is_plain_and_stands_upright(tmp_path):
    path = tmp_path / "box.obj"
    path.write_text(obj_text())
    mesh = load_mesh(path)
    assert len(mesh.faces) == 12
    np.testing.assert_allclose(extent(mesh), [2, 4, 1], atol=1e-6)
    np.testing.assert_allclose(mesh.face_colors, 0.6)
    assert mesh.textures == ()


def test_front_is_turned_to_x(tmp_path):
    path = tmp_path / "box.obj"
    # A marker at the file's +x end: +y once up is Z, so the front lies at 90 degrees.
    path.write_text(obj_text(np.vstack([BOX, [9, 0, 0]]), [*FACES, [4, 8, 5]]))
    mesh = load_mesh(path, front=90)
    assert mesh.vertices[:, 0].max() == pytest.approx(9, abs=1e-5)
    mesh = load_mesh(path, front=0)
    assert mesh.vertices[:, 1].max() == pytest.approx(9, abs=1e-5)


@pytest.mark.parametrize(
    ("up", "size"), [("x", (1, 2, 4)), ("y", (2, 4, 1)), ("z", (4, 1, 2))]
)
def test_up_axis(tmp_path, up, size):
    path = tmp_path / "box.obj"
    path.write_text(obj_text())
    mesh = load_mesh(path, up=up)
    np.testing.assert_allclose(extent(mesh), size, atol=1e-6)
    assert volume(mesh) == pytest.approx(8, rel=1e-5)  # not mirrored


def test_obj_with_material_colours(tmp_path):
    (tmp_path / "m.mtl").write_text("newmtl a\nKd 1 0 0\nnewmtl b\nKd 0 0.2 1\n")
    text = obj_text(faces=FACES[:6], head="mtllib m.mtl", before_face="usemtl a")
    rest = "\n".join(f"f {a + 1} {b + 1} {c + 1}" for a, b, c in FACES[6:])
    (tmp_path / "box.obj").write_text(text + "\nusemtl b\n" + rest)
    mesh = load_mesh(tmp_path / "box.obj")
    assert sorted(mesh.part_names) == ["a", "b"]
    part = mesh.face_parts == mesh.part_names.index("b")
    assert part.sum() == 6
    np.testing.assert_allclose(mesh.face_colors[part][0], [0, 0.2, 1], atol=0.01)


@pytest.mark.parametrize(
    ("place", "written"),
    [
        ("paint.png", "paint.png"),
        ("textures/paint.png", "paint.png"),
        ("paint.png", "C:\\work\\Paint.PNG"),
        ("paint.png", "-s 1 1 1 paint.png"),
        ("../materials/textures/paint.png", "paint.png"),
        (
            "../materials/textures/paint.png",
            "model://car/materials/textures/paint.png",
        ),
    ],
)
def test_texture_is_found_and_not_darkened(tmp_path, place, written):
    folder = tmp_path / "car" / "meshes"
    folder.mkdir(parents=True)
    two_tone_picture(folder / place)
    mesh = load_mesh(textured_obj(folder, written))
    assert len(mesh.textures) == 1
    np.testing.assert_allclose(mesh.face_colors, 1)  # Kd is not multiplied
    u, v = mesh.uv[0].mean(axis=0)
    row, column = int((1 - v) * 8), int(u * 8)
    assert tuple(mesh.textures[0][row, column]) == (255, 0, 0)  # v runs upwards


def test_big_textures_are_made_smaller(tmp_path):
    two_tone_picture(tmp_path / "paint.png", (2048, 1024))
    mesh = load_mesh(textured_obj(tmp_path))
    assert mesh.textures[0].shape == (256, 512, 3)


def test_missing_and_broken_textures_leave_the_colour(tmp_path):
    mesh = load_mesh(textured_obj(tmp_path, "nowhere.png"))
    assert mesh.textures == ()
    np.testing.assert_allclose(mesh.face_colors, 0.588, atol=0.01)
    (tmp_path / "paint.png").write_bytes(b"no picture")
    assert load_mesh(textured_obj(tmp_path)).textures == ()


def test_truncated_texture_leaves_a_colour(tmp_path):
    two_tone_picture(tmp_path / "paint.png", (64, 64))
    whole = (tmp_path / "paint.png").read_bytes()
    (tmp_path / "paint.png").write_bytes(whole[: len(whole) // 2])
    mesh = load_mesh(textured_obj(tmp_path))
    assert mesh.textures == ()
    assert np.isfinite(mesh.face_colors).all()


def test_tyres_without_their_picture_are_dark(tmp_path):
    mesh = load_mesh(textured_obj(tmp_path, "nowhere.png", name="Wheels_01"))
    assert mesh.face_colors.max() < 0.2


def test_missing_mtl(tmp_path):
    path = textured_obj(tmp_path)
    (tmp_path / "box.mtl").unlink()
    mesh = load_mesh(path)
    assert len(mesh.faces) == 12
    np.testing.assert_allclose(mesh.face_colors, 0.6)


def test_glb_with_transforms_colours_and_several_objects(tmp_path):
    import trimesh

    scene = trimesh.Scene()
    material = trimesh.visual.material.PBRMaterial(
        name="paint", baseColorFactor=[55, 0, 255, 255]
    )
    box = trimesh.Trimesh(BOX, FACES, process=False)
    box.visual = trimesh.visual.TextureVisuals(uv=np.zeros((8, 2)), material=material)
    mirror = np.diag([-1.0, 1, 1, 1])
    mirror[:3, 3] = [20, 0, 0]
    scene.add_geometry(box, geom_name="one")
    scene.add_geometry(box.copy(), geom_name="two", transform=mirror)
    path = tmp_path / "two.glb"
    path.write_bytes(scene.export(file_type="glb"))
    mesh = load_mesh(path)
    assert len(mesh.faces) == 24
    np.testing.assert_allclose(extent(mesh), [2, 20, 1], atol=1e-5)
    assert volume(mesh) == pytest.approx(16, rel=1e-4)  # the mirrored one too
    # Factors are linear light in glTF: 55 / 255 is .5 in sRGB.
    np.testing.assert_allclose(mesh.face_colors[0], [0.5, 0, 1], atol=0.01)


def test_glb_texture_shared_by_two_objects_is_kept_once(tmp_path):
    import trimesh

    picture = Image.fromarray(np.full((4, 4, 3), 200, np.uint8))
    scene = trimesh.Scene()
    for i in range(2):
        material = trimesh.visual.material.PBRMaterial(
            name=f"m{i}", baseColorTexture=picture
        )
        box = trimesh.Trimesh(BOX + 10 * i, FACES, process=False)
        box.visual = trimesh.visual.TextureVisuals(
            uv=np.full((8, 2), 0.5), material=material
        )
        scene.add_geometry(box, geom_name=f"g{i}")
    path = tmp_path / "two.glb"
    path.write_bytes(scene.export(file_type="glb"))
    mesh = load_mesh(path)
    assert len(mesh.textures) == 1
    assert set(mesh.face_textures) == {0}


DAE = """<?xml version="1.0"?>
<COLLADA xmlns="http://www.collada.org/2005/11/COLLADASchema" version="1.4.1">
<asset><unit name="inch" meter="0.0254"/><up_axis>{up}</up_axis></asset>
<library_effects><effect id="e"><profile_COMMON><technique sid="t"><lambert>
<diffuse><color>0.2 0.4 0.6 1</color></diffuse></lambert></technique>
</profile_COMMON></effect></library_effects>
<library_materials><material id="m" name="hull"><instance_effect url="#e"/></material>
</library_materials>
<library_geometries><geometry id="g"><mesh>
<source id="p"><float_array id="pa" count="24">{points}</float_array>
<technique_common><accessor source="#pa" count="8" stride="3">
<param name="X" type="float"/><param name="Y" type="float"/>
<param name="Z" type="float"/></accessor></technique_common></source>
<vertices id="v"><input semantic="POSITION" source="#p"/></vertices>
<triangles count="12" material="s"><input semantic="VERTEX" source="#v" offset="0"/>
<p>{faces}</p></triangles></mesh></geometry></library_geometries>
<library_visual_scenes><visual_scene id="s"><node><scale>2 2 2</scale>
<instance_geometry url="#g"><bind_material><technique_common>
<instance_material symbol="s" target="#m"/></technique_common></bind_material>
</instance_geometry></node></visual_scene></library_visual_scenes>
<scene><instance_visual_scene url="#s"/></scene></COLLADA>"""


@pytest.mark.parametrize(("up", "size"), [("Y_UP", (2, 4, 1)), ("Z_UP", (4, 1, 2))])
def test_dae_carries_its_axis_unit_and_transform(tmp_path, up, size):
    path = tmp_path / "box.DAE"
    points = " ".join(str(value) for value in BOX.ravel())
    faces = " ".join(str(value) for value in FACES.ravel())
    path.write_text(DAE.format(up=up, points=points, faces=faces))
    mesh = load_mesh(path)
    np.testing.assert_allclose(extent(mesh), np.array(size) * 2 * 0.0254, rtol=1e-4)
    np.testing.assert_allclose(mesh.face_colors[0], [0.2, 0.4, 0.6], atol=0.01)
    other = load_mesh(path, up="x")
    np.testing.assert_allclose(extent(other), np.array((1, 2, 4)) * 0.0508, rtol=1e-4)


@pytest.mark.parametrize(
    "head", ["OFF\n8 12 0", "OFF8 12 0", "OFF 8 12 0", "OFF\n\n8 12"]
)
def test_off_heads(tmp_path, head):
    path = tmp_path / "box.off"
    path.write_text("# made by hand\n" + off_text(head))
    mesh = load_mesh(path)
    assert len(mesh.faces) == 12
    np.testing.assert_allclose(extent(mesh), [4, 1, 2], atol=1e-6)


@pytest.mark.parametrize("color", [(255, 51, 0), (1.0, 0.2, 0.0), (255, 51, 0, 255)])
def test_off_face_colours(tmp_path, color):
    path = tmp_path / "box.off"
    path.write_text(off_text(colors=[color] * 12))
    np.testing.assert_allclose(load_mesh(path).face_colors[5], [1, 0.2, 0], atol=1e-6)


def test_coff_and_polygons(tmp_path):
    path = tmp_path / "square.off"
    corners = [(0, 0), (1, 0), (1, 1), (0, 1)]
    lines = [f"{x} {y} 0 0 255 0 255" for x, y in corners]
    path.write_text("COFF\n4 1 0\n" + "\n".join(lines) + "\n4 0 1 2 3\n")
    mesh = load_mesh(path)
    assert len(mesh.faces) == 2
    np.testing.assert_allclose(mesh.face_colors, [[0, 1, 0]] * 2)


def test_ply_vertex_colours(tmp_path):
    head = (
        "ply\nformat ascii 1.0\nelement vertex 8\nproperty float x\nproperty float y\n"
        "property float z\nproperty uchar red\nproperty uchar green\n"
        "property uchar blue\nelement face 12\n"
        "property list uchar int vertex_indices\nend_header\n"
    )
    rows = [f"{x} {y} {z} 255 102 0" for x, y, z in BOX]
    rows += [f"3 {a} {b} {c}" for a, b, c in FACES]
    path = tmp_path / "box.ply"
    path.write_text(head + "\n".join(rows) + "\n")
    mesh = load_mesh(path)
    np.testing.assert_allclose(mesh.face_colors, [[1, 0.4, 0]] * 12, atol=0.01)


def test_binary_stl_is_joined(tmp_path):
    path = tmp_path / "box.stl"
    triangles = b"".join(
        struct.pack("<12fH", 0, 0, 0, *BOX[face].ravel(), 0) for face in FACES
    )
    path.write_bytes(b"\0" * 80 + struct.pack("<I", 12) + triangles)
    mesh = load_mesh(path)
    assert len(mesh.vertices) == 8
    assert volume(mesh) == pytest.approx(8, rel=1e-5)


def test_faces_are_turned_outward_whatever_the_file_says(tmp_path):
    rng = np.random.default_rng(0)
    faces = np.array([f[::-1] if rng.random() < 0.5 else f for f in FACES])
    path = tmp_path / "box.obj"
    path.write_text(obj_text(faces=faces))
    mesh = load_mesh(path)
    middle = mesh.corners.mean(axis=1) - mesh.vertices.mean(axis=0)
    assert (np.einsum("fi,fi->f", mesh.face_normals, middle) > 0).all()


def test_open_box_and_small_closed_part_inside_look_outward(tmp_path):
    inner = BOX * 0.2 + [1, 0.3, 0.5]
    open_box = FACES[:10][:, ::-1]  # without its z = 2 side, and inside out
    faces = np.vstack([open_box, FACES[:, ::-1] + 8])
    path = tmp_path / "box.obj"
    path.write_text(obj_text(np.vstack([BOX, inner]), faces))
    mesh = load_mesh(path, up="z")
    center = np.where(
        (np.abs(mesh.corners - (inner.mean(axis=0))) < 0.5).all(axis=(1, 2))[:, None],
        inner.mean(axis=0),
        BOX.mean(axis=0),
    )
    middle = mesh.corners.mean(axis=1) - center
    assert (np.einsum("fi,fi->f", mesh.face_normals, middle) > 0).all()


def test_degenerate_and_doubled_faces_are_dropped(tmp_path):
    extra = [[0, 0, 1], [0, 1, 3], [3, 1, 0]]
    path = tmp_path / "box.obj"
    path.write_text(obj_text(faces=np.vstack([FACES, extra])))
    assert len(load_mesh(path).faces) == 12


def test_of_two_skins_on_the_same_corners_the_outer_one_stays(tmp_path):
    (tmp_path / "m.mtl").write_text("newmtl lining\nKd 0 0 0\nnewmtl paint\nKd 1 0 0\n")
    text = obj_text(
        faces=FACES[:, ::-1], head="mtllib m.mtl", before_face="usemtl lining"
    )
    outer = "\n".join(f"f {a + 1} {b + 1} {c + 1}" for a, b, c in FACES)
    (tmp_path / "box.obj").write_text(text + "\nusemtl paint\n" + outer)
    mesh = load_mesh(tmp_path / "box.obj")
    np.testing.assert_allclose(mesh.face_colors, [[1, 0, 0]] * 12)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.obj", "", "is empty"),
        ("a.obj", "v 0 0 0\nv 1 0 0\nv 0 1 0\n", "no faces"),
        ("a.obj", obj_text(np.where(BOX == 4, np.nan, BOX)), "not finite"),
        ("a.obj", obj_text(BOX * 0), "in one place"),
        ("a.obj", obj_text(BOX * [1, 0, 0]), "none of its faces has an area"),
        ("a.obj", obj_text(BOX[:5]), "a.obj"),
        ("a.off", "OFF\n8 12 0\n1 2", "stops early"),
        ("a.off", off_text().replace("3 0 1 3", "3 0 1 99"), "vertex that is not"),
        ("a.off", "PLY", "does not begin with OFF"),
        ("a.off", "OFF\n0 0 0\n", "no faces"),
        ("a.glb", "glTF nonsense", "cannot be read as GLB"),
        ("a.ply", "ply nonsense", "cannot be read as PLY"),
        ("a.dae", "<COLLADA", "a.dae"),
        ("a.stl", "solid", "a.stl"),
        ("a.xyz", "1 2 3", "cannot be read"),
    ],
)
def test_bad_files_are_named(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(InputError, match=message) as caught:
        load_mesh(path)
    assert str(path) in str(caught.value)


def test_too_many_faces(tmp_path, monkeypatch):
    monkeypatch.setattr("tf3d.shapes.files.MAX_FACES", 11)
    (tmp_path / "box.obj").write_text(obj_text())
    with pytest.raises(InputError, match="12 faces, more than 11"):
        load_mesh(tmp_path / "box.obj")


def test_missing_file(tmp_path):
    with pytest.raises(InputError, match="no mesh file"):
        load_mesh(tmp_path / "none.obj")
    with pytest.raises(InputError, match="Cannot read"):
        load_mesh(tmp_path / "none.dae")
