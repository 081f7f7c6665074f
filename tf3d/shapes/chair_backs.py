"""Backs: posts with slats, ladders, spindles, panels, loops and grids.

Every back is built upright and flat in y, z (z = 0 at the seat) and then put into place
by `Frame.on_back`, which leans, curves and bows it.
"""

from __future__ import annotations

import numpy as np

from tf3d.shapes.chair_frame import Frame, superellipse
from tf3d.shapes.chair_parts import (
    ChairBuilder,
    Solid,
    circle,
    edge_levels,
    moved,
    pillow,
    rectangle,
    refine,
    sweep,
    upright,
)

UP = np.array([0.0, 0.0, 1.0])
ALONG_X = (1.0, 0.0, 0.0)


def _upright_bar(frame: Frame, y: float, low: float, high: float, **bar) -> Solid:
    """A vertical bar at y that follows the back's bend."""
    z = np.linspace(low, high, 6)
    path = np.stack([0 * z, 0 * z + y, z], 1)
    return frame.bar_along(frame.on_back(path), (0.0, 1.0, 0.0), **bar)


def _cross_bar(
    frame: Frame, z: float, half: float, profile: np.ndarray, arch: float = 0.0
) -> Solid:
    """A horizontal bar of a section (x, z) at height z, arched by `arch`."""
    y = np.linspace(-half, half, 9)
    path = np.stack([0 * y, y, z + arch * (1 - (y / half) ** 2)], 1)
    points = frame.on_back(path)
    lean = frame.on_back(np.array([[0, 0, z], [0, 0, z + 0.01]]))
    up = np.diff(lean, axis=0)[0]
    across = np.cross((0.0, 1.0, 0.0), up)
    return sweep(points, profile, across)


def post_back(
    chair: ChairBuilder, frame: Frame, rng: np.random.Generator, fill: str | None = None
) -> None:
    """Two posts, a top rail, and one of many fillings between them."""
    top = frame.back_height
    half = frame.rear_width / 2 - frame.bar / 2
    rail = rng.uniform(0.035, 0.1)
    arch = float(rng.choice([0.0, 0.0, rng.uniform(0.01, 0.06)]))
    thick = frame.bar * rng.uniform(0.5, 0.8)
    over = rng.random() < 0.5  # the top rail lies over the posts' ends
    end = top - (rail * 0.5 if over else 0)
    taper = np.linspace(1.0, rng.uniform(0.65, 1.0), 6)
    post = _upright_bar(frame, half, -0.02, end, scale=taper)
    chair.add("post", post, mirror=True)
    section = rectangle(thick, rail, 0.3 * min(thick, rail), 2)
    reach = half + (frame.bar * rng.uniform(0.4, 1.2) if over else 0)
    z_top = top - rail / 2 - (0 if over else 0.03 * rng.random())
    chair.add("back rail", _cross_bar(frame, z_top, reach, section, arch))
    space = (rng.uniform(0.06, 0.3) * top, z_top - rail / 2)
    fill = fill or str(rng.choice(list(FILLINGS)))
    if fill != "ladder" and fill != "pad":
        low = rectangle(thick * 0.9, min(0.035, rail), 0.008, 1)
        chair.add("back rail", _cross_bar(frame, space[0], half, low))
    FILLINGS[fill](chair, frame, rng, space, half - frame.bar / 2, thick)


Space = tuple[float, float]


def _fill_slats(chair, frame, rng, space: Space, half: float, thick: float) -> None:
    count = int(rng.integers(3, 9))
    wide = 2 * half / count * rng.uniform(0.25, 0.65)
    section = rectangle(wide, thick * 0.5, 0.2 * min(wide, thick * 0.5), 1)
    for y in ((np.arange(count) + 0.5) / count * 2 - 1) * half:
        z = np.linspace(*space, 4)
        path = frame.on_back(np.stack([0 * z, 0 * z + y, z], 1))
        chair.add("slat", sweep(path, section, (0.0, 1.0, 0.0)))


