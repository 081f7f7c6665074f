"""The supplement's claim: codes of one object from different views lie close."""

from __future__ import annotations

import numpy as np

from tf3d.evaluation.protocol import over_clutter
from tf3d.geometry import orbit
from tf3d.prediction import Reconstructor, sheets
from tf3d.rendering import render_views
from tf3d.reproduction.multiview.layout import row, smaller
from tf3d.reproduction.multiview.shapes import encoder, held_out, open_parts, titled
from tf3d.reproduction.registry import Context, Picture, Result, Table

SHAPES = 20  # of each part
VIEWS = 8
PIXELS = 32  # a side at which pictures themselves are compared
BATCH = 64
QUERIES, NEIGHBOURS = 6, 6  # shown
RIGHT, WRONG = (0.1, 0.6, 0.2), (0.85, 0.15, 0.1)
CLOSE = 0.5  # of the distance between objects


def retrieval(context: Context) -> Result:
    """Seeks the same object among all by the nearest code."""
    model = encoder(context)
    data, parts = open_parts(context)
    plain, cluttered = [], []
    sources = held_out(parts, context.at_most(SHAPES))
    total = sum(map(len, sources.values()))
    viewpoints = _viewpoints()
    for source in sources.values():
        for index in range(len(source)):
            mesh = source.mesh(index)
            views = render_views(mesh, viewpoints, size=model.image_size)
            plain.append(views.rgb)
            name = source.names[index]
            cluttered.append(over_clutter(views, name, context.seed))
            context.progress(len(plain), total)
    labels = np.repeat(np.arange(total), VIEWS)
    pictures = np.concatenate(plain)
    small = np.stack([smaller(each, PIXELS).ravel() for each in pictures])
    codes = {
        "codes, plain background": _encode(model, pictures),
        "codes, clutter": _encode(model, np.concatenate(cluttered)),
        "pixels, plain background": small,
    }
    scores = {name: closeness(each, labels) for name, each in codes.items()}
    own, pixels = scores["codes, plain background"], scores["pixels, plain background"]
    chance = (VIEWS - 1) / max(len(labels) - 1, 1)
    sentence = (
        f"The nearest code of another picture is the same object's in "
        f"{own['top1']:.0%} of cases ({scores['codes, clutter']['top1']:.0%} over "
        f"clutter; pixels {pixels['top1']:.0%}, chance {chance:.1%}); codes of one "
        f"object lie {own['within_over_between']:.2f} times as far apart as those of "
        f"different ones (pixels {pixels['within_over_between']:.2f})."
    )
    names = ("top1", "within_over_between")
    rows = tuple((who, *(each[name] for name in names)) for who, each in scores.items())
    return Result(
        context.name,
        "Different views of an object lead to very similar codes (Sec. 4.3).",
        sentence,
        own["within_over_between"] < CLOSE and own["top1"] > pixels["top1"],
        {"scores": scores, "chance": chance, "shapes": total, "views": VIEWS},
        (_picture(context, pictures, codes["codes, plain background"], labels),),
        (
            Table(
                f"{total} objects from {VIEWS} viewpoints",
                ("", "nearest is the same object", "distance within ÷ between"),
                rows,
            ),
        ),
        (
            titled(context, data),
            f"“Very similar” is tested as: within an object at most {CLOSE} of the "
            "distance between objects, and retrieval better than by pixels.",
        ),
    )


def _viewpoints() -> np.ndarray:
    viewpoints = orbit(VIEWS, start=360 / VIEWS / 2)
    viewpoints[:, 1] = np.where(np.arange(VIEWS) % 2, 5.0, 25.0)
    return viewpoints


def _encode(model: Reconstructor, pictures: np.ndarray) -> np.ndarray:
    return np.concatenate(
        [
            model.encode(pictures[start : start + BATCH])
            for start in range(0, len(pictures), BATCH)
        ]
    )


def _distances(codes: np.ndarray) -> np.ndarray:
    from scipy.spatial.distance import cdist

    return cdist(codes, codes)


def closeness(codes: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """How well codes tell objects apart.

    Args:
      codes: `[n, width]`.
      labels: `[n]`, the object of each.

    Returns:
      "top1", the share whose nearest other code is of the same object, and
      "within_over_between", mean distance within objects over that between objects.
    """
    distances = _distances(codes)
    alike = labels[:, None] == labels[None]
    off = ~np.eye(len(codes), dtype=bool)
    within, between = distances[alike & off], distances[~alike]
    np.fill_diagonal(distances, np.inf)
    nearest = distances.argmin(axis=1)
    ratio = within.mean() / max(between.mean(), 1e-12) if len(between) else np.nan
    return {
        "top1": float((labels[nearest] == labels).mean()),
        "within_over_between": float(ratio),
    }


def _picture(
    context: Context, pictures: np.ndarray, codes: np.ndarray, labels: np.ndarray
) -> Picture:
    distances = _distances(codes)
    np.fill_diagonal(distances, np.inf)
    chosen = np.linspace(0, len(codes) - 1, QUERIES).round().astype(int)
    rows = []
    for query in dict.fromkeys(chosen.tolist()):
        tiles = []
        for one in np.argsort(distances[query], kind="stable")[:NEIGHBOURS]:
            color = RIGHT if labels[one] == labels[query] else WRONG
            tiles.append(sheets.framed(smaller(pictures[one], 64), color))
        rows.append(sheets.beside([smaller(pictures[query], 64), row(tiles)]))
    caption = (
        "Queries (left) and the pictures of the nearest codes, framed in green where "
        "they show the same object, in red where they do not."
    )
    return context.picture(sheets.above(rows), caption)
