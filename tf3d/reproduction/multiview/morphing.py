"""Fig. 13: from a car's code to a bus's, and beyond both."""

from __future__ import annotations

import numpy as np

from tf3d.geometry import Views, orbit
from tf3d.prediction import Reconstructor, sheets
from tf3d.rendering import render_views
from tf3d.reproduction.multiview.agreement import view_agreement
from tf3d.reproduction.multiview.charts import lines
from tf3d.reproduction.multiview.layout import row
from tf3d.reproduction.multiview.shapes import encoder, kind
from tf3d.reproduction.registry import Context, NotPossible, Picture, Result, Table

PAIRS = 6
STEPS = 20  # from one to the other
BEYOND = 0.4  # on either side
INPUT = np.array([[40.0, 15.0, 2.0]])
SHOWN_FROM = np.array([[40.0, 15.0, 2.0], [90.0, 5.0, 2.0], [220.0, 20.0, 2.0]])
SIDE = np.array([[90.0, 0.0, 2.0]])
COLUMNS = 10  # of the picture
FIRST_SEED = 2_000_000  # of the shapes: none of the training set's


def morphing(context: Context) -> Result:
    """Interpolates the codes of cars and buses and measures how the pictures change."""
    from tf3d.shapes.cars import generate_car

    model = encoder(context)
    if kind(context) != "cars":
        raise NotPossible("It needs a model of cars, to morph one into a bus.")
    speeds, heights, agreements, first = [], [], [], None
    count = context.at_most(PAIRS)
    for pair in range(count):
        seed = FIRST_SEED + 1000 * context.seed + pair
        meshes = [generate_car(seed, body_type=body) for body in ("sedan", "bus")]
        pictures = [
            render_views(mesh, INPUT, size=model.image_size).rgb[0] for mesh in meshes
        ]
        codes = model.encode(np.stack(pictures))
        speeds.append(_speed(model, codes))
        ways = np.array([1 + BEYOND, 1.0, 0.5, 0.0, -BEYOND])
        heights.append([_height(_at(model, codes, way, SIDE)) for way in ways])
        agreements.append(
            [view_agreement(_at(model, codes, way, orbit(6))) for way in ways[1:4]]
        )
        first = first or (pictures, codes)
        context.progress(pair + 1, count)
    speed = np.mean(speeds, axis=0)
    numbers = {
        **shares(speed),
        "speed": speed.tolist(),
        "heights": dict(zip(_names(ways), np.mean(heights, axis=0).tolist())),
        "agreement_of_views": dict(
            zip(("1", "0.5", "0"), np.mean(agreements, axis=0).tolist())
        ),
        "pairs": count,
    }
    sentence, same, rows = _verdict(numbers)
    return Result(
        context.name,
        "All shapes between car and bus are consistent; extrapolation exaggerates "
        "either; and morphing is not uniform: little happens for α near 0 and 1, most "
        "around 0.5 (Fig. 13).",
        sentence,
        same,
        numbers,
        _pictures(context, model, *first, speed),
        (
            Table(
                "The observations in numbers", ("", "found", "against", "holds"), rows
            ),
        ),
        (
            f"Model {model.name}; {count} pairs of a generated saloon and a generated "
            "bus that were not trained on; code = α · car + (1 - α) · bus.",
        ),
    )


def _names(ways: np.ndarray) -> list[str]:
    return [f"{way:g}" for way in ways]


def _at(
    model: Reconstructor, codes: np.ndarray, way: float, viewpoints: np.ndarray
) -> Views:
    return model.decode(way * codes[0] + (1 - way) * codes[1], viewpoints)


def _speed(model: Reconstructor, codes: np.ndarray) -> np.ndarray:
    """How much the pictures change in each step of α from 0 to 1; the mean is 1."""
    ways = np.linspace(0, 1, STEPS + 1)
    pictures = [_at(model, codes, way, SHOWN_FROM).rgb for way in ways]
    steps = np.array(
        [np.sqrt(((b - a) ** 2).mean()) for a, b in zip(pictures, pictures[1:])]
    )
    return steps / max(steps.mean(), 1e-12)


def shares(speed: np.ndarray) -> dict[str, float]:
    """Mean speeds for α up to 0.1, from 0.4 to 0.6, and from 0.9.

    Args:
      speed: of steps of one size from 0 to 1.
    """
    count = len(speed)
    tenth = count // 10
    return {
        "speed_at_0": float(speed[:tenth].mean()),
        "speed_middle": float(speed[4 * tenth : count - 4 * tenth].mean()),
        "speed_at_1": float(speed[-tenth:].mean()),
    }


def _height(views: Views) -> float:
    """Rows that the object covers, over the picture's."""
    return float(views.mask[0].any(axis=1).mean())


def _verdict(
    found: dict,
) -> tuple[str, bool, tuple[tuple[str | float, ...], ...]]:
    height = [found["heights"][name] for name in ("1.4", "1", "0", "-0.4")]
    agreement = found["agreement_of_views"]
    ends = (agreement["1"] + agreement["0"]) / 2
    claims = (
        (
            "faster around α = 0.5 than near 0",
            found["speed_middle"],
            found["speed_at_0"],
        ),
        (
            "faster around α = 0.5 than near 1",
            found["speed_middle"],
            found["speed_at_1"],
        ),
        ("height beyond the bus, the bus's", height[3], height[2]),
        ("height of the car, beyond the car", height[1], height[0]),
        # As consistent as the ends: a hundredth is noise.
        ("views agree at α = 0.5, at the ends", agreement["0.5"], ends - 0.01),
    )
    rows = tuple(
        (name, high, low, "yes" if high > low else "no") for name, high, low in claims
    )
    sentence = (
        f"Pictures change {found['speed_middle']:.2f} times the mean rate around α = "
        f"0.5, {found['speed_at_0']:.2f} times near 0 and {found['speed_at_1']:.2f} "
        f"times near 1. The height in the picture is {height[0]:.3f} at "
        f"α = 1.4, {height[1]:.3f} at 1, {height[2]:.3f} at 0 and {height[3]:.3f} at "
        f"-0.4. Halfway {agreement['0.5']:.0%} of the "
        f"points agree between views, at the ends {ends:.0%}."
    )
    return sentence, all(row[3] == "yes" for row in rows), rows


def _pictures(
    context: Context,
    model: Reconstructor,
    pictures: list[np.ndarray],
    codes: np.ndarray,
    speed: np.ndarray,
) -> tuple[Picture, ...]:
    ways = np.linspace(1 + BEYOND, -BEYOND, COLUMNS)
    views = [_at(model, codes, way, SHOWN_FROM).rgb for way in ways]
    side = model.image_size
    rows = [row([sheets.label(f"alpha {way:.1f}", side) for way in ways])]
    rows += [row([each[index] for each in views]) for index in range(len(SHOWN_FROM))]
    whole = sheets.beside([pictures[0], sheets.above(rows), pictures[1]])
    middles = (np.arange(len(speed)) + 0.5) / len(speed)
    curves = {"rate of change": speed, "uniform": np.ones_like(speed)}
    chart = lines(middles, curves, "α", "over the mean")
    return (
        context.picture(
            whole,
            "The car's picture, predictions for codes from beyond the car (left) to "
            "beyond the bus (right) from three viewpoints, the bus's picture.",
        ),
        context.picture(chart, "How fast the pictures change along α.", "rate"),
    )
