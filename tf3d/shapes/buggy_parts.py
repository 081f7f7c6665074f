"""What generated buggies carry: seats, beds and loads, lamps, bumpers, engines."""

from __future__ import annotations

import numpy as np

from tf3d.shapes.buggy_frame import Plan, bar, both, hoop
from tf3d.shapes.car_parts import both_sides, seat
from tf3d.shapes.car_wheels import wheel
from tf3d.shapes.mesh import Mesh
from tf3d.shapes.primitives import (
    GREY,
    box,
    cylinder,
    ellipsoid,
    place,
    revolve,
    rotation,
    rounded_box,
    tube,
)

Rng = np.random.Generator


def seats(x: float, half: float, floor: float, bench: bool, rng: Rng) -> list[Mesh]:
    """A row of seats whose cushions begin at x: a bench, or two buckets.

    Args:
      x: of the backrest's foot.
      half: of the room's width.
      floor: z on which the cushions lie.
      bench: one cushion for all.
      rng: the source of chance.
    """
    if not bench:
        return [m for s in (1, -1) for m in seat(x, s * 0.52 * half, floor)]
    width, high = 1.8 * half, rng.uniform(0.32, 0.5)
    base = (x + 0.24, 0, floor + 0.1)
    back = rounded_box((0, 0, high / 2), (0.11, width, high), 0.04, GREY, "seat")
    at = (x + 0.02, 0, floor + 0.14)
    lean = rotation("y", -rng.uniform(6, 14))
    parts = [rounded_box(base, (0.5, width, 0.2), 0.05, GREY, "seat")]
    if rng.random() < 0.4:  # the backrest stands clear of the cushion, on two irons
        back = place(back, translation=(0, 0, 0.14))
        iron = cylinder(
            (0, 0.6 * half, -0.1), (0, 0.6 * half, 0.3), 0.025, GREY, "trim"
        )
        for part in both_sides(iron):
            parts.append(place(part, rotation=lean, translation=at))
    return [*parts, place(back, rotation=lean, translation=at)]


def steering(x: float, y: float, z: float, base: float) -> list[Mesh]:
    """A steering wheel at (x, y, z) on a column from the dashboard at x = `base`."""
    angle = np.linspace(0, 2 * np.pi, 13)[:-1]
    ring = np.stack([np.zeros(12), 0.17 * np.cos(angle), 0.17 * np.sin(angle)], axis=1)
    rim = tube(ring, 0.016, GREY, "trim", segments=5, closed=True)
    spoke = box((0, 0, 0), (0.02, 0.34, 0.04), GREY, "trim")
    turn = rotation("y", -30)
    parts = [place(m, rotation=turn, translation=(x, y, z)) for m in (rim, spoke)]
    end = (base, y, z - 0.55 * (base - x))
    return [*parts, cylinder((x, y, z), end, 0.022, GREY, "trim", segments=6)]


def lamps(x: float, y: float, z: float, size: float, style: str) -> list[Mesh]:
    """Two headlights whose backs are sunk in the front at x; "round" or "box"."""
    if style == "box":
        case = rounded_box(
            (x, y, z), (0.1, 2.2 * size, 1.2 * size), 0.02, GREY, "headlight"
        )
        return both_sides(case)
    case = cylinder((x - 0.1, y, z), (x + 0.03, y, z), size, GREY, "trim", segments=12)
    profile = [(0, 0.86 * size), (0.6, 0.8 * size), (1, 0.3 * size)]
    ends = ((x, y, z), (x + 0.06, y, z))
    return both_sides(case) + both_sides(
        revolve(*ends, profile, GREY, "headlight", segments=12)
    )


def taillights(x: float, y: float, z: float) -> list[Mesh]:
    """Two lamps sunk in the rear at x."""
    return both_sides(
        rounded_box((x, y, z), (0.05, 0.09, 0.12), 0.015, GREY, "taillight")
    )


