"""What trucks carry behind their cab, and what stands on a bus' roof."""

from __future__ import annotations

import numpy as np

from tf3d.shapes.car_types import Proportions
from tf3d.shapes.mesh import Mesh
from tf3d.shapes.primitives import (
    GREY,
    box,
    cylinder,
    loft,
    revolve,
    rounded_box,
)

LOADS = ("box", "flatbed", "tanker", "dump", "stake", "canvas", "ladder")


def truck_rear(p: Proportions, rng: np.random.Generator) -> list[Mesh]:
    """Chassis and load of a truck, from behind the cab to the rear end.

    Args:
      p: proportions; the load fills from -length / 2 to the cab's back.
      rng: draws the kind of load and its sizes.
    """
    rear, front = -p.length / 2, p.tail_x - rng.uniform(0.06, 0.2)
    length, middle = front - rear, (front + rear) / 2
    deck = max(p.wheel * 2 + 0.1, p.ride + 0.5)
    width = p.width * rng.uniform(0.97, 1.06)
    parts = []
    for side in (-1, 1):  # two beams that reach under the cab
        beam = (length + 1.0, 0.1, 0.22)
        center = (middle + 0.5, side * 0.38, deck - 0.22)
        parts.append(box(center, beam, GREY, "underbody"))
        axle = p.axles[1]
        guard = (axle, side * (p.half - 0.2), deck - 0.06)
        parts.append(box(guard, (2.3 * p.wheel, 0.36, 0.06), GREY, "underbody"))
        tank = (p.tail_x - 0.6, side * 0.75 * p.half, deck - 0.4)
        if axle + 1.2 * p.wheel < p.tail_x - 1.0:
            parts.append(rounded_box(tank, (0.75, 0.4, 0.42), 0.08, GREY, "chrome"))
        lamp = (rear + 0.02, side * 0.8 * p.half, deck - 0.15)
        parts.append(box(lamp, (0.06, 0.3, 0.12), GREY, "taillight"))
    axle_bar = (
        (p.axles[1], -p.half + 0.2, p.wheel),
        (p.axles[1], p.half - 0.2, p.wheel),
    )
    parts.append(cylinder(*axle_bar, 0.09, GREY, "underbody", segments=8))
    bar = (rear + 0.06, 0, deck - 0.42)
    parts.append(box(bar, (0.1, 0.9 * p.width, 0.12), GREY, "bumper_bar_rear"))
    floor = (middle, 0, deck - 0.05)
    parts.append(box(floor, (length, width, 0.12), GREY, "load_floor"))
    kind = str(rng.choice(LOADS, p=[0.42, 0.13, 0.11, 0.13, 0.07, 0.06, 0.08]))
    bounds = (rear, front, width, deck)
    return parts + _LOADS[kind](p, bounds, rng)


_Bounds = tuple[float, float, float, float]


def _box_load(p: Proportions, b: _Bounds, rng: np.random.Generator) -> list[Mesh]:
    rear, front, width, deck = b
    height = rng.uniform(1.2, 2.2) * (0.7 + 0.1 * p.width)
    center = ((rear + front) / 2, 0, deck + height / 2)
    size = (front - rear, width, height)
    parts = [rounded_box(center, size, rng.uniform(0.02, 0.08), GREY, "load")]
    door = (rear - 0.005, 0, deck + height / 2)
    parts.append(box(door, (0.03, 0.03, 0.9 * height), GREY, "seam"))
    if rng.random() < 0.45:  # a band along the sides
        band = ((rear + front) / 2, 0, deck + height * rng.uniform(0.2, 0.7))
        size = (0.92 * (front - rear), width + 0.03, 0.2 * height)
        parts.append(box(band, size, GREY, "load_band"))
    return parts


def _walls(b: _Bounds, height: float, thick: float, part: str) -> list[Mesh]:
    rear, front, width, deck = b
    middle, z = (rear + front) / 2, deck + height / 2
    parts = []
    for side in (-1, 1):
        center = (middle, side * (width / 2 - thick / 2), z)
        parts.append(box(center, (front - rear, thick, height), GREY, part))
    for x in (rear + thick / 2, front - thick / 2):
        inner = (thick, width - 2 * thick, height)
        parts.append(box((x, 0, z), inner, GREY, part))
    return parts


def _flatbed(p: Proportions, b: _Bounds, rng: np.random.Generator) -> list[Mesh]:
    rear, front, width, deck = b
    wall = (front - 0.03, 0, deck + 0.4)
    parts = [box(wall, (0.06, width, 0.8), GREY, "load")]
    if rng.random() < 0.5:
        parts += _walls(b, rng.uniform(0.2, 0.45), 0.05, "load")
    if rng.random() < 0.5:  # crates
        x = rear + 0.2
        while x < front - 1.0:
            size = rng.uniform(0.5, 1.0, 3) * (1.0, 0.9 * width, 1.2)
            center = (x + size[0] / 2, 0, deck + size[2] / 2)
            parts.append(rounded_box(center, size, 0.04, GREY, "cargo"))
            x += size[0] + rng.uniform(0.05, 0.8)
    return parts


def _tanker(p: Proportions, b: _Bounds, rng: np.random.Generator) -> list[Mesh]:
    rear, front, width, deck = b
    r = 0.47 * width
    z = deck + r * 0.92
    profile = [(0, 0.5 * r), (0.03, 0.85 * r), (0.09, r), (0.91, r), (0.97, 0.85 * r)]
    profile.append((1, 0.5 * r))
    tank = revolve((rear, 0, z), (front, 0, z), profile, GREY, "load", segments=20)
    tank.vertices[:, 2] = z + (tank.vertices[:, 2] - z) * 0.85
    dome = (rear + front) / 2
    lid = ((dome, 0, z + 0.8 * r), (dome, 0, z + 0.85 * r + 0.12))
    return [tank, cylinder(*lid, 0.28, GREY, "load_band", segments=12)]


