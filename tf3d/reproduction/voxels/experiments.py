"""The voxel paper's experiments by name; their work is imported when they run."""

from __future__ import annotations

import importlib
from collections.abc import Callable

from tf3d.reproduction.registry import Context, Experiment, Result

PAPER = "voxel paper"
DIGITS = "a voxel model; MNIST or Fashion-MNIST"


def _later(module: str, function: str) -> Callable[[Context], Result]:
    def run(context: Context) -> Result:
        found = importlib.import_module(f"tf3d.reproduction.voxels.{module}")
        return getattr(found, function)(context)

    return run


def _one(
    name: str,
    title: str,
    where: str,
    needs: str,
    work: str,
    trained: dict[str, str] | None = None,
) -> Experiment:
    """An experiment, and the configs of models that do not ship, with their data."""
    module, function = work.split(".")
    preparation: list[str] = []
    for config, data in (trained or {}).items():
        folder = f" --data-dir DATA/{data}" if data else ""
        preparation.append(
            f"tf3d train --config {config}{folder} --out runs/{name}/{config}"
        )
    if preparation:
        preparation.append(
            f"tf3d reproduce voxels-{name} --model runs/{name} --data-dir DATA "
            "--out report"
        )
    return Experiment(
        f"voxels-{name}",
        title,
        f"{PAPER}, {where}",
        needs,
        _later(module, function),
        tuple(preparation),
    )


OBJECTIVES = {f"voxels-fig04-{one}": "mnist" for one in ("vae", "beta-vae", "aae")}
OBJECTIVES["voxels-fig04-mu-vae"] = "mnist"
BOTH = {f"voxels-fig04-{one}": "mnist" for one in ("aae", "mu-vae")}
SHAPES = {"mu-vae-shapes": ""}


EXPERIMENTS = (
    _one(
        "fig04",
        "Four objectives on the digit 9",
        "Fig. 4",
        "voxel models of the four objectives; MNIST",
        "objectives.figure04",
        OBJECTIVES,
    ),
    _one(
        "fig05",
        "Random clothes from the AAE",
        "Fig. 5",
        "an AAE, best on Fashion-MNIST",
        "samples.figure05",
        {"voxels-fig05": "fashion_mnist"},
    ),
    _one(
        "fig06",
        "Faces from several azimuths",
        "Fig. 6",
        "a voxel model trained on celeb_a",
        "samples.figure06",
        {"voxels-fig06": "celeb_a"},
    ),
    _one(
        "fig07",
        "The ring-shaped chair of a random azimuth",
        "Fig. 7",
        "a voxel model of pose uniform trained on chairs",
        "ring.figure07",
        {"voxels-fig07": ""},
    ),
    _one(
        "fig08",
        "Random cups",
        "Fig. 8",
        "a voxel model trained on cups",
        "samples.figure08",
        {"voxels-fig08": ""},
    ),
    _one("fig09", "Latent traversals", "Fig. 9", "a voxel model", "traversal.figure09"),
    _one(
        "fig10",
        "Loss curves of the final model",
        "Fig. 10",
        "a voxel model's run folder",
        "curves.figure10",
    ),
    _one(
        "fig11",
        "Reconstructions at projection and texturizer",
        "Fig. 11",
        DIGITS,
        "reconstructions.figure11",
    ),
    _one(
        "fig12",
        "Shapes at elevations 0 and 30 degrees",
        "Fig. 12",
        DIGITS,
        "around.figure12",
    ),
    _one("fig13", "Sweeps of the azimuth", "Fig. 13", DIGITS, "around.figure13"),
    _one(
        "fig14",
        "Random samples of the final model",
        "Fig. 14",
        "a voxel model",
        "samples.figure14",
    ),
    _one(
        "fig15",
        "A picture of a plane, a chair or a 4",
        "Fig. 15",
        "a voxel model trained on MNIST and shapes; MNIST",
        "ambiguous.figure15",
        {"voxels-fig10-combined": ""},
    ),
    _one(
        "classification",
        "Classes from the codes",
        "Sec. 5",
        DIGITS,
        "claims.classification",
    ),
    _one(
        "sparsity",
        "Sparse µ-VAE, dense AAE",
        "Sec. 4.1",
        "voxel models of aae and mu-vae; MNIST",
        "objectives.sparsity",
        BOTH,
    ),
    _one(
        "objectives",
        "The four objectives at equal steps",
        "Sec. 3",
        "trainings that a benchmark measures",
        "equal_steps.objectives",
    ),
    _one(
        "poses",
        "Learned azimuth against fixed and random ones",
        "Secs. 3 and 4.4",
        "trainings that a benchmark measures",
        "pose_comparison.poses",
    ),
    _one(
        "elevations",
        "Azimuth and elevation of views from above",
        "Sec. 4.4, and beyond it",
        "trainings that a benchmark measures",
        "elevation_comparison.elevations",
    ),
    _one(
        "pose",
        "The azimuth of rendered shapes",
        "Sec. 4.4",
        "a voxel model trained on shapes",
        "claims.pose",
        SHAPES,
    ),
    _one(
        "iou",
        "Predicted against true voxels",
        "beyond the paper",
        "a voxel model trained on shapes",
        "claims.iou",
        SHAPES,
    ),
)
