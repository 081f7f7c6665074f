"""What racing cars carry: wings, splitters, diffusers, air scoops."""

from __future__ import annotations

import numpy as np

from tf3d.shapes.car_body import BodyShape
from tf3d.shapes.car_parts import both_sides, roundels, sills, splitter
from tf3d.shapes.mesh import Mesh
from tf3d.shapes.primitives import GREY, box, place, rotation, rounded_box

SUNK = 0.06  # metres that a post reaches into the body


def kit(shape: BodyShape, rng: np.random.Generator) -> list[Mesh]:
    """All that one racing car carries."""
    parts = rear_wing(shape, rng)
    if rng.random() < 0.7:
        parts += splitter(shape)
    if rng.random() < 0.5:
        parts += sills(shape, rng)
    if rng.random() < 0.45:
        parts += roundels(shape, rng)
    if rng.random() < 0.4:
        parts.append(diffuser(shape, rng))
    if rng.random() < 0.3:
        parts.append(hood_scoop(shape, rng))
    return parts


def rear_wing(shape: BodyShape, rng: np.random.Generator) -> list[Mesh]:
    """One or two blades between end plates, above the deck or behind the tail.

    They stand on two posts, or on the end plates themselves.
    """
    p = shape.p
    chord, high = rng.uniform(0.2, 0.42), rng.uniform(0.12, 0.5)
    half = p.half * rng.uniform(0.72, 1.0)
    x = p.tail_x + chord / 2 + rng.uniform(-0.25, 0.2)
    foot = max(x, p.tail_x + 0.12)  # of the posts, on the body
    deck = float(shape.top(np.array(foot)))
    z = deck + high
    size = (chord, 2 * half, rng.uniform(0.025, 0.06))
    parts = [_blade((x, 0, z), size, rng.uniform(0, 16))]
    if rng.random() < 0.3:
        upper = (0.6 * size[0], size[1], 0.8 * size[2])
        at = (x - 0.4 * chord, 0, z + rng.uniform(0.06, 0.14))
        parts.append(_blade(at, upper, rng.uniform(8, 30)))
    standing = rng.random() < 0.3 and half < 0.9 * p.half
    tall = rng.uniform(0.1, 0.32)
    low, top = z - 0.6 * tall, z + 0.4 * tall
    along, middle = chord * rng.uniform(1.0, 1.3), x
    if standing:  # long enough to reach from the body to the blade
        low, along, middle = deck - SUNK, along + foot - x, x + 0.5 * (foot - x)
    plate = (along, 0.025, top - low)
    parts += both_sides(box((middle, half, (low + top) / 2), plate, GREY, "wing"))
    if standing:
        return parts
    y, wide = half * rng.uniform(0.25, 0.75), rng.uniform(0.06, 0.5) * chord
    length = foot - x + wide
    post = ((x + foot) / 2, y, (deck - SUNK + z) / 2)
    size = (length, rng.uniform(0.015, 0.05), z - deck + SUNK)
    return parts + both_sides(box(post, size, GREY, "trim"))


def _blade(
    at: tuple[float, float, float], size: tuple[float, float, float], tilt: float
) -> Mesh:
    blade = rounded_box((0, 0, 0), size, 0.4 * size[2], GREY, "wing")
    return place(blade, rotation=rotation("y", tilt), translation=at)


def diffuser(shape: BodyShape, rng: np.random.Generator) -> Mesh:
    """A dark box under the tail."""
    p = shape.p
    size = (0.35, 2 * p.half * rng.uniform(0.5, 0.85), 0.12)
    return box((p.tail_x + 0.2, 0, p.ride + 0.05), size, GREY, "splitter")


def hood_scoop(shape: BodyShape, rng: np.random.Generator) -> Mesh:
    """An air intake on the hood."""
    p = shape.p
    x = p.windshield + rng.uniform(0.25, 0.6) * (p.nose_x - p.windshield)
    z = float(shape.top(np.array(x)))
    size = (rng.uniform(0.3, 0.6), rng.uniform(0.25, 0.6), rng.uniform(0.1, 0.2))
    return rounded_box((x, 0, z + p.crown), size, 0.03, GREY, "hood")