def _dump(p: Proportions, b: _Bounds, rng: np.random.Generator) -> list[Mesh]:
    rear, front, width, deck = b
    height = rng.uniform(0.6, 1.2)
    parts = _walls(b, height, 0.08, "load")
    for x in np.linspace(rear + 0.3, front - 0.3, 4):  # ribs
        for side in (-1, 1):
            center = (x, side * (width / 2 + 0.02), deck + height / 2)
            parts.append(box(center, (0.1, 0.08, height), GREY, "load"))
    if rng.random() < 0.7:  # a heap inside
        y = width / 2 - 0.1
        xs = (rear + 0.1, (2 * rear + front) / 3, (rear + 2 * front) / 3, front - 0.1)
        sections = []
        for x, h in zip(xs, (0.3, 1.15, 1.25, 0.5), strict=True):
            top = deck + height * h
            mid = deck + height * min(h, 0.8)
            low = deck + 0.02
            sections.append(
                [(x, -y, low), (x, y, low), (x, y, mid), (x, 0, top), (x, -y, mid)]
            )
        parts.append(loft(sections, GREY, "cargo"))
    return parts


def _stake(p: Proportions, b: _Bounds, rng: np.random.Generator) -> list[Mesh]:
    rear, front, width, deck = b
    parts, height = [], rng.uniform(0.8, 1.4)
    for k in range(3):
        z = (k + 0.5) * height / 3
        layer = _walls((rear, front, width, deck + z - 0.1), 0.2, 0.05, "load")
        parts += layer
    for x in np.linspace(rear + 0.04, front - 0.04, 5):
        for side in (-1, 1):
            center = (x, side * (width / 2 + 0.01), deck + height / 2)
            parts.append(box(center, (0.08, 0.07, height), GREY, "load_floor"))
    return parts


def _canvas(p: Proportions, b: _Bounds, rng: np.random.Generator) -> list[Mesh]:
    rear, front, width, deck = b
    height, y = rng.uniform(1.3, 1.9), width / 2
    profile = [(-y, 0), (y, 0), (y, 0.72), (0.8 * y, 0.92), (0.3 * y, 1), (-0.3 * y, 1)]
    profile += [(-0.8 * y, 0.92), (-y, 0.72)]
    section = np.array([(0, u, deck + v * height) for u, v in profile])
    return [loft([section + (x, 0, 0) for x in (rear, front)], GREY, "load")]


def _ladder(p: Proportions, b: _Bounds, rng: np.random.Generator) -> list[Mesh]:
    rear, front, width, deck = b
    height = rng.uniform(0.9, 1.4)
    parts = _box_load(p, b, rng)[:1]
    body = parts[0].vertices
    body[:, 2] = deck + (body[:, 2] - deck) * height / np.ptp(body[:, 2])
    for side in (-1, 1):  # roller shutters
        for x in np.linspace(rear, front, 5)[1:-1]:
            center = (x, side * width / 2, deck + 0.5 * height)
            size = (0.2 * (front - rear), 0.03, 0.6 * height)
            parts.append(box(center, size, GREY, "load_band"))
    z, tilt = deck + height + 0.12, rng.uniform(0.0, 0.25)
    tip = front + min(rng.uniform(0.0, 1.2), p.nose_x - front - 0.2)
    for y in (-0.32, 0.32):
        ends = ((rear + 0.1, y, z), (tip, y, max(z + tilt, p.height + 0.1)))
        parts.append(cylinder(*ends, 0.05, GREY, "ladder", segments=6))
    for t in np.linspace(0.04, 0.96, 12):
        x, top = ends[0][0] + t * (tip - ends[0][0]), z + t * (ends[1][2] - z)
        rung = ((x, -0.32, top), (x, 0.32, top))
        parts.append(cylinder(*rung, 0.03, GREY, "ladder", segments=5))
    return parts


_LOADS = {
    "ladder": _ladder,
    "box": _box_load,
    "flatbed": _flatbed,
    "tanker": _tanker,
    "dump": _dump,
    "stake": _stake,
    "canvas": _canvas,
}


def wind_deflector(p: Proportions) -> list[Mesh]:
    """A fairing on the cab's roof."""
    top, x = p.height - 0.08, p.tail_x + 0.15
    y = 0.78 * p.half
    low = [(x + 1.0, -0.9 * y, top), (x + 1.0, 0.9 * y, top), (x, y, top), (x, -y, top)]
    high = [(x + 0.35, -0.7 * y, top + 0.6), (x + 0.35, 0.7 * y, top + 0.6)]
    high += [(x + 0.05, 0.8 * y, top + 0.62), (x + 0.05, -0.8 * y, top + 0.62)]
    return [loft([low, high], GREY, "roof")]


def roof_units(p: Proportions, rng: np.random.Generator) -> list[Mesh]:
    """Air conditioning on a bus' roof."""
    parts = []
    for x in rng.uniform(-0.35, 0.3, int(rng.integers(1, 3))) * p.length:
        size = (rng.uniform(0.9, 2.0), rng.uniform(1.0, 1.6), rng.uniform(0.2, 0.32))
        center = (x, 0, p.height + size[2] / 2 - 0.06)
        parts.append(rounded_box(center, size, 0.08, GREY, "roof_box"))
    return parts
