"""One picture, three readings: Fig. 15."""

from __future__ import annotations

import numpy as np

from tf3d.data.images import open_images
from tf3d.prediction import sheets
from tf3d.reproduction.registry import Context, NotPossible, Result
from tf3d.reproduction.voxels.inputs import image_sets, notes_on
from tf3d.reproduction.voxels.shading import drawn, headed, named_row, shaded

READINGS = ("4", "chairs", "airplanes")
EACH = 120  # pictures of each reading
NEIGHBOURS = 15


def figure15(context: Context) -> Result:
    """The picture whose code lies between digits 4, chairs and airplanes."""
    loaded = context.loaded(
        "voxel", must={"data": "mnist"}, objective="mu-vae", pose="learned"
    )
    network = loaded.network
    if not {"shapes", "modelnet40"} & set(loaded.facts.data):
        raise NotPossible(
            "It needs a voxel model trained on MNIST and shapes together: train "
            "--config voxels-fig10-combined and name the run with --model."
        )
    digits = image_sets(context, loaded, 2000, only=("mnist",))[0]
    fours = digits.floats(np.flatnonzero(digits.labels == 4)[:EACH])
    shapes = open_images(
        "shapes",
        part="test",
        count=2 * EACH,
        kinds=READINGS[1:],
        size=network.image_size,
        channels=network.channels,
        seed=context.seed,
        progress=context.progress,
    )
    pictures = np.concatenate([fours, shapes.floats()])
    reading = np.concatenate([np.zeros(len(fours), int), 1 + shapes.labels])
    codes = network.encode(pictures)
    votes = _votes(codes, reading)
    mixed = -(votes * np.log(np.maximum(votes, 1e-9))).sum(axis=1)
    chosen = np.argsort(-mixed)[:3]
    rows = [headed(["input", "0°", "0° up", "30° up", "30°, side"], 60, sheets.TILE)]
    for place in chosen:
        side = network.azimuth(pictures[place])
        tiles = [sheets.enlarged(pictures[place])]
        tiles += drawn(network, codes[place], side)
        tiles += shaded(network, codes[place], side, 0)
        tiles += shaded(network, codes[place], (side, side + 45), 30)
        rows.append(named_row(READINGS[reading[place]], tiles, 60))
    first = votes[chosen[0]]
    told = ", ".join(f"{n} {share:.0%}" for n, share in zip(READINGS, first))
    return Result(
        context.name,
        "A picture that may be a plane, a chair or a 4 at elevation 0 turns out a "
        "chair at elevation 30.",
        f"The most ambiguous of {len(pictures)} pictures is one of "
        f"{READINGS[reading[chosen[0]]]}; of the {NEIGHBOURS} nearest codes: {told}. "
        f"{(mixed > 0.5 * np.log(3)).mean():.0%} of the pictures are about as mixed.",
        None,
        {"model": loaded.name, "votes": votes[chosen], "readings": list(READINGS)},
        (
            context.picture(
                sheets.above(rows),
                "The three most ambiguous pictures; the model's picture from the same "
                "side; the solid at elevations 0 and 30, and from 45 degrees beside.",
            ),
        ),
        notes=notes_on(loaded.facts, objective="mu-vae", pose="learned"),
    )


def _votes(codes: np.ndarray, reading: np.ndarray) -> np.ndarray:
    """Shares of each reading among the nearest codes, `[n, 3]`."""
    squares = (codes**2).sum(axis=1)
    distance = squares[:, None] + squares[None] - 2 * codes @ codes.T
    np.fill_diagonal(distance, np.inf)
    near = np.argsort(distance, axis=1)[:, :NEIGHBOURS]
    return np.stack([(reading[near] == k).mean(axis=1) for k in range(3)], axis=1)
