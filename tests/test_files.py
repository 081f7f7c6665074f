import errno
import os
import pathlib
import stat

import pytest

from tf3d.errors import InputError
from tf3d.files import replacing


def names(folder: pathlib.Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_writes_a_new_file_and_its_folders(tmp_path):
    path = tmp_path / "a" / "b" / "model.npz"
    with replacing(path) as temporary:
        assert temporary.parent == path.parent
        assert temporary.suffix == ".npz"
        temporary.write_text("new")
        assert not path.exists()
    assert path.read_text() == "new"
    assert names(path.parent) == ["model.npz"]


def test_replaces_a_file_at_the_end_only(tmp_path):
    path = tmp_path / "file.txt"
    path.write_text("old")
    with replacing(path) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"


def test_takes_names_as_text(tmp_path):
    with replacing(str(tmp_path / "file")) as temporary:
        temporary.write_text("new")
    assert (tmp_path / "file").read_text() == "new"


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_an_exception_leaves_the_old_file(tmp_path, error):
    path = tmp_path / "file.txt"
    path.write_text("old")
    with pytest.raises(error), replacing(path) as temporary:
        temporary.write_text("half")
        raise error
    assert path.read_text() == "old"
    assert names(tmp_path) == ["file.txt"]


def test_a_full_disk_leaves_the_old_file(tmp_path):
    path = tmp_path / "file.txt"
    path.write_text("old")
    with (
        pytest.raises(InputError, match=r"Cannot write .*file\.txt: No space left"),
        replacing(path) as temporary,
    ):
        temporary.write_text("half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert path.read_text() == "old"
    assert names(tmp_path) == ["file.txt"]


def test_permissions_are_those_of_any_new_file(tmp_path):
    (tmp_path / "plain").write_text("")
    with replacing(tmp_path / "replaced") as temporary:
        temporary.write_text("")
    plain, replaced = (
        stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("plain", "replaced")
    )
    assert plain == replaced


def test_a_folder_in_the_files_place(tmp_path):
    (tmp_path / "file.txt").mkdir()
    with (
        pytest.raises(InputError, match=r"Cannot write .*file\.txt: it is a folder"),
        replacing(tmp_path / "file.txt"),
    ):
        pytest.fail("nothing can be written")
    assert names(tmp_path) == ["file.txt"]


def test_a_file_in_the_folders_place(tmp_path):
    (tmp_path / "runs").write_text("")
    for path in (tmp_path / "runs" / "file.txt", tmp_path / "runs" / "a" / "file.txt"):
        with (
            pytest.raises(InputError, match=r"Cannot write .*file\.txt: .*runs"),
            replacing(path),
        ):
            pytest.fail("nothing can be written")


def test_an_unwritable_folder(tmp_path, monkeypatch):
    # Root may write anywhere, so the refusal is feigned.
    def refuse(*args, **kwargs):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    with (
        pytest.raises(InputError, match=r"Cannot write .*file\.txt: Permission denied"),
        replacing(tmp_path / "file.txt"),
    ):
        pytest.fail("nothing can be written")
