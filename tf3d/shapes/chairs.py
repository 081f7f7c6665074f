"""Procedural chairs: dining, office, shell, sled, stools, armchairs, sofas, rockers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tf3d.shapes import chair_kinds as kinds
from tf3d.shapes import chair_padded as padded
from tf3d.shapes.chair_paint import paint
from tf3d.shapes.chair_parts import ChairBuilder
from tf3d.shapes.mesh import Mesh

# Each builds its parts and names its frame's material; beside it, its share.
KINDS: dict[str, tuple[Callable[[ChairBuilder, np.random.Generator], str], float]] = {
    "dining": (kinds.dining, 0.27),
    "windsor": (kinds.windsor, 0.06),
    "tubular": (kinds.tubular, 0.12),
    "office": (padded.office, 0.12),
    "shell": (kinds.shell, 0.1),
    "stool": (kinds.stool, 0.1),
    "sofa": (padded.sofa, 0.1),
    "tub": (padded.tub, 0.03),
    "parsons": (padded.parsons, 0.05),
    "lounge": (padded.lounge, 0.03),
    "board": (kinds.board, 0.05),
    "rocker": (kinds.rocker, 0.04),
}


def generate_chair(seed: int, paint_seed: int | None = None) -> Mesh:
    """A chair, different for every seed.

    Args:
      seed: decides the shape.
      paint_seed: decides the colours alone; default: `seed`.

    Returns:
      A normalised mesh, the sitter looking towards +X, its parts named "seat", "leg",
      "back" and so on.
    """
    rng = np.random.default_rng([seed, 0xC4A1])
    names = list(KINDS)
    weights = np.array([KINDS[name][1] for name in names])
    kind = names[int(rng.choice(len(names), p=weights / weights.sum()))]
    chair = ChairBuilder()
    material = KINDS[kind][0](chair, rng)
    paint_rng = np.random.default_rng(
        [seed if paint_seed is None else paint_seed, 0xC010]
    )
    colors = paint(chair.parts, material, paint_rng)
    return chair.build(colors, f"{kind} chair {seed}").normalized()
