"""What cups and bowls share: turned walls, handles, fillings, saucers, spoons, glazes.

Lengths are in heights or radii of the vessel, which stands on z = 0 about the Z axis.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tf3d.shapes import primitives
from tf3d.shapes.chair_parts import ChairBuilder, Solid, circle, spline, sweep
from tf3d.shapes.palettes import METALS, WOODS, grey, muted, pale, pick, vivid

Rng = np.random.Generator

# How the wall's outline at a height changes with the angle: 1 is a circle.
Outline = Callable[[np.ndarray, np.ndarray], np.ndarray]


def curve(points: list[tuple[float, float]], count: int = 14) -> np.ndarray:
    """A smooth profile `[count, 2]` of (radius, z) through points, upwards."""
    path = np.array([(r, 0.0, z) for r, z in points])
    return spline(path, count)[:, [0, 2]]


def vessel(
    outer: np.ndarray,
    thickness: float,
    floor: float,
    *,
    sides: int = 32,
    lip: float = 1.0,
    outline: Outline | None = None,
    phase: float = 0.0,
) -> Solid:
    """An open vessel: outer wall up, rim, inner wall down, floor.

    Args:
      outer: `[n, 2]` of (radius, z) from the foot up to the rim.
      thickness: of the wall.
      floor: height of the inner floor.
      sides: around; 6 to 8 give a cut one.
      lip: the rim's thickness relative to the wall's.
      outline: factor of the radius by angle and height (as a share of the rim's),
        both broadcast; None for round.
      phase: turns the sides, radians.

    Returns:
      The closed solid.
    """
    z = outer[:, 1]
    inner_z = np.linspace(floor, z[-1], max(6, len(outer) // 2 + 2))
    # Above its foot the wall rises steadily, so the radius is a function of height.
    rising = np.concatenate([[True], np.diff(z) > 1e-9])
    inner = np.stack([np.interp(inner_z, z[rising], outer[rising, 0]), inner_z], 1)
    # Measured across the wall: a flat wall needs a larger step inwards than a steep.
    slope = np.gradient(inner[:, 0], inner[:, 1])
    step = thickness * np.minimum(np.sqrt(1 + slope**2), 2.5)
    inner[:, 0] = np.maximum(inner[:, 0] - step, 0.15 * outer[-1, 0])
    inner[-1, 0] = outer[-1, 0] - lip * thickness
    rim = np.array([[outer[-1, 0] - 0.5 * lip * thickness, z[-1] + 0.4 * thickness]])
    centre = np.array([[0.35 * inner[0, 0], floor * 0.97]])
    foot = np.array([[0.5 * outer[0, 0], z[0]]])
    profile = np.concatenate([foot, outer, rim, inner[::-1], centre])
    return turned(profile, sides, outline, float(z[-1]), phase)


def turned(
    profile: np.ndarray,
    sides: int = 32,
    outline: Outline | None = None,
    height: float = 1.0,
    phase: float = 0.0,
) -> Solid:
    """Turns a profile `[n, 2]` of (radius, z) about the Z axis; see `vessel`."""
    angle = np.arange(sides) * (2 * np.pi / sides) + phase
    radius = np.repeat(profile[:, :1], sides, axis=1)
    if outline is not None:
        radius = radius * outline(angle[None], profile[:, 1:] / height)
    sections = np.empty((len(profile), sides, 3))
    sections[..., 0] = radius * np.cos(angle)
    sections[..., 1] = radius * np.sin(angle)
    sections[..., 2] = profile[:, 1:]
    mesh = primitives.loft(sections)
    return mesh.vertices.astype(float), mesh.faces


def scallops(count: int, depth: float) -> Outline:
    """Waves around the rim that fade towards the foot."""
    return lambda angle, height: (
        1 + depth * np.clip(height, 0, 1) ** 2 * np.cos(count * angle)
    )


def rounded_square(power: float) -> Outline:
    """A superellipse: 2 is a circle, 6 nearly a square."""

    def factor(angle: np.ndarray, height: np.ndarray) -> np.ndarray:
        sum_ = np.abs(np.cos(angle)) ** power + np.abs(np.sin(angle)) ** power
        return sum_ ** (-1 / power) + 0 * height

    return factor


def handle(points: np.ndarray, width: float, depth: float, square: bool) -> Solid:
    """A band along points `[n, 2]` of (x, z), in the plane y = 0.

    Args:
      points: from the upper end to the lower; both should end within the wall.
      width: of the band along Y.
      depth: of the band within the plane.
      square: an angular section, else a round one.
    """
    path = np.zeros((len(points), 3))
    path[:, [0, 2]] = points
    section = circle(10)
    if square:
        section = np.sign(section) * np.abs(section) ** 0.5
    vertices, faces = sweep(path, section * (width / 2, depth / 2), (0, 1, 0))
    if primitives.signed_volume(vertices, faces) < 0:
        faces = faces[:, ::-1]
    return vertices, faces


def disc(radius: float, low: float, high: float, sides: int = 24) -> Solid:
    """A plate from `low` to `high`: what a vessel is filled with."""
    profile = np.array([(radius, low), (radius, high), (0.5 * radius, high)])
    return turned(profile, sides)


def saucer(radius: float, thickness: float, rise: float) -> Solid:
    """A shallow dish about the axis, its rim at height `rise`, under z = 0."""
    well = 0.45 * radius
    profile = [
        (0.4 * well, -thickness),
        (well, -thickness),
        (0.75 * radius, 0.35 * rise - thickness),
        (radius, rise),
        (0.98 * radius, rise + 0.4 * thickness),
        (0.74 * radius, 0.35 * rise + 0.3 * thickness),
        (well, 0.0),
        (0.4 * well, 0.0),
    ]
    return turned(np.array(profile), 36)


def spoon(
    plane: ChairBuilder, start: tuple, end: tuple, size: float, part: str = "spoon"
) -> None:
    """A spoon with its bowl at `start` and its handle's end at `end`."""
    bar = primitives.tube(
        np.linspace(start, end, 5),
        size * np.array([0.3, 0.22, 0.2, 0.24, 0.32]),
        segments=6,
    )
    plane.add(part, (bar.vertices.astype(float), bar.faces))
    bowl = primitives.ellipsoid(start, (1.3 * size, size, 0.5 * size))
    plane.add(part, (bowl.vertices.astype(float), bowl.faces))


def glazes(parts: list[str], rng: Rng) -> dict[str, np.ndarray]:
    """Colours of a vessel's parts.

    Args:
      parts: their names.
      rng: decides alone.
    """

    def material() -> np.ndarray:
        draw = rng.random()
        if draw < 0.38:
            return pale(rng)
        if draw < 0.6:
            return muted(rng)
        if draw < 0.82:
            return vivid(rng)
        if draw < 0.88:
            return pick(METALS, rng)
        return pick(WOODS, rng) if draw < 0.94 else grey(rng, 0.08, 0.3)

    body, accent = material(), material()
    food = ((0.25, 0.14, 0.08), (0.55, 0.24, 0.1), (0.9, 0.8, 0.6), (0.75, 0.2, 0.12))
    colors = {
        "wall": body,
        "handle": body if rng.random() < 0.7 else accent,
        "foot": body if rng.random() < 0.6 else accent,
        "band": accent,
        "sleeve": pick(WOODS, rng),
        "rim": accent if rng.random() < 0.5 else body,
        "lid": (body, accent, grey(rng, 0.05, 0.2), pale(rng))[int(rng.integers(4))],
        "saucer": body if rng.random() < 0.7 else accent,
        "filling": pick(food, rng, 0.15),
        "food": vivid(rng),
        "spoon": pick(METALS, rng) if rng.random() < 0.7 else pick(WOODS, rng),
    }
    return {part: np.clip(colors[part], 0, 1) for part in parts}
