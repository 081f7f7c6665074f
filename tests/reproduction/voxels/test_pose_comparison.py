import json

import pytest

from tf3d.reproduction.registry import NotPossible, find_experiment
from tf3d.reproduction.voxels import pose_comparison


def make_runs(**overlap):
    runs = {}
    for pose, value in overlap.items():
        runs[pose] = {
            "seconds": 60,
            "values": {
                "shapes/all/shape/network/free/tuned": value,
                "shapes/cars/shape/network/free/tuned": value + 0.1,
                "shapes/all/pose/median": 40.25,
            },
        }
    runs["fixed"]["values"]["shapes/all/shape/hull/free/tuned"] = 0.314
    return runs


def write(path, runs, differences):
    origin = {"command": "python it", "date": "2026-01-31", "machine": "2 CPU cores"}
    content = {**origin, "runs": runs, "differences": differences}
    path.write_text(json.dumps(content), "utf-8")


@pytest.fixture
def results(tmp_path, monkeypatch):
    path = tmp_path / "poses.json"
    monkeypatch.setattr(pose_comparison, "FILE", path)
    return path


def test_tables():
    found = pose_comparison.tables(make_runs(fixed=0.3, learned=0.35))
    trainings, overlap, azimuth = found
    assert trainings.rows[0] == ("fixed", None, None, "1")
    assert overlap.title == "IoU on shapes, free"
    assert overlap.columns == ("", "all", "> 0.05", "> 0.5", "cars")
    assert overlap.rows[0] == ("fixed", "0.300", None, None, "0.400")
    assert overlap.rows[1][:2] == ("learned", "0.350")
    assert overlap.rows[2] == ("hull", "0.314", None, None, None)
    assert azimuth.columns[1] == "all, median" and azimuth.rows[0][1] == "40.2"


@pytest.mark.parametrize(
    ("gap", "hull", "same"),
    [
        ([0.05, 0.04, 0.06], 0.1, True),
        ([0.02, 0.01, 0.03], 0.1, False),
        ([0.05, -0.01, 0.06], 0.1, False),
        ([0.05, 0.04, 0.06], -0.1, False),
    ],
)
def test_the_best_learned_pose_decides(results, context, gap, hull, same):
    gaps = {
        "shapes/free/learned - fixed": [-0.01, -0.02, 0.0],
        "shapes/free/uniform - fixed": [0.5, 0.4, 0.6],
        "shapes/free/fixed-viewed - fixed": [0.5, 0.4, 0.6],
        "shapes/free/amortized - fixed": gap,
        "shapes/free/amortized - hull": [hull, hull, hull],
        "shapes/viewer/amortized - fixed": [0.0, 0.0, 0.0],
    }
    write(results, make_runs(fixed=0.3, amortized=0.35), gaps)
    result = find_experiment("voxels-poses").run(context("voxels-poses"))
    assert result.same is same
    assert "amortized pose less that of the fixed one" in result.sentence_ours
    assert f"{gap[0]:+.3f} [{gap[1]:+.3f}" in result.sentence_ours
    assert len(result.notes) == 6 and result.stored.seconds == 120


def test_without_a_learned_pose_nothing_is_decided(results, context):
    write(results, make_runs(fixed=0.3), {})
    result = pose_comparison.poses(context("voxels-poses"))
    assert result.same is None and "fixed" in result.sentence_ours


def test_no_file(results, context):
    with pytest.raises(NotPossible, match="benchmarks/poses.py"):
        pose_comparison.poses(context())