def _fill_spindles(chair, frame, rng, space: Space, half: float, thick: float) -> None:
    count = int(rng.integers(4, 10))
    radius = rng.uniform(0.006, 0.012)
    bulge = rng.uniform(0.0, 0.8)
    z = np.linspace(*space, 7)
    scale = radius * (1 + bulge * np.sin(np.linspace(0, np.pi, 7)) ** 2)
    for y in ((np.arange(count) + 0.5) / count * 2 - 1) * half:
        path = frame.on_back(np.stack([0 * z, 0 * z + y, z], 1))
        chair.add("spindle", sweep(path, circle(8), (0.0, 1.0, 0.0), scale=scale))


def _fill_ladder(chair, frame, rng, space: Space, half: float, thick: float) -> None:
    count = int(rng.integers(1, 6))
    step = (space[1] - 0.08) / count
    tall = min(rng.uniform(0.02, 0.08), 0.7 * step)
    section = rectangle(thick * 0.6, tall, 0.25 * min(tall, thick * 0.6), 1)
    arch = float(rng.choice([0.0, 0.0, 0.025]))
    for z in space[1] - (np.arange(count) + 0.6) * step:
        chair.add("slat", _cross_bar(frame, z, half + frame.bar * 0.3, section, arch))


def _fill_splat(chair, frame, rng, space: Space, half: float, thick: float) -> None:
    t = np.linspace(0, 1, 12)
    wide = half * rng.uniform(0.3, 0.6)
    shape = 1 + rng.uniform(-0.5, 0.5) * np.sin(t * np.pi * rng.choice([1, 2, 3]))
    z = space[0] + t * (space[1] - space[0])
    path = frame.on_back(np.stack([0 * z, 0 * z, z], 1))
    section = rectangle(wide, thick * 0.45, 0.005, 1)
    scale = np.stack([np.maximum(shape, 0.3), np.ones_like(t)], 1)
    chair.add("splat", sweep(path, section, (0.0, 1.0, 0.0), scale=scale))


def _fill_cross(chair, frame, rng, space: Space, half: float, thick: float) -> None:
    section = rectangle(thick * 0.5, rng.uniform(0.018, 0.04), 0.005, 1)
    t = np.linspace(0, 1, 7)
    for way, lift in ((1, 0.25), (-1, -0.25)):
        y, z = (2 * t - 1) * half * way, space[0] + t * (space[1] - space[0])
        path = frame.on_back(np.stack([0 * t + lift * thick * 0.5, y, z], 1))
        chair.add("slat", sweep(path, section, ALONG_X))


def _fill_panel(chair, frame, rng, space: Space, half: float, thick: float) -> None:
    height = space[1] - space[0]
    panel = refine(rectangle(2 * half, height, 0.012, 2), 0.1)
    levels = edge_levels(
        thick * 0.4, 0.003, 0.003, half=min(half, height / 2), steps=1, inner=True
    )
    solid = upright(pillow(panel, levels))
    middle = (space[0] + space[1]) / 2
    chair.add("back", moved(solid, x=-0.2 * thick, z=middle), place=frame.on_back)


def _fill_pad(chair, frame, rng, space: Space, half: float, thick: float) -> None:
    height = (space[1] - 0.02) * rng.uniform(0.4, 0.92)
    pad = rng.uniform(0.025, 0.055)
    outline = refine(rectangle(2 * half - 0.004, height, 0.03, 3), 0.1)
    levels = edge_levels(
        pad, pad * 0.4, pad * 0.5, dome=0.01, half=min(half, height / 2), inner=True
    )
    solid = upright(pillow(outline, levels))
    z = space[1] - height / 2 - 0.012
    chair.add("back cushion", moved(solid, x=-pad / 2, z=z), place=frame.on_back)


def _fill_grid(chair, frame, rng, space: Space, half: float, thick: float) -> None:
    radius = rng.uniform(0.003, 0.006)
    z = np.linspace(*space, 4)
    for y in np.linspace(-half, half, int(rng.integers(7, 12)))[1:-1]:
        path = frame.on_back(np.stack([0 * z, 0 * z + y, z], 1))
        chair.add("mesh", sweep(path, circle(5) * radius, (0.0, 1.0, 0.0)))
    section = circle(5) * radius
    for height in np.linspace(*space, int(rng.integers(6, 11)))[1:-1]:
        chair.add("mesh", _cross_bar(frame, height, half, section))


