"""Proportions, bent tubes and sheets of the generated buggies, in metres.

X runs to the front, Y to the left, Z up; the ground is z = 0 and x = 0 is the middle
between the axles.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import ArrayLike

from tf3d.shapes.mesh import Mesh
from tf3d.shapes.primitives import (
    GREY,
    grid_faces,
    loft,
    polygon_area,
    solid,
    triangulate,
    tube,
)

Point = tuple[float, float, float]

# Low and high of each measure. "rear" and "rear_tire": the rear wheels' radius and
# width as multiples of the front ones'; "inset": from the wheels' outside to the body.
_RANGES: dict[str, dict[str, tuple[float, float]]] = {
    "utility": {
        "wheelbase": (1.85, 2.2),
        "width": (1.4, 1.75),
        "height": (1.75, 2.05),
        "wheel": (0.3, 0.38),
        "tire": (0.2, 0.28),
        "nose": (0.3, 0.5),
        "tail": (0.4, 0.62),
        "floor": (0.32, 0.42),
        "sill": (0.06, 0.26),
        "belt": (0.92, 1.06),
        "inset": (0.02, 0.12),
    },
    "golf": {
        "wheelbase": (1.6, 1.8),
        "width": (1.2, 1.32),
        "height": (1.7, 1.92),
        "wheel": (0.21, 0.26),
        "tire": (0.15, 0.19),
        "nose": (0.36, 0.48),
        "tail": (0.4, 0.55),
        "floor": (0.28, 0.34),
        "sill": (0.0, 0.0),
        "belt": (0.8, 0.95),
        "inset": (0.01, 0.03),
    },
    "dune": {
        "wheelbase": (2.1, 2.6),
        "width": (1.6, 1.85),
        "height": (1.35, 1.62),
        "wheel": (0.27, 0.34),
        "rear": (1.12, 1.35),
        "tire": (0.15, 0.21),
        "rear_tire": (1.3, 1.8),
        "nose": (0.3, 0.55),
        "tail": (0.35, 0.55),
        "floor": (0.24, 0.32),
        "sill": (0.15, 0.3),
        "belt": (0.7, 0.84),
        "inset": (0.24, 0.32),
    },
    "field": {
        "wheelbase": (2.0, 2.4),
        "width": (1.5, 1.75),
        "height": (1.55, 1.85),
        "wheel": (0.34, 0.4),
        "tire": (0.16, 0.24),
        "nose": (0.4, 0.55),
        "tail": (0.45, 0.65),
        "floor": (0.42, 0.5),
        "sill": (0.05, 0.2),
        "belt": (0.98, 1.1),
        "inset": (0.0, 0.05),
    },
    "farm": {
        "wheelbase": (1.45, 1.85),
        "width": (1.2, 1.4),
        "height": (1.6, 1.9),
        "wheel": (0.24, 0.31),
        "tire": (0.17, 0.24),
        "nose": (0.26, 0.36),
        "tail": (0.4, 0.7),
        "floor": (0.3, 0.38),
        "sill": (0.0, 0.06),
        "belt": (0.78, 0.95),
        "inset": (0.0, 0.08),
    },
    "quad": {
        "wheelbase": (1.18, 1.4),
        "width": (1.1, 1.25),
        "height": (1.15, 1.3),
        "wheel": (0.27, 0.32),
        "tire": (0.2, 0.27),
        "nose": (0.24, 0.32),
        "tail": (0.26, 0.34),
        "floor": (0.3, 0.36),
        "sill": (0.0, 0.0),
        "belt": (0.8, 0.9),
        "inset": (0.02, 0.05),
    },
}


@dataclasses.dataclass
class Plan:
    """What shapes one buggy; pairs are (front, rear).

    Attributes:
      kind: one of `buggies.KINDS`.
      front: x of the nose.
      rear: x of the tail.
      width: over the wheels.
      half: half of the body's width.
      height: of the roof or the cage.
      floor: z of the cabin's floor.
      sill: z of the body's sides at the entrance.
      belt: z of the dashboard.
      deck: z of the bed's floor, above the rear wheels.
      dash: x of the dashboard.
      back: x of the cabin's rear end.
      axles: their x.
      wheel: radii.
      tire: the wheels' widths.
      rows: of seats.
      tube: radius of the cage's tubes.
    """

    kind: str
    front: float
    rear: float
    width: float
    half: float
    height: float
    floor: float
    sill: float
    belt: float
    deck: float
    dash: float
    back: float
    axles: tuple[float, float]
    wheel: tuple[float, float]
    tire: tuple[float, float]
    rows: int
    tube: float

    def core(self, end: int) -> float:
        """Half of the room between the front (0) or rear (1) wheels."""
        return self.width / 2 - self.tire[end] - 0.05


def draw_plan(kind: str, rng: np.random.Generator) -> Plan:
    """Draws the proportions of one of `buggies.KINDS`."""
    ranges = {"rear": (1.0, 1.04), "rear_tire": (1.0, 1.1), **_RANGES[kind]}
    m = {name: float(rng.uniform(*ends)) for name, ends in ranges.items()}
    rows = 2 if rng.random() < {"utility": 0.25, "golf": 0.4}.get(kind, 0) else 1
    base = m["wheelbase"] + (0.72 * (rows - 1) if kind == "utility" else 0.0)
    wheel_radii = (m["wheel"], m["wheel"] * m["rear"])
    axles = (base / 2, -base / 2)
    gap = rng.uniform(0.04, 0.1)
    return Plan(
        kind=kind,
        front=axles[0] + m["nose"],
        rear=axles[1] - m["tail"],
        width=m["width"],
        half=m["width"] / 2 - m["inset"],
        height=m["height"],
        floor=m["floor"],
        sill=m["floor"] + m["sill"],
        belt=max(m["belt"], 2 * wheel_radii[0] + 0.2),
        deck=2 * wheel_radii[1] + rng.uniform(0.05, 0.1),
        dash=axles[0] - wheel_radii[0] - gap,
        back=axles[1] + wheel_radii[1] + gap,
        axles=axles,
        wheel=wheel_radii,
        tire=(m["tire"], m["tire"] * m["rear_tire"]),
        rows=rows,
        tube=rng.uniform(0.02, 0.04),
    )


def bent(points: ArrayLike, radius: float, steps: int = 4) -> np.ndarray:
    """A polyline whose corners are rounded, as those of bent tubes are.

    Args:
      points: `[n, 3]`.
      radius: how far before a corner the bend begins; less on short edges.
      steps: points of each bend, less one.

    Returns:
      `[m, 3]`.
    """
    points = np.asarray(points, np.float64)
    result = [points[:1]]
    t = np.linspace(0, 1, steps + 1)[:, None]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        ends = []
        for other in (before, after):
            step = other - corner
            length = np.linalg.norm(step)
            ends.append(corner + step * min(radius / length, 0.45))
        curve = (1 - t) ** 2 * ends[0] + 2 * t * (1 - t) * corner + t**2 * ends[1]
        result.append(curve)
    return np.concatenate([*result, points[-1:]])


def bar(
    points: ArrayLike, radius: float, part: str = "frame", bend: float = 0.1
) -> Mesh:
    """A bent tube through points `[n, 3]`."""
    return tube(bent(points, bend), radius, GREY, part, segments=7)


def both(points: ArrayLike, radius: float, part: str = "frame") -> list[Mesh]:
    """A bent tube on the left and its mirror image."""
    points = np.asarray(points, np.float64)
    return [bar(points, radius, part), bar(points * (1, -1, 1), radius, part)]


def hoop(
    left: ArrayLike, radius: float, part: str = "frame", bend: float = 0.12
) -> Mesh:
    """A tube across the vehicle, its left half's points `[n, 3]` from the foot up."""
    left = np.asarray(left, np.float64)
    return bar(np.concatenate([left, left[::-1] * (1, -1, 1)]), radius, part, bend)


