import argparse
import json
import pathlib

import numpy as np
import pytest

from tf3d.errors import InputError


@pytest.fixture
def modules(benchmark_module):
    names = ("voxel_jobs", "voxel_objectives", "voxel_poses", "voxel_elevations")
    return [benchmark_module(name) for name in names]


def arguments(**changes):
    settings = {
        "data_root": pathlib.Path("data"),
        "steps": 5000,
        "seeds": 3,
        "fashion_seeds": 1,
        "seed": 0,
        "settings": [],
        "only": None,
    }
    return argparse.Namespace(**{**settings, **changes})


def test_plans_name_shipped_configs(modules):
    from tf3d.training.voxel_options import VoxelOptions, configure_voxels

    _, objectives, poses, heights = modules
    plan = objectives.plan(arguments())
    assert len(plan) == 16 and len({job.name for job in plan}) == 16
    assert plan[0].name == "mnist-vae-0" and plan[4].data == "fashion_mnist"
    assert [job.texturizer for job in plan[:8]] == [False] * 4 + [True] * 4
    plan += poses.plan(arguments()) + heights.plan(arguments())
    assert len(poses.plan(arguments(only=["fixed"]))) == 1
    for job in plan:
        config = configure_voxels(VoxelOptions(config=job.config, steps=job.steps))
        assert config.steps == 5000


def test_finished_trainings_are_skipped(modules, tmp_path, capsys):
    jobs, objectives, *_ = modules
    job = objectives.plan(arguments())[0]
    path = tmp_path / "results.json"
    run = {"job": job.identity, "seconds": 1, "values": {"image/mse/picture": 0.02}}
    jobs.write_results(path, runs={job.name: run})
    measured = jobs.run_jobs([job], tmp_path / "runs", path, None)
    assert measured == {job.name: run}
    assert "1 of 1 trainings are done" in capsys.readouterr().out
    content = json.loads(path.read_text())
    assert content["command"].startswith("PYTHONPATH=. python benchmarks/")
    assert {"date", "machine"} < set(content)
    other = objectives.plan(arguments(steps=9))
    with pytest.raises(InputError, match="holds mnist-vae-0 with other settings"):
        jobs.run_jobs(other[:1], tmp_path / "runs", path, None)
    assert jobs.read_results(tmp_path / "none.json") == {}


def test_the_command_is_for_other_machines_and_all_trainings(modules):
    words = ["/a/b/voxel_poses.py", "--only", "fixed", "learned", "--real", "/a/c"]
    words += ["--steps", "9"]
    assert modules[0]._command(words) == (
        "PYTHONPATH=. python benchmarks/voxel_poses.py --real MESHES --steps 9"
    )


def test_tables_are_printed(modules, capsys):
    _, objectives, *_ = modules
    runs = {
        f"mnist-{objective}-0": {
            "job": {"steps": 5000},
            "values": {"image/mse/picture": value},
        }
        for objective, value in {"vae": 0.02, "aae": 0.023}.items()
    }
    objectives.print_tables(runs)
    text = capsys.readouterr().out
    assert "MNIST, 5,000 steps" in text and "0.02300" in text
    assert "mnist: AAE less VAE: +0.00300" in text


def test_differences_image_by_image(modules, tmp_path):
    _, _, poses, _ = modules
    rng = np.random.default_rng(0)
    shape = np.repeat(np.arange(40), 2)
    for pose, gain in (("fixed", 0.0), ("learned", 0.05)):
        (tmp_path / pose).mkdir()
        base = np.linspace(0.2, 0.6, 80)
        noise = rng.normal(0, 0.01, 80)
        values = {
            f"{who}.{frame}.tuned": base + gain * (who == "network") + noise
            for who in ("network", *poses.BASELINES)
            for frame in poses.FRAMES
        }
        np.savez(tmp_path / pose / "iou-shapes.npz", shape=shape, **values)
    gaps = poses.differences(tmp_path, {"fixed": {}, "learned": {}})
    mean, low, high = gaps["shapes/free/learned - fixed"]
    assert mean == pytest.approx(0.05, abs=0.005) and 0.03 < low < mean < high
    assert gaps["shapes/viewer/fixed - hull"] == [0, 0, 0]