FILLINGS = {
    "slats": _fill_slats,
    "spindles": _fill_spindles,
    "ladder": _fill_ladder,
    "splat": _fill_splat,
    "cross": _fill_cross,
    "panel": _fill_panel,
    "pad": _fill_pad,
    "grid": _fill_grid,
}


def _arch(half: float, low: float, top: float, power: float, count: int) -> np.ndarray:
    """A hoop in y, z from one side of the seat over the top to the other."""
    angle = np.linspace(0, np.pi, count)
    y = np.cos(angle)
    z = np.sin(angle) ** (2 / power)
    y = np.sign(y) * np.abs(y) ** (2 / power)
    return np.stack([0 * y, half * y, low + (top - low) * z], 1)


def hoop_back(chair: ChairBuilder, frame: Frame, rng: np.random.Generator) -> None:
    """A bent hoop from the seat, with spindles or a splat within: Windsor, bistro."""
    half, top = frame.rear_width / 2 - 0.03, frame.back_height
    power = rng.uniform(2.2, 3.4)
    radius = frame.bar * rng.uniform(0.3, 0.42)
    hoop = frame.on_back(_arch(half, -0.015, top, power, 29))
    chair.add("post", sweep(hoop, circle(10) * radius, ALONG_X))
    if rng.random() < 0.3:
        inner = frame.on_back(_arch(half * 0.6, -0.01, top * 0.7, power, 23))
        chair.add("post", sweep(inner, circle(8) * radius * 0.8, ALONG_X))
        return
    count = int(rng.integers(5, 10))
    thin = rng.uniform(0.005, 0.009)
    t = np.linspace(0, 1, 6)
    scale = thin * (1 + 0.6 * np.sin(np.pi * t) ** 2)
    fan = rng.uniform(0.75, 1.0)
    for part in np.linspace(-0.8, 0.8, count):
        high = top * (1 - np.abs(part) ** power) ** (1 / power)
        y = half * part * (fan + (1 - fan) * t)
        path = frame.on_back(np.stack([0 * t, y, t * high - 0.01 * (1 - t)], 1))
        chair.add("spindle", sweep(path, circle(7), (0.0, 1.0, 0.0), scale=scale))
    if rng.random() < 0.3:
        space = (0.0, top - radius)
        _fill_splat(chair, frame, rng, space, half * 0.5, 0.03)


def loop_back(chair: ChairBuilder, frame: Frame, rng: np.random.Generator) -> None:
    """A closed ring on two stalks, filled with a pad, a net or left open: balloon."""
    width = frame.rear_width * rng.uniform(0.75, 1.0)
    low = frame.back_height * rng.uniform(0.15, 0.4)
    height = frame.back_height - low
    power = rng.choice([2.0, 2.3, 3.0])
    ring = superellipse(width, height, power, 28)[:, ::-1]
    middle = low + height / 2
    radius = frame.bar * rng.uniform(0.3, 0.45)
    path = np.stack([0 * ring[:, 0], -ring[:, 0], ring[:, 1] + middle], 1)
    loop = sweep(frame.on_back(path), frame.profile(2 * radius), ALONG_X, closed=True)
    chair.add("back frame", loop)
    for side in (-1, 1):
        t = np.linspace(0, 1, 5)
        start, end = frame.rear_width * 0.4, width * 0.3
        edge = height / 2 * (1 - (end / (width / 2)) ** power) ** (1 / power)
        y = side * (start + (end - start) * t)
        z = -0.02 + t * (middle - edge + 0.025)
        points = frame.on_back(np.stack([0 * t, y, z], 1))
        chair.add("back frame", sweep(points, circle(8) * radius, ALONG_X))
    fill = rng.random()
    if fill < 0.6:
        pad = rng.uniform(0.01, 0.05)
        outline = superellipse(width - radius, height - radius, power, 28)[:, ::-1]
        outline = outline * (-1, 1)
        levels = edge_levels(
            pad,
            pad * 0.45,
            pad * 0.45,
            dome=0.005,
            half=height / 2,
            inner=True,
            steps=2,
        )
        solid = moved(upright(pillow(outline, levels)), x=-pad / 2, z=middle)
        chair.add("back cushion", solid, place=frame.on_back)
    elif fill < 0.85:
        thin = circle(5) * 0.004
        for part in np.linspace(-0.8, 0.8, int(rng.integers(5, 9))):
            high = height / 2 * (1 - np.abs(part) ** power) ** (1 / power)
            z = np.linspace(middle - high, middle + high, 4)
            points = np.stack([0 * z, 0 * z + part * width / 2, z], 1)
            chair.add("mesh", sweep(frame.on_back(points), thin, (0.0, 1.0, 0.0)))


