"""Legs of many styles with stretchers and aprons, and rockers under them."""

from __future__ import annotations

import numpy as np

from tf3d.shapes.chair_frame import Frame
from tf3d.shapes.chair_parts import (
    ChairBuilder,
    box,
    rectangle,
    rod,
    rounded,
    sweep,
    tube,
)

LEG_STYLES = ("plain", "taper", "dowel", "turned", "cabriole", "sabre", "hairpin")


def _turned_scale(rng: np.random.Generator, count: int) -> np.ndarray:
    """Radii along a turned leg, foot first, relative to its thickness."""
    t = np.linspace(0, 1, count)
    radius = 0.5 + 0.35 * t + 0.22 * np.sin(2 * np.pi * t * rng.uniform(1.0, 2.0))
    for _ in range(int(rng.integers(1, 4))):
        ring = rng.uniform(0.15, 0.85)
        radius += rng.uniform(-0.3, 0.35) * np.exp(-(((t - ring) / 0.035) ** 2))
    return np.clip(radius, 0.32, 1.15)


def one_leg(
    frame: Frame, style: str, top: np.ndarray, foot: np.ndarray, shape: dict
) -> list:
    """The solids of one leg from the floor to the seat.

    Args:
      frame: of the chair.
      style: one of `LEG_STYLES`.
      top: `[3]` its upper end.
      foot: `[3]` its lower end.
      shape: the numbers that the chair's legs share, from `leg_shape`.

    Returns:
      Solids.
    """
    away = np.array([top[0], top[1]])
    away = away / (np.linalg.norm(away) + 1e-9)
    path = np.linspace(foot, top, 2)
    if style == "plain":
        return [frame.bar_along(path, (1.0, 0.0, 0.0))]
    if style in ("taper", "dowel"):
        low = shape["taper"]
        if style == "dowel":
            t = np.linspace(0, 1, 5)
            path = foot + t[:, None] * (top - foot)
            scale = low + (1 - low) * np.sin(np.pi * np.minimum(t * 0.8, 0.5))
            return [tube(path, scale * frame.bar * 0.5, (1.0, 0.0, 0.0))]
        return [frame.bar_along(path, (1.0, 0.0, 0.0), scale=np.array([low, 1.0]))]
    if style == "turned":
        scale = shape["turned"]
        path = np.linspace(foot, top, len(scale))
        solids = [tube(path, scale * frame.bar * 0.62, (1.0, 0.0, 0.0))]
        size = (frame.bar * 1.2, frame.bar * 1.2, 0.09)
        return [*solids, box(size, tuple(top - (0, 0, 0.045)), bevel=0.004)]
    if style == "hairpin":
        spread = np.array([-away[1], away[0], 0]) * 0.05
        points = [top + spread, foot, top - spread]
        across = np.cross(spread, top - foot)
        return [tube(rounded(points, 0.03), 0.006, across, sides=7)]
    t = np.linspace(0, 1, 11)
    path = foot + t[:, None] * (top - foot)
    if style == "cabriole":
        bend = 0.05 * np.sin(2 * np.pi * t) * -0.8 + 0.02 * np.exp(-((t / 0.08) ** 2))
        path[:, :2] += bend[:, None] * away * shape["bend"]
        scale = 0.4 + 0.55 * t**1.3 + 0.25 * np.exp(-((t / 0.07) ** 2))
        return [tube(path, scale * frame.bar * 0.62, (away[1], -away[0], 0.0))]
    # Sabre: the foot sweeps outwards in x.
    sign = np.sign(top[0]) or 1.0
    path[:, 0] += sign * shape["bend"] * 0.07 * ((1 - t) ** 2 - (1 - t))
    scale = shape["taper"] + (1 - shape["taper"]) * t
    return [frame.bar_along(path, (0.0, 1.0, 0.0), scale=scale)]


def leg_shape(rng: np.random.Generator) -> dict:
    """Numbers that all legs of one chair share."""
    return {
        "taper": rng.uniform(0.4, 0.85),
        "turned": _turned_scale(rng, 22),
        "bend": rng.uniform(0.7, 1.3),
    }


