import json

import numpy as np
import pytest
from click.testing import CliRunner

from tf3d.cli.main import main
from tf3d.data.splits import Split, write_split
from tf3d.geometry import Views


class Grey:
    """A stand-in for a model: grey boxes whatever it sees."""

    image_size = 32

    def encode(self, images):
        return np.zeros((len(images), 4), np.float32)

    def decode(self, code, viewpoints):
        shape = (len(viewpoints), 32, 32)
        mask = np.zeros(shape, bool)
        mask[:, 10:22, 8:24] = True
        depth = np.where(mask, np.asarray(viewpoints)[:, 2, None, None] - 0.2, 0)
        return Views(viewpoints, np.full((*shape, 3), 0.5), depth, mask)


@pytest.fixture
def split_file(tmp_path):
    names = [f"cars-0-{i:05d}" for i in range(5)]
    split = Split("cars", (names[1],), (names[4],), (*names[:1], *names[2:4]))
    write_split(split, tmp_path / "split.json")
    return tmp_path / "split.json"


@pytest.fixture
def run(monkeypatch):
    monkeypatch.setattr("tf3d.prediction.load", lambda *_: Grey())

    def invoke(*arguments):
        command = ["evaluate", "some-model", *map(str, arguments)]
        return CliRunner().invoke(main, command, env={"COLUMNS": "140"})

    return invoke


def test_tables_pictures_and_json(tmp_path, run, split_file):
    result = run(
        *("--data", "cars", "--count", 5, "--split", split_file, "--workers", 0),
        *("--mesh-shapes", 1, "--cache", tmp_path / "cache"),
        *("--pictures", tmp_path / "pictures", "--json", tmp_path / "out.json"),
    )
    assert result.exit_code == 0, result.output
    assert (
        "normal: views of 1 shapes, nearest neighbour of 3 training shapes"
        in result.stdout
    )
    assert "difficult: surfaces of 1 shapes" in result.stdout
    content = json.loads((tmp_path / "out.json").read_text())
    assert content["data"] == "cars"
    assert content["values"]["normal/rgb/ratio"] > 0
    assert not any("/object/" in name for name in content["values"])
    for part in ("normal", "difficult"):
        for own in content["objects"][part].values():
            assert own["iou/network"] >= 0 and own["ssim/nearest"] <= 1
        assert content["objects"][f"{part}/mesh"]
    assert "by quantile" in result.output and "worst figures" in result.output
    assert 0 <= content["values"]["difficult/mesh/f_score/network"] <= 1
    assert (tmp_path / "pictures" / "normal" / "cars-0-00001.png").is_file()


def test_without_a_baseline(tmp_path, run, split_file):
    result = run(
        *("--data", "cars", "--count", 5, "--split", split_file),
        *("--mesh-shapes", 0, "--baseline", "none", "--cache", tmp_path / "cache"),
    )
    assert result.exit_code == 0, result.output
    assert "nearest" not in result.stdout
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--data", "cars", "--split", "none.json"), "Cannot read the split none.json"),
        (("--data", "no/such/folder"), "There is no folder or file"),
        (("--data", "cars", "--baseline", "boats"), "Unknown baseline 'boats'"),
    ],
)
def test_bad_input(tmp_path, monkeypatch, run, arguments, message):
    monkeypatch.chdir(tmp_path)
    result = run(*arguments)
    assert result.exit_code == 2
    assert message in result.output
    assert not list(tmp_path.iterdir())


def test_no_such_model(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    command = ["evaluate", "no-such-model", "--data", "cars", "--count", "3"]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 2
    assert "There is no model no-such-model" in result.output


def test_a_voxel_model(tmp_path, voxel_model):
    command = ["evaluate", str(voxel_model), "--data", "shapes", "--count", "2"]
    command += ["--category", "cups", "--views", "1", "--workers", "0"]
    command += ["--json", str(tmp_path / "out.json"), "--pictures", str(tmp_path / "p")]
    result = CliRunner().invoke(main, command, env={"COLUMNS": "100"})
    assert result.exit_code == 0, result.output
    assert "Pictures and codes of 2 images" in result.stdout
    assert "Azimuth error" in result.stdout
    values = json.loads((tmp_path / "out.json").read_text())["values"]
    assert 0 <= values["all/shape/network/free/tuned"] <= 1
    assert (tmp_path / "p" / "shapes.png").is_file()


def test_a_voxel_model_on_views_from_many_elevations(voxel_model):
    command = ["evaluate", str(voxel_model), "--data", "shapes", "--count", "2"]
    command += ["--category", "cars", "--views", "1", "--elevation", "0,45"]
    result = CliRunner().invoke(main, command, env={"COLUMNS": "100"})
    assert result.exit_code == 0, result.output
    assert "Viewing direction" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--data", "shapes", "--elevation", "45,0"), "'45,0' is neither an angle"),
        (("--data", "shapes", "--elevation", "up"), "'up' is neither an angle"),
        (("--data", "shapes", "--mesh-shapes", "3"), "--mesh-shapes means nothing"),
        (("--data", "shapes", "--baseline", "cars"), "compared with hulls"),
        (("--data", "mnist", "--data-dir", "no/such"), "There is no folder no/such"),
        (("--data", "shapes", "--category", "boats"), "There is no generator 'boats'"),
    ],
)
def test_bad_input_for_a_voxel_model(voxel_model, arguments, message):
    result = CliRunner().invoke(main, ["evaluate", str(voxel_model), *arguments])
    assert result.exit_code == 2
    assert message in result.output


def test_an_option_of_voxel_models_for_another(run):
    result = run("--data", "cars", "--views", 3)
    assert result.exit_code == 2
    assert "--views means nothing to a multi-view model" in result.output
