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
import statistics
from typing import Any

from voxel_jobs import Job, add_arguments, read_results, run_jobs

OBJECTIVES = ("vae", "beta-vae", "aae", "mu-vae")
# Name, digits and heading of what is shown.
COLUMNS = (
    ("image/mse/projection", 5, "MSE projection"),
    ("image/mse/picture", 5, "MSE picture"),
    ("code/active", 1, "active"),
    ("code/informative", 3, "informative"),
    ("code/neighbours_accuracy", 4, "10-NN"),
    ("code/linear_accuracy", 4, "linear"),
    ("code/hoyer", 3, "code Hoyer"),
    ("code/kurtosis", 2, "kurtosis"),
    ("code/aggregate_deviation", 3, "off prior"),
    ("image/voxels/occupied", 4, "occupied"),
    ("image/voxels/per_ray", 2, "per ray"),
    ("image/voxels/hoyer", 3, "voxel Hoyer"),
)


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
                for objective in OBJECTIVES
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


def summary(runs: dict[str, Any], data: str) -> dict[str, dict[str, list[float]]]:
    """Of each objective each figure, seed by seed."""
    result: dict[str, dict[str, list[float]]] = {}
    for objective in OBJECTIVES:
        found = [
            run["values"]
            for name, run in sorted(runs.items())
            if name.rsplit("-", 1)[0] == f"{data}-{objective}"
        ]
        if found:
            names = set.intersection(*(set(values) for values in found))
            result[objective] = {
                name: [values[name] for values in found] for name in names
            }
    return result


def print_tables(runs: dict[str, Any]) -> None:
    """Mean ± spread of all objectives, and whether AAE and µ-VAE keep up."""
    from rich.console import Console
    from rich.table import Table

    console = Console(width=200)
    for data in ("mnist", "fashion_mnist"):
        found = summary(runs, data)
        if not found:
            continue
        steps = {run["job"]["steps"] for n, run in runs.items() if n.startswith(data)}
        counts = " or ".join(f"{count:,}" for count in sorted(steps))
        table = Table(title=f"{data}, {counts} steps", title_justify="left")
        table.add_column("objective")
        table.add_column("seeds", justify="right")
        for _, _, heading in COLUMNS:
            table.add_column(heading, justify="right")
        for objective, values in found.items():
            seeds = str(len(values["image/mse/picture"]))
            cells = [_cell(values.get(name), digits) for name, digits, _ in COLUMNS]
            table.add_row(objective, seeds, *cells)
        console.print(table)
        for objective in ("aae", "mu-vae"):
            if objective in found and "vae" in found:
                console.print(_verdict(found, objective))


def _cell(values: list[float] | None, digits: int) -> str:
    if not values:
        return ""
    text = f"{statistics.mean(values):.{digits}f}"
    if len(values) > 1:
        text += f" ± {statistics.stdev(values):.{digits}f}"
    return text


def _verdict(found: dict[str, dict[str, list[float]]], objective: str) -> str:
    own = found[objective]["image/mse/picture"]
    vae = found["vae"]["image/mse/picture"]
    gap = statistics.mean(own) - statistics.mean(vae)
    ratio = statistics.mean(own) / statistics.mean(vae)
    facts = f"{objective} - vae: {gap:+.5f} per pixel, {ratio:.3f} times its error"
    if len(own) < 2 or len(vae) < 2:
        return f"{facts}; one seed has no spread"
    spread = (statistics.variance(own) + statistics.variance(vae)) ** 0.5
    worse = "worse" if gap > spread else "no worse"
    return f"{facts}, spread of the difference {spread:.5f}: {worse}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data-root", type=pathlib.Path, required=True)
    parser.add_argument("--seeds", type=int, default=3, help="on MNIST")
    parser.add_argument("--fashion-seeds", type=int, default=1)
    add_arguments(parser, "runs/objectives", "docs/results/voxel_objectives.json")
    arguments = parser.parse_args()
    if arguments.table:
        runs = read_results(arguments.results)
    else:
        runs = run_jobs(plan(arguments), arguments.runs, arguments.results, measure)
    print_tables(runs)


if __name__ == "__main__":
    main()
