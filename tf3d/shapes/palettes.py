"""Colours by material, for the generators that share them. All are sRGB in [0, 1]."""

from __future__ import annotations

import colorsys

import numpy as np

SKINS = (
    (0.96, 0.80, 0.69),
    (0.91, 0.72, 0.58),
    (0.82, 0.60, 0.44),
    (0.68, 0.46, 0.31),
    (0.50, 0.33, 0.22),
    (0.34, 0.22, 0.16),
)
HAIRS = (
    (0.09, 0.07, 0.06),
    (0.20, 0.13, 0.09),
    (0.36, 0.22, 0.12),
    (0.58, 0.38, 0.18),
    (0.82, 0.67, 0.38),
    (0.62, 0.28, 0.12),
    (0.70, 0.69, 0.67),
)
METALS = (
    (0.78, 0.79, 0.81),
    (0.62, 0.63, 0.66),
    (0.40, 0.41, 0.43),
    (0.76, 0.60, 0.32),
    (0.70, 0.45, 0.32),
)
WOODS = (
    (0.76, 0.58, 0.36),
    (0.60, 0.40, 0.22),
    (0.45, 0.27, 0.15),
    (0.30, 0.18, 0.11),
)


def pick(
    table: tuple[tuple[float, float, float], ...],
    rng: np.random.Generator,
    amount: float = 0.04,
) -> np.ndarray:
    """One of a table's colours, varied by about `amount`, `[3]`."""
    color = np.array(table[int(rng.integers(len(table)))])
    return np.clip(color * (1 + rng.uniform(-amount, amount)), 0, 1)


def vivid(rng: np.random.Generator) -> np.ndarray:
    """Any hue, clear to strong, `[3]`."""
    hue, saturation = rng.random(), rng.uniform(0.45, 0.95)
    return np.array(colorsys.hsv_to_rgb(hue, saturation, rng.uniform(0.4, 0.95)))


def pale(rng: np.random.Generator) -> np.ndarray:
    """White, cream or a light tint, `[3]`."""
    hue, saturation = rng.random(), rng.uniform(0.0, 0.15)
    return np.array(colorsys.hsv_to_rgb(hue, saturation, rng.uniform(0.82, 0.97)))


def grey(rng: np.random.Generator, low: float, high: float) -> np.ndarray:
    """A neutral grey between two levels, `[3]`."""
    return np.full(3, rng.uniform(low, high))


def muted(rng: np.random.Generator) -> np.ndarray:
    """A cloth's or a glaze's colour: any hue, little saturation, `[3]`."""
    hue, saturation = rng.random(), rng.uniform(0.1, 0.55)
    return np.array(colorsys.hsv_to_rgb(hue, saturation, rng.uniform(0.2, 0.85)))
