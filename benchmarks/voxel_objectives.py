"""VAE, β-VAE, AAE and µ-VAE at equal steps: errors, active dimensions, classes.

    PYTHONPATH=. python benchmarks/voxel_objectives.py --data-root DIR
    PYTHONPATH=. python benchmarks/voxel_objectives.py --data-root DIR --table

Trains the configs voxels-fig04-{vae,beta-vae,aae,mu-vae} (azimuth 0) at 5,000 steps,
with three seeds on MNIST and one on Fashion-MNIST, there with the texturizer as in the
paper's Fig. 4, and prints mean and spread (standard deviation over seeds): squared
error per pixel on the 10,000 test images, active latent dimensions
(Var µ / (Var µ + E σ²) > 0.1), the accuracy of ten nearest neighbours among the 60,000
training codes and of a linear classifier, and how sparse codes and voxels are. DIR
holds the folders mnist and fashion_mnist.

Each training is measured when it ends and kept in the results; stopped, the same
command goes on. Sixteen trainings; a quick look: --steps 200 --seeds 1 --runs /tmp/a
--results /tmp/a.json --set network.decoder_widths=[16,8]
"""

from __future__ import annotations

import argparse
import pathlib
from typing import Any

from voxel_jobs import Job, add_arguments, read_results, run_jobs

from tf3d.cli.tables import print_result_table
from tf3d.reproduction.voxels import equal_steps


def plan(arguments: argparse.Namespace) -> list[Job]:
    """The trainings, the first seed of both sets first."""
    jobs = []
    for seed in range(max(arguments.seeds, arguments.fashion_seeds)):
        for data, seeds in (
            ("mnist", arguments.seeds),
            ("fashion_mnist", arguments.fashion_seeds),
        ):
            if seed >= seeds:
                continue
            jobs += [
                Job(
                    name=f"{data}-{objective}-{seed}",
                    config=f"voxels-fig04-{objective}",
                    steps=arguments.steps,
                    seed=seed,
                    data=data,
                    data_dir=str(arguments.data_root / data),
                    texturizer=data == "fashion_mnist",
                    settings=tuple(arguments.settings),
                )
                for objective in equal_steps.OBJECTIVES
            ]
    if arguments.only:
        jobs = [job for job in jobs if job.name in arguments.only]
    return jobs


def measure(job: Job, folder: pathlib.Path) -> dict[str, float]:
    """The figures of a finished training."""
    from tf3d.evaluation.voxels.evaluate import evaluate_voxels
    from tf3d.evaluation.voxels.sources import open_measured
    from tf3d.prediction import load

    network = load(folder)
    measured = open_measured(
        job.data, job.data_dir, size=network.image_size, channels=network.channels
    )
    return dict(evaluate_voxels(network, measured, pictures=folder / "pictures"))


def print_tables(runs: dict[str, Any]) -> None:
    """Mean ± spread of all objectives, and whether AAE and µ-VAE keep up."""
    for table in equal_steps.tables(runs):
        print_result_table(table)
    for data in equal_steps.SETS:
        found = equal_steps.by_objective(runs, data)
        for objective in ("aae", "mu-vae"):
            line = equal_steps.keeps_up(found, objective)
            if line:
                print(f"{data}: {line}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data-root", type=pathlib.Path, required=True)
    parser.add_argument("--seeds", type=int, default=3, help="on MNIST")
    parser.add_argument("--fashion-seeds", type=int, default=1)
    add_arguments(parser, "runs/objectives", str(equal_steps.FILE), 5000)
    arguments = parser.parse_args()
    if arguments.table:
        runs = read_results(arguments.results)
    else:
        runs = run_jobs(plan(arguments), arguments.runs, arguments.results, measure)
    print_tables(runs)


if __name__ == "__main__":
    main()
