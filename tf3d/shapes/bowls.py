"""Procedural bowls: hemispheres, dishes, footed, lipped, scalloped, square, lugged."""

from __future__ import annotations

import numpy as np

from tf3d.shapes import primitives, vessels
from tf3d.shapes.chair_parts import ChairBuilder
from tf3d.shapes.mesh import Mesh

Rng = np.random.Generator

# Height as a share of the rim's radius, how quickly the wall rises, and its share.
_FORMS = {
    "round": ((0.7, 1.05), (0.42, 0.55), 0.3),
    "deep": ((1.0, 1.3), (0.3, 0.5), 0.15),
    "shallow": ((0.3, 0.5), (0.45, 0.75), 0.25),
    "conical": ((0.5, 0.9), (0.8, 1.0), 0.15),
    "straight": ((0.4, 0.85), (0.16, 0.28), 0.15),
}


def generate_bowl(seed: int, paint_seed: int | None = None) -> Mesh:
    """A bowl, different for every seed.

    Args:
      seed: decides the shape.
      paint_seed: decides the colours alone; default: `seed`.

    Returns:
      A normalised mesh of closed parts named "wall", "foot", "filling" and so on.
    """
    rng = np.random.default_rng([seed, 0xB0E1])
    names = list(_FORMS)
    weights = np.array([_FORMS[name][2] for name in names])
    form = names[int(rng.choice(len(names), p=weights / weights.sum()))]
    bowl = ChairBuilder()
    _build(bowl, form, rng)
    paint = np.random.default_rng([seed if paint_seed is None else paint_seed, 0xB0E2])
    colors = vessels.glazes(bowl.parts, paint)
    return bowl.build(colors, f"{form} bowl {seed}").normalized()


def _build(bowl: ChairBuilder, form: str, rng: Rng) -> None:
    heights, powers, _ = _FORMS[form]
    height, power = rng.uniform(*heights), rng.uniform(*powers)
    foot, thickness = rng.uniform(0.22, 0.5), rng.uniform(0.025, 0.07)
    if form == "straight":
        foot = rng.uniform(0.6, 0.9)
    outer = _profile(foot, height, power)
    draw = rng.random()
    if draw < 0.22:  # the rim turned outwards
        flare = rng.uniform(0.05, 0.22) * np.clip(
            (outer[:, 1] / height - 0.8) / 0.2, 0, 1
        )
        outer[:, 0] += flare**1.2
    elif draw < 0.34:  # or inwards
        outer[:, 0] -= 0.12 * np.clip((outer[:, 1] / height - 0.7) / 0.3, 0, 1) ** 2
    sides, outline = 36, None
    shape = rng.random()
    if shape < 0.1:
        sides = int(rng.choice([6, 8, 10]))
    elif shape < 0.2:
        outline = vessels.scallops(int(rng.integers(5, 13)), rng.uniform(0.03, 0.09))
        sides = 60
    elif shape < 0.28:
        outline, sides = vessels.rounded_square(rng.uniform(3, 6)), 48
    elif shape < 0.36:  # oval, longer to the sides
        long = rng.uniform(0.15, 0.3)
        outline = _oval(long)
    floor = thickness * rng.uniform(1.0, 1.6)
    wall = vessels.vessel(
        outer,
        thickness,
        floor,
        sides=sides,
        lip=rng.uniform(0.8, 1.6),
        outline=outline,
        phase=np.pi / sides,
    )
    bowl.add("wall", wall)
    plain = outline is None and sides == 36
    _foot(bowl, rng, foot, outline)
    if plain:
        _extras(bowl, rng, outer, height, thickness)


def _oval(long: float) -> vessels.Outline:
    return lambda angle, height: 1 + long * np.sin(angle) ** 2 + 0 * height


def _profile(foot: float, height: float, power: float) -> np.ndarray:
    """Radius from `foot` to 1; a low power gives a flat floor and steep walls."""
    t = np.linspace(0, 1, 18)
    # By angle for round forms, so that the steps are even along the wall.
    if power < 0.78:
        angle = t * np.pi / 2
        rise = (1 - np.cos(angle)) ** (1.0 + max(0.0, 0.45 - power) * 0.5)
        radius = foot + (1 - foot) * np.sin(angle) ** (2 * power)
    else:
        rise = t
        radius = foot + (1 - foot) * t**power
    return np.stack([radius, np.maximum.accumulate(height * rise)], 1)


