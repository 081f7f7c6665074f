import json

import numpy as np
import PIL.Image
import pytest

from tf3d.errors import InputError
from tf3d.reproduction.registry import Picture, Result, Table
from tf3d.reproduction.writing import plain, read_result, write_result, write_small_png


def test_results_come_back(tmp_path):
    picture = tmp_path / "one.png"
    write_small_png(picture, np.zeros((4, 4, 3)))
    table = Table("t", ("", "a"), (("x", 1.5), ("y", None)))
    result = Result(
        "one", "p", "o", None, {"a": 1}, (Picture(picture, "c"),), (table,), ("n",)
    )
    path = write_result(result, tmp_path)
    assert read_result(path) == result
    assert json.loads(path.read_text())["pictures"][0]["file"] == "one.png"


@pytest.mark.parametrize("text", ["", "[]", '{"name": "x"}'])
def test_other_files_are_no_results(tmp_path, text):
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(InputError, match=r"x\.json holds no result"):
        read_result(path)


def test_plain():
    value = {1: np.float32(0.5), "b": (np.nan, np.arange(2)), "c": np.bool_(True)}
    assert plain(value) == {"1": 0.5, "b": [None, [0, 1]], "c": True}


def test_pictures_keep_their_look(tmp_path):
    grey = np.linspace(0, 1, 64, dtype=np.float32).reshape(8, 8, 1).repeat(3, axis=2)
    write_small_png(tmp_path / "grey.png", grey)
    with PIL.Image.open(tmp_path / "grey.png") as image:
        assert image.mode == "L"
        np.testing.assert_allclose(np.asarray(image) / 255, grey[..., 0], atol=0.003)
    colours = np.random.default_rng(0).random((40, 40, 3))
    write_small_png(tmp_path / "colours.png", colours)
    with PIL.Image.open(tmp_path / "colours.png") as image:
        assert image.mode == "P"
        shown = np.asarray(image.convert("RGB")) / 255
    assert np.abs(shown - colours).mean() < 0.1
