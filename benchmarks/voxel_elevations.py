"""How voxel models find azimuth and elevation of single views from above.

    PYTHONPATH=. python benchmarks/voxel_elevations.py --real MESHES
    PYTHONPATH=. python benchmarks/voxel_elevations.py --table

Trains the configs voxels-elevations-{hypotheses,amortized,level} on single views of
generated shapes from elevations of 0 to 45 degrees: several directions per image,
latent angles that the encoder infers, and azimuths alone. Prints, on such views of
generated shapes that nobody trained on and of real meshes (MESHES, a folder such as the
open collection's), the median errors of direction, azimuth and elevation up to what no
image can tell (see tf3d/evaluation/voxels/direction.py), and the IoU of predicted and
true voxels.

Thresholds and frames are chosen on further generated shapes. Each training is measured
when it ends and kept in the results; stopped, the same command goes on.
"""

from __future__ import annotations

import argparse
import pathlib
from typing import Any

from voxel_jobs import (
    Job,
    add_arguments,
    add_scene_arguments,
    on_scenes,
    read_results,
    run_jobs,
)

from tf3d.cli.tables import print_result_table
from tf3d.reproduction.voxels.elevation_comparison import (
    ELEVATIONS,
    FILE,
    POSES,
    tables,
)


def plan(arguments: argparse.Namespace) -> list[Job]:
    """The trainings."""
    return [
        Job(
            name=pose,
            config=f"voxels-elevations-{pose}",
            steps=arguments.steps,
            seed=arguments.seed,
            settings=tuple(arguments.settings),
        )
        for pose in POSES
        if not arguments.only or pose in arguments.only
    ]


def measure(
    job: Job, folder: pathlib.Path, real: str | None, shapes: int, views: int
) -> dict[str, float]:
    """The figures of a finished training, on each set under the set's name."""
    from tf3d.evaluation.voxels.evaluate import evaluate_voxels
    from tf3d.evaluation.voxels.sources import open_measured
    from tf3d.prediction import load

    network = load(folder)
    sets: dict[str, tuple[str, dict[str, Any]]] = {"shapes": ("shapes", {})}
    sets["shapes"][1]["count"] = shapes
    if real is not None:
        sets["real"] = (real, {})
    result: dict[str, float] = {}
    for name, (data, options) in sets.items():
        measured = open_measured(
            data,
            size=network.image_size,
            channels=network.channels,
            views=views,
            elevation=ELEVATIONS,
            seed=job.seed,
            **options,
        )
        values = evaluate_voxels(
            network,
            measured,
            pictures=folder / f"{name}-pictures",
            # They carve as if all views were level.
            with_baselines=False,
        )
        result |= {f"{name}/{key}": value for key, value in values}
    return result


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_scene_arguments(parser)
    add_arguments(parser, "runs/elevations", str(FILE), 1500)
    arguments = parser.parse_args()
    if arguments.table:
        runs = read_results(arguments.results)
    else:
        how = on_scenes(measure, arguments)
        runs = run_jobs(plan(arguments), arguments.runs, arguments.results, how)
    for table in tables(runs):
        print_result_table(table)


if __name__ == "__main__":
    main()
