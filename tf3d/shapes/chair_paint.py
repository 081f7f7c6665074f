"""Colours of chairs: woods, metals, plastics, fabrics and leather, often two."""

from __future__ import annotations

import colorsys

import numpy as np

WOODS = (
    (0.80, 0.62, 0.40),
    (0.72, 0.52, 0.32),
    (0.62, 0.40, 0.22),
    (0.50, 0.29, 0.15),
    (0.38, 0.22, 0.13),
    (0.27, 0.16, 0.10),
    (0.46, 0.20, 0.12),
    (0.87, 0.74, 0.54),
    (0.55, 0.47, 0.38),
)
METALS = (
    (0.78, 0.79, 0.81),
    (0.66, 0.67, 0.69),
    (0.45, 0.46, 0.48),
    (0.22, 0.22, 0.24),
    (0.10, 0.10, 0.11),
    (0.10, 0.10, 0.11),
    (0.78, 0.62, 0.33),
    (0.72, 0.47, 0.34),
    (0.92, 0.92, 0.91),
)
LEATHERS = (
    (0.12, 0.11, 0.11),
    (0.22, 0.14, 0.10),
    (0.40, 0.23, 0.13),
    (0.58, 0.36, 0.19),
    (0.82, 0.74, 0.62),
    (0.50, 0.10, 0.09),
    (0.90, 0.88, 0.84),
    (0.18, 0.24, 0.20),
)
FRAME_PARTS = (
    "leg",
    "post",
    "back rail",
    "back frame",
    "stretcher",
    "apron",
    "rail",
    "arm",
    "arm frame",
    "rocker",
    "spindle",
    "slat",
    "splat",
    "seat",
    "back",
)
SOFT_PARTS = ("cushion", "back cushion", "arm pad", "body")


def _vary(color: tuple, rng: np.random.Generator, amount: float = 0.05) -> np.ndarray:
    shade = 1 + rng.uniform(-2 * amount, 2 * amount)
    return np.clip(np.array(color) * shade + rng.uniform(-amount, amount, 3) / 2, 0, 1)


def _wood(rng: np.random.Generator) -> np.ndarray:
    return _vary(WOODS[int(rng.integers(len(WOODS)))], rng)


def _metal(rng: np.random.Generator) -> np.ndarray:
    if rng.random() < 0.12:
        return _plastic(rng)
    return _vary(METALS[int(rng.integers(len(METALS)))], rng, 0.02)


def _plastic(rng: np.random.Generator) -> np.ndarray:
    draw = rng.random()
    if draw < 0.22:
        return np.full(3, rng.uniform(0.86, 0.96))
    if draw < 0.37:
        return np.full(3, rng.uniform(0.07, 0.16))
    if draw < 0.47:
        return np.full(3, rng.uniform(0.25, 0.7))
    value = colorsys.hsv_to_rgb(
        rng.random(), rng.uniform(0.45, 0.95), rng.uniform(0.4, 0.95)
    )
    return np.array(value)


def _fabric(rng: np.random.Generator) -> np.ndarray:
    draw = rng.random()
    if draw < 0.2:
        return np.clip(rng.uniform(0.12, 0.85) + rng.uniform(-0.02, 0.03, 3), 0, 1)
    if draw < 0.35:
        return _vary((0.80, 0.74, 0.64), rng, 0.08)
    bright = 0.9 if draw > 0.75 else 0.6
    value = colorsys.hsv_to_rgb(
        rng.random(), rng.uniform(0.2, bright), rng.uniform(0.25, 0.88)
    )
    return np.array(value)


def _cover(rng: np.random.Generator) -> np.ndarray:
    if rng.random() < 0.3:
        return _vary(LEATHERS[int(rng.integers(len(LEATHERS)))], rng, 0.03)
    return _fabric(rng)


def _painted(rng: np.random.Generator) -> np.ndarray:
    """Wood as it is, or painted."""
    return _plastic(rng) if rng.random() < 0.28 else _wood(rng)


def _black(rng: np.random.Generator) -> np.ndarray:
    return np.full(3, rng.uniform(0.05, 0.15))


def paint(
    parts: list[str], material: str, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Colours for a chair's parts.

    Args:
      parts: their names.
      material: of the frame: "wood", "metal", "office", "plastic" or "soft".
      rng: the only source of chance, so that colours have a seed of their own.

    Returns:
      sRGB `[3]` in [0, 1] for each part.
    """
    frame = {
        "wood": _painted,
        "metal": _metal,
        "office": lambda r: _black(r) if r.random() < 0.6 else _metal(r),
        "plastic": _plastic,
        "soft": _wood if rng.random() < 0.65 else _metal,
    }[material](rng)
    cover, second = _cover(rng), _cover(rng)
    metal, accent, wood = _metal(rng), _plastic(rng), _wood(rng)
    two_tone = rng.random()
    colors = dict.fromkeys(FRAME_PARTS, frame)
    colors |= dict.fromkeys(SOFT_PARTS, cover)
    colors["pillow"] = second
    colors["base"] = metal if material in ("office", "plastic", "metal") else frame
    colors["column"] = metal if rng.random() < 0.5 else colors["base"]
    colors["mechanism"] = colors["caster"] = _black(rng)
    colors["foot"] = metal if rng.random() < 0.6 else frame
    colors["foot ring"] = metal if rng.random() < 0.7 else frame
    colors["mesh"] = frame if rng.random() < 0.6 else accent
    if material == "wood" and two_tone < 0.4:
        for part in ("seat",), ("seat", "back rail"), ("slat", "spindle", "splat"):
            if rng.random() < 0.5:
                colors |= dict.fromkeys(part, wood if two_tone < 0.2 else accent)
    elif material == "metal":
        sheet = (wood, accent, accent, frame)[int(rng.integers(4))]
        colors |= dict.fromkeys(("seat", "back", "slat", "splat"), sheet)
        if two_tone < 0.2:
            colors["cushion"] = colors["back cushion"] = accent
    elif material == "office":
        body = frame if rng.random() < 0.4 else cover
        colors |= dict.fromkeys(("seat", "back"), body)
    elif material == "plastic":
        legs = (wood, metal, frame)[int(rng.integers(3))]
        colors |= dict.fromkeys(("leg", "stretcher", "rail", "apron"), legs)
    elif material == "soft":
        # The seat, the arms and the back of an upholstered piece share its cover.
        colors |= dict.fromkeys(("body", "arm", "back", "seat"), cover)
        colors["back cushion"] = cover
        if two_tone < 0.25:
            colors["cushion"] = colors["back cushion"] = second
        elif two_tone < 0.35:
            colors["body"] = colors["arm"] = colors["back"] = second
    if "back cushion" in parts and rng.random() < 0.12:
        colors["back cushion"] = second
    # Neighbours of one material still differ a little, as light and grain do.
    return {
        part: np.clip(colors[part] * rng.uniform(0.93, 1.05), 0, 1) for part in parts
    }