def bumper(p: Plan, rng: Rng, high: float) -> list[Mesh]:
    """Bars before the nose, up to z = `high` at most, at times with a winch."""
    y, r = min(p.core(0), p.half) * rng.uniform(0.5, 0.75), p.tube * 0.8
    x, low = p.front + rng.uniform(0.04, 0.12), p.floor - 0.04
    root = p.front - 0.35
    parts = [hoop([(root, y, low), (x, y, low)], r, "bumper", 0.08)]
    if rng.random() < 0.6:
        top = low + (high - low) * rng.uniform(0.5, 1.0)
        up = [(x - 0.02, y, low), (x, y, top)]
        parts.append(hoop(up, r, "bumper", 0.06))
        if rng.random() < 0.5:
            ends = ((x - 0.01, 0.3 * y, low), (x - 0.01, 0.3 * y, top))
            parts += both_sides(cylinder(*ends, 0.7 * r, GREY, "bumper", segments=6))
        # Struts back to the nose.
        level = low + 0.8 * (top - low)
        parts += both([(x, 0.85 * y, level), (p.front - 0.15, 0.8 * y, level)], 0.8 * r)
    if rng.random() < 0.4:
        drum = ((x - 0.07, -0.14, low + 0.06), (x - 0.07, 0.14, low + 0.06))
        parts.append(cylinder(*drum, 0.06, GREY, "chrome", segments=10))
        for side in (1, -1):
            at = (x - 0.07, side * 0.17, low + 0.05)
            parts.append(rounded_box(at, (0.15, 0.1, 0.15), 0.02, GREY, "trim"))
    return parts


def bed(
    front: float, rear: float, half: float, z: float, wall: float, style: str
) -> list[Mesh]:
    """An open box with its floor at z: "walls" of metal, "stakes" or "rails" alone."""
    length, middle = front - rear, (front + rear) / 2
    parts = [box((middle, 0, z + 0.02), (length, 2 * half, 0.05), GREY, "bed")]
    if style == "walls":
        for side in (1, -1):
            at = (middle, side * (half - 0.015), z + wall / 2)
            parts.append(box(at, (length, 0.03, wall), GREY, "bed"))
            rib = box((0, 0, 0), (0.05, 0.03, wall * 0.9), GREY, "bed")
            for t in (0.2, 0.5, 0.8):
                at = (rear + t * length, side * half, z + wall / 2)
                parts.append(place(rib, translation=at))
        for x in (front - 0.015, rear + 0.015):
            size = (0.03, 2 * half - 0.01, wall * 0.98)
            parts.append(box((x, 0, z + wall / 2), size, GREY, "bed"))
        return parts
    corners = [(rear + 0.03, half - 0.03), (front - 0.03, half - 0.03)]
    corners += [(front - 0.03, 0.03 - half), (rear + 0.03, 0.03 - half)]
    for level in (1.0, 0.55) if style == "rails" else (1.0, 0.7, 0.4):
        ring = np.array([(x, y, z + wall * level) for x, y in corners])
        if style == "rails":
            parts.append(tube(ring, 0.016, GREY, "rack", segments=6, closed=True))
            continue
        for side in (1, -1):
            at = (middle, side * (half - 0.03), z + wall * (level - 0.1))
            parts.append(box(at, (length, 0.025, 0.2 * wall), GREY, "wood"))
        at = (front - 0.02, 0, z + wall * (level - 0.1))
        parts.append(box(at, (0.025, 2 * half - 0.03, 0.2 * wall), GREY, "wood"))
    for x in np.linspace(rear + 0.03, front - 0.03, 4):
        post = ((x, half - 0.03, z), (x, half - 0.03, z + wall))
        parts += both_sides(cylinder(*post, 0.016, GREY, "rack", segments=6))
    return parts


