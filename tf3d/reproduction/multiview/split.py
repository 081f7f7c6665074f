"""Fig. 3: what the split holds out, with the nearest training shapes in HOG."""

from __future__ import annotations

import numpy as np

from tf3d.data.hog import HogSettings, all_descriptors, hog_distances
from tf3d.evaluation.protocol import spread
from tf3d.prediction import sheets
from tf3d.rendering import render_views
from tf3d.reproduction.multiview.layout import row, smaller
from tf3d.reproduction.multiview.shapes import held_out, open_parts
from tf3d.reproduction.registry import Context, NotPossible, Result, Table
from tf3d.shapes.sources import ShapeSource

SEARCHED = 500  # training shapes
HELD = 20  # of each part
QUERIES = {"normal": 4, "difficult": 2, "held_out": 6}  # rows of the picture
NEIGHBOURS = 5
VIEWPOINT = np.array([[30.0, 15.0, 2.0]])
TILE = 64


def split_figure(context: Context) -> Result:
    """Compares the parts of a split by HOG distance and shows nearest neighbours."""
    data, parts = open_parts(context)
    if "train" not in parts:
        raise NotPossible(f"{data} has no shape to train on, only held-out ones.")
    sources = held_out(parts, context.at_most(HELD))
    count = min(SEARCHED, context.at_most(HELD) * SEARCHED // HELD)
    sources["train"] = spread(parts["train"], count).usable()
    total, done, found = sum(map(len, sources.values())), 0, {}
    for part, source in sources.items():
        descriptors, usable = all_descriptors(
            source,
            HogSettings(),
            2 if len(source) > 200 else 0,
            lambda now, _, before=done: context.progress(before + now, total),
        )
        done += len(source)
        sources[part] = source.subset(usable)
        found[part] = descriptors
    distances, places = _all_distances(found)
    rows = tuple(_row(part, distances, places) for part in places)
    numbers = {"searched": len(found["train"]), "total": len(parts["train"])}
    for part, own, nearest, to_normal, within in rows:
        numbers[part] = {
            "shapes": own,
            "nearest_training": nearest,
            "to_normal": to_normal,
            "within": within,
        }
    columns, pictures = _columns(sources, distances, places), []
    if columns:
        caption = (
            "Held-out shapes (framed) and their nearest training shapes in HOG; at the "
            "right the difficult ones. The nearest is next to its query."
        )
        pictures.append(context.picture(sheets.beside(columns, gap=16), caption))
    sentence, same = _verdict(numbers)
    title = f"Distances in HOG, summed over three viewpoints, of {data}"
    heading = ("part", "shapes", "nearest in training", "to normal", "within")
    return Result(
        context.name,
        "One HOG cluster is held out as normal test cars and the 20 cars furthest from "
        "it as difficult ones; their neighbours in training look alike, but are other "
        "cars (Fig. 3).",
        sentence,
        same,
        numbers,
        tuple(pictures),
        (Table(title, heading, rows),),
        (
            f"{len(found['train'])} of {len(parts['train'])} training shapes were "
            "searched: the more there are, the nearer the nearest.",
        ),
    )


def _all_distances(
    found: dict[str, np.ndarray],
) -> tuple[np.ndarray, dict[str, slice]]:
    """Distances between all shapes, and where each part's are."""
    places, start = {}, 0
    for part, descriptors in found.items():
        places[part] = slice(start, start + len(descriptors))
        start += len(descriptors)
    return hog_distances(np.concatenate(list(found.values()))), places


def _row(
    part: str, distances: np.ndarray, places: dict[str, slice]
) -> tuple[str, int, float, float | None, float | None]:
    own = places[part]
    to_train = np.array(distances[own, places["train"]])
    if part == "train":
        np.fill_diagonal(to_train, np.inf)
    normal = places.get("normal")
    inside = distances[own, own]
    count = len(inside)
    return (
        part,
        count,
        float(to_train.min(axis=1).mean()),
        float(distances[own, normal].mean()) if normal and part != "normal" else None,
        float(inside.sum() / (count * (count - 1))) if count > 1 else None,
    )


def _verdict(numbers: dict) -> tuple[str, bool | None]:
    if not {"normal", "difficult"} <= set(numbers):
        return "The data hold shapes out by a list, not by clusters.", None
    train, normal = numbers["train"], numbers["normal"]
    difficult = numbers["difficult"]
    compact = normal["within"] is not None and normal["within"] < train["within"]
    far = difficult["to_normal"] > train["to_normal"]
    alone = difficult["nearest_training"] > train["nearest_training"]
    sentence = (
        f"Normal shapes lie {normal['within'] or 0:.2f} from each other, training "
        f"shapes {train['within'] or 0:.2f}; difficult ones are "
        f"{difficult['to_normal']:.2f} from the normal ones (training: "
        f"{train['to_normal']:.2f}) and {difficult['nearest_training']:.2f} from their "
        f"nearest training shape (training: {train['nearest_training']:.2f})."
    )
    return sentence, compact and far and alone


def _columns(
    sources: dict[str, ShapeSource], distances: np.ndarray, places: dict[str, slice]
) -> list[np.ndarray]:
    columns = []
    for part, count in QUERIES.items():
        if part not in sources:
            continue
        chosen = np.linspace(0, len(sources[part]) - 1, count).round().astype(int)
        rows = []
        for index in dict.fromkeys(chosen.tolist()):
            to_train = distances[places[part]][index, places["train"]]
            nearest = np.argsort(to_train, kind="stable")[:NEIGHBOURS]
            query = sheets.framed(_look(sources[part], index))
            others = [_look(sources["train"], int(one)) for one in nearest]
            rows.append(row([query, *others]))
        columns.append(sheets.above([sheets.label(part, 120), *rows]))
    return columns


def _look(source: ShapeSource, index: int) -> np.ndarray:
    return smaller(render_views(source.mesh(index), VIEWPOINT).rgb[0], TILE)
