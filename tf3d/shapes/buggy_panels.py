"""Body panels that the kinds of generated buggies share."""

from __future__ import annotations

import numpy as np

from tf3d.shapes import buggy_parts as parts_of
from tf3d.shapes.buggy_frame import Plan
from tf3d.shapes.car_parts import both_sides
from tf3d.shapes.mesh import Mesh
from tf3d.shapes.primitives import GREY, box, extrude, loft, rounded_box

Rng = np.random.Generator


def side_panels(profile: np.ndarray, half: float, part: str = "body") -> list[Mesh]:
    """Thin side panels over a side view `[n, 2]` of (x, z)."""
    panel = extrude(np.asarray(profile)[:, ::-1], "y", half - 0.04, half, GREY, part)
    return both_sides(panel)


def tub(p: Plan, rear_top: float, rng: Rng) -> list[Mesh]:
    """Floor, sides cut out for the entrance, dashboard and rear wall of a cabin."""
    low, middle = p.floor - 0.09, (p.dash + p.back) / 2
    floor = (middle, 0, p.floor - 0.045)
    length = p.dash - p.back
    size = (length, 2 * p.half - 0.02, 0.09)
    slope, rise = rng.uniform(0.05, 0.25), rng.uniform(0.05, 0.3)
    sill = max(p.sill, p.floor + 0.02)
    profile = [(p.back, low), (p.dash, low), (p.dash, p.belt), (p.dash - 0.1, p.belt)]
    profile += [(p.dash - 0.12 - slope, sill), (p.back + 0.16 + rise, sill)]
    profile += [(p.back + 0.1, rear_top), (p.back, rear_top)]
    wall = (p.back + 0.02, 0, (low + rear_top) / 2)
    front = (p.dash - 0.02, 0, (low + p.belt) / 2)
    y = 2 * p.half - 0.03
    panel = (p.dash - 0.1, 0, p.belt - 0.1)
    return [
        box(floor, size, GREY, "floor"),
        *side_panels(profile, p.half),
        box(wall, (0.04, y, rear_top - low - 0.01), GREY, "body"),
        box(front, (0.04, y, p.belt - low - 0.01), GREY, "body"),
        rounded_box(panel, (0.2, y - 0.05, 0.2), 0.05, GREY, "dash"),
    ]


def hood(p: Plan, rng: Rng, tip: float, end: float) -> Mesh:
    """A hood between the front wheels.

    Args:
      p: the proportions.
      rng: the source of chance.
      tip: z of the hood at the nose.
      end: half of the width at the nose.
    """
    x = np.array([p.dash - 0.03, p.axles[0], p.front - 0.06, p.front])
    t = np.array([0, 0.5, 0.95, 1.0])
    start = min(p.core(0), p.half - 0.02)
    half = start + (end - start) * t**1.5
    half[-1] *= 0.93
    top = p.belt + (tip - p.belt) * t ** rng.uniform(1.0, 1.8)
    top[-1] -= 0.04
    low = p.floor - 0.06 + np.array([0, 0, 0.03, 0.08])
    edge = rng.uniform(0.05, 0.12)
    crown = rng.uniform(0.0, 0.05)
    sections = np.empty((4, 8, 3))
    sections[..., 0] = x[:, None]
    for k, (y, level) in enumerate(
        ((1, 0), (1, 1), (1, 2), (0.5, 3), (-0.5, 3), (-1, 2), (-1, 1), (-1, 0))
    ):
        inset = edge if level == 2 else 0.0
        sections[:, k, 1] = np.sign(y) * (abs(y) * half - inset)
        heights = (low, top - edge, top, top + crown)
        sections[:, k, 2] = heights[level]
    return loft(sections, GREY, "hood")


def face(p: Plan, rng: Rng, z: float, half: float, high: float) -> list[Mesh]:
    """Headlights at z and a grille between them, on a nose `half` wide."""
    style = "round" if rng.random() < 0.55 else "box"
    size = rng.uniform(0.06, 0.1)
    result = parts_of.lamps(p.front, half - size * 1.3, z, size, style)
    if rng.random() < 0.7:
        middle = (p.front, 0, z - 0.02)
        result.append(
            box(middle, (0.03, max(0.9 * half - size, 0.1), high), GREY, "grille")
        )
    return result


def steering(p: Plan, x: float, rng: Rng) -> list[Mesh]:
    """The steering wheel before the seat at x, on the left or the right."""
    side = 1 if rng.random() < 0.7 else -1
    at = max(x + 0.62, p.dash - 0.5)
    high = p.belt + rng.uniform(0.0, 0.1)
    return parts_of.steering(at, side * 0.5 * p.half, high, p.dash + 0.04)


def pole(p: Plan, rng: Rng, deck: float, spot: tuple[float, float]) -> list[Mesh]:
    """At times a flag on the deck, at `spot` (x, y) or its mirror image."""
    result = []
    if rng.random() < 0.25:
        x, y = spot
        side = 1 if rng.random() < 0.5 else -1
        result += parts_of.flag(x, side * y, deck, rng)
    return result


def doors(p: Plan) -> list[Mesh]:
    """Low doors that leave the cabin open above the cushions."""
    low, high = p.sill - 0.04, max(p.sill + 0.1, p.floor + 0.4)
    profile = [(p.back + 0.05, low), (p.dash - 0.05, low), (p.dash - 0.05, high)]
    profile += [(p.dash - 0.3, high - 0.04), (p.back + 0.05, high + 0.02)]
    return side_panels(np.array(profile), p.half - 0.005, "door")


def rows(p: Plan, rng: Rng) -> list[Mesh]:
    """Seats of all rows on their boxes, and the steering wheel."""
    bench, result = rng.random() < 0.45, []
    pad = p.floor + rng.uniform(0.18, 0.28)
    spots = [p.back + 0.16]
    if p.rows == 2:
        spots.append(p.back + 0.16 + 0.5 * (p.dash - p.back) - 0.06)
    for x in spots:
        at = (x + 0.22, 0, (p.floor + pad) / 2 + 0.02)
        size = (0.44, 1.7 * (p.half - 0.05), pad - p.floor + 0.06)
        result.append(rounded_box(at, size, 0.03, GREY, "dash"))
        result += parts_of.seats(x, p.half - 0.06, pad, bench, rng)
    return result + steering(p, spots[-1], rng)
