"""Procedural cars: endless training shapes that need no data set.

A seed decides body type, proportions and everything mounted on the body; a second one
the colours, so that one shape can be painted many ways.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from tf3d.shapes import car_loads, car_parts, car_racing
from tf3d.shapes.car_body import BodyShape, Face, Recess, lower_body
from tf3d.shapes.car_cabin import cabin
from tf3d.shapes.car_paint import draw_paint
from tf3d.shapes.car_types import Proportions, draw_proportions
from tf3d.shapes.car_wheels import wheels
from tf3d.shapes.mesh import Mesh, concatenate
from tf3d.shapes.primitives import GREY

# Zones of the sheet metal whose faces become "body" where they share its colour.
_LACQUER = frozenset(
    "body_lower side_stripe hood deck stripe door tail panel sill bumper_front "
    "bumper_rear pillar pillar_front pillar_rear roof".split()
)


def generate_car(
    seed: int, paint_seed: int | None = None, *, body_type: str | None = None
) -> Mesh:
    """A car of its own, its front towards +X, normalised.

    Args:
      seed: decides the geometry: same seed, same shape.
      paint_seed: decides the colours; default `seed`.
      body_type: one of `car_ranges.BODY_TYPES`; drawn if None.

    Returns:
      A mesh of 3 to 8 thousand triangles with one part a material: "body", "window",
      "wheel", "rim", "headlight", "taillight", "grille" and others.

    Raises:
      ValueError: if the body type is unknown.
    """
    rng = np.random.default_rng([seed, 101])
    p = draw_proportions(rng, body_type)
    mesh, features = build_car(p, rng)
    paint = np.random.default_rng([seed if paint_seed is None else paint_seed, 202])
    colors = draw_paint(paint, p.body_type, features)
    mesh = mesh.normalized()
    return dataclasses.replace(painted(mesh, colors), name=f"{p.body_type}-{seed}")


def painted(mesh: Mesh, colors: dict[str, tuple[float, float, float]]) -> Mesh:
    """Gives every part its colour; lacquer of one colour becomes one part."""
    table = np.array([colors.get(name, GREY) for name in mesh.part_names], np.float32)
    body = mesh.part_names.index("body")
    merged = np.arange(len(mesh.part_names))
    for k, name in enumerate(mesh.part_names):
        if name in _LACQUER and colors[name] == colors["body"]:
            merged[k] = body
    parts = merged[mesh.face_parts]
    used, parts = np.unique(parts, return_inverse=True)
    return Mesh(
        mesh.vertices,
        mesh.faces,
        table[mesh.face_parts],
        parts,
        tuple(mesh.part_names[k] for k in used),
    )


def build_car(
    p: Proportions, rng: np.random.Generator, racing: bool = False
) -> tuple[Mesh, frozenset[str]]:
    """The geometry in metres, and what the paint should know of it.

    Args:
      p: of the car.
      rng: the source of chance.
      racing: whether it carries what racing cars do, a wing before all.
    """
    shape = BodyShape(p)
    features: set[str] = set()
    face = _face(p, rng)
    recess, open_top = None, False
    if p.body_type == "pickup":
        low = max(p.ride + 0.25, 0.55 * p.belt)
        recess = Recess(p.tail_x + 0.07, p.rear_window - 0.1, low)
    elif p.body_type == "convertible":
        open_top = rng.random() < 0.65
        if open_top:
            recess = Recess(p.rear_window - 0.1, p.windshield - 0.3, p.ride + 0.12)
        else:
            features.add("soft_top")
    body, lips = lower_body(shape, face, recess)
    parts = [body, wheels(p, rng)]
    outline = None
    if open_top:
        parts += car_parts.cockpit(shape, recess.front, recess.rear, recess.floor)
    else:
        glazed = None
        if p.body_type == "van" and rng.random() < 0.45:
            glazed = 1
            features.add("cargo_van")
        rear_glass = "cargo_van" not in features or rng.random() < 0.4
        top, outline = cabin(shape, glazed=glazed, rear_glass=rear_glass)
        parts.append(top)
    parts += _lamps(shape, face, rng)
    parts += _mounted(shape, face, lips, features, rng, racing)
    if outline is not None:
        parts += _on_roof(shape, outline, features, rng)
    if p.body_type == "truck":
        parts += car_loads.truck_rear(p, rng)
        if rng.random() < 0.4 and "beacons" not in features:
            parts += car_loads.wind_deflector(p)
    return concatenate(parts), frozenset(features)


def _face(p: Proportions, rng: np.random.Generator) -> Face:
    """Lights, grille and doors."""
    heavy = p.body_type in ("bus", "truck")
    low = rng.uniform(0.24, 0.36) if heavy else rng.uniform(0.52, 0.68)
    if p.body_type == "van":
        low = rng.uniform(0.42, 0.6)
    depth = rng.uniform(0.1, 0.16) if heavy else rng.uniform(0.13, 0.26)
    lights = (low, low + depth / 2, min(low + depth, 0.92))
    first = p.windshield - rng.uniform(0.1, 0.35)
    doors: list[float] = []
    if p.body_type != "bus":
        last = max(p.rear_window + 0.1, p.axles[1] - 0.1)
        count = 1 if p.windows == 1 or p.body_type in ("coupe", "convertible") else 2
        size = min(rng.uniform(0.95, 1.3), max((first - last) / count, 0.4))
        if p.body_type == "truck":
            size, count = min(size, first - p.tail_x - 0.1), 1
        doors = [first - k * size for k in range(count + 1)]
        doors = [x for x in doors if x > p.tail_x + 0.15]
    return Face(
        lights=lights,
        headlight=str(rng.choice(["wrap", "inner", "none"], p=[0.6, 0.15, 0.25])),
        taillight=str(
            rng.choice(["wrap", "bar", "tall", "none"], p=[0.5, 0.1, 0.2, 0.2])
        ),
        grille=str(
            rng.choice(["wide", "narrow", "low", "none"], p=[0.35, 0.35, 0.22, 0.08])
        ),
        bumper=rng.random() < 0.85,
        doors=tuple(doors),
    )


def _lamps(shape: BodyShape, face: Face, rng: np.random.Generator) -> list[Mesh]:
    parts = []
    if face.headlight == "none":
        if rng.random() < 0.65:
            parts += car_parts.round_lamps(shape, rng)
        else:
            parts += car_parts.box_lamps(shape, "front", rng)
    if face.taillight == "none" and shape.p.body_type != "truck":
        parts += car_parts.box_lamps(shape, "rear", rng)
    return parts


def _mounted(
    shape: BodyShape,
    face: Face,
    lips: list[np.ndarray],
    features: set[str],
    rng: np.random.Generator,
    racing: bool,
) -> list[Mesh]:
    """What is fixed to the lower body."""
    kind = shape.p.body_type
    rugged, sporty = kind in ("suv", "pickup"), kind in ("coupe", "convertible")
    parts = []
    if rng.random() < 0.92:
        parts += car_parts.mirrors(shape, rng)
    if rng.random() < 0.75 and kind != "truck":
        parts += car_parts.plates(shape, rng)
    if rng.random() < (0.3 if rugged else 0.15) and kind != "truck":
        parts += car_parts.bumper_bars(shape, rng)
    if rng.random() < (0.45 if rugged else 0.06) and kind not in ("bus", "truck"):
        parts += car_parts.arch_lips(lips)
        features.add("cladding")
    if rng.random() < (0.4 if rugged else 0.05) and kind not in ("bus", "truck"):
        parts += car_parts.sills(shape, rng)
    if rng.random() < 0.6:
        parts += car_parts.handles(shape, face.doors)
    if racing:
        parts += car_racing.kit(shape, rng)
    elif kind in ("sedan", "coupe") and rng.random() < (0.35 if sporty else 0.1):
        parts += car_parts.wing(shape, rng)
        if rng.random() < 0.4:
            parts += car_parts.splitter(shape)
    if rng.random() < (0.15 if sporty else 0.03) and kind not in ("bus", "truck"):
        parts += car_parts.roundels(shape, rng)
    if rng.random() < 0.45 and kind not in ("bus", "truck"):
        parts += car_parts.exhausts(shape, rng)
    if kind == "suv" and rng.random() < 0.2:
        parts += car_parts.spare_wheel(shape)
    if rugged and rng.random() < 0.12:
        parts += car_parts.bull_bar(shape)
    return parts


def _on_roof(
    shape: BodyShape,
    outline: np.ndarray,
    features: set[str],
    rng: np.random.Generator,
) -> list[Mesh]:
    """What is fixed to the roof."""
    p = shape.p
    kind, parts = p.body_type, []
    x, width = float(outline[:, 0].mean()), 2 * float(outline[:, 1].max())
    length, crown = float(np.ptp(outline[:, 0])), min(0.05, 0.035 * p.width)
    soft, draw = "soft_top" in features, rng.random()
    if kind == "bus":
        return car_loads.roof_units(p, rng) if draw < 0.5 else []
    if soft:
        return []
    if kind in ("estate", "suv", "van") and rng.random() < 0.35:
        parts += car_parts.roof_rails(outline, bars=rng.random() < 0.6)
        if rng.random() < 0.2:
            size = (min(1.5, 0.7 * length), 0.45 * width, 0.3)
            parts += car_parts.roof_box(p.height + 0.05, x, size)
    elif draw < 0.07 and kind not in ("coupe", "pickup", "truck"):
        features.add("taxi")
        parts += car_parts.roof_sign(p.height, x, "taxi")
    elif draw < 0.13 and kind not in ("coupe", "hatchback"):
        features.add("beacons")
        parts += car_parts.roof_sign(p.height - 0.01, x, "beacons")
    elif draw < 0.2 + 0.15 * (kind == "coupe") and kind not in ("van", "truck"):
        features.add("stripes")
        across = (0.075 * p.half, 0.25 * p.half)
        band = car_parts.roof_band(outline, p.height, crown, across)
        parts += car_parts.both_sides(band)
    elif draw < 0.45 and kind != "truck":
        across, along = (
            (-0.3 * width, 0.3 * width),
            (0.45, 0.45 + rng.uniform(0.2, 0.4)),
        )
        band = (outline, p.height, crown, across, along, "sunroof")
        parts.append(car_parts.roof_band(*band))
    elif draw < 0.6:
        parts += car_parts.antenna_fin(p.height - 0.04, x - 0.35 * length)
    if kind in ("hatchback", "suv", "estate") and rng.random() < 0.3:
        parts += car_parts.roof_spoiler(outline)
    return parts
