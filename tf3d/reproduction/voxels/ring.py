"""The chair that looks the same from everywhere: Fig. 7."""

from __future__ import annotations

import numpy as np

from tf3d.data.images import open_images
from tf3d.evaluation.voxels.inference import infer
from tf3d.evaluation.voxels.scenes import scenes_of
from tf3d.evaluation.voxels.symmetry import (
    picture_share,
    ring_overlap,
    ring_share,
)
from tf3d.fusion import THRESHOLD
from tf3d.prediction import sheets
from tf3d.reproduction.models import Loaded
from tf3d.reproduction.registry import Context, NotPossible, Result, Table
from tf3d.reproduction.voxels.inputs import notes_on
from tf3d.reproduction.voxels.shading import drawn, headed, named_row, shaded

SHAPES = 16
ELEVATIONS = (0, 30, 90)
ANGLES = (0, 45, 90, 135)
SAME = 0.9  # share of the pictures' energy in their mean, above which they are one
SOLID = 0.005  # share of voxels above the threshold that make a solid worth showing


def figure07(context: Context) -> Result:
    """Chairs of the model with a uniform random azimuth."""
    must = {"pose": "uniform", "data": ("shapes", "modelnet40")}
    loaded = context.loaded("voxel", must=must, kinds="chairs")
    network = loaded.network
    images = open_images(
        "shapes",
        part="test",
        count=12 * context.at_most(SHAPES),
        kinds=("chairs",),
        size=network.image_size,
        channels=network.channels,
        seed=context.seed,
        progress=context.progress,
    )
    scenes = scenes_of(images, 1, context.seed)
    numbers = {"model": loaded.name, "shapes": len(scenes)}
    numbers |= _symmetry(loaded, scenes.images, "uniform")
    gain = float(network.model.gain)
    numbers["truth"] = {
        "pictures": picture_share(scenes.voxels, gain).mean(),
        "share": ring_share(scenes.voxels).mean(),
        "overlap": ring_overlap(scenes.voxels).mean(),
    }
    try:
        other = context.loaded("voxel", must={"pose": "learned", "data": "shapes"})
    except NotPossible:
        pass
    else:
        numbers |= _symmetry(other, scenes.images, "learned")
    ours, truth = numbers["uniform"], numbers["truth"]
    rows = tuple(
        (name, *(numbers[name][figure] for figure in FIGURES))
        for name in ("uniform", "learned", "truth")
        if name in numbers
    )
    return Result(
        context.name,
        "With a random azimuth the chair is learned such that it shows the same "
        "picture from any viewpoint: it is circular about the vertical axis.",
        f"{ours['pictures']:.0%} of the energy of pictures from all around is in their "
        f"mean (100%: one picture from everywhere), of the true chairs' "
        f"{truth['pictures']:.0%}; of the voxels' energy {ours['share']:.0%} is in "
        f"their mean over all turns (true chairs: {truth['share']:.0%}; {len(scenes)} "
        "chairs).",
        bool(ours["pictures"] > SAME and ours["pictures"] > truth["pictures"]),
        numbers,
        (context.picture(_sheet(loaded, images.floats(np.arange(1))[0]), CAPTION),),
        (
            Table(
                "Symmetry about the vertical axis",
                ("", *FIGURES.values()),
                rows,
            ),
        ),
        notes_on(loaded.facts, objective="vae", pose="uniform", kinds="chairs"),
    )


FIGURES = {
    "pictures": "share of the pictures' energy",
    "share": "share of the voxels' energy",
    "overlap": "overlap when turned",
}
CAPTION = (
    "A chair's picture; below it projections, and beside them the solid where there is "
    "one, from azimuth 0 to 135 degrees at elevations 0, 30 and 90."
)


def _symmetry(
    loaded: Loaded, images: np.ndarray, name: str
) -> dict[str, dict[str, float]]:
    voxels = infer(loaded.network, images, keep_voxels=True).voxels
    return {
        name: {
            "pictures": picture_share(voxels, float(loaded.network.model.gain)).mean(),
            "share": ring_share(voxels).mean(),
            "overlap": ring_overlap(voxels, THRESHOLD).mean(),
        }
    }


def _sheet(loaded: Loaded, picture: np.ndarray) -> np.ndarray:
    network = loaded.network
    code = network.encode(picture[None])[0]
    rows = [sheets.enlarged(picture)]
    voxels = network.decode(code)
    occupancy = voxels if voxels.ndim == 3 else voxels[..., -1]
    solid = (occupancy > THRESHOLD).mean() > SOLID
    names = [f"{angle}°" for angle in ANGLES] * (1 + solid)
    rows.append(headed(names, 32, sheets.TILE))
    for elevation in ELEVATIONS:
        tiles = drawn(network, code, ANGLES, elevation, "projection")
        if solid:
            tiles += shaded(network, code, ANGLES, elevation)
        rows.append(named_row(f"{elevation}°", tiles, 32))
    return sheets.above(rows)
