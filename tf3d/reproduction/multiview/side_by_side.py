"""Figs. 6 and 8: turned views of other papers' networks beside ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tf3d.evaluation.metrics import rgb_error
from tf3d.evaluation.protocol import spread
from tf3d.geometry import orbit
from tf3d.prediction import sheets
from tf3d.rendering import render_views
from tf3d.reproduction.multiview.layout import block
from tf3d.reproduction.multiview.predictions import sharpness
from tf3d.reproduction.multiview.rivals import Pair, find_pair
from tf3d.reproduction.multiview.shapes import held_out, open_parts
from tf3d.reproduction.registry import Context, Result, Table
from tf3d.shapes.sources import ShapeSource

SHAPES = 10  # of each part
SHOWN = 3  # of all
INPUT_AZIMUTHS = (30, 210)
VIEWS = 8  # around the shape, the input's own first
STEP = 15  # degrees; the rotation network's
CALIBRATION = 24  # training shapes that tell what the azimuth's unit means
ELEVATION = 20.0
TIE = (
    5e-3  # of colour error: a round stool looks alike from all sides, but for the light
)
TITLES = {"rgb": "colour error", "right": "right view", "sharpness": "sharpness"}

# A network's views `[n, VIEWS - 1, s, s, 3]` of pictures `[n, s, s, 3]`.
Turn = Callable[[np.ndarray], np.ndarray]


def inverse_graphics(context: Context) -> Result:
    """Fig. 6: views of chairs, theirs by setting the azimuth's unit."""
    pair = find_pair(context, "inverse-graphics", "chairs")
    data, parts = open_parts(context, pair.kind)
    known = spread(parts.get("train", next(iter(parts.values()))), CALIBRATION)
    units, told = azimuth_units(pair.rival.network.model, known)
    turn = _by_unit(pair.rival.network.model, units)
    numbers, figure, table = _compare(context, pair, data, parts, turn)
    ours, theirs = numbers["network"], numbers["theirs"]
    numbers["azimuth_explained"] = told
    same = ours["rgb"] < theirs["rgb"] and ours["right"] > theirs["right"]
    return Result(
        context.name,
        "The network's views are much more accurate than the inverse graphics "
        "network's, and unlike that it always predicts the correct view (Fig. 6).",
        f"{_told(ours, theirs)} Azimuth explains {told:.0%} of its unit's variance "
        f"over {len(known)} training shapes.",
        same if pair.fair else None,
        numbers,
        (context.picture(figure, _caption("inverse graphics network's")),),
        (table,),
        (
            *pair.notes(data),
            "What value the unit takes at an azimuth is its mean over training shapes.",
        ),
    )


def rotation(context: Context) -> Result:
    """Fig. 8: views of cars, theirs by repeated steps of 15°."""
    pair = find_pair(context, "rotation", "cars")
    data, parts = open_parts(context, pair.kind)
    turn = _by_steps(pair.rival.network.model)
    numbers, figure, table = _compare(context, pair, data, parts, turn)
    ours, theirs = numbers["network"], numbers["theirs"]
    same = ours["rgb"] < theirs["rgb"] and ours["sharpness"] > theirs["sharpness"]
    return Result(
        context.name,
        "The network's views look much more realistic and less blurred than those of "
        "the recurrent rotation network, which averages several viewpoints at times "
        "(Fig. 8).",
        _told(ours, theirs),
        same if pair.fair else None,
        numbers,
        (context.picture(figure, _caption("rotation network's")),),
        (table,),
        pair.notes(data),
    )


