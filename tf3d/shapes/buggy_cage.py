"""Cages, roofs and windscreens of the generated buggies."""

from __future__ import annotations

import numpy as np

from tf3d.shapes.buggy_frame import Plan, bar, both, hoop, sheet
from tf3d.shapes.mesh import Mesh
from tf3d.shapes.primitives import GREY, box, cylinder, loft, rounded_box

Rng = np.random.Generator


def canopy(
    front: float, rear: float, half: float, z: float, rng: Rng, part: str = "roof"
) -> Mesh:
    """A thin roof with a raised middle and rounded corners in the plan."""
    crown, thick = rng.uniform(0.01, 0.06), rng.uniform(0.02, 0.06)
    x = np.array([rear, rear + 0.08, rear + 0.3, front - 0.3, front - 0.08, front])
    reach = half * np.array([0.86, 0.97, 1.0, 1.0, 0.97, 0.86])
    lift = crown * np.array([-0.3, 0.3, 1.0, 1.0, 0.3, -0.3])
    u = np.linspace(1, -1, 7)
    top = z + thick + lift[:, None] * (1 - u**2) + 0.3 * lift[:, None]
    sections = np.empty((6, 14, 3))
    sections[..., 0] = x[:, None]
    sections[:, :7, 1], sections[:, 7:, 1] = (s * u * reach[:, None] for s in (1, -1))
    sections[:, :7, 2], sections[:, 7:, 2] = top, top[:, ::-1] - thick
    return loft(sections, GREY, part)


def cage(
    p: Plan,
    rng: Rng,
    *,
    feet: tuple[float, float],
    tail: tuple[float, float, float] | None,
    roofed: float,
) -> list[Mesh]:
    """A roll cage of two to four hoops, its roof, screen and lights.

    Args:
      p: the proportions.
      rng: the source of chance.
      feet: z of the front hoop's feet, at the dashboard, and of the rear ones'.
      tail: (x, y, z) where rear braces or a rear hoop end on the left; None: no such.
      roofed: the probability of a roof plate.

    Returns:
      The parts; all tubes end within others or within the body.
    """
    r, y, z = p.tube, p.half - 0.05, p.height - p.tube
    top = y * rng.uniform(0.78, 0.96)
    rake = rng.uniform(0.12, 0.42)
    lean = rng.uniform(-0.04, 0.12)
    bend = rng.uniform(0.08, 0.16)
    front = (p.dash - rake, p.dash - 0.04)
    rear = (p.back + lean, p.back + 0.03)
    rail = top - bend * 0.9
    parts = [_hoop(front, y, top, feet[0] - 0.05, z, r, bend)]
    parts.append(_hoop(rear, y, top, feet[1] - 0.05, z, r, bend))
    if p.rows == 2:
        x = (front[0] + rear[0]) / 2 - 0.05
        parts.append(_hoop((x, x), y, top, p.floor, z, r, bend))
    ends = [front[0] + 0.01, rear[0] - 0.01]
    style = "none" if tail is None else str(rng.choice(["brace", "hoop", "none"]))
    if p.kind == "dune":
        style = "brace"
    if style == "hoop" and rear[0] - tail[0] > 0.3:
        x, low = tail[0] + 0.1, rng.random() < 0.4
        drop = z - rng.uniform(0.25, 0.5) if low else z
        parts.append(_hoop((x, tail[0]), y, top, tail[2] - 0.04, drop, r, bend))
        if low:
            parts += both([(rear[0], rail, z), (x, rail, drop)], r)
        else:
            ends[1] = x - 0.01
    elif style != "none":
        parts += both([(rear[0], rail, z), tail], r)
        if rng.random() < 0.4:
            middle = 0.5 * (np.array(tail) + (rear[0], rail, z))
            parts.append(bar([middle, middle * (1, -1, 1)], 0.85 * r))
    parts += both([(ends[0], rail, z), (ends[1], rail, z)], r)
    for t in rng.choice([0.3, 0.5, 0.7], int(rng.integers(0, 3)), replace=False):
        x = ends[1] + t * (ends[0] - ends[1])
        parts.append(bar([(x, -rail, z), (x, rail, z)], 0.85 * r))
    parts += _braces(p, rng, rear, y, top, feet[1], z)
    parts += _side_bars(p, rng, front, rear, y, feet)
    if rng.random() < roofed:
        over = rng.uniform(0.02, 0.12)
        roof = (ends[0] + over, ends[1] - over, top + 0.02)
        parts.append(canopy(*roof, z + 0.4 * r, rng))
    elif rng.random() < 0.2:
        cloth = [(ends[0], z + 1.2 * r), (ends[1], z + 1.2 * r)]
        parts.append(sheet(cloth, -rail - 0.02, rail + 0.02, 0.02, "roof"))
    if rng.random() < 0.35:
        parts += screen(p, rng, front[1], front[0], feet[0], z, y, top)
    if rng.random() < 0.35:
        parts += light_bar(rng, front[0] + r, rail, p.height + 0.02)
    return parts


def _hoop(
    x: tuple[float, float],
    y: float,
    top: float,
    low: float,
    z: float,
    radius: float,
    bend: float,
) -> Mesh:
    """A hoop from its feet at (x[1], y, low) to its bar at (x[0], top, z)."""
    knee = low + 0.55 * (z - low)
    t = (knee - low) / (z - low)
    at = (x[1] + (x[0] - x[1]) * t * 0.9, y, knee)
    return hoop([(x[1], y, low), at, (x[0], top, z)], radius, bend=bend)


