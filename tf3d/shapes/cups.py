"""Procedural cups: mugs, teacups, tumblers, paper cups, goblets, tankards.

A cup's handle points to +X, so that every cup is symmetric about the plane y = 0.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tf3d.shapes import vessels
from tf3d.shapes.chair_parts import ChairBuilder, spline
from tf3d.shapes.mesh import Mesh
from tf3d.shapes.primitives import grid_faces, signed_volume

Rng = np.random.Generator


def generate_cup(seed: int, paint_seed: int | None = None) -> Mesh:
    """A cup, different for every seed.

    Args:
      seed: decides the shape.
      paint_seed: decides the colours alone; default: `seed`.

    Returns:
      A normalised mesh of closed parts named "wall", "handle", "saucer" and so on.
    """
    rng = np.random.default_rng([seed, 0xC0B1])
    names = list(KINDS)
    weights = np.array([KINDS[name][1] for name in names])
    kind = names[int(rng.choice(len(names), p=weights / weights.sum()))]
    cup = ChairBuilder()
    KINDS[kind][0](cup, rng)
    paint = np.random.default_rng([seed if paint_seed is None else paint_seed, 0xC0B2])
    return cup.build(
        vessels.glazes(cup.parts, paint), f"{kind} cup {seed}"
    ).normalized()


def _sides(rng: Rng) -> int:
    """Mostly round, now and then cut."""
    return int(rng.choice([32, 6, 8, 10], p=[0.86, 0.05, 0.05, 0.04]))


def _wall(
    cup: ChairBuilder, rng: Rng, outer: np.ndarray, thickness: float, sides: int = 32
) -> float:
    """The wall, now and then fluted or banded; returns its least radius as a share."""
    floor = outer[0, 1] + rng.uniform(1.0, 2.0) * thickness
    outline, least = None, np.cos(np.pi / sides)
    if sides == 32 and rng.random() < 0.06:
        depth = rng.uniform(0.02, 0.05)
        outline, least = vessels.scallops(int(rng.integers(8, 13)), depth), 1 - depth
    solid = vessels.vessel(
        outer, thickness, floor, sides=sides, outline=outline, phase=np.pi / sides
    )
    cup.add("wall", solid)
    if outline is None and rng.random() < 0.2:
        low = rng.uniform(0.1, 0.7)
        _band(cup, outer, low, low + rng.uniform(0.06, 0.25), sides, "band")
    return float(least)


def _band(
    cup: ChairBuilder,
    outer: np.ndarray,
    low: float,
    high: float,
    sides: int,
    part: str,
    out: float = 0.008,
) -> None:
    """A ring around the wall between two shares of its height."""
    base, top = outer[0, 1], outer[-1, 1]
    z = base + (top - base) * np.linspace(low, min(high, 0.97), 5)
    rising = np.concatenate([[True], np.diff(outer[:, 1]) > 1e-9])
    radius = np.interp(z, outer[rising, 1], outer[rising, 0])
    ring = np.concatenate(
        [
            np.stack([radius + out, z], 1),
            np.stack([radius - out, z], 1)[::-1],
        ]
    )
    cup.add(part, _ring(ring, sides))


def _ring(profile: np.ndarray, sides: int) -> vessels.Solid:
    """A closed profile `[n, 2]` of (radius, z) turned to a ring."""
    angle = (np.arange(sides) + 0.5) * (2 * np.pi / sides)
    points = np.empty((len(profile), sides, 3))
    points[..., 0] = profile[:, :1] * np.cos(angle)
    points[..., 1] = profile[:, :1] * np.sin(angle)
    points[..., 2] = profile[:, 1:]
    vertices = points.reshape(-1, 3)
    faces = grid_faces(len(profile) + 1, sides, wrap=True) % len(vertices)
    if signed_volume(vertices, faces) < 0:
        faces = faces[:, ::-1]
    return vertices, faces


def _handle(
    cup: ChairBuilder,
    rng: Rng,
    outer: np.ndarray,
    thickness: float,
    *,
    high: float,
    low: float,
    reach: float,
    sides: int = 32,
) -> None:
    """An ear, a C, a D or a triangle between two shares of the height."""
    base, top = outer[0, 1], outer[-1, 1]
    ends = base + (top - base) * np.array([high, low])
    rising = np.concatenate([[True], np.diff(outer[:, 1]) > 1e-9])
    wall = np.interp(ends, outer[rising, 1], outer[rising, 0])
    # A cut cup's flat sides lie nearer to the axis than its corners.
    wall = wall * np.cos(np.pi / sides) - 0.5 * thickness
    tall = ends[0] - ends[1]
    style = rng.choice(["c", "ear", "d", "triangle"], p=[0.4, 0.25, 0.25, 0.1])
    inner = {
        "c": [(0.55, 1.02), (1.0, 0.75), (1.0, 0.28), (0.55, 0.0)],
        "ear": [(0.6, 1.12), (1.0, 0.92), (0.82, 0.45), (0.35, 0.12)],
        "d": [(0.75, 1.0), (1.0, 0.88), (1.0, 0.12), (0.75, 0.0)],
        "triangle": [(0.6, 1.03), (1.0, 0.98), (0.7, 0.5), (0.3, 0.14)],
    }[str(style)]
    points = [(wall[0], 0.0, ends[0])]
    for out, up in inner:
        x = wall[1] + (wall[0] - wall[1]) * up + reach * out
        points.append((x, 0.0, ends[1] + tall * up))
    points.append((wall[1], 0.0, ends[1]))
    path = spline(np.array(points), 22)[:, [0, 2]]
    width = rng.uniform(0.07, 0.16)
    depth = width * rng.uniform(0.5, 1.0)
    # Kept below the rim, through the wall but not into the cup.
    path[:, 1] = np.minimum(path[:, 1], top - 0.3 * depth)
    cup.add("handle", vessels.handle(path, width, depth, rng.random() < 0.35))


def _fill(
    cup: ChairBuilder, rng: Rng, outer: np.ndarray, chance: float, least: float
) -> None:
    """Coffee or tea, up to below the rim, its edge within the wall."""
    if rng.random() >= chance:
        return
    base, top = outer[0, 1], outer[-1, 1]
    z = base + (top - base) * rng.uniform(0.7, 0.92)
    rising = np.concatenate([[True], np.diff(outer[:, 1]) > 1e-9])
    radius = np.interp([z - 0.03, z], outer[rising, 1], outer[rising, 0]).min()
    cup.add("filling", vessels.disc(0.965 * least * radius, z - 0.03, z))


def _mug(cup: ChairBuilder, rng: Rng) -> None:
    radius, thickness = rng.uniform(0.32, 0.55), rng.uniform(0.03, 0.06)
    foot = radius * rng.uniform(0.8, 1.05)
    belly = (radius + foot) / 2 * rng.choice([1.0, 1.0, rng.uniform(0.88, 1.15)])
    edge = rng.uniform(0.01, 0.06)
    outer = vessels.curve(
        [(foot - edge, 0), (foot, edge), (belly, 0.5), (radius, 1.0)], 16
    )
    outer[:, 1] = np.maximum.accumulate(np.clip(outer[:, 1], 0, 1))
    sides = _sides(rng)
    least = _wall(cup, rng, outer, thickness, sides)
    high, low = rng.uniform(0.78, 0.9), rng.uniform(0.12, 0.3)
    reach = rng.uniform(0.26, 0.42)
    _handle(cup, rng, outer, thickness, high=high, low=low, reach=reach, sides=sides)
    _fill(cup, rng, outer, 0.25, least)


def _teacup(cup: ChairBuilder, rng: Rng) -> None:
    height, radius = rng.uniform(0.55, 0.8), rng.uniform(0.45, 0.6)
    foot, thickness = radius * rng.uniform(0.35, 0.55), rng.uniform(0.02, 0.04)
    flare = rng.uniform(0.75, 0.98)
    points = [
        (foot, 0.0),
        (foot * 0.98, 0.05 * height),
        (radius * rng.uniform(0.72, 0.9), 0.35 * height),
        (radius * flare, 0.68 * height),
        (radius, height),
    ]
    outer = vessels.curve(points, 20)
    least = _wall(cup, rng, outer, thickness, _sides(rng))
    if rng.random() < 0.88:
        reach = rng.uniform(0.2, 0.32)
        high = rng.uniform(0.75, 0.86)
        _handle(cup, rng, outer, thickness, high=high, low=0.3, reach=reach)
    if rng.random() < 0.5:
        wide, rise = radius * rng.uniform(1.35, 1.8), rng.uniform(0.05, 0.14)
        cup.add("saucer", vessels.saucer(wide, 0.03, rise))
        if rng.random() < 0.3:
            at = (0.0, -0.72 * wide, 0.6 * rise + 0.03)
            vessels.spoon(cup, at, (0.75 * wide, -0.72 * wide, rise + 0.05), 0.07)
    _fill(cup, rng, outer, 0.35, least)


def _tumbler(cup: ChairBuilder, rng: Rng) -> None:
    top = rng.uniform(0.25, 0.45)
    foot, thickness = top * rng.uniform(0.6, 1.0), rng.uniform(0.015, 0.045)
    belly = (top + foot) / 2 * rng.choice([1.0, 1.0, rng.uniform(0.85, 1.2)])
    outer = vessels.curve(
        [(foot * 0.95, 0), (foot, 0.03), (belly, 0.5), (top, 1.0)], 14
    )
    outer[:, 1] = np.maximum.accumulate(np.clip(outer[:, 1], 0, 1))
    least = _wall(cup, rng, outer, thickness, _sides(rng))
    _fill(cup, rng, outer, 0.15, least)


def _paper(cup: ChairBuilder, rng: Rng) -> None:
    top = rng.uniform(0.3, 0.4)
    foot = top * rng.uniform(0.62, 0.8)
    outer = np.stack([np.linspace(foot, top, 8), np.linspace(0, 1, 8)], 1)
    _wall(cup, rng, outer, 0.015)
    lid = rng.random()
    if lid < 0.6:
        dome = rng.uniform(0.03, 0.18)
        profile = [
            (0.9 * top, 0.97),
            (1.05 * top, 0.97),
            (1.06 * top, 1.02),
            (0.95 * top, 1.05),
            (0.85 * top, 1.06 + 0.7 * dome),
            (0.5 * top, 1.06 + dome),
        ]
        cup.add("lid", vessels.turned(np.array(profile), 32))
        if lid < 0.15:  # a straw
            start, end = np.array([0.05, 0, 0.9]), np.array([0.2, 0, 1.55])
            vessels.spoon(cup, tuple(start), tuple(end), 0.08, part="band")
    if rng.random() < 0.6:
        _band(cup, outer, rng.uniform(0.2, 0.3), rng.uniform(0.65, 0.8), 32, "sleeve")


def _goblet(cup: ChairBuilder, rng: Rng) -> None:
    stem, radius = rng.uniform(0.1, 0.5), rng.uniform(0.26, 0.42)
    height, foot = 1.0 - stem, radius * rng.uniform(0.65, 1.0)
    thin, thickness = rng.uniform(0.03, 0.07), rng.uniform(0.015, 0.035)
    points = [
        (thin * 1.3, stem),
        (radius * rng.uniform(0.6, 0.95), stem + 0.25 * height),
        (radius * rng.uniform(0.95, 1.1), stem + 0.6 * height),
        (radius * rng.uniform(0.75, 1.1), 1.0),
    ]
    outer = vessels.curve(points, 16)
    outer[:, 1] = np.maximum.accumulate(outer[:, 1])
    least = _wall(cup, rng, outer, thickness)
    knot = thin * rng.choice([1.0, 1.0, 2.2])
    profile = [
        (foot * 0.95, 0.0),
        (foot, 0.012),
        (foot * 0.9, 0.03),
        (thin * 1.6, 0.06),
        (thin, 0.08 + 0.2 * stem),
        (knot, 0.05 + 0.55 * stem),
        (thin, 0.04 + 0.8 * stem),
        (thin * 1.35, stem + 1.2 * thickness),
    ]
    cup.add("foot", vessels.turned(np.array(profile), 28))
    _fill(cup, rng, outer, 0.2, least)


def _tankard(cup: ChairBuilder, rng: Rng) -> None:
    radius, thickness = rng.uniform(0.3, 0.42), rng.uniform(0.04, 0.07)
    foot = radius * rng.uniform(1.0, 1.3)
    points = [(foot, 0.0), (foot, 0.06), (radius * 1.02, 0.16), (radius, 0.6)]
    outer = vessels.curve([*points, (radius * rng.uniform(0.9, 1.05), 1.0)], 18)
    outer[:, 1] = np.maximum.accumulate(np.clip(outer[:, 1], 0, 1))
    sides = int(rng.choice([32, 12, 8], p=[0.6, 0.2, 0.2]))
    _wall(cup, rng, outer, thickness, sides)
    for low in (0.12, 0.8)[: int(rng.integers(0, 3))]:
        _band(cup, outer, low, low + 0.08, sides, "band", out=0.02)
    reach = rng.uniform(0.3, 0.4)
    _handle(cup, rng, outer, thickness, high=0.85, low=0.2, reach=reach, sides=sides)
    if rng.random() < 0.3:
        top = outer[-1, 0]
        profile = [(top * 1.02, 1.0), (top * 1.02, 1.03), (0.6 * top, 1.12)]
        profile += [(0.1 * top, 1.16), (0.12 * top, 1.22), (0.05 * top, 1.25)]
        cup.add("lid", vessels.turned(np.array(profile), 32))


# Each adds its parts to a builder; beside it, its share.
KINDS: dict[str, tuple[Callable[[ChairBuilder, Rng], None], float]] = {
    "mug": (_mug, 0.4),
    "tea": (_teacup, 0.25),
    "tumbler": (_tumbler, 0.1),
    "paper": (_paper, 0.07),
    "goblet": (_goblet, 0.08),
    "tankard": (_tankard, 0.1),
}
