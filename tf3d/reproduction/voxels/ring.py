"""The chair that looks the same from everywhere: Fig. 7."""

from __future__ import annotations

import numpy as np

from tf3d.data.images import open_images
from tf3d.evaluation.voxels.inference import infer
from tf3d.evaluation.voxels.scenes import scenes_of
from tf3d.evaluation.voxels.symmetry import ring_overlap, ring_share
from tf3d.fusion import THRESHOLD
from tf3d.prediction import sheets
from tf3d.reproduction.models import Loaded
from tf3d.reproduction.registry import Context, NotPossible, Result, Table
from tf3d.reproduction.voxels.inputs import notes_on
from tf3d.reproduction.voxels.shading import drawn, headed, named_row, shaded

SHAPES = 16
ELEVATIONS = (0, 30, 90)
ANGLES = (0, 45, 90, 135)
ROUND = 0.9  # share of energy in the mean over all turns, above which it is a ring


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
    numbers["truth"] = {
        "share": ring_share(scenes.voxels).mean(),
        "overlap": ring_overlap(scenes.voxels).mean(),
    }
    try:
        other = context.loaded("voxel", must={"pose": "learned", "data": "shapes"})
    except NotPossible:
        pass
    else:
        numbers |= _symmetry(other, scenes.images, "learned")
    ours, truth = numbers["uniform"]["share"], numbers["truth"]["share"]
    rows = tuple(
        (name, numbers[name]["share"], numbers[name]["overlap"])
        for name in ("uniform", "learned", "truth")
        if name in numbers
    )
    return Result(
        context.name,
        "With a random azimuth the chair is learned such that it shows the same "
        "picture from any viewpoint: it is circular about the vertical axis.",
        f"{ours:.0%} of the energy of the voxels is in their mean over all turns "
        f"(100%: a ring), of the true chairs' {truth:.0%} ({len(scenes)} chairs).",
        bool(ours > ROUND and ours > truth),
        numbers,
        (context.picture(_sheet(loaded, images.floats(np.arange(1))[0]), CAPTION),),
        (
            Table(
                "Symmetry about the vertical axis",
                ("", "share of energy", "overlap when turned"),
                rows,
            ),
        ),
        notes_on(loaded.facts, objective="vae", pose="uniform", kinds="chairs"),
    )


CAPTION = (
    "A chair's picture; below it projections (left) and the solid (right) from azimuth "
    "0 to 135 degrees at elevations 0, 30 and 90."
)


def _symmetry(
    loaded: Loaded, images: np.ndarray, name: str
) -> dict[str, dict[str, float]]:
    voxels = infer(loaded.network, images, keep_voxels=True).voxels
    share, overlap = ring_share(voxels), ring_overlap(voxels, THRESHOLD)
    return {name: {"share": share.mean(), "overlap": overlap.mean()}}


def _sheet(loaded: Loaded, picture: np.ndarray) -> np.ndarray:
    network = loaded.network
    code = network.encode(picture[None])[0]
    rows = [sheets.enlarged(picture)]
    rows.append(headed([f"{angle}°" for angle in ANGLES] * 2, 32, sheets.TILE))
    for elevation in ELEVATIONS:
        tiles = drawn(network, code, ANGLES, elevation, "projection")
        tiles += shaded(network, code, ANGLES, elevation)
        rows.append(named_row(f"{elevation}°", tiles, 32))
    return sheets.above(rows)
