import json

import pytest

from tf3d.reproduction.registry import NotPossible, find_experiment
from tf3d.reproduction.voxels import elevation_comparison


def run(angle, elevation):
    values = {
        f"shapes/{kind}/direction/{figure}": value
        for kind in ("all", "cars")
        for figure, value in {
            "angle": angle,
            "angle_shuffled": 55.0,
            "azimuth": 20.0,
            "elevation": elevation,
            "elevation_shuffled": 14.0,
        }.items()
    }
    values["shapes/all/shape/network/free/tuned"] = 0.25
    job = {"config": "voxels-elevations-x", "steps": 1500}
    return {"seconds": 120, "job": job, "values": values}


@pytest.fixture
def results(tmp_path, monkeypatch):
    path = tmp_path / "elevations.json"
    monkeypatch.setattr(elevation_comparison, "FILE", path)
    return path


def test_it_tells_what_each_finds(results, context):
    origin = {"command": "python it", "date": "2026-01-31", "machine": "2 CPU cores"}
    runs = {"level": run(40.0, 22.5), "hypotheses": run(30.0, 9.25)}
    results.write_text(json.dumps({**origin, "runs": runs}), "utf-8")
    result = find_experiment("voxels-elevations").run(context("voxels-elevations"))
    assert result.same is None and result.stored.seconds == 240
    assert (
        "hypotheses: viewing direction 30.0° off (at random 55.0°), elevation 9.2°"
        in (result.sentence_ours)
    )
    assert "level: viewing direction 40.0° off (at random 55.0°)." in (
        result.sentence_ours
    )
    assert "amortized" not in result.sentence_ours


def test_tables():
    found = elevation_comparison.tables({"amortized": run(30.0, 9.0)})
    trainings, everything, cars, overlap = found
    assert trainings.rows == (("amortized", "voxels-elevations-x", 1500, "2"),)
    assert everything.columns[1:3] == ("direction", "at random")
    assert cars.title == "Median errors on shapes, cars, degrees"
    assert everything.rows == (("amortized", "30.0", "55.0", "20.0", "9.0", "14.0"),)
    assert overlap.rows == (("amortized", "0.250", None, None),)


def test_no_file(results, context):
    with pytest.raises(NotPossible, match="benchmarks/elevations.py"):
        elevation_comparison.elevations(context())
