"""Sources of shapes: generators, folders, trees, the open collection, bad input."""

import os
import pathlib
import pickle
import sys
import tarfile
import types

import numpy as np
import pytest

from tf3d.errors import InputError
from tf3d.shapes.manifests import open_meshes
from tf3d.shapes.mesh import Mesh
from tf3d.shapes.sources import open_source

TETRAHEDRON = "v 0 0 0\nv 1 0 0\nv 0 2 0\nv 0 0 3\n"
FACES = "f 1 3 2\nf 1 2 4\nf 2 3 4\nf 1 4 3\n"
GOOD = TETRAHEDRON + FACES


def write(path, text=GOOD):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def fake_generator(seed, paint_seed=None):
    rng = np.random.default_rng(seed)
    paint = np.random.default_rng(seed if paint_seed is None else paint_seed)
    return Mesh(rng.random((3, 3)), [[0, 1, 2]], paint.random((1, 3))).normalized()


@pytest.fixture
def fake_cars(monkeypatch):
    module = types.ModuleType("tf3d.shapes.cars")
    module.generate_car = fake_generator
    monkeypatch.setitem(sys.modules, "tf3d.shapes.cars", module)


def test_generated_shapes_depend_on_their_number_and_seed_alone(fake_cars):
    source = open_source("cars", seed=3)
    assert len(source) == 7500
    assert source.names[17] == "cars-3-00017"
    few = open_source("cars", count=20, seed=3)
    np.testing.assert_array_equal(few.mesh(17).vertices, source.mesh(17).vertices)
    part = pickle.loads(pickle.dumps(source.subset([5, 17])))
    assert part.names == ["cars-3-00005", "cars-3-00017"]
    np.testing.assert_array_equal(part.mesh(1).vertices, source.mesh(17).vertices)
    assert part.mesh(1).name == "cars-3-00017"
    assert np.any(source.mesh(16).vertices != source.mesh(17).vertices)
    other = open_source("cars", count=20, seed=4)
    assert np.any(other.mesh(17).vertices != source.mesh(17).vertices)


def test_paint_seed_changes_colours_only(fake_cars):
    source = open_source("cars", count=2)
    plain, painted = source.mesh(0), source.mesh(0, paint_seed=9)
    np.testing.assert_array_equal(plain.vertices, painted.vertices)
    assert np.any(plain.face_colors != painted.face_colors)


def test_generators_name_their_mistakes():
    with pytest.raises(InputError, match="no category 'chair'"):
        open_source("cars", category="chair")
    with pytest.raises(InputError, match="count of at least 1"):
        open_source("cars", count=0)
    with pytest.raises(InputError, match="holds nothing out"):
        open_source("cars", split="held_out")
    with pytest.raises(InputError, match="no folder or file"):
        open_source("crs")


def test_folder_skips_bad_files_and_reports_them(tmp_path):
    write(tmp_path / "a.obj")
    write(tmp_path / "deep" / "er" / "b.obj")
    write(tmp_path / "nan.obj", GOOD.replace("v 1 0 0", "v nan 0 0"))
    write(tmp_path / "none.obj", TETRAHEDRON)
    write(tmp_path / "notes.txt", "no mesh")
    write(tmp_path / ".hidden.obj")
    steps = []
    source = open_source(tmp_path, progress=lambda *step: steps.append(step))
    assert source.names == ["a.obj", "deep/er/b.obj"]
    assert steps == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert len(source.report) == 2
    assert any("nan.obj" in line and "finite" in line for line in source.report)
    assert any("none.obj" in line and "no faces" in line for line in source.report)
    mesh = source.mesh(1)
    assert mesh.name == "deep/er/b.obj"
    low, high = mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)
    assert np.linalg.norm(high - low) == pytest.approx(1, abs=1e-5)
    np.testing.assert_allclose(low + high, 0, atol=1e-6)


def test_large_folders_are_checked_on_request(tmp_path, monkeypatch):
    monkeypatch.setattr("tf3d.shapes.sources.CHECKED_AT_ONCE", 1)
    write(tmp_path / "a.obj")
    write(tmp_path / "b.obj", TETRAHEDRON)
    source = open_source(tmp_path)
    assert len(source) == 2
    with pytest.raises(InputError, match="b.obj has no faces"):
        source.mesh(1)
    usable = source.usable()
    assert usable.names == ["a.obj"]
    assert len(usable.report) == 1


def test_folder_without_a_usable_mesh(tmp_path):
    with pytest.raises(InputError, match="no mesh in it"):
        open_source(tmp_path)
    write(tmp_path / "none.obj", TETRAHEDRON)
    with pytest.raises(InputError, match="none of its 1 mesh files is usable"):
        open_source(tmp_path)


