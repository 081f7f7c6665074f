"""`tf3d export`, and what the tools of TensorFlow say of its folders."""

import pathlib
import subprocess
import sys

import numpy as np
import pytest
from click.testing import CliRunner

from tf3d.cli.main import main


@pytest.fixture(scope="module")
def multiview_model(tmp_path_factory):
    from tf3d.models import build_multiview

    folder = tmp_path_factory.mktemp("run") / "small-cars"
    folder.mkdir()
    model = build_multiview("multiview-mask", code_width=16, image_size=64)
    model.build()
    model.save(folder / "model.keras")
    return folder


@pytest.fixture
def export(tmp_path, monkeypatch):
    """Runs `tf3d export` in an empty folder."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return lambda *arguments: CliRunner().invoke(
        main, ["export", *(str(argument) for argument in arguments)]
    )


def saved_model_cli(*arguments):
    result = subprocess.run(
        [
            *(sys.executable, "-m", "tensorflow.python.tools.saved_model_cli"),
            *(str(argument) for argument in arguments),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_beside_the_shipped_models(export, multiview_model):
    result = export(multiview_model, "--serving-config")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0].startswith("Wrote saved_models/small-cars/1 (")
    assert "  encode: images -> codes" in lines
    assert "  serving_default: images, viewpoints -> alpha, depth, mask, rgb" in lines
    assert len(lines) == 7
    folder = pathlib.Path("saved_models/small-cars")
    names = {path.name for path in folder.iterdir()}
    assert names == {"1", "models.config", "batching.config"}
    assert '"/models/small-cars"' in (folder / "models.config").read_text()


def test_named_folder_and_version(export, voxel_model, digit):
    result = export(voxel_model, "--out", "served", "--version", 12)
    assert result.exit_code == 0, result.output
    assert "  render: azimuth, elevation, voxels -> image, projection" in result.stdout
    assert [path.name for path in pathlib.Path("served").iterdir()] == ["12"]

    result = export(voxel_model, "--out", "served", "--version", 12)
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: served/12 exists.")

    # It predicts, but is no source of another export.
    arguments = ["predict", str(digit), "--model", "served", "--images", "views"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    assert pathlib.Path("views/00-rgb.png").is_file()
    result = export("served")
    assert result.exit_code == 2
    assert "is a SavedModel" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("no-such-model",), "Models that ship"),
        (("model.h5",), "CVE-2025-9905"),
        ((".",), "holds no model.keras and no SavedModel"),
        (("MODEL", "--out", "file"), "Cannot write"),
        (("MODEL", "--version", "0"), "--version"),
        (("MODEL", "--version", "two"), "--version"),
        ((), "Missing argument"),
    ],
)
def test_bad_input(export, multiview_model, arguments, words):
    pathlib.Path("file").write_text("")
    arguments = [multiview_model if part == "MODEL" else part for part in arguments]
    result = export(*arguments)
    assert result.exit_code == 2, result.output
    assert words in result.stderr
    assert "Traceback" not in result.stderr
    assert [path.name for path in pathlib.Path().iterdir()] == ["file"]


def test_a_model_of_another_kind(export, ball_model):
    result = export(ball_model)
    assert result.exit_code == 2
    assert "Ball cannot be exported" in result.stderr


@pytest.mark.slow
def test_saved_model_cli_on_a_multiview_model(export, multiview_model, tmp_path):
    assert export(multiview_model, "--out", "out").exit_code == 0
    shown = saved_model_cli("show", "--dir", "out/1", "--all")
    for word in ("serving_default", "from_bytes_at", "inputs['viewpoints']", "DT_BOOL"):
        assert word in shown
    np.save("images.npy", np.full((2, 64, 64, 3), 0.5, np.float32))
    np.save("viewpoints.npy", np.float32([[[0, 20, 2]], [[90, 20, 2]]]))
    saved_model_cli(
        *("run", "--dir", "out/1", "--tag_set", "serve"),
        *("--signature_def", "serving_default", "--outdir", "."),
        *("--inputs", "images=images.npy;viewpoints=viewpoints.npy"),
    )
    assert np.load("rgb.npy").shape == (2, 1, 64, 64, 3)
    assert np.load("mask.npy").dtype == bool


@pytest.mark.slow
def test_saved_model_cli_on_a_voxel_model(export, voxel_model):
    assert export(voxel_model, "--out", "out").exit_code == 0
    shown = saved_model_cli("show", "--dir", "out/1", "--all")
    for word in ("serving_default", "render_codes", "outputs['azimuth']"):
        assert word in shown
    np.save("images.npy", np.full((3, 16, 16, 1), 0.5, np.float32))
    saved_model_cli(
        *("run", "--dir", "out/1", "--tag_set", "serve"),
        *("--signature_def", "serving_default", "--outdir", "."),
        *("--inputs", "images=images.npy"),
    )
    assert np.load("voxels.npy").shape == (3, 16, 16, 16, 1)
    assert np.load("azimuth.npy").shape == (3,)
