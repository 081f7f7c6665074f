"""Wheels of the generated cars: tyre, rim with spokes or a cover, hub."""

from __future__ import annotations

import numpy as np

from tf3d.shapes.car_types import Proportions
from tf3d.shapes.mesh import Mesh, concatenate
from tf3d.shapes.primitives import GREY, grid_faces, place, revolve, rotation, solid

RIMS = ("spokes", "double", "cover", "steel", "dish", "mesh")


def wheel(
    radius: float,
    width: float,
    rim: float,
    style: str,
    spokes: int,
    *,
    segments: int = 20,
) -> Mesh:
    """One wheel about the y axis, centred at the origin, its outside towards +y.

    Args:
      radius: of the tyre, metres.
      width: of the tyre.
      rim: radius of the rim as a fraction of the tyre's.
      style: one of `RIMS`.
      spokes: how many.
      segments: around.
    """
    r, half = radius * rim, width / 2
    # The tyre is a ring about the axis: its profile runs around the rubber.
    profile = np.array(
        [
            (-half, r * 0.9),
            (-half, radius * 0.94),
            (-half * 0.72, radius),
            (half * 0.72, radius),
            (half, radius * 0.94),
            (half * 1.02, (radius + r) / 2),
            (half * 0.9, r),
            (half * 0.55, r * 0.97),
        ]
    )
    angle = np.arange(segments) * (2 * np.pi / segments)
    ring = profile[:, None, 1] * np.stack([np.cos(angle), np.sin(angle)])[:, None]
    y = np.broadcast_to(profile[:, :1], ring[0].shape)
    points = np.stack([ring[0], y, ring[1]], axis=-1)
    k = len(profile)
    faces = grid_faces(k + 1, segments, wrap=True) % (k * segments)
    parts = [solid(points.reshape(-1, 3), faces, GREY, "wheel")]
    back = "rim_back" if style in ("spokes", "double", "mesh") else "rim"
    depth = {"cover": 0.86, "steel": 0.45, "dish": 0.25}.get(style, 0.35)
    parts.append(
        revolve(
            (0, -half * 0.9, 0),
            (0, half * depth, 0),
            [(0, r * 0.95), (0.9, r * 0.96), (1, r * 0.86)],
            GREY,
            back,
            segments=segments,
        )
    )
    if style == "steel":
        parts.append(
            revolve(
                (0, half * 0.4, 0),
                (0, half * 0.75, 0),
                [(0, r * 0.62), (0.7, r * 0.55), (1, r * 0.4)],
                GREY,
                "rim",
                segments=12,
            )
        )
    elif style in ("spokes", "double", "mesh"):
        parts.append(_spokes(r, half, style, spokes))
    parts.append(
        revolve(
            (0, half * 0.2, 0),
            (0, half * 0.93, 0),
            [(0, r * 0.24), (0.8, r * 0.22), (1, r * 0.12)],
            GREY,
            "hub",
            segments=8,
        )
    )
    return concatenate(parts)


def _spokes(r: float, half: float, style: str, count: int) -> Mesh:
    """All spokes and the bright ring that they end in."""
    inner, outer = 0.16 * r, 0.97 * r
    thick = {"spokes": 1.5, "double": 0.55, "mesh": 0.45}[style] * r / count
    low, high = 0.3 * half, 0.88 * half
    # A bar from the hub outwards, a little narrower and lower at the rim.
    bar = np.array(
        [
            (inner, low, -thick),
            (inner, low, thick),
            (inner, high, thick),
            (inner, high, -thick),
            (outer, low, -thick * 0.7),
            (outer, low, thick * 0.7),
            (outer, high * 0.88, thick * 0.7),
            (outer, high * 0.88, -thick * 0.7),
        ]
    )
    quads = [(0, 1, 2, 3), (7, 6, 5, 4)]
    quads += [(k, k + 4, (k + 1) % 4 + 4, (k + 1) % 4) for k in range(4)]
    faces = np.array([t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))])
    angle = np.arange(count) * 2 * np.pi / count
    if style == "double":
        angle = np.concatenate([angle - 0.14, angle + 0.14])
    elif style == "mesh":
        angle = np.arange(2 * count) * np.pi / count
    cos, sin = np.cos(angle)[:, None], np.sin(angle)[:, None]
    points = np.stack(
        [
            cos * bar[:, 0] - sin * bar[:, 2],
            np.broadcast_to(bar[:, 1], (len(angle), 8)),
            sin * bar[:, 0] + cos * bar[:, 2],
        ],
        axis=-1,
    )
    index = np.arange(len(angle))[:, None, None] * 8 + faces
    return solid(points.reshape(-1, 3), index.reshape(-1, 3), GREY, "rim")


def wheels(p: Proportions, rng: np.random.Generator) -> Mesh:
    """All wheels of a car in place.

    Args:
      p: its proportions.
      rng: draws the style, and now and then a steering angle.
    """
    heavy = p.body_type in ("truck", "bus")
    odds = [0.1, 0.0, 0.15, 0.55, 0.2, 0.0] if heavy else [0.4, 0.2, 0.1, 0.12, 0.1]
    odds = odds if heavy else [*odds, 0.08]
    style = str(rng.choice(RIMS, p=odds))
    spokes = int(rng.choice([5, 5, 6, 7, 8, 10]))
    size = rng.uniform(0.52, 0.62) if heavy else rng.uniform(0.58, 0.76)
    one = wheel(p.wheel, p.tire, size, style, spokes)
    steer = rng.uniform(-14, 14) if rng.random() < 0.2 and not heavy else 0.0
    inset = rng.uniform(0.01, 0.04)
    y = p.half - p.tire / 2 - inset
    if p.body_type == "truck":
        y -= 0.03
    spin = rng.uniform(0, 360, 4)
    placed = []
    axles = list(p.axles)
    if p.body_type == "truck" and p.length > 6.8 and rng.random() < 0.5:
        axles.append(p.axles[1] + 2.15 * p.wheel)
    for k, x in enumerate(axles):
        for side in (0, 1):
            matrix = rotation("y", spin[(2 * k + side) % 4])
            mesh = place(one, rotation=matrix)
            mesh = place(
                mesh,
                mirror="y" if side else None,
                rotation=rotation("z", steer if k == 0 else 0.0),
                translation=(x, -y if side else y, p.wheel),
            )
            placed.append(mesh)
    return concatenate(placed)