def four_legs(
    chair: ChairBuilder,
    frame: Frame,
    rng: np.random.Generator,
    *,
    style: str | None = None,
    splay: float | None = None,
    count: int = 4,
    under: float | None = None,
    sheet: np.ndarray | None = None,
) -> dict[str, np.ndarray]:
    """Three or four legs with stretchers and an apron.

    Args:
      chair: takes the parts.
      frame: of the chair.
      rng: decides what is not given.
      style: one of `LEG_STYLES`.
      splay: how far the feet stand outwards.
      count: 3 or 4.
      under: how far below the seat's upper side the legs end.
      sheet: points `[n, 3]` of a curved seat, at which the legs end instead.

    Returns:
      "tops" and "feet" `[count, 3]`, front right, front left, rear left, rear right.
    """
    style = style or str(
        rng.choice(LEG_STYLES, p=[0.27, 0.2, 0.17, 0.13, 0.05, 0.1, 0.08])
    )
    shape = leg_shape(rng)
    if splay is None:
        splay = float(rng.choice([0.0, 0.02, rng.uniform(0.04, 0.11)]))
    under = frame.thickness * 0.5 if under is None else under
    z = frame.height - under
    inset = frame.bar * 0.6 + splay * rng.uniform(0.2, 0.9)
    x = frame.depth / 2 - inset
    wide = np.array([frame.half_width(x), frame.half_width(-x)]) - inset
    if count == 3:
        angle = np.radians([0, 120, 240]) + (np.pi if rng.random() < 0.5 else 0)
        tops = np.stack([np.cos(angle) * x, np.sin(angle) * wide.mean(), 0 * angle], 1)
    else:
        tops = np.array(
            [[x, wide[0], 0], [x, -wide[0], 0], [-x, -wide[1], 0], [-x, wide[1], 0]]
        )
        if frame.round_front:
            tops[:2, :2] *= 0.84
    tops[:, 2] = z
    if sheet is not None:
        gap = np.linalg.norm(sheet[None, :, :2] - tops[:, None, :2], axis=2)
        tops[:, 2] = sheet[gap.argmin(axis=1), 2] - 0.004
    out = tops[:, :2] / np.linalg.norm(tops[:, :2], axis=1, keepdims=True)
    feet = tops * (1, 1, 0)
    feet[:, :2] += out * splay * 1.4
    if style == "sabre" and splay == 0.0:
        feet[:, 0] += np.sign(feet[:, 0]) * 0.02
    for top, foot in zip(tops, feet, strict=True):
        for solid in one_leg(frame, style, top, foot, shape):
            chair.add("leg", solid)
        if style in ("taper", "dowel") and shape["taper"] > 0.6 and splay > 0.03:
            width = frame.bar * 0.5 * shape["taper"] * 1.12
            tip = foot + (top - foot) * 0.12
            chair.add("foot", rod(foot, tip, width * 1.25, width * 1.3))
    if style not in ("hairpin", "cabriole"):
        stretchers(chair, frame, rng, tops, feet)
    if under < 0.05 and rng.random() < 0.5 and count == 4 and splay < 0.06:
        apron(chair, frame, rng, tops)
    return {"tops": tops, "feet": feet}


def stretchers(
    chair: ChairBuilder,
    frame: Frame,
    rng: np.random.Generator,
    tops: np.ndarray,
    feet: np.ndarray,
) -> None:
    """Bars between the legs: none, a box, an H, an X or sides only."""
    size = frame.bar * rng.uniform(0.45, 0.7)

    def bar(start: np.ndarray, end: np.ndarray) -> None:
        across = (0.0, 0.0, 1.0)
        chair.add("stretcher", frame.bar_along([start, end], across, size))

    def level(part: float) -> np.ndarray:
        return feet + part * (tops - feet)

    low = rng.uniform(0.2, 0.45)
    if len(tops) == 3:
        if rng.random() < 0.7:
            points = level(low)
            for k in range(3):
                bar(points[k], points[(k + 1) % 3])
        return
    kind = rng.choice(
        ["none", "box", "h", "x", "sides"], p=[0.4, 0.22, 0.18, 0.08, 0.12]
    )
    p = level(low)
    if kind in ("box", "h", "sides"):
        bar(p[0], p[3])
        bar(p[1], p[2])
    if kind == "box":
        higher = level(min(low + rng.uniform(-0.08, 0.15), 0.7))
        bar(higher[0], higher[1])
        bar(higher[2], higher[3])
    if kind == "h":
        bar((p[0] + p[3]) / 2, (p[1] + p[2]) / 2)
    if kind == "x":
        bar(p[0], p[2])
        bar(p[1] + (0, 0, size * 0.5), p[3] + (0, 0, size * 0.5))


def apron(
    chair: ChairBuilder, frame: Frame, rng: np.random.Generator, tops: np.ndarray
) -> None:
    """Boards under the seat from leg to leg."""
    tall = rng.uniform(0.04, 0.08)
    thick = frame.bar * 0.5
    z = frame.height - frame.thickness - tall / 2 + 0.004
    section = rectangle(thick, tall, 0.002, 1)
    for k in range(4):
        path = np.array([tops[k], tops[(k + 1) % 4]])
        path[:, 2] = z
        across = np.cross(path[1] - path[0], (0, 0, 1))
        chair.add("apron", sweep(path, section, across))


def rockers(
    chair: ChairBuilder, frame: Frame, rng: np.random.Generator, *, under: float
) -> dict[str, np.ndarray]:
    """Four legs on two curved runners."""
    z = frame.height - under
    inset = frame.bar * 0.8
    x = frame.depth / 2 - inset
    length = frame.depth * rng.uniform(1.5, 1.9)
    middle = -0.08
    y = min(frame.half_width(x), frame.half_width(-x)) - inset
    radius = rng.uniform(0.9, 1.4)

    def height(at: np.ndarray | float) -> np.ndarray | float:
        return (np.asarray(at) - middle * 0.5) ** 2 / (2 * radius) + frame.bar * 0.4

    at = middle + np.linspace(0.5, -0.5, 13) * length
    path = np.stack([at, np.full(13, y), height(at)], 1)
    section = rectangle(frame.bar * 0.9, frame.bar * 0.8, 0.006, 1)
    chair.add("rocker", sweep(path, section, (0.0, 1.0, 0.0)), mirror=True)
    style = str(rng.choice(["plain", "turned", "taper"]))
    shape = leg_shape(rng)
    tops = np.array([[x, y, z], [x, -y, z], [-x, -y, z], [-x, y, z]])
    if frame.round_front:
        tops[:2, 0] *= 0.88
    feet = tops.copy()
    feet[:, 0] *= 1.05
    feet[:, 2] = height(feet[:, 0])
    for top, foot in zip(tops, feet, strict=True):
        for solid in one_leg(frame, style, top, foot, shape):
            chair.add("leg", solid)
    stretchers(chair, frame, rng, tops, feet)
    return {"tops": tops, "feet": feet}
