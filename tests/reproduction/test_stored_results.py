"""Results that come with the package: written, read, refused."""

import datetime
import json

import numpy as np
import pytest

from tf3d.errors import InputError
from tf3d.reproduction import stored_results
from tf3d.reproduction.registry import Picture, Result, Table, experiments
from tf3d.reproduction.stored_results import check_names, store_result, stored_result
from tf3d.reproduction.writing import write_small_png

SHIPPED = stored_results.FOLDER
MOST = 2_000_000  # bytes of all: they come with every clone and wheel


@pytest.fixture
def folder(monkeypatch, tmp_path):
    monkeypatch.setattr(stored_results, "FOLDER", tmp_path / "stored")
    return tmp_path / "stored"


@pytest.fixture
def result(tmp_path):
    def make(*suffixes, **values):
        pictures = []
        for suffix in suffixes:
            path = tmp_path / "run" / f"a{suffix}.png"
            write_small_png(path, np.ones((3, 3, 3)))
            pictures.append(Picture(path, "c"))
        table = Table("T", ("", "x"), (("one", 0.5), ("two", None)))
        values = {"numbers": {"x": 0.5}, "tables": (table,), **values}
        return Result("a", "p", "o", True, pictures=tuple(pictures), **values)

    return make


def test_there_and_back(folder, result, tmp_path):
    store_result(result(""), ("m (7 steps)",), "tf3d reproduce a", 61.23)
    found = stored_result("a", tmp_path / "out", "It needs more.")
    assert found.tables == result().tables and found.numbers == {"x": 0.5}
    assert [one.path for one in found.pictures] == [tmp_path / "out" / "a.png"]
    assert found.pictures[0].path.is_file()
    origin = found.stored
    assert origin.command == "tf3d reproduce a" and origin.models == ("m (7 steps)",)
    assert origin.date == datetime.date.today().isoformat()
    assert (origin.seconds, origin.because) == (61.2, "It needs more.")
    assert "CPU cores" in origin.machine
    assert stored_result("b", tmp_path, "") is None


def test_an_older_one_leaves_no_picture(folder, result):
    other = folder / "a-of-another.png"
    write_small_png(other, np.ones((3, 3, 3)))
    store_result(result("", "-more"), (), "c", 1)
    store_result(result(""), (), "c", 1)
    assert {path.name for path in folder.iterdir()} == {"a.json", "a.png", other.name}


def test_pictures_that_may_not_be_passed_on(folder, result, tmp_path):
    store_result(result(""), (), "c", 1, pictures=False)
    assert [path.name for path in folder.iterdir()] == ["a.json"]
    found = stored_result("a", tmp_path, "")
    assert not found.pictures and "may not be passed on" in found.notes[-1]
    with pytest.raises(ValueError, match="new result"):
        store_result(found, (), "c", 1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"extra": 1}, "unexpected keyword"),
        ({"sentence_ours": ""}, "sentence"),
        ({"same": "yes"}, "same is 'yes'"),
        ({"numbers": [1]}, "no names"),
        ({"stored": None}, "no stored result of a"),
        ({"stored": {"command": "c"}}, "models"),
        ({"name": "b"}, "no stored result of a"),
        ({"pictures": [{"file": "gone.png", "caption": "c"}]}, "gone.png.*missing"),
        ({"tables": [{"title": "t", "columns": [""], "rows": [[1, 2]]}]}, "cells"),
    ],
)
def test_damaged_ones(folder, result, tmp_path, change, message):
    path = store_result(result(), (), "c", 1)
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(InputError, match=rf"a\.json.*{message}.*--store"):
        stored_result("a", tmp_path, "")


def test_a_result_of_no_experiment(folder, result):
    check_names(["a"])
    store_result(result(), (), "c", 1)
    check_names(["a"])
    with pytest.raises(
        InputError, match=r"a\.json is a stored result of no experiment"
    ):
        check_names(["b"])


def test_those_that_come_with_the_package(tmp_path):
    check_names(experiments())
    files = [path for path in SHIPPED.glob("*") if path.is_file()]
    named = set()
    for path in SHIPPED.glob("*.json"):
        found = stored_result(path.stem, tmp_path, "It is a test.")
        assert found.stored.command.startswith(("tf3d ", "python benchmarks/"))
        assert "/root" not in path.read_text() and "/work" not in path.read_text()
        named |= {path.name, *(one.path.name for one in found.pictures)}
    assert {path.name for path in files} == named
    assert sum(path.stat().st_size for path in files) < MOST