def panel_outline(rng: np.random.Generator, width: float, height: float) -> np.ndarray:
    """A rectangle, tombstone, shield, oval or trapezoid in y, z about its middle."""
    kind = rng.choice(["rectangle", "round", "arch", "taper", "oval"])
    if kind == "rectangle":
        return refine(rectangle(width, height, rng.uniform(0.005, 0.04), 3), 0.08)
    if kind == "round":
        return refine(rectangle(width, height, 0.3 * min(width, height), 5), 0.08)
    outline = superellipse(height, width, 2.4 if kind == "oval" else 5.0, 32)
    y, z = outline.T
    if kind == "arch":
        z = z + 0.18 * height * (1 - (2 * y / width) ** 2) * (z > 0)
        z = z * height / np.ptp(z)
    if kind == "taper":
        y = y * (1 + rng.uniform(-0.2, 0.15) * z / height)
    return np.stack([y, z], 1)


def panel_back(chair: ChairBuilder, frame: Frame, rng: np.random.Generator) -> None:
    """One solid or upholstered panel, from the seat or floating on two supports."""
    floating = rng.random() < 0.45
    low = frame.back_height * (rng.uniform(0.2, 0.5) if floating else 0.0)
    height = frame.back_height - low + (0 if floating else 0.03)
    width = frame.rear_width * rng.uniform(0.85, 1.02)
    soft = rng.random() < 0.5
    thick = rng.uniform(0.035, 0.075) if soft else rng.uniform(0.01, 0.022)
    outline = panel_outline(rng, width, height)
    half = min(width, height) / 2
    levels = edge_levels(
        thick,
        thick * (0.45 if soft else 0.25),
        thick * (0.5 if soft else 0.25),
        dome=0.008 if soft else 0.0,
        half=half,
        inner=True,
        steps=3 if soft else 2,
    )
    solid = upright(pillow(outline, levels))
    low_edge = low if floating else -0.03
    solid = moved(solid, x=-thick / 2, z=low_edge + height / 2)
    chair.add("back cushion" if soft else "back", solid, place=frame.on_back)
    if floating:
        y = width * rng.uniform(0.22, 0.4)
        z = np.linspace(-0.03, low + height * rng.uniform(0.3, 0.6), 6)
        x = np.full(6, -thick / 2 - 0.006)
        path = frame.on_back(np.stack([x, 0 * z + y, z], 1))
        size = frame.bar * rng.uniform(0.5, 0.9)
        support = frame.bar_along(path, (0.0, 1.0, 0.0), size)
        chair.add("back frame", support, mirror=True)


def tube_back(chair: ChairBuilder, frame: Frame, rng: np.random.Generator) -> None:
    """A bent metal tube with a pad, a plank or straps on it."""
    half, top = frame.rear_width / 2 - 0.02, frame.back_height
    hoop = frame.on_back(_arch(half, -0.03, top, rng.uniform(4.0, 8.0), 33))
    chair.add("back frame", sweep(hoop, circle(10) * frame.bar * 0.42, ALONG_X))
    space = (top * rng.uniform(0.1, 0.4), top - frame.bar * 0.5)
    fill = str(rng.choice(["pad", "panel", "ladder", "grid", "slats"]))
    half = half - frame.bar * 0.3
    if fill in ("pad", "panel"):  # their corners stay within the bend
        space, half = (space[0], space[1] - 0.1 * top), half * 0.93
    FILLINGS[fill](chair, frame, rng, space, half, 0.03)