def _foot(
    bowl: ChairBuilder, rng: Rng, foot: float, outline: vessels.Outline | None
) -> None:
    """A ring below, a pedestal, or nothing."""
    draw = rng.random()
    if draw < 0.4:
        tall, wide = rng.uniform(0.04, 0.12), foot * rng.uniform(0.85, 1.0)
        profile = [(0.96 * wide, -tall), (wide, -0.8 * tall), (0.97 * wide, 0.02)]
        profile = np.array([*profile, (0.5 * wide, 0.02)])
    elif draw < 0.52:
        tall, wide = rng.uniform(0.2, 0.55), rng.uniform(0.35, 0.6)
        thin = rng.uniform(0.08, 0.18)
        profile = np.array(
            [
                (0.97 * wide, -tall),
                (wide, -0.93 * tall),
                (0.6 * wide, -0.8 * tall),
                (thin, -0.5 * tall),
                (thin, -0.25 * tall),
                (min(1.8 * thin, 0.95 * foot), 0.02),
            ]
        )
    elif draw < 0.6 and outline is None:
        size = rng.uniform(0.05, 0.09)
        for angle in np.radians([0, 120, 240]):
            place = 0.8 * foot * np.array([np.cos(angle), np.sin(angle)])
            ball = primitives.ellipsoid((*place, -0.4 * size), size)
            bowl.add("foot", (ball.vertices.astype(float), ball.faces))
        return
    else:
        return
    bowl.add("foot", vessels.turned(profile, 32, outline, 1.0))


def _extras(
    bowl: ChairBuilder, rng: Rng, outer: np.ndarray, height: float, thickness: float
) -> None:
    """What lies in a round bowl, sticks out of it, or is fixed to its sides."""
    rim = float(outer[-1, 0])
    draw = rng.random()
    if draw < 0.3:
        z = height * rng.uniform(0.55, 0.85)
        rising = np.concatenate([[True], np.diff(outer[:, 1]) > 1e-9])
        radius = np.interp(z - 0.03, outer[rising, 1], outer[rising, 0])
        radius -= 0.4 * thickness
        bowl.add("filling", vessels.disc(radius, z - 0.03, z, 32))
        for _ in range(int(rng.integers(0, 6))):
            angle, out = rng.uniform(0, 2 * np.pi), rng.uniform(0, 0.6) * radius
            place = (out * np.cos(angle), out * np.sin(angle), z)
            size = rng.uniform(0.08, 0.2) * np.array([1, 1, rng.uniform(0.5, 1)])
            ball = primitives.ellipsoid(place, size)
            bowl.add("food", (ball.vertices.astype(float), ball.faces))
        if rng.random() < 0.35:
            end = (0.0, rim * rng.uniform(1.1, 1.4), height * rng.uniform(1.2, 1.5))
            vessels.spoon(bowl, (0.0, 0.3 * rim, z), end, 0.12)
    elif draw < 0.4:  # two lugs
        z, reach = 0.88 * height, rng.uniform(0.12, 0.25)
        wall = float(np.interp(z, outer[:, 1], outer[:, 0])) - 0.5 * thickness
        angle = np.linspace(-np.pi / 2, np.pi / 2, 9)
        wide = rng.uniform(0.15, 0.28)
        path = np.stack(
            [wide * np.sin(angle), wall + reach * np.cos(angle), np.full(9, z)], 1
        )
        # The wall curves away from the lug's ends.
        path[[0, -1], 1] = np.sqrt(max(wall**2 - wide**2, 0.0)) - 0.2 * thickness
        lug = primitives.tube(path, rng.uniform(0.03, 0.05), segments=8)
        bowl.add("handle", (lug.vertices.astype(float), lug.faces), mirror=True)
    elif draw < 0.47:  # a lid with a knob
        profile = [
            (rim * 1.0, height),
            (rim * 1.02, height + 0.05),
            (0.7 * rim, height + 0.25),
            (0.25 * rim, height + 0.36),
            (0.08 * rim, height + 0.38),
            (0.13 * rim, height + 0.47),
            (0.08 * rim, height + 0.5),
        ]
        bowl.add("lid", vessels.turned(np.array(profile), 36))
