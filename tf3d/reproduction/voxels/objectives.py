"""The four objectives side by side: Fig. 4, and sparsity in numbers."""

from __future__ import annotations

import numpy as np

from tf3d.data.images import ImageSet
from tf3d.evaluation.voxels.codes import evaluate_codes
from tf3d.evaluation.voxels.inference import Inferred, infer
from tf3d.evaluation.voxels.reconstruction import evaluate_reconstruction
from tf3d.prediction import sheets
from tf3d.reproduction.models import Loaded
from tf3d.reproduction.registry import (
    Context,
    NotPossible,
    Picture,
    Result,
    Table,
)
from tf3d.reproduction.voxels.inputs import image_sets, told_set
from tf3d.reproduction.voxels.shading import drawn, headed, named_row, shaded

NAMES = {"vae": "VAE", "beta-vae": "β-VAE", "aae": "AAE", "mu-vae": "µ-VAE"}
IMAGES = 256
ANGLES = (0, 30, 60, 90)
FIGURES = {
    "mse/picture": "squared error",
    "voxels/occupied": "solid share",
    "voxels/per_ray": "solid a ray",
    "voxels/hoyer": "sparsity of voxels",
    "code/hoyer": "sparsity of codes",
    "code/active": "active dimensions",
}
CLAIM = (
    "The adversarial objective learns a dense representation, while the µ-VAE "
    "encourages sparsity."
)


def figure04(context: Context) -> Result:
    """The digit 9 by models of the four objectives."""
    models = _by_objective(context, set(NAMES), least=2)
    first = next(iter(models.values()))
    digits = image_sets(context, first, 2000, only=("mnist",))[0]
    nines = digits.subset(np.flatnonzero(digits.labels == 9))
    chosen = nines.subset(slice(0, context.at_most(IMAGES)))
    rows = [headed(["picture", *[f"{a}°" for a in ANGLES] * 2], 60, sheets.TILE)]
    for objective, loaded in models.items():
        network = loaded.network
        picture = nines.floats(np.arange(1))
        code, own = network.encode(picture)[0], network.azimuth(picture[0])
        tiles = [sheets.enlarged(picture[0])]
        tiles += drawn(network, code, own + np.array(ANGLES), show="projection")
        tiles += shaded(network, code, own + np.array(ANGLES), 15)
        rows.append(named_row(NAMES[objective], tiles, 60))
    picture = context.picture(
        sheets.above(rows),
        "A 9; its projections from 0, 30, 60 and 90 degrees beside its own azimuth; "
        "the solid from the same, 15 degrees above.",
    )
    told = "pictures of a 9"
    return _compared(context, models, chosen, told, set(NAMES), (picture,))


def sparsity(context: Context) -> Result:
    """Density and sparsity of voxels and codes on all classes."""
    wanted = {"aae", "mu-vae"}
    models = _by_objective(context, wanted, least=2)
    first = next(iter(models.values()))
    images = image_sets(context, first, context.at_most(1000))[0]
    told = f"pictures of {told_set(images.name)}"
    return _compared(context, models, images, told, wanted)


def _compared(
    context: Context,
    models: dict[str, Loaded],
    images: ImageSet,
    what: str,
    wanted: set[str],
    pictures: tuple[Picture, ...] = (),
) -> Result:
    figures = {}
    for index, (objective, loaded) in enumerate(models.items()):
        figures[objective] = _figures(infer(loaded.network, images.images))
        context.progress(index + 1, len(models))
    occupied = {name: value["voxels/occupied"] for name, value in figures.items()}
    rows = [
        (NAMES[name], *(value[key] for key in FIGURES))
        for name, value in figures.items()
    ]
    table = Table(f"{len(images)} {what}", ("", *FIGURES.values()), tuple(rows))
    told = ", ".join(f"{NAMES[name]} {share:.1%}" for name, share in occupied.items())
    verdict = None
    if {"aae", "mu-vae"} <= set(occupied):
        densest = max(occupied, key=occupied.get) == "aae"
        verdict = densest and min(occupied, key=occupied.get) == "mu-vae"
    absent = [NAMES[name] for name in NAMES if name in wanted - set(figures)]
    return Result(
        context.name,
        CLAIM,
        f"Solid share of the voxels: {told}; {len(images)} {what}.",
        verdict,
        figures,
        pictures,
        (table,),
        (f"Without {', '.join(absent)}: no such model is at hand.",) if absent else (),
    )


def _figures(found: Inferred) -> dict[str, float]:
    values = dict(evaluate_reconstruction(found))
    codes = evaluate_codes(found.mean, found.log_variance)
    return values | {f"code/{name}": value for name, value in codes}


def _by_objective(context: Context, wanted: set[str], least: int) -> dict[str, Loaded]:
    """A model of each objective that is at hand, those of fixed pose first."""
    models, found = context.models, {}
    for objective in NAMES:
        if objective not in wanted:
            continue
        try:
            found[objective] = models.best(
                "voxel", must={"objective": objective}, pose="fixed", data="mnist"
            )
        except NotPossible:
            continue
    if len(found) < least:
        told = ", ".join(NAMES[name] for name in NAMES if name in wanted)
        raise NotPossible(
            f"It compares voxel models of the objectives {told}, and finds "
            f"{len(found)}. Train them, and name each with --model, or the folder of "
            "the runs."
        )
    return found
