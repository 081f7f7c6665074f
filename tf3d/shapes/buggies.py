"""Procedural open vehicles: utility vehicles, golf carts, dune buggies and others.

A seed decides kind, proportions and everything mounted; a second one the colours.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from tf3d.shapes.buggy_carts import farm, golf, quad, utility
from tf3d.shapes.buggy_frame import draw_plan
from tf3d.shapes.buggy_offroad import dune, field
from tf3d.shapes.buggy_wheels import running_gear
from tf3d.shapes.car_paint import Color, body_color, draw_paint, hsv
from tf3d.shapes.mesh import Mesh, concatenate
from tf3d.shapes.palettes import WOODS, grey, pick
from tf3d.shapes.primitives import GREY

# The share of each kind: side-by-sides, golf carts, dune buggies, open off-road cars of
# the old army type, small farm carts, quads.
KINDS = {
    "utility": 0.34,
    "golf": 0.16,
    "dune": 0.18,
    "field": 0.18,
    "farm": 0.1,
    "quad": 0.04,
}
_BUILDERS = {
    "utility": utility,
    "golf": golf,
    "dune": dune,
    "field": field,
    "farm": farm,
    "quad": quad,
}


def generate_buggy(
    seed: int, paint_seed: int | None = None, *, kind: str | None = None
) -> Mesh:
    """An open vehicle on four wheels, its front towards +X, normalised.

    Args:
      seed: decides the geometry: same seed, same shape.
      paint_seed: decides the colours; default `seed`.
      kind: one of `KINDS`; drawn if None.

    Returns:
      A mesh of 3 to 8 thousand triangles with one part a material: "body", "frame",
      "seat", "wheel", "rim", "headlight", "taillight" and others.

    Raises:
      ValueError: if the kind is unknown.
    """
    rng = np.random.default_rng([seed, 0xB0661])
    names = list(KINDS)
    if kind is None:
        kind = str(rng.choice(names, p=np.array(list(KINDS.values()))))
    if kind not in KINDS:
        raise ValueError(
            f"Expected kind to be one of {', '.join(names)}. Received: kind={kind!r}"
        )
    plan = draw_plan(kind, rng)
    parts = _BUILDERS[kind](plan, rng) + running_gear(plan, rng)
    mesh = concatenate(parts).normalized()
    paint = np.random.default_rng([seed if paint_seed is None else paint_seed, 0xB0662])
    colors = _colors(kind, paint)
    table = np.array([colors.get(name, GREY) for name in mesh.part_names], np.float32)
    return dataclasses.replace(
        mesh, face_colors=table[mesh.face_parts], name=f"{kind}-{seed}"
    )


def _body(kind: str, rng: np.random.Generator) -> Color:
    """Of the sheet metal: what each kind is usually painted."""
    draw = rng.random()
    army = {"field": 0.5, "utility": 0.3, "farm": 0.3, "quad": 0.3}.get(kind, 0.05)
    if draw < army:  # olive, sand, dark green
        hue = rng.uniform(40, 110)
        return hsv(hue, rng.uniform(0.2, 0.6), rng.uniform(0.22, 0.62))
    if draw < army + 0.35:
        return body_color(rng, "red", "yellow", "orange", "blue", "green", "white")
    if kind == "golf" and draw < 0.7:
        return body_color(rng, "white", "beige", "green", "blue")
    return body_color(rng)


def _colors(kind: str, rng: np.random.Generator) -> dict[str, Color]:
    """A colour for every part that a buggy may have."""
    colors = draw_paint(rng, "suv", frozenset())
    body = _body(kind, rng)
    dark, metal = grey(rng, 0.04, 0.16), grey(rng, 0.5, 0.85)
    vivid = body_color(rng, "red", "yellow", "orange", "blue", "green")

    def draw(*choices: tuple[float, object]) -> object:
        odds = np.array([share for share, _ in choices])
        return choices[int(rng.choice(len(choices), p=odds / odds.sum()))][1]

    tube = draw((0.55, dark), (0.25, body), (0.1, metal), (0.1, vivid))
    fender = draw((0.5, body), (0.5, dark))
    shade = tuple(0.8 * np.asarray(body))
    cloth = body_color(rng, "beige", "brown", "green", "black")
    roof = draw((0.4, dark), (0.3, body), (0.2, grey(rng, 0.8, 0.96)), (0.1, cloth))
    if kind == "golf":
        roof = draw((0.5, grey(rng, 0.8, 0.96)), (0.2, dark), (0.3, body))
        tube = draw((0.5, dark), (0.3, metal), (0.2, grey(rng, 0.8, 0.95)))
    elif kind == "field":
        roof = draw((0.5, cloth), (0.3, dark), (0.2, shade))
        tube = draw((0.5, dark), (0.5, body))
        fender = draw((0.8, body), (0.2, dark))
    bed = draw((0.35, body), (0.35, dark), (0.2, metal), (0.1, shade))
    seat = draw((0.5, dark), (0.3, cloth), (0.1, vivid), (0.1, grey(rng, 0.5, 0.9)))
    colors |= {
        "body": body,
        "hood": draw((0.85, body), (0.15, dark)),
        "fender": fender,
        "door": draw((0.7, body), (0.3, dark)),
        "frame": tube,
        "roof": roof,
        "bed": bed,
        "seat": seat,
        "dash": draw((0.7, dark), (0.3, shade)),
        "floor": grey(rng, 0.06, 0.3),
        "axle": grey(rng, 0.05, 0.25),
        "arm": draw((0.7, dark), (0.3, vivid)),
        "spring": draw((0.5, vivid), (0.5, metal)),
        "bumper": draw((0.6, dark), (0.2, metal), (0.2, tube)),
        "rack": draw((0.7, dark), (0.3, metal)),
        "wood": pick(WOODS, rng),
        "engine": grey(rng, 0.2, 0.6),
        "cargo": body_color(rng, "brown", "beige", "grey", "green", "anything"),
        "cargo_2": body_color(rng),
        "flag": draw((0.7, vivid), (0.3, grey(rng, 0.85, 0.98))),
    }
    if rng.random() < 0.12:  # rims as bright as the springs
        colors["rim"] = vivid
    return colors
