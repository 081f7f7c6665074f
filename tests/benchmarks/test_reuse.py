"""The comparison of reuse trains, keeps what is done, and says what it found."""

import dataclasses
import json

import pytest


@pytest.fixture
def reuse(benchmark_module):
    return benchmark_module("reuse")


def test_finished_runs_are_kept(reuse, tmp_path, capsys):
    for value, error in ((8, 0.25), (16, 0.75)):
        folder = tmp_path / f"{value}-3-5"
        folder.mkdir()
        figures = {"rgb": error, "depth": 0.5, "iou": 1.0}
        (folder / reuse.RESULT).write_text(json.dumps(figures))
    settings = ["--reuse", "8", "16", "--seeds", "3", "--steps", "5"]
    reuse.main([*settings, "--out", str(tmp_path)])
    printed = capsys.readouterr().out
    assert "reuse 8: rgb 0.2500, depth 0.5000, iou 1.0000" in printed
    assert "reuse 16: rgb 0.7500" in printed


def test_trains_and_measures(reuse, tmp_path, monkeypatch):
    from tf3d.training import config, run

    still = run.held_still
    monkeypatch.setattr(
        run, "held_still", lambda s: dataclasses.replace(still(s), shapes=2, views=2)
    )
    read = config.read_config
    small = ("data.shapes=2", "data.views=2", "batch_size=2", "network.code_width=8")
    monkeypatch.setattr(
        config, "read_config", lambda name, settings: read(name, (*settings, *small))
    )
    figures = reuse.trained(tmp_path / "run", 4.0, 1, 0)
    assert set(figures) == set(reuse.FIGURES) and 0 < figures["rgb"] < 1
    assert figures == json.loads((tmp_path / "run" / reuse.RESULT).read_text())
