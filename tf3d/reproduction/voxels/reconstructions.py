"""Reconstructions at the projection and after the texturizer: Fig. 11."""

from __future__ import annotations

import numpy as np

from tf3d.evaluation.voxels.inference import infer
from tf3d.prediction import VoxelReconstructor, sheets
from tf3d.reproduction.registry import Context, Result, Table
from tf3d.reproduction.voxels.inputs import (
    image_sets,
    notes_on,
    spread_over_classes,
    told_set,
)
from tf3d.reproduction.voxels.shading import named_row

IMAGES = 256  # of each set
SHOWN = 10
GOOD = 0.75  # share of the pictures' variance that comes back


def figure11(context: Context) -> Result:
    """Inputs, projections and final pictures of each set."""
    paper = {"objective": "mu-vae", "pose": "learned", "texturizer": True}
    loaded = context.loaded("voxel", **paper)
    sets = image_sets(context, loaded, context.at_most(IMAGES))
    rows, numbers, table = [], {"model": loaded.name}, []
    for index, images in enumerate(sets):
        found = infer(loaded.network, images.images)
        pictures = images.floats()
        variance = float(((pictures - pictures.mean(axis=0)) ** 2).mean())
        errors = (found.projection_error.mean(), found.picture_error.mean())
        back = [1 - float(error) / max(variance, 1e-9) for error in errors]
        numbers[images.name] = {
            "images": len(images),
            "mse_projection": errors[0],
            "mse_picture": errors[1],
            "explained_projection": back[0],
            "explained_picture": back[1],
        }
        table.append((images.name, *map(float, errors), *back))
        rows += _rows(loaded.network, images.floats(spread_over_classes(images, SHOWN)))
        context.progress(index + 1, len(sets))
    told = "; ".join(
        f"{told_set(row[0])} {row[3]:.0%} at the projection, {row[4]:.0%} at the "
        "texturizer"
        for row in table
    )
    good = all(min(row[3:]) > GOOD for row in table)
    columns = ("", "error, projection", "error, final", "explained", "explained, final")
    return Result(
        context.name,
        "The model renders the shapes of all data sets in good quality, at the "
        "projection and after the texturizer.",
        f"Share of the pictures' variance that comes back: {told}.",
        good,
        numbers,
        (
            context.picture(
                sheets.above(rows),
                "Input, projection and texturizer's output, a column a picture.",
            ),
        ),
        (
            Table(
                "Squared errors per pixel, and explained share", columns, tuple(table)
            ),
        ),
        (
            f'"Good" is here more than {GOOD:.0%} of the variance around the mean.',
            *notes_on(loaded.facts, **paper),
        ),
    )


def _rows(network: VoxelReconstructor, pictures: np.ndarray) -> list[np.ndarray]:
    sides, heights = network.pose(pictures)
    seen = [
        network.look(network.decode(code), [side], height)
        for code, side, height in zip(network.encode(pictures), sides, heights)
    ]
    shown = {
        "input": pictures,
        "projection": [view.projection[0] for view in seen],
        "texturizer": [view.picture[0] for view in seen],
    }
    return [
        named_row(name, [sheets.enlarged(one, 56) for one in some], 80)
        for name, some in shown.items()
    ]