def sheet(
    path: ArrayLike, low: float, high: float, thick: float, part: str = "body"
) -> Mesh:
    """A bent sheet of metal: a path in the plane of x and z, drawn out along y.

    Args:
      path: `[n, 2]` of (x, z).
      low: y of one edge.
      high: y of the other.
      thick: downwards where the path runs along x.
      part: the part's name.
    """
    path = np.asarray(path, np.float64)
    step = np.gradient(path, axis=0)
    normal = np.stack([step[:, 1], -step[:, 0]], axis=1)
    normal *= thick / np.linalg.norm(normal, axis=1, keepdims=True)
    under = path + normal * np.sign(path[-1, 0] - path[0, 0] + 1e-9)
    sections = np.empty((len(path), 4, 3))
    for k, (points, y) in enumerate(
        ((path, low), (path, high), (under, high), (under, low))
    ):
        sections[:, k, 0], sections[:, k, 1], sections[:, k, 2] = (
            points[:, 0],
            y,
            points[:, 1],
        )
    return loft(sections, GREY, part)


def profile_body(
    profile: ArrayLike, half: float, bevel: float, part: str = "body"
) -> Mesh:
    """A prism over a side view, its two outer edges chamfered.

    Args:
      profile: `[n, 2]` of (x, z), a simple polygon.
      half: of the width.
      bevel: chamfer.
      part: the part's name.
    """
    profile = np.asarray(profile, np.float64)
    if polygon_area(profile) < 0:
        profile = profile[::-1]
    middle = (profile.min(axis=0) + profile.max(axis=0)) / 2
    inner = middle + (profile - middle) * (1 - 1.5 * bevel / np.ptp(profile, axis=0))
    n = len(profile)
    rings = np.empty((4, n, 3))
    for k, (ring, y) in enumerate(
        ((inner, -half), (profile, bevel - half), (profile, half - bevel))
    ):
        rings[k, :, ::2], rings[k, :, 1] = ring, y
    rings[3, :, ::2], rings[3, :, 1] = inner, half
    cap = triangulate(inner)
    faces = [grid_faces(4, n, wrap=True), cap, cap[:, ::-1] + 3 * n]
    return solid(rings.reshape(-1, 3), np.concatenate(faces), GREY, part)


def arch(x: float, z: float, radius: float, low: float, steps: int = 8) -> np.ndarray:
    """A wheel arch `[steps + 1, 2]` of (x, z), from rear to front.

    Args:
      x: of the wheel's centre.
      z: of the wheel's centre.
      radius: of the arch.
      low: z of the edge that the arch is cut into.
      steps: how many.
    """
    first = np.arcsin(np.clip((low - z) / radius, -1, 1))
    angle = np.linspace(np.pi - first, first, steps + 1)
    return np.stack([x + radius * np.cos(angle), z + radius * np.sin(angle)], axis=1)
