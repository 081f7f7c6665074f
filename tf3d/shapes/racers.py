"""Procedural racing cars: low and wide, with a wing, in a livery.

They stand beside `cars`, of which few carry a wing, as `buggies` do.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from tf3d.shapes.car_paint import body_color, draw_paint
from tf3d.shapes.car_types import Proportions, draw_proportions
from tf3d.shapes.cars import build_car, painted
from tf3d.shapes.mesh import Mesh

BODY_TYPES = {"coupe": 0.65, "sedan": 0.2, "hatchback": 0.15}
# Panels that a livery may colour each for itself; those of a group go together.
PANELS = (
    ("hood", "stripe"),
    ("deck", "tail"),
    ("door",),
    ("roof", "pillar", "pillar_front", "pillar_rear"),
    ("body_lower", "sill"),
    ("side_stripe",),
    ("bumper_front",),
    ("bumper_rear",),
    ("mirror",),
)


def generate_racer(seed: int, paint_seed: int | None = None) -> Mesh:
    """A racing car of its own, its front towards +X, normalised.

    Args:
      seed: decides the geometry: same seed, same shape.
      paint_seed: decides the colours; default `seed`.

    Returns:
      A mesh of 3 to 8 thousand triangles with the parts of `generate_car`, "wing" and
      "trim" always among them.
    """
    rng = np.random.default_rng([seed, 0x4ACE1])
    names = list(BODY_TYPES)
    body_type = str(rng.choice(names, p=np.array(list(BODY_TYPES.values()))))
    p = _lowered(draw_proportions(rng, body_type), rng)
    mesh, features = build_car(p, rng, racing=True)
    paint = np.random.default_rng([seed if paint_seed is None else paint_seed, 0x4ACE2])
    colors = _livery(draw_paint(paint, body_type, features), paint)
    mesh = painted(mesh.normalized(), colors)
    return dataclasses.replace(mesh, name=f"racer-{body_type}-{seed}")


def _lowered(p: Proportions, rng: np.random.Generator) -> Proportions:
    """The same car nearer to the ground and wider."""
    low, wide = rng.uniform(0.74, 0.97), rng.uniform(1.0, 1.12)
    heights = {
        name: getattr(p, name) * low for name in ("height", "belt", "nose", "deck")
    }
    return dataclasses.replace(
        p, width=p.width * wide, ride=p.ride * rng.uniform(0.45, 0.9), **heights
    )


def _livery(
    colors: dict[str, tuple[float, float, float]], rng: np.random.Generator
) -> dict[str, tuple[float, float, float]]:
    """A car's colours, some of its panels in one or two others."""
    others = [body_color(rng) for _ in range(int(rng.integers(1, 3)))]
    result = dict(colors)
    if rng.random() < 0.65:
        chance = rng.uniform(0.15, 0.6)
        for group in PANELS:
            if rng.random() < chance:
                color = others[int(rng.integers(len(others)))]
                result.update(dict.fromkeys(group, color))
    if rng.random() < 0.5:
        dark = (0.06, 0.06, 0.07)
        result["wing"] = others[0] if rng.random() < 0.7 else dark
    return result
