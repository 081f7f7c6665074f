"""Fig. 9: what the network predicts of photos."""

from __future__ import annotations

import pathlib

import numpy as np

from tf3d.geometry import orbit
from tf3d.prediction import sheets
from tf3d.reproduction.multiview.agreement import view_agreement
from tf3d.reproduction.multiview.layout import block
from tf3d.reproduction.multiview.shapes import network
from tf3d.reproduction.registry import Context, NotPossible, Result

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp")
SHOWN = 12
VIEWS = orbit(6)
SAMPLE = pathlib.Path("docs/images/car.png")  # in a checkout; a rendering


def photos(context: Context) -> Result:
    """Predicts views of pictures that nobody has a truth of."""
    paths = _paths(context)
    model = network(context)
    rows, agreement, covered = [], [], []
    for index, path in enumerate(paths):
        picture = model.prepare(path)
        views = model.decode(model.encode(picture[None], photo=True)[0], VIEWS)
        rows.append(block(picture, [list(views.rgb)]))
        covered.append(float(views.mask.mean()))
        if views.mask.any():
            agreement.append(view_agreement(views))
        context.progress(index + 1, len(paths))
    half = -(-len(rows) // 2) if len(rows) > 3 else len(rows)
    columns = [sheets.above(rows[:half])] + (
        [sheets.above(rows[half:])] if rows[half:] else []
    )
    sample = [] if context.data else ["No photos were given with --data: car.png is a "]
    notes = (
        [f"{sample[0]}rendering of a held-out car on a drawn road."] if sample else []
    )
    shown = sum(value > 0 for value in covered)
    consistent = float(np.mean(agreement)) if agreement else None
    told = f" {consistent:.0%}" if consistent is not None else " nothing"
    return Result(
        context.name,
        "Of photos of real cars the network estimates shape and colour well, slightly "
        "worse than of renderings (Fig. 9).",
        f"The network sees a car in {shown} of {len(paths)} pictures;{told} of the "
        "points of each predicted view fall on the car in the others. Whether shape "
        "and colour are right is for the eye: photos have no truth.",
        None,
        {
            "pictures": len(paths),
            "with_object": shown,
            "agreement_of_views": consistent,
            "covered": dict(zip((path.name for path in paths), covered)),
        },
        (
            context.picture(
                sheets.beside(columns, gap=16),
                "Each picture as the network gets it, and six predicted views around "
                "the car from an elevation of 20°.",
            ),
        ),
        notes=tuple(notes),
    )


def _paths(context: Context) -> list[pathlib.Path]:
    if context.data is None:
        root = pathlib.Path(__file__).parents[3]
        if (root / SAMPLE).is_file():
            return [root / SAMPLE]
        raise NotPossible("It needs photos: --data FOLDER or --data PICTURE.")
    path = pathlib.Path(context.data)
    if path.is_file() and path.suffix.lower() in SUFFIXES:
        return [path]
    found = (
        sorted(one for one in path.iterdir() if one.suffix.lower() in SUFFIXES)
        if path.is_dir()
        else []
    )
    if not found:
        raise NotPossible(f"{path} holds no photos: --data FOLDER or --data PICTURE.")
    count = min(context.at_most(SHOWN), len(found))
    chosen = np.linspace(0, len(found) - 1, count).round().astype(int)
    return [found[index] for index in chosen]
