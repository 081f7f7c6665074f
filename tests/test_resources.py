import pathlib

import tf3d.resources
from tf3d.resources import cache_folder, resource_folder


def test_beside_the_modules_where_installed(tmp_path, monkeypatch):
    package = tmp_path / "tf3d"
    (package / "configs").mkdir(parents=True)
    (tmp_path / "setup.py").touch()
    monkeypatch.setattr(tf3d.resources, "PACKAGE", package)
    assert resource_folder("configs") == package / "configs"
    assert resource_folder("saved_models") == tmp_path / "saved_models"


def test_nothing_outside_an_installation_is_taken(tmp_path, monkeypatch):
    (tmp_path / "saved_models").mkdir()
    monkeypatch.setattr(tf3d.resources, "PACKAGE", tmp_path / "tf3d")
    assert not resource_folder("saved_models").exists()


def test_where_the_cache_is(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "tf3d"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_folder().is_relative_to(pathlib.Path.home())