def load(front: float, rear: float, half: float, z: float, rng: Rng) -> list[Mesh]:
    """Goods on a bed's floor at z."""
    length, middle = front - rear, (front + rear) / 2
    room = min(length, 2 * half)
    draw = rng.random()
    if draw < 0.3:
        parts = []
        for side in (1, -1):
            size = rng.uniform((0.5, 0.5, 0.2), (0.9, 0.85, 0.45))
            size *= (0.8 * length, 0.9 * half, 1)
            at = (middle, side * 0.5 * half, z + size[2] / 2)
            name = "cargo" if side > 0 else "cargo_2"
            parts.append(rounded_box(at, size, 0.02, GREY, name))
        return parts
    if draw < 0.5:  # logs or pipes along the bed
        r = 0.32 * half / 2
        spots = [
            (y, r * 0.95) for y in (-0.6 * half, -0.2 * half, 0.2 * half, 0.6 * half)
        ]
        spots += [(y, r * 2.6) for y in (-0.4 * half, 0.0, 0.4 * half)]
        ends = (rear + 0.05, front - 0.05)
        return [
            cylinder(
                (ends[0], y, z + h), (ends[1], y, z + h), r, GREY, "wood", segments=10
            )
            for y, h in spots
        ]
    if draw < 0.7:  # sacks
        radii = (0.4 * length, 0.45 * half, 0.14)
        sacks = [(middle, 0.45 * half, 0.1), (middle, -0.45 * half, 0.1)]
        return [ellipsoid((x, y, z + h), radii, GREY, "cargo") for x, y, h in sacks] + [
            ellipsoid((middle, 0, z + 0.28), radii, GREY, "cargo")
        ]
    if draw < 0.85:  # a drum and a can
        r = min(0.27, 0.35 * room)
        drum = ((middle, 0.35 * half, z), (middle, 0.35 * half, z + 0.6))
        at = (middle, -0.5 * half, z + 0.17)
        return [
            cylinder(*drum, min(r, 0.5 * half), GREY, "cargo", bevel=0.02),
            rounded_box(at, (0.32, 0.16, 0.38), 0.03, GREY, "cargo_2"),
        ]
    size = (0.85 * length, 1.7 * half, rng.uniform(0.25, 0.5))
    return [rounded_box((middle, 0, z + size[2] / 2), size, 0.05, GREY, "cargo")]


def engine(p: Plan, rng: Rng) -> list[Mesh]:
    """A bare flat engine behind the rear axle, its fan and its exhaust pipes."""
    x, z = p.axles[1] - 0.18, p.floor + 0.12
    half = p.core(1) * 0.7
    parts = [rounded_box((x + 0.1, 0, z), (0.62, 0.36, 0.3), 0.05, GREY, "engine")]
    for side in (1, -1):
        for k in range(4):
            at = (x, side * (0.16 + (half - 0.16) * (k + 0.7) / 4), z)
            size = (0.4, 0.05, 0.2)
            parts.append(box(at, size, GREY, "engine"))
        at = (x, side * half * 0.62, z)
        parts.append(box(at, (0.3, 0.7 * half, 0.14), GREY, "chrome"))
    fan = ((x - 0.12, 0, z + 0.26), (x + 0.14, 0, z + 0.26))
    parts.append(cylinder(*fan, 0.17, GREY, "trim", segments=14, bevel=0.03))
    parts.append(box((x, 0, z + 0.12), (0.2, 0.2, 0.16), GREY, "engine"))
    end = p.rear - 0.02
    rise = z + rng.uniform(0.1, 0.5)
    for side in (1, -1):
        path = [
            (x, side * 0.8 * half, z - 0.05),
            (x - 0.24, side * 0.75 * half, z - 0.08),
        ]
        path += [
            (end, side * 0.3 * half, rise - 0.1),
            (end - 0.1, side * 0.3 * half, rise),
        ]
        parts.append(bar(path, 0.03, "chrome", 0.08))
    return parts


def spare(x: float, y: float, z: float, radius: float, width: float) -> list[Mesh]:
    """A spare wheel upright against the tail at x, facing backwards."""
    one = wheel(radius, width, 0.55, "steel", 5, segments=18)
    at = (x - width / 2 + 0.01, y, z)
    return [place(one, rotation=rotation("z", 90), translation=at)]


def flag(x: float, y: float, z: float, rng: Rng) -> list[Mesh]:
    """A thin pole with a pennant."""
    top, pole = z + rng.uniform(0.5, 1.0), 0.012
    parts = [cylinder((x, y, z - 0.08), (x, y, top), pole, GREY, "trim", segments=5)]
    if rng.random() < 0.8:
        parts.append(box((x - 0.13, y, top - 0.08), (0.26, 0.012, 0.16), GREY, "flag"))
    return parts


def mirrors(x: float, y: float, z: float) -> list[Mesh]:
    """Mirrors outside the posts at (x, y, z)."""
    arm = cylinder((x, y, z), (x, y + 0.12, z + 0.04), 0.012, GREY, "trim", segments=5)
    cup = rounded_box((x, y + 0.15, z + 0.06), (0.04, 0.14, 0.1), 0.015, GREY, "trim")
    return both_sides(arm) + both_sides(cup)
