"""Bases other than four legs: stars, pedestals, sleds, cantilevers, folding, wire."""

from __future__ import annotations

import numpy as np

from tf3d.shapes.chair_frame import Frame
from tf3d.shapes.chair_parts import (
    ChairBuilder,
    box,
    circle,
    lathe,
    moved,
    rectangle,
    rod,
    rounded,
    sweep,
    tube,
)


def star_base(
    chair: ChairBuilder, frame: Frame, rng: np.random.Generator, *, under: float
) -> None:
    """A swivel base: gas column, four or five spokes, casters or glides."""
    count = 5 if rng.random() < 0.8 else 4
    reach = rng.uniform(0.27, 0.34)
    casters = rng.random() < 0.75
    wheel = rng.uniform(0.024, 0.032)
    hub = wheel * 2 + 0.03 if casters else rng.uniform(0.04, 0.08)
    z = frame.height - under
    sleeve = hub + (z - hub) * rng.uniform(0.45, 0.6)
    column = [(0.026, hub - 0.02), (0.026, sleeve), (0.016, sleeve + 0.002), (0.016, z)]
    chair.add("column", lathe(np.array(column), 12))
    plate = (frame.depth * 0.45, frame.width * 0.35, 0.03)
    chair.add("mechanism", box(plate, (0, 0, z - 0.01), bevel=0.008))
    hub_line = [
        (0.03, hub - 0.035),
        (0.042, hub - 0.03),
        (0.042, hub),
        (0.03, hub + 0.03),
    ]
    chair.add("base", lathe(np.array(hub_line), 14))
    drop = rng.uniform(0.0, 0.035)
    arch = rng.uniform(0.0, 0.03)
    t = np.linspace(0, 1, 6)
    section = rectangle(0.05, 0.032, 0.01, 1)
    scale = np.linspace(1.0, 0.62, 6)
    for angle in np.arange(count) * (2 * np.pi / count) + rng.uniform(0, 6.3):
        way = np.array([np.cos(angle), np.sin(angle), 0])
        end = 2 * wheel + 0.008 if casters else 0.014
        height = hub - drop * t + (end - hub + drop) * t**2 + arch * np.sin(np.pi * t)
        path = way * (0.02 + t[:, None] * reach) + np.stack([0 * t, 0 * t, height], 1)
        side = (-way[1], way[0], 0.0)
        chair.add("base", sweep(path, section, side, scale=scale))
        foot = way * (reach + 0.01)
        if not casters:
            glide = lathe(np.array([(0.02, 0.0), (0.022, 0.006), (0.012, 0.016)]), 8)
            chair.add("foot", moved(glide, *foot[:2]))
            continue
        turn = angle + rng.uniform(0.6, 2.4)
        axle = np.array([np.cos(turn), np.sin(turn), 0])
        centre = foot + (0, 0, wheel)
        for side in (-1, 1):
            start = centre + side * axle * 0.006
            chair.add(
                "caster", rod(start, start + side * axle * 0.016, wheel, sides=12)
            )
        fork = np.array([centre - (0, 0, 0.004), centre + (0, 0, wheel + 0.012)])
        chair.add("caster", rod(fork[0], fork[1], 0.011, sides=7))


def pedestal(
    chair: ChairBuilder, frame: Frame, rng: np.random.Generator, *, under: float
) -> None:
    """One foot: a tulip, a disc with a column, or a cross."""
    z = frame.height - under
    kind = rng.choice(["tulip", "disc", "cross"])
    radius = rng.uniform(0.2, 0.27)
    if kind == "tulip":
        t = np.linspace(0, 1, 16)
        waist = rng.uniform(0.022, 0.04)
        flare = (1 - t) ** rng.uniform(4, 8) * (radius - waist)
        flare = waist + flare + 0.07 * t**8
        line = np.stack([flare, 0.008 + t * (z - 0.008)], 1)
        line = np.concatenate([[[radius * 0.97, 0.0]], line])
        chair.add("base", lathe(line, 24))
        return
    column = rng.uniform(0.018, 0.035)
    if kind == "disc":
        edge = rng.uniform(0.012, 0.03)
        line = [
            (radius * 0.98, 0),
            (radius, 0.004),
            (radius * 0.97, edge),
            (0.05, edge * 1.7),
        ]
        chair.add("base", lathe(np.array(line), 28))
        line = [(column, edge), (column, z)]
    else:
        bar = rectangle(0.05, 0.022, 0.005, 1)
        for angle in (np.pi / 4, 3 * np.pi / 4):
            way = np.array([np.cos(angle), np.sin(angle), 0]) * radius * 1.2
            path = np.array([-way, -0.5 * way, 0.5 * way, way])
            path[:, 2] = [0.011, 0.03, 0.03, 0.011]
            chair.add("base", sweep(path, bar, (-way[1], way[0], 0)))
        line = [(column, 0.02), (column, z)]
    chair.add("column", lathe(np.array(line), 12))
    chair.add(
        "column", moved(lathe(np.array([(0.09, 0), (0.09, 0.012)]), 14), z=z - 0.008)
    )


