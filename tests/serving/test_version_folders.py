import os

import pytest

from tf3d.serving.version_folders import stamp, version_folders


def put(folder):
    folder.mkdir(parents=True)
    (folder / "saved_model.pb").write_bytes(b"x")
    return folder


def test_only_numbers_are_versions(tmp_path):
    for name in ("1", "0", "00012", "9223372036854775807"):
        put(tmp_path / name)
    for name in ("a", "1a", "-1", "+1", "1.0", ".2", "٣", "²", "9223372036854775808"):
        put(tmp_path / name)
    put(tmp_path / ("9" * 100))
    (tmp_path / "7").write_text("a file")
    (tmp_path / "8").mkdir()  # empty: about to be filled
    found = version_folders([tmp_path])
    assert sorted(found) == [0, 1, 12, 2**63 - 1]
    assert found[12] == tmp_path / "00012"


def test_the_first_base_path_counts(tmp_path):
    put(tmp_path / "a" / "1")
    put(tmp_path / "b" / "1")
    put(tmp_path / "b" / "2")
    found = version_folders([tmp_path / "a", tmp_path / "b"])
    assert found == {1: tmp_path / "a" / "1", 2: tmp_path / "b" / "2"}


def test_a_path_that_is_not_there_has_no_versions(tmp_path):
    (tmp_path / "file").write_text("")
    assert version_folders([tmp_path / "none", tmp_path / "file"]) == {}


def test_links_to_folders_are_versions(tmp_path):
    target = put(tmp_path / "release")
    (tmp_path / "3").symlink_to(target)
    (tmp_path / "4").symlink_to(tmp_path / "nowhere")
    assert sorted(version_folders([tmp_path])) == [3]


@pytest.mark.parametrize("change", ["more", "size", "time", "less"])
def test_stamp_sees_a_change(tmp_path, change):
    file = put(tmp_path / "1") / "saved_model.pb"
    before = stamp(tmp_path)
    assert stamp(tmp_path) == before
    if change == "more":
        (tmp_path / "1" / "other").write_text("")
    elif change == "size":
        file.write_bytes(b"xy")
    elif change == "time":
        os.utime(file, ns=(1, 1))
    else:
        file.unlink()
    assert stamp(tmp_path) != before