def test_single_file(tmp_path):
    source = open_source(write(tmp_path / "a.obj"), up="z", front=90)
    assert source.names == ["a.obj"]
    # 1 x 2 x 3 with z up, turned by a right angle.
    size = np.ptp(source.mesh(0).vertices, axis=0)
    np.testing.assert_allclose(size / size.max(), [2 / 3, 1 / 3, 1], atol=1e-5)
    with pytest.raises(InputError, match="unknown kind"):
        open_source(write(tmp_path / "a.fbx"))


def test_axes_are_checked(tmp_path):
    path = write(tmp_path / "a.obj")
    with pytest.raises(InputError, match="up is 'w'"):
        open_source(path, up="w")
    with pytest.raises(InputError, match="front is 1000"):
        open_source(path, front=1000)


def test_cache_is_bounded_and_not_pickled(tmp_path, monkeypatch):
    for name in "abc":
        write(tmp_path / f"{name}.obj")
    source = open_source(tmp_path)
    assert source.mesh(0) is source.mesh(0)
    assert len(source._cache) == 3
    assert len(pickle.loads(pickle.dumps(source))._cache) == 0
    monkeypatch.setattr("tf3d.shapes.sources.CACHE_BYTES", 1)
    fresh = pickle.loads(pickle.dumps(source))
    for index in range(3):
        fresh.mesh(index)
    assert list(fresh._cache) == ["c.obj"]


def test_files_are_repainted_by_seed(tmp_path):
    source = open_source(write(tmp_path / "a.obj"))
    first, again = source.mesh(0, paint_seed=1), source.mesh(0, paint_seed=1)
    np.testing.assert_array_equal(first.face_colors, again.face_colors)
    assert np.any(first.face_colors != source.mesh(0, paint_seed=2).face_colors)
    np.testing.assert_allclose(source.mesh(0).face_colors, 0.6)


def test_meshes_yaml(tmp_path):
    write(tmp_path / "cars" / "a.obj")
    write(tmp_path / "cars" / "b.obj")
    write(tmp_path / "cars" / "a_collision.obj")
    write(tmp_path / "chairs" / "c.obj")
    write(
        tmp_path / "meshes.yaml",
        "meshes:\n"
        '- {match: "cars/*.obj", category: car, up: z, credit: "Jane, CC0"}\n'
        '- {match: "cars/B.obj", split: held_out, front: 90}\n'
        '- {match: "**/*_collision*", skip: true}\n',
    )
    source = open_source(tmp_path, category="car")
    assert source.names == ["cars/a.obj", "cars/b.obj"]
    assert source.report == ["1 mesh files left out, as listed"]
    assert source.credits() == {"cars/a.obj": "Jane, CC0", "cars/b.obj": "Jane, CC0"}
    assert source.indices("train") == [0]
    assert source.indices("held_out") == [1]
    held_out = open_source(tmp_path, category="car", split="held_out")
    assert held_out.names == ["cars/b.obj"]
    size = np.ptp(held_out.mesh(0).vertices, axis=0)
    np.testing.assert_allclose(size / size.max(), [2 / 3, 1 / 3, 1], atol=1e-5)
    assert open_source(tmp_path, category="chairs").names == ["chairs/c.obj"]
    with pytest.raises(InputError, match="is of the category 'bus'"):
        open_source(tmp_path, category="bus")
    with pytest.raises(InputError, match="Unknown split"):
        source.indices("test")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("meshes: [", "not valid YAML"),
        ("- a", 'under "meshes:"'),
        ("meshes: [{up: y}]", 'glob as "match"'),
        ("meshes: [{match: a, upp: y}]", "unknown key 'upp'"),
        ("meshes: [{match: a, up: q}]", "up is 'q'"),
        ("meshes: [{match: a, front: left}]", "front is 'left'"),
        ("meshes: [{match: a, skip: 3}]", "skip is 3"),
        ("meshes: [{match: a, split: test}]", "split is 'test'"),
    ],
)
def test_bad_meshes_yaml(tmp_path, text, message):
    write(tmp_path / "a.obj")
    write(tmp_path / "meshes.yaml", text)
    with pytest.raises(InputError, match=message):
        open_source(tmp_path)


def test_categories_from_folders_as_in_modelnet(tmp_path):
    write(tmp_path / "chair" / "train" / "chair_1.obj")
    write(tmp_path / "sofa" / "test" / "sofa_1.obj")
    source = open_source(tmp_path, category="chair")
    assert source.names == ["chair/train/chair_1.obj"]


