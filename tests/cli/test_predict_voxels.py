import json

import numpy as np
import PIL.Image
import pytest
from click.testing import CliRunner

from tf3d.cli.main import main


@pytest.fixture
def predict(voxel_model, tmp_path, monkeypatch):
    """Runs `tf3d predict` with a voxel model in an empty folder."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)

    def predict(*arguments, model=voxel_model):
        arguments = [str(argument) for argument in (*arguments, "--model", model)]
        return CliRunner().invoke(main, ["predict", *arguments])

    predict.folder = folder
    return predict


def test_everything(predict, digit):
    import trimesh

    result = predict(
        *(digit, "--views", 2, "--elevation", 30, "--threshold", 0.001),
        *("--mesh", "a.ply", "--images", "views", "--turntable", "b.gif"),
        *("--voxels", "c.npy"),
    )
    assert result.exit_code == 0, result.output
    assert "surface in" in result.stdout and "wrote c.npy, a.ply" in result.stdout
    assert trimesh.load_mesh("a.ply", process=False).is_watertight
    assert np.load("c.npy").shape == (16, 16, 16)
    with PIL.Image.open("b.gif") as film:
        assert film.size == (224, 224) and film.n_frames > 1
    description = json.loads((predict.folder / "views" / "views.json").read_text())
    assert [(v["azimuth"], v["elevation"]) for v in description["views"]] == [
        (0, 30),
        (180, 30),
    ]
    assert -180 <= description["input"]["azimuth"] < 180
    for view in description["views"]:
        for kind in ("rgb", "projection"):
            with PIL.Image.open(predict.folder / "views" / view[kind]) as image:
                assert image.size == (16, 16) and image.mode == "L"
    with PIL.Image.open(predict.folder / "views" / "input.png") as image:
        assert np.asarray(image)[8, 8] > 200 > np.asarray(image)[8, 1]


def test_binvox_of_two(predict, digit, car_picture):
    result = predict(digit, car_picture, "--voxels", "a.binvox", "--quiet")
    assert result.exit_code == 0, result.output
    for name in ("a-one.binvox", "a-car.binvox"):
        assert (predict.folder / name).read_bytes().startswith(b"#binvox 1\ndim 16 ")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--voxels", "a.vox"), "unknown extension"),
        (("--cloud", "a.ply"), "is a voxel model"),
        (("--mesh", "a.ply", "--method", "tsdf"), "is a voxel model"),
        (("--mesh", "a.ply", "--threshold", "0.999"), "voxels are empty"),
    ],
)
def test_bad_options(predict, digit, arguments, words):
    result = predict(digit, *arguments)
    assert result.exit_code == 2
    assert words in result.stderr and "Traceback" not in result.stderr
    assert list(predict.folder.iterdir()) == []


@pytest.mark.parametrize("option", [("--voxels", "a.npy"), ("--threshold", "0.2")])
def test_options_of_voxel_models_alone(predict, digit, ball_model, option):
    result = predict(digit, *option, model=ball_model)
    assert result.exit_code == 2
    assert f"{option[0]}:" in result.stderr and "multi-view model" in result.stderr
    assert list(predict.folder.iterdir()) == []
