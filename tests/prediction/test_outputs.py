import pathlib

import pytest

from tf3d.errors import InputError
from tf3d.prediction.outputs import Outputs, check_outputs, name_outputs


def paths(*names):
    return [pathlib.Path(name) for name in names]


def test_one_picture_keeps_the_names():
    outputs = Outputs(mesh=pathlib.Path("out.ply"))
    assert name_outputs(outputs, paths("a.png")) == [outputs]


def test_several_pictures_get_names_of_their_own():
    outputs = Outputs(
        mesh=pathlib.Path("d/out.ply"),
        images=pathlib.Path("views"),
        turntable=pathlib.Path("film.gif"),
    )
    named = name_outputs(outputs, paths("x/a.png", "y/b.c.jpg"))
    assert named[0].mesh == pathlib.Path("d/out-a.ply")
    assert named[1].mesh == pathlib.Path("d/out-b.c.ply")
    assert named[1].images == pathlib.Path("views/b.c")
    assert named[0].turntable == pathlib.Path("film-a.gif")
    assert named[0].cloud is None


def test_pictures_of_one_name_get_numbers():
    inputs = paths("x/a.png", "y/a.png", "a-2.png", "z/a.jpg")
    named = name_outputs(Outputs(mesh=pathlib.Path("o.ply")), inputs)
    names = [record.mesh.name for record in named]
    assert names == ["o-a.ply", "o-a-3.ply", "o-a-2.ply", "o-a-4.ply"]


@pytest.mark.parametrize(
    ("kind", "name"),
    [("mesh", "a.xyz"), ("mesh", "a"), ("cloud", "a.obj"), ("turntable", "a.avi")],
)
def test_unknown_extensions(tmp_path, kind, name):
    with pytest.raises(InputError, match=f"--{kind}.*unknown extension.*Use "):
        check_outputs(Outputs(**{kind: tmp_path / name}))


def test_good_outputs_leave_no_trace(tmp_path):
    check_outputs(
        Outputs(
            tmp_path / "new" / "a.GLB",
            tmp_path / "b.ply",
            tmp_path / "views" / "deep",
            tmp_path / "c.mp4",
        )
    )
    assert not list(tmp_path.iterdir())


def test_folders_that_are_files(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="is no folder"):
        check_outputs(Outputs(mesh=tmp_path / "file" / "a.ply"))
    with pytest.raises(InputError, match="this is a file"):
        check_outputs(Outputs(images=tmp_path / "file"))


def test_files_that_are_folders(tmp_path):
    (tmp_path / "a.ply").mkdir()
    with pytest.raises(InputError, match="this is a folder"):
        check_outputs(Outputs(mesh=tmp_path / "a.ply"))


@pytest.mark.skipif(
    not pathlib.Path("/proc/self").is_dir(), reason="no file system without writing"
)
def test_places_that_cannot_be_written():
    for outputs in (
        Outputs(mesh=pathlib.Path("/proc/a.ply")),
        Outputs(images=pathlib.Path("/proc/views")),
    ):
        with pytest.raises(InputError, match="cannot write in /proc"):
            check_outputs(outputs)


def test_inputs_are_not_overwritten(tmp_path):
    picture = tmp_path / "a.gif"
    picture.touch()
    with pytest.raises(InputError, match="an input picture, too"):
        check_outputs(Outputs(turntable=tmp_path / "." / "a.gif"), [picture])


def test_two_outputs_in_one_file(tmp_path):
    with pytest.raises(InputError, match="the output of --mesh, too"):
        check_outputs(Outputs(mesh=tmp_path / "a.ply", cloud=tmp_path / "a.ply"))
