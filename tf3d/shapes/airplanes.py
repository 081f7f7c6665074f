"""Procedural airplanes: airliners, jets, fighters, light ones, gliders, biplanes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tf3d.shapes import airplane_jets as jets
from tf3d.shapes import airplane_props as props
from tf3d.shapes.chair_parts import ChairBuilder
from tf3d.shapes.mesh import Mesh
from tf3d.shapes.palettes import METALS, grey, pale, pick, vivid

Rng = np.random.Generator

# Each adds its parts to a builder; beside it, its share.
KINDS: dict[str, tuple[Callable[[ChairBuilder, Rng], None], float]] = {
    "airliner": (jets.airliner, 0.32),
    "business": (jets.business, 0.1),
    "fighter": (jets.fighter, 0.18),
    "light": (props.light, 0.18),
    "transport": (props.transport, 0.1),
    "glider": (props.glider, 0.05),
    "biplane": (props.biplane, 0.07),
}


def generate_airplane(seed: int, paint_seed: int | None = None) -> Mesh:
    """An airplane, different for every seed, its nose towards +X.

    Args:
      seed: decides the shape.
      paint_seed: decides the colours alone; default: `seed`.

    Returns:
      A normalised mesh of closed parts named "fuselage", "wing", "tail" and so on.
    """
    rng = np.random.default_rng([seed, 0xA1F1])
    names = list(KINDS)
    weights = np.array([KINDS[name][1] for name in names])
    kind = names[int(rng.choice(len(names), p=weights / weights.sum()))]
    plane = ChairBuilder()
    KINDS[kind][0](plane, rng)
    paint = np.random.default_rng([seed if paint_seed is None else paint_seed, 0xA1F2])
    colors = _paint(kind, paint)
    table = {part: colors.get(part, colors["fuselage"]) for part in plane.parts}
    return plane.build(table, f"{kind} airplane {seed}").normalized()


def _paint(kind: str, rng: Rng) -> dict[str, np.ndarray]:
    body, accent, second = pale(rng), vivid(rng), vivid(rng)
    if kind == "fighter" and rng.random() < 0.8:
        body = grey(rng, 0.3, 0.7) * (1, 1.02, 1.04 if rng.random() < 0.6 else 0.85)
        accent = body * rng.uniform(0.7, 1.1)
    elif kind in ("biplane", "light", "transport") and rng.random() < 0.5:
        body, accent = accent, body
    wings = (
        body if rng.random() < 0.45 else (pick(METALS, rng), accent)[rng.integers(2)]
    )
    if kind in ("airliner", "business"):
        wings = (body, pick(METALS[:2], rng))[int(rng.integers(2))]
    tail = accent if rng.random() < 0.6 else body
    colors = {
        "fuselage": body,
        "wing": wings,
        "tail": tail,
        "stabiliser": wings if rng.random() < 0.6 else tail,
        "engine": (body, wings, accent, grey(rng, 0.5, 0.8))[int(rng.integers(4))],
        "spinner": second if rng.random() < 0.5 else body,
        "blade": grey(rng, 0.1, 0.5),
        "strut": grey(rng, 0.3, 0.8),
        "tyre": grey(rng, 0.05, 0.13),
        "dark": grey(rng, 0.08, 0.2),
        "window": np.array((0.12, 0.16, 0.22)) * rng.uniform(0.7, 2.0),
    }
    return {part: np.clip(color, 0, 1) for part, color in colors.items()}
