"""What latent dimensions do: Fig. 9."""

from __future__ import annotations

import numpy as np

from tf3d.prediction import sheets
from tf3d.reproduction.registry import Context, Result
from tf3d.reproduction.voxels.inputs import (
    class_name,
    image_sets,
    notes_on,
    spread_over_classes,
)
from tf3d.reproduction.voxels.shading import named_row, shaded

STEPS = 9
SHOWN = 4  # dimensions of each object
SMOOTH = 3.0  # the largest step at most, in mean steps


def figure09(context: Context) -> Result:
    """Traverses the dimensions that do most to one object of each set."""
    paper = {"objective": "aae", "pose": "adversarial", "kinds": ("cups", "people")}
    loaded = context.loaded("voxel", **paper)
    network = loaded.network
    sets = image_sets(context, loaded, 48)
    objects = []
    for images in sets:
        wanted = 2 if images.name == "shapes" or len(sets) == 1 else 1
        places = spread_over_classes(images, wanted)
        objects += [(class_name(images, i), images.floats(i)) for i in places]
    blocks, ratios = [], []
    for index, (name, picture) in enumerate(objects[:4]):
        code, side = network.encode(picture[None])[0], network.azimuth(picture)
        spread = _span(network)
        walks = [_walk(code, d, spread) for d in range(len(code))]
        seen = [_seen(network, walk, side) for walk in walks]
        changes = [_steps(pictures) for pictures in seen]
        order = np.argsort([-change.sum() for change in changes])
        moving = [changes[d] for d in order if changes[d].sum() > 1e-3]
        ratios += [float(change.max() / change.mean()) for change in moving]
        blocks.append(named_row(name, [sheets.enlarged(picture)]))
        for d in order[:SHOWN]:
            tiles = [sheets.enlarged(one) for one in seen[d]]
            solids = [shaded(network, one, side + 20, 20)[0] for one in walks[d]]
            blocks.append(named_row("", solids, 40))
            blocks.append(named_row(f"z{d}", tiles, 40))
        context.progress(index + 1, len(objects[:4]))
    ratio = float(np.median(ratios)) if ratios else float("nan")
    return Result(
        context.name,
        "The latent space is smooth: traversals of a cup and a person change shape "
        "gradually.",
        f"The largest of {STEPS - 1} steps along a dimension changes the picture "
        f"{ratio:.1f} times as much as the mean step (median of {len(ratios)} "
        f"traversals; 1: even; {STEPS - 1}: one jump).",
        bool(ratio < SMOOTH) if ratios else None,
        {"model": loaded.name, "largest_step_over_mean": ratios, "median": ratio},
        (
            context.picture(
                sheets.above(blocks),
                "For each object its picture, then the dimensions that change it most: "
                "the solid, and below it the picture.",
            ),
        ),
        notes=notes_on(loaded.facts, texturizer=True, **paper),
    )


def _span(network) -> float:
    """How far a dimension goes to both sides: three deviations of the codes."""
    # The µ-VAE's means are clipped at 6 a dimension, by norm; see `random_codes`.
    return 12.0 if getattr(network.model, "clip", False) else 3.0


def _walk(code: np.ndarray, dimension: int, span: float) -> np.ndarray:
    walk = np.repeat(code[None], STEPS, axis=0)
    walk[:, dimension] = np.linspace(-span, span, STEPS)
    return walk


def _seen(network, walk: np.ndarray, side: float) -> np.ndarray:
    return np.concatenate([network.pictures(one, np.array([side])) for one in walk])


def _steps(pictures: np.ndarray) -> np.ndarray:
    """Root mean squared change of each step."""
    return np.sqrt((np.diff(pictures, axis=0) ** 2).mean(axis=(1, 2, 3)))