def sled(
    chair: ChairBuilder, frame: Frame, rng: np.random.Generator, *, under: float
) -> None:
    """Two bent runners on the floor, joined under the seat."""
    z = frame.height - under
    x, y = frame.depth / 2 - 0.03, frame.width / 2 - 0.03
    size = min(frame.bar, 0.03)
    lean = rng.uniform(0.0, 0.08)
    floor = size / 2
    points = np.array(
        [
            [x - lean, y - 0.01, z],
            [x + 0.02, y, floor],
            [-x - lean, y, floor],
            [-x + rng.uniform(0, 0.1), y - 0.01, z],
        ]
    )
    if rng.random() < 0.5:  # also along under the seat, as a closed loop
        points = np.concatenate([[(points[0] + points[3]) / 2], points])
        points = np.concatenate([points, points[:1] + (0.001, 0, 0)])
    path = rounded(points, rng.uniform(0.02, 0.07))
    chair.add("leg", frame.bar_along(path, (0.0, 1.0, 0.0), size), mirror=True)
    for part in (-0.75, 0.7):
        start = (part * x, y, z - size * 0.3)
        end = (part * x, -y, z - size * 0.3)
        chair.add("rail", frame.bar_along([start, end], (1.0, 0.0, 0.0), size))
    if rng.random() < 0.4:
        end = (-x - lean, -y, floor)
        bar = frame.bar_along(
            [points[-2] * (0, 0, 0) + (-x, y, floor), end], (0.0, 0.0, 1.0), size
        )
        chair.add("rail", bar)


def cantilever(
    chair: ChairBuilder, frame: Frame, rng: np.random.Generator, *, under: float
) -> None:
    """One bent tube: under the seat, down in front, back along the floor."""
    size = min(frame.bar, 0.032)
    z = frame.height - under
    x, y = frame.depth / 2, frame.width / 2 - 0.01
    front = x + rng.uniform(-0.02, 0.05)
    foot = front - rng.uniform(0.0, 0.12)
    rear = -x - rng.uniform(-0.05, 0.06)
    floor = size / 2
    bend = rng.uniform(0.05, 0.13)
    side = np.array(
        [
            [-x + 0.02, y, z],
            [front, y, z],
            [foot, y, floor],
            [rear, y, floor],
            [rear, 0, floor],
        ]
    )
    whole = np.concatenate([side, (side * (1, -1, 1))[-2::-1]])
    path = rounded(whole, bend, 5)
    half = len(path) // 2
    left = path[: half + 1]
    radius = size / 2
    tangent = np.gradient(left, axis=0)
    start = int(np.argmax(np.abs(tangent[:, 1]) > 1e-6))
    chair.add("leg", tube(left[: start + 1], radius, (0.0, 1.0, 0.0)), mirror=True)
    chair.add("leg", tube(left[start:], radius, (0.0, 0.0, 1.0)), mirror=True)
    for part in (-0.3, 0.5):
        ends = [(part * x * 1.2, -y, z), (part * x * 1.2, y, z)]
        chair.add("rail", rod(ends[0], ends[1], radius * 0.8, sides=8))


def folding_legs(
    chair: ChairBuilder, frame: Frame, rng: np.random.Generator, *, under: float
) -> None:
    """Crossed bars at both sides, as of a folding chair."""
    z = frame.height - under
    x, y = frame.depth / 2 - 0.02, frame.width / 2 - 0.02
    size = min(frame.bar, 0.032)
    for start, end, shift in (
        ((x, z), (-x * 1.05, size * 0.4), 0.0),
        ((-x, z), (x * 1.05, size * 0.4), -size),
    ):
        path = np.array([[start[0], y + shift, start[1]], [end[0], y + shift, end[1]]])
        leg = frame.bar_along(path, (0.0, 1.0, 0.0), size, flat=0.7)
        chair.add("leg", leg, mirror=True)
        foot = path[0] + 0.8 * (path[1] - path[0])
        ends = [foot, foot * (1, -1, 1)]
        chair.add("rail", frame.bar_along(ends, (1.0, 0.0, 0.0), size * 0.7))
        ends = [path[0], path[0] * (1, -1, 1)]
        chair.add("rail", frame.bar_along(ends, (1.0, 0.0, 0.0), size * 0.7))


def wire_base(
    chair: ChairBuilder, frame: Frame, rng: np.random.Generator, *, under: float
) -> None:
    """Crossing thin wires between four feet and the seat."""
    z = frame.height - under
    x, y = frame.depth * 0.22, frame.width * 0.22
    fx, fy = frame.depth * 0.46, frame.width * 0.44
    radius = rng.uniform(0.005, 0.008)
    corners = ((1, 1), (1, -1), (-1, -1), (-1, 1))
    for k, (a, b) in enumerate(corners):
        foot = np.array([a * fx, b * fy, 0.0])
        for c, d in (corners[k], corners[(k + 1) % 4], corners[(k + 3) % 4]):
            top = np.array([c * x + 0.02 * a, d * y + 0.02 * b, z + 0.01])
            chair.add("leg", rod(foot + (0, 0, 0.004), top, radius, sides=7))
        after = corners[(k + 1) % 4]
        ends = [np.array([i * x, j * y, z]) for i, j in (corners[k], after)]
        chair.add("leg", rod(ends[0], ends[1], radius, sides=7))


def foot_ring(chair: ChairBuilder, radius: float, z: float, thick: float) -> None:
    """A ring for the feet, about the vertical axis."""
    ring = circle(24) * radius
    path = np.concatenate([ring, np.full((24, 1), z)], 1)
    chair.add("foot ring", tube(path, thick, (0.0, 0.0, 1.0), sides=8, closed=True))
