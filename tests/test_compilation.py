"""Kernels compile, and nothing of it stays in the package's folder."""

import pathlib

import numba
import pytest

from tf3d.compilation import compiled
from tf3d.resources import PACKAGE, cache_folder


def double(x):
    return 2 * x


@pytest.fixture
def no_place_given(monkeypatch):
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")


def place(kernel):
    return pathlib.Path(kernel.stats.cache_path)


def test_kept_in_the_users_cache(monkeypatch, tmp_path, no_place_given):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    kernel = compiled(double)
    assert kernel(3) == 6
    assert place(kernel).is_relative_to(cache_folder())
    assert list(place(kernel).glob("*.nbi"))
    assert numba.config.CACHE_DIR == ""


def test_options_reach_numba(monkeypatch, tmp_path, no_place_given):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    kernel = compiled(fastmath=True)(double)
    assert kernel(1.5) == 3
    assert kernel.targetoptions["fastmath"] and kernel.targetoptions["nogil"]


def test_the_place_that_the_user_names(monkeypatch, tmp_path):
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path / "own"))
    assert place(compiled(double)).is_relative_to(tmp_path / "own")
    assert str(tmp_path / "own") == numba.config.CACHE_DIR


def test_a_cache_that_cannot_be_written(monkeypatch, tmp_path, no_place_given):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert compiled(double)(3) == 6


def test_a_user_without_a_home(monkeypatch, no_place_given):
    def home():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(pathlib.Path, "home", home)
    assert compiled(double)(3) == 6


def test_kernels_of_the_package_lie_outside_it():
    from tf3d.fusion.coloring import _gather_colors
    from tf3d.rendering.kernels import rasterize

    for kernel in (_gather_colors, rasterize):
        assert not place(kernel).is_relative_to(PACKAGE)