def azimuth_units(model: Any, source: ShapeSource) -> tuple[np.ndarray, float]:
    """What the azimuth's unit says of known shapes.

    Args:
      model: an `InverseGraphics`.
      source: of shapes.

    Returns:
      `[360 / 15]` its mean at azimuths 0, 15, ..., and the share of its variance that
      lies between azimuths.
    """
    ring = orbit(360 // STEP, ELEVATION)
    units = np.stack(
        [
            _numpy(model.encode(render_views(mesh, ring, size=model.image_size).rgb))
            for mesh in map(source.mesh, range(len(source)))
        ]
    )[..., 0]
    means = units.mean(axis=0)
    return means, float(means.var() / max(units.var(), 1e-12))


def _by_unit(model: Any, units: np.ndarray) -> Turn:
    def turn(pictures: np.ndarray) -> np.ndarray:
        result = []
        for code, azimuth in zip(_numpy(model.encode(pictures)), INPUT_AZIMUTHS):
            wanted = _viewpoints(azimuth)[1:, 0].astype(int) % 360 // STEP
            codes = np.repeat(code[None], len(wanted), axis=0)
            turned = model.turned(codes, units[wanted].astype(np.float32))
            result.append(_numpy(model.decode(turned)))
        return np.stack(result)

    return turn


def _by_steps(model: Any) -> Turn:
    each = 360 // VIEWS // STEP  # steps from one view to the next
    half = VIEWS // 2  # views that are nearer by turning left

    def turn(pictures: np.ndarray) -> np.ndarray:
        ways = []
        for action, count in ((1, half), (-1, VIEWS - 1 - half)):
            turns = np.full((len(pictures), count * each), action, np.int32)
            rgb = _numpy(model({"image": pictures, "turns": turns})["rgb"])
            ways.append(rgb[:, each - 1 :: each])
        return np.concatenate([ways[0], ways[1][:, ::-1]], axis=1)

    return turn


def _viewpoints(azimuth: float) -> np.ndarray:
    return orbit(VIEWS, ELEVATION, start=azimuth)


def _compare(
    context: Context,
    pair: Pair,
    data: str,
    parts: dict[str, ShapeSource],
    turn: Turn,
) -> tuple[dict[str, Any], np.ndarray, Table]:
    """Figures of both networks, a picture of some shapes, and the table."""
    chosen = held_out(parts, context.at_most(SHAPES))
    shapes = [(own, i) for own in chosen.values() for i in range(len(own))]
    shown = set(np.linspace(0, len(shapes) - 1, SHOWN).round().astype(int).tolist())
    found: dict[str, list[dict[str, float]]] = {"network": [], "theirs": []}
    blocks = []
    for number, (source, index) in enumerate(shapes):
        mesh = source.mesh(index)
        rings = [
            render_views(mesh, _viewpoints(a), size=pair.network.image_size).rgb
            for a in INPUT_AZIMUTHS
        ]
        truths = [pair.reduced(ring) for ring in rings]
        theirs = turn(np.stack([truth[0] for truth in truths]).astype(np.float32))
        for row, azimuth in enumerate(INPUT_AZIMUTHS):
            ours = pair.own_views(rings[row][:1], _viewpoints(azimuth)[1:])[0]
            for who, views in (("network", ours), ("theirs", theirs[row])):
                found[who].append(_figures(views, truths[row]))
            if number in shown and not row:
                rows = [list(theirs[row]), list(ours), list(truths[row][1:])]
                blocks.append(block(truths[row][0], rows, source.names[index]))
        context.progress(number + 1, len(shapes))
    numbers: dict[str, Any] = {
        who: {name: float(np.mean([each[name] for each in own])) for name in TITLES}
        for who, own in found.items()
    }
    table = Table(
        f"Means over {len(shapes)} shapes of {data}, {len(INPUT_AZIMUTHS)} inputs each",
        ("", *TITLES.values()),
        tuple(
            (label, *numbers[who].values())
            for who, label in (("network", "network"), ("theirs", pair.rival.name))
        ),
    )
    numbers["shapes"] = len(shapes)
    numbers["trained"] = {
        each.name: each.facts.trained for each in (pair.own, pair.rival)
    }
    return numbers, sheets.above(blocks, gap=8), table


def _figures(views: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """Error, share of views nearest to the true view from their own side, sharpness.

    Args:
      views: `[VIEWS - 1, s, s, 3]`.
      truth: `[VIEWS, s, s, 3]`, the input first.
    """
    distances = np.stack(
        [rgb_error(np.repeat(view[None], VIEWS, axis=0), truth) for view in views]
    )
    own = distances[np.arange(VIEWS - 1), np.arange(1, VIEWS)]
    nearest = truth[distances.argmin(axis=1)]
    return {
        "rgb": float(own.mean()),
        "right": float((rgb_error(nearest, truth[1:]) <= TIE).mean()),
        "sharpness": sharpness(views, truth[1:]),
    }


def _told(ours: dict[str, float], theirs: dict[str, float]) -> str:
    return (
        f"Colour error {ours['rgb']:.4f} against their {theirs['rgb']:.4f}; "
        f"{ours['right']:.0%} against {theirs['right']:.0%} of the views are nearest "
        f"to the true view from their own side; sharpness {ours['sharpness']:.2f} "
        f"against {theirs['sharpness']:.2f} of the truth's."
    )


def _caption(whose: str) -> str:
    return (
        f"Each input, and {VIEWS - 1} views by steps of {360 // VIEWS}°: the {whose} "
        "above, ours in the middle, true ones below."
    )


def _numpy(value: Any) -> np.ndarray:
    import keras

    return keras.ops.convert_to_numpy(value)