def _braces(
    p: Plan,
    rng: Rng,
    rear: tuple[float, float],
    y: float,
    top: float,
    low: float,
    z: float,
) -> list[Mesh]:
    """Bars and diagonals within the hoop behind the seats."""
    parts, r, draw = [], 0.8 * p.tube, rng.random()
    level = low + 0.5 * (z - low)
    x = rear[1] + (rear[0] - rear[1]) * 0.47
    if draw < 0.75:
        parts.append(bar([(x, -y, level), (x, y, level)], r))
    if 0.2 < draw < 0.4:
        parts.append(bar([(rear[1], y, low), (rear[0], -0.9 * top, z)], r))
    elif draw > 0.8:
        for side in (1, -1):
            ends = [(rear[1], side * y, low), (rear[0], -0.9 * side * top, z)]
            parts.append(bar(ends, r))
    return parts


def _side_bars(
    p: Plan,
    rng: Rng,
    front: tuple[float, float],
    rear: tuple[float, float],
    y: float,
    feet: tuple[float, float],
) -> list[Mesh]:
    """Bars beside the seats, instead of doors."""
    draw, r = rng.random(), 0.8 * p.tube
    high = max(feet[1], p.sill + 0.3) + 0.12
    if draw < 0.3:
        ends = [(front[1], y, feet[0] - 0.04), (front[1] - 0.25, y, p.sill + 0.2)]
        return both([*ends, (rear[1] + 0.3, y, p.sill + 0.2), (rear[1], y, high)], r)
    if draw < 0.5:
        first = (front[1] - 0.03, y, feet[0] - 0.02)
        return both([first, (rear[1], y, high)], r)
    return []


def roll_bar(
    p: Plan, rng: Rng, low: float, tail: tuple[float, float, float] | None = None
) -> list[Mesh]:
    """One hoop behind the seats, from z = `low`, and its braces to `tail` if given."""
    y, z = p.half - 0.06, p.height - rng.uniform(0.05, 0.25)
    x, level = p.back + 0.03, low + 0.5 * (z - low)
    parts = [hoop([(x, y, low), (x, y, z)], p.tube)]
    parts.append(bar([(x, -y, level), (x, y, level)], 0.8 * p.tube))
    if tail is not None:
        parts += both([(x, 0.8 * y, z), tail], 0.9 * p.tube)
    return parts


def windscreen(p: Plan, rng: Rng, low: float) -> list[Mesh]:
    """A windscreen in a frame of its own on the dashboard, whose top is z = `low`."""
    y, top, x = p.half - 0.05, low + rng.uniform(0.3, 0.55), p.dash - 0.03
    lean = x - rng.uniform(0.05, 0.25)
    frame = hoop([(x, y, low - 0.05), (lean, y, top)], 0.02, bend=0.06)
    path = [(x, low - 0.02), ((x + lean) / 2, (low + top) / 2), (lean, top)]
    return [frame, sheet(path, 0.01 - y, y - 0.01, 0.015, "window")]


def screen(
    p: Plan,
    rng: Rng,
    low_x: float,
    high_x: float,
    low: float,
    high: float,
    half: float,
    top: float,
) -> list[Mesh]:
    """A windscreen of full or half height between a hoop's posts."""
    share = 0.96 if rng.random() < 0.4 else rng.uniform(0.3, 0.55)
    # The posts bend at 55 % of their height, and narrow from there on.
    t = np.array([0.0, 0.55, 1.0])
    t = np.append(t[t < share - 0.02], share)
    x = np.interp(t, [0, 0.55, 1], [low_x, low_x + 0.495 * (high_x - low_x), high_x])
    y = np.interp(t, [0, 0.55, 1], [half, half, top]) - 0.3 * p.tube
    if share > 0.9:
        y[-1] -= 0.04
    z = low + t * (high - low)
    sections = np.empty((len(t), 4, 3))
    sections[..., 0] = x[:, None] + np.array([0.008, 0.008, -0.008, -0.008])
    sections[..., 1] = y[:, None] * np.array([1, -1, -1, 1])
    sections[..., 2] = z[:, None]
    rim = [(x[-1], -y[-1], z[-1]), (x[-1], y[-1], z[-1])]
    return [loft(sections, GREY, "window"), bar(rim, 0.016, "trim")]


def light_bar(rng: Rng, x: float, half: float, z: float) -> list[Mesh]:
    """Lamps on the roof's front edge: a flat bar, or single round ones."""
    reach = half * rng.uniform(0.5, 0.9)
    if rng.random() < 0.5:
        size = (0.07, 2 * reach, 0.08)
        case = rounded_box((x, 0, z + 0.02), size, 0.015, GREY, "trim")
        glass = box(
            (x + 0.036, 0, z + 0.02), (0.02, 1.94 * reach, 0.05), GREY, "headlight"
        )
        return [case, glass]
    parts = []
    for y in np.linspace(-reach, reach, int(rng.choice([2, 4, 4, 5]))):
        back, front = (x - 0.04, y, z + 0.05), (x + 0.03, y, z + 0.05)
        parts.append(cylinder(back, front, 0.07, GREY, "trim", segments=10))
        lens = (x + 0.045, y, z + 0.05)
        parts.append(cylinder(front, lens, 0.06, GREY, "headlight", segments=10))
        parts.append(box((x, y, z - 0.03), (0.03, 0.03, 0.08), GREY, "trim"))
    return parts