@pytest.mark.parametrize(
    ("file", "front"),
    [("model.obj", 90), ("models/model_normalized.obj", 180)],
)
def test_shapenet_tree(tmp_path, file, front):
    write(tmp_path / "02958343" / "abc" / file)
    write(tmp_path / "02958343" / "def" / file, TETRAHEDRON)
    (tmp_path / "02958343" / "ghi").mkdir()
    write(tmp_path / "03001627" / "xyz" / file)
    write(tmp_path / "taxonomy.json", "[]")
    source = open_source(tmp_path, category="car")
    assert source.names == ["02958343/abc"]
    assert len(source.report) == 2
    same = open_source(tmp_path, category="02958343")
    assert same.names == source.names
    assert source.entries[0].front == front
    assert open_source(tmp_path / "03001627").names == ["03001627/xyz"]
    with pytest.raises(InputError, match=r"car \(02958343\), chair \(03001627\)"):
        open_source(tmp_path)
    with pytest.raises(InputError, match="no category 'table'"):
        open_source(tmp_path, category="table")


@pytest.mark.parametrize(
    ("file", "tip"),
    [("model.obj", (9, 0.5, 0)), ("models/model_normalized.obj", (0, 0.5, -9))],
)
def test_shapenet_front_ends_at_x(tmp_path, file, tip):
    # Version 1 looks along +x, version 2 along -z; up is y in both.
    text = "v 0 0 -1\nv 0 0 1\nv 1 0 0\nv -1 0 0\nv 0 1 0\nv {} {} {}\n".format(*tip)
    text += "f 1 2 5\nf 3 4 5\nf 1 5 6\nf 2 5 6\nf 3 5 6\nf 4 5 6\n"
    write(tmp_path / "02958343" / "abc" / file, text)
    mesh = open_source(tmp_path).mesh(0)
    size = np.ptp(mesh.vertices, axis=0)
    assert size[0] == max(size)
    assert (mesh.vertices[:, 0] > 0).sum() == 1  # the far tip alone


OPEN_FILES = [
    "car/torcs-cars/car7-trb1/car7-trb1.obj",
    "car/gazebo/bus/meshes/bus.obj",
    "car/pmndrs-obj/sedan.obj",
    "car/pmndrs-obj/suv.obj",
    "chair/aws-house/aws_robomaker_residential_ChairA_01/meshes/"
    "aws_ChairA_01_visual.DAE",
    "airplane/gazebo/cessna/meshes/rudder.dae",
]


def test_open_collection_is_known_wherever_it_lies(tmp_path):
    for name in OPEN_FILES:
        write(tmp_path / "open" / name)
    cars = open_source(tmp_path, category="car")
    assert sorted(cars.names) == sorted(OPEN_FILES[:4])
    assert [cars.names[i] for i in cars.indices("train")] == [OPEN_FILES[2]]
    fronts = {name: open_meshes().entry(name).front for name in cars.names}
    assert [fronts[name] for name in OPEN_FILES[:4]] == [90, -90, 0, 0]
    deeper = open_source(tmp_path / "open" / "car" / "pmndrs-obj")
    assert deeper.names == OPEN_FILES[2:4]
    single = open_source(tmp_path / "open" / OPEN_FILES[0])
    assert single.names == OPEN_FILES[:1]
    with pytest.raises(InputError, match="none of its"):
        open_source(tmp_path / "open" / "airplane")


def test_twins_of_the_open_collection_lie_on_one_side():
    kenney = "car/kenney-cars/{}.glb"
    pmndrs = "car/pmndrs-obj/{}.obj"
    for one, other in {
        "hatchback-sports": "hatchback",
        "police": "police-car",
        "sedan": "sedan",
        "sedan-sports": "sports-sedan",
        "suv": "suv",
        "taxi": "taxi",
        "truck": "truck",
        "van": "van",
    }.items():
        splits = {
            open_meshes().entry(kenney.format(one)).split,
            open_meshes().entry(pmndrs.format(other)).split,
        }
        assert len(splits) == 1, one


def test_every_shape_of_the_open_collection_that_trains_has_a_credit():
    for name in OPEN_FILES:
        entry = open_meshes().entry(name)
        assert entry.skip or entry.credit


@pytest.mark.real_data
def test_all_real_cars_and_chairs_are_usable(tmp_path):
    data = pathlib.Path(os.environ.get("TF3D_DATA", "../shared/data"))
    archive = data / "meshes" / "open.tar.gz"
    if not archive.exists():
        pytest.skip("the open collection is not here")
    with tarfile.open(archive) as file:
        members = [m for m in file if "/car/" in m.name or "/chair/" in m.name]
        file.extractall(tmp_path, members, filter="data")
    cars = open_source(tmp_path, category="car")
    assert (len(cars), len(cars.indices("held_out"))) == (39, 22)
    assert cars.report == []
    chairs = open_source(tmp_path, category="chair")
    assert (len(chairs), len(chairs.indices("held_out"))) == (3, 2)
    for source in (cars, chairs):
        assert set(source.credits()) == set(source.names)
    for index in range(len(cars)):
        size = np.ptp(cars.mesh(index).vertices, axis=0)
        # Fronts at +X: every one of these is longer than wide, and stands on wheels.
        assert size[0] > 0.9 * size[1], cars.names[index]
