"""How voxel models find the azimuth: shapes, poses and rings of each way.

    PYTHONPATH=. python benchmarks/voxel_poses.py --real MESHES
    PYTHONPATH=. python benchmarks/voxel_poses.py --table

Trains the configs voxels-shapes-{fixed,uniform,learned,hypotheses,amortized} on single
views of generated shapes of six categories, of which the last two learn from views from
other sides, too; the fixed pose with such views, for what they do by themselves; and
voxels-fig07 (chairs under a random azimuth). Prints, on generated shapes that nobody
trained on and on real meshes (MESHES, a folder such as the open collection's):

- the IoU of predicted and true voxels up to what no image can tell (see
  tf3d/evaluation/voxels/shape_scores.py), beside the visual hull of one view, a slab
  and mean shapes;
- the difference of each pose from the fixed one, image by image, with a bootstrap
  interval over shapes;
- the median azimuth error;
- how ring-shaped chairs are.

Thresholds and frames are chosen on further generated shapes. Each training is measured
when it ends and kept in the results; stopped, the same command goes on.
"""

from __future__ import annotations

import argparse
import pathlib
from typing import Any

import numpy as np
from voxel_jobs import (
    Job,
    add_arguments,
    add_scene_arguments,
    on_scenes,
    read_results,
    run_jobs,
    write_results,
)

from tf3d.cli.tables import print_result_table
from tf3d.reproduction.voxels import pose_comparison
from tf3d.reproduction.voxels.pose_comparison import BASELINES, FRAMES, POSES, VIEWED

RING = "fig07"
REALISM = "novel_views.realism=2"  # as in the configs of poses that have it


def plan(arguments: argparse.Namespace) -> list[Job]:
    """The trainings."""
    configs = {pose: f"voxels-shapes-{pose.removesuffix('-viewed')}" for pose in POSES}
    configs[RING] = "voxels-fig07"
    return [
        Job(
            name=name,
            config=config,
            steps=arguments.steps,
            seed=arguments.seed,
            settings=(*((REALISM,) if name == VIEWED else ()), *arguments.settings),
        )
        for name, config in configs.items()
        if not arguments.only or name in arguments.only
    ]


def measure(
    job: Job, folder: pathlib.Path, real: str | None, shapes: int, views: int
) -> dict[str, float]:
    """The figures of a finished training, on each set under the set's name.

    Leaves the IoU of each image in iou-SET.npz.
    """
    from tf3d.evaluation.voxels.evaluate import Details, evaluate_voxels
    from tf3d.evaluation.voxels.sources import open_measured
    from tf3d.prediction import load

    network = load(folder)
    kinds = ("chairs",) if job.name == RING else None
    sets: dict[str, tuple[str, dict[str, Any]]] = {
        "shapes": ("shapes", {"count": shapes, "kinds": kinds, "seed": job.seed})
    }
    if real is not None:
        chosen = None if kinds is None else ("chair",)
        sets["real"] = (real, {"kinds": chosen, "seed": job.seed})
    result: dict[str, float] = {}
    for name, (data, options) in sets.items():
        measured = open_measured(
            data,
            size=network.image_size,
            channels=network.channels,
            views=views,
            **options,
        )
        details = Details()
        values = evaluate_voxels(
            network,
            measured,
            details=details,
            pictures=folder / f"{name}-pictures",
            with_baselines=job.name in ("fixed", RING),
        )
        result |= {f"{name}/{key}": value for key, value in values}
        scores = details.scores
        iou = {key.replace("/", "."): value for key, value in scores.iou.items()}
        np.savez_compressed(
            folder / f"iou-{name}.npz",
            shape=scores.scenes.which,
            kind=np.array(scores.scenes.kinds)[scores.scenes.kind],
            azimuth=details.azimuth,
            **iou,
        )
    return result


def differences(folder: pathlib.Path, runs: dict[str, Any]) -> dict[str, Any]:
    """Each pose's IoU less the fixed one's, and less each baseline's, by set."""
    from tf3d.evaluation.voxels.bootstrap import bootstrap_mean

    result: dict[str, Any] = {}
    for path in sorted((folder / "fixed").glob("iou-*.npz")):
        with np.load(path) as stored:
            fixed = dict(stored)
        viewed = None
        if VIEWED in runs and (folder / VIEWED / path.name).is_file():
            with np.load(folder / VIEWED / path.name) as stored:
                viewed = dict(stored)
        for pose in POSES:
            other = folder / pose / path.name
            if pose not in runs or not other.is_file():
                continue
            with np.load(other) as stored:
                own = dict(stored)
            if not np.array_equal(own["shape"], fixed["shape"]):
                raise SystemExit(f"{other} and {path} are of different images.")
            for frame in FRAMES:
                values = own[f"network.{frame}.tuned"].astype(np.float64)
                rivals = {"fixed": fixed[f"network.{frame}.tuned"]} | {
                    who: fixed[f"{who}.{frame}.tuned"] for who in BASELINES
                }
                if viewed is not None:
                    rivals[VIEWED] = viewed[f"network.{frame}.tuned"]
                for who, rival in rivals.items():
                    if pose == who:
                        continue
                    interval = bootstrap_mean(values - rival, own["shape"])
                    key = f"{path.stem.removeprefix('iou-')}/{frame}/{pose} - {who}"
                    result[key] = [round(value, 4) for value in interval]
    return result


def print_tables(runs: dict[str, Any], gaps: dict[str, Any]) -> None:
    """What the module's head promises."""
    for table in pose_comparison.tables(runs):
        print_result_table(table)
    for line in pose_comparison.told_gaps(gaps):
        print(line)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_scene_arguments(parser)
    add_arguments(parser, "runs/poses", str(pose_comparison.FILE), 3000)
    arguments = parser.parse_args()
    if arguments.table:
        runs = read_results(arguments.results)
    else:
        how = on_scenes(measure, arguments)
        runs = run_jobs(plan(arguments), arguments.runs, arguments.results, how)
    if arguments.table:
        gaps = read_results(arguments.results, "differences")
    else:
        gaps = differences(arguments.runs, runs)
        write_results(arguments.results, runs=runs, differences=gaps)
    print_tables(runs, gaps)


if __name__ == "__main__":
    main()
