"""`tf3d sample`, `sweep`, `traverse`, `interpolate` and `embed`."""

import shutil

import PIL.Image
import pytest
from click.testing import CliRunner

from tf3d.cli.main import main

TILE = 80  # pixels: 16, enlarged 5 times


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Runs `tf3d` in an empty folder."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)

    def run(*arguments):
        return CliRunner().invoke(main, [str(argument) for argument in arguments])

    run.folder = folder
    return run


def size(path):
    with PIL.Image.open(path) as image:
        return image.size


def check_error(run, result, words):
    assert result.exit_code == 2, result.output
    assert words in result.stderr and "Traceback" not in result.stderr
    assert list(run.folder.iterdir()) == []


def test_sample(run, voxel_model):
    for name in ("a.png", "b.png"):
        result = run(
            *("sample", voxel_model, "--count", 4, "--views", 2, "--seed", 5),
            *("--out", name, "--quiet"),
        )
        assert result.exit_code == 0 and result.output == "", result.output
    block = 2 * TILE + 1
    assert size("a.png") == (block, 4 * TILE + 3 * 8)
    assert (run.folder / "a.png").read_bytes() == (run.folder / "b.png").read_bytes()
    run("sample", voxel_model, "--count", 4, "--views", 2, "--out", "c.png")
    assert (run.folder / "a.png").read_bytes() != (run.folder / "c.png").read_bytes()


def test_sample_meshes(run, voxel_model):
    arguments = ("sample", voxel_model, "--out", "a.png", "--count", 2)
    result = run(*arguments, "--spread", 30, "--mesh", "meshes")
    assert result.exit_code == 0, result.output
    written = sorted(path.name for path in (run.folder / "meshes").iterdir())
    assert written == ["sample-000.ply", "sample-001.ply"]


@pytest.mark.parametrize("family", ["voxel_model", "ball_model"])
def test_sweep(run, digit, family, request):
    model = request.getfixturevalue(family)
    result = run(
        *("sweep", digit, "--model", model, "--count", 9, "--out", "a.png"),
        *("--show", "projection", "--elevation", 10),
    )
    assert result.exit_code == 0, result.output
    assert ("seen from azimuth" in result.stdout) == (family == "voxel_model")
    tile = TILE if family == "voxel_model" else 128
    assert size("a.png")[1] == 3 * tile + 2 * 2
    result = run("sweep", digit, "--model", model, "--count", 5, "--out", "a.gif")
    assert result.exit_code == 0, result.output
    with PIL.Image.open("a.gif") as film:
        assert film.size[0] >= 224


def test_traverse(run, digit, voxel_model):
    result = run(
        *("traverse", digit, "--model", voxel_model, "--steps", 3, "--out", "a.png"),
        *("--dimension", 0, "--dimension", 4, "--azimuth", 30),
    )
    assert result.exit_code == 0, result.output
    assert "2 dimensions from -3 to 3, from azimuth 30°" in result.stdout
    width, height = size("a.png")
    assert width == TILE + 8 + 32 + 4 + 3 * TILE + 2 * 2
    assert height == 2 * TILE + 4  # of the input above its reconstruction


@pytest.mark.parametrize("family", ["voxel_model", "ball_model"])
def test_interpolate(run, digit, car_picture, family, request):
    model = request.getfixturevalue(family)
    arguments = ("interpolate", digit, car_picture, "--model", model)
    result = run(
        *arguments, "--steps", 4, "--views", 2, "--extrapolate", 0.5, "--out", "a.png"
    )
    assert result.exit_code == 0, result.output
    assert "4 steps from -0.5 to 1.5 of the way" in result.stdout
    tile = TILE if family == "voxel_model" else 128
    assert size("a.png") == (6 * tile + 3 * 2 + 2 * 8, 2 * tile + 2)
    result = run(*arguments, "--steps", 3, "--views", 2, "--out", "a.gif")
    assert result.exit_code == 0, result.output
    assert size("a.gif") == (2 * (2 * tile + 2), 2 * tile)


@pytest.mark.parametrize("family", ["voxel_model", "ball_model"])
def test_embed(run, tmp_path, digit, car_picture, family, request):
    photos = tmp_path / "photos"
    photos.mkdir()
    for index, path in enumerate((digit, car_picture, digit)):
        shutil.copy(path, photos / f"{index}.png")
    model = request.getfixturevalue(family)
    result = run("embed", car_picture, photos, "--model", model, "--out", "a.png")
    assert result.exit_code == 0, result.output
    assert "a.png: 4 pictures." in result.stdout
    assert size("a.png")[0] > 200


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("sample MODEL --out a.jpg", "unknown extension"),
        ("sample MODEL --out a.gif", "unknown extension"),
        ("sweep DIGIT --model MODEL --out a.avi", "unknown extension"),
        ("sweep DIGIT --model MODEL --out /dev/null/a.png", "is no folder"),
        ("sweep missing.png --model MODEL --out a.png", "There is no picture"),
        ("sweep DIGIT --model no-such --out a.png", "There is no model"),
        ("traverse DIGIT --model MODEL --out a.png --dimension 5", "dimensions 0 to 4"),
        ("traverse DIGIT --model BALL --out a.png", "cannot be traversed"),
        ("sample BALL --out a.png", "cannot be sampled"),
        ("interpolate DIGIT DIGIT --model MODEL --out DIGIT", "an input picture"),
        ("embed --model MODEL --out a.png", "Name pictures, or a set"),
        ("embed DIGIT --model MODEL --out a.png", "at least 4 pictures"),
        ("embed --data mnist --model BALL --out a.png", "is a multi-view model"),
        ("embed --data nowhere --model MODEL --out a.png", "no image set or folder"),
    ],
)
def test_bad_input(run, voxel_model, ball_model, digit, command, words):
    places = {"MODEL": voxel_model, "BALL": ball_model, "DIGIT": digit}
    result = run(*(places.get(word, word) for word in command.split()))
    check_error(run, result, words)


def test_embed_a_set(run, tmp_path, voxel_model, digit):
    """Its test part, with a legend of the classes."""
    for part in ("train", "test"):
        for name in ("one", "two"):
            folder = tmp_path / "set" / part / name
            folder.mkdir(parents=True)
            for index in range(3):
                shutil.copy(digit, folder / f"{index}.png")
    result = run(
        *("embed", "--data", tmp_path / "set", "--count", 5, "--model", voxel_model),
        *("--out", "a.png"),
    )
    assert result.exit_code == 0, result.output
    assert "a.png: 5 pictures." in result.stdout
    width, height = size("a.png")
    assert width == height + 8 + 150
