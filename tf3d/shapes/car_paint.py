"""Colours of the generated cars, one for each part, drawn apart from the geometry."""

from __future__ import annotations

import colorsys

import numpy as np

Color = tuple[float, float, float]

# Hue in degrees, saturation, value: ranges; weighted roughly as traffic is, with the
# rare bright colours more frequent than on the road.
_PAINTS: dict[str, tuple[float, tuple, tuple, tuple]] = {
    "white": (0.15, (20, 240), (0.0, 0.05), (0.86, 0.99)),
    "black": (0.13, (0, 360), (0.0, 0.3), (0.06, 0.22)),
    "silver": (0.1, (180, 240), (0.0, 0.06), (0.58, 0.78)),
    "grey": (0.1, (0, 360), (0.0, 0.12), (0.22, 0.52)),
    "red": (0.11, (-10, 8), (0.7, 1.0), (0.4, 0.9)),
    "blue": (0.11, (200, 238), (0.45, 1.0), (0.2, 0.85)),
    "green": (0.05, (80, 165), (0.3, 0.95), (0.2, 0.75)),
    "yellow": (0.05, (42, 58), (0.65, 1.0), (0.8, 1.0)),
    "orange": (0.04, (15, 36), (0.75, 1.0), (0.7, 1.0)),
    "brown": (0.03, (12, 38), (0.3, 0.75), (0.2, 0.5)),
    "beige": (0.03, (30, 52), (0.1, 0.35), (0.6, 0.92)),
    "light blue": (0.03, (180, 215), (0.2, 0.6), (0.65, 0.95)),
    "violet": (0.015, (255, 330), (0.3, 0.9), (0.2, 0.8)),
    "anything": (0.055, (0, 360), (0.0, 1.0), (0.05, 1.0)),
}


def hsv(hue: float, saturation: float, value: float) -> Color:
    """The sRGB colour of a hue in degrees, saturation and value in [0, 1]."""
    return colorsys.hsv_to_rgb((hue / 360) % 1.0, saturation, value)


def body_color(rng: np.random.Generator, *only: str) -> Color:
    """A lacquer.

    Args:
      rng: the source of chance.
      only: names in the table to choose among; default all, by their weights.
    """
    names = only or tuple(_PAINTS)
    weights = np.array([_PAINTS[name][0] for name in names])
    name = names[int(rng.choice(len(names), p=weights / weights.sum()))]
    _, *ranges = _PAINTS[name]
    return hsv(*(rng.uniform(low, high) for low, high in ranges))


def _grey(rng: np.random.Generator, low: float, high: float) -> Color:
    value = rng.uniform(low, high)
    tint = rng.uniform(-0.02, 0.02)
    return tuple(float(np.clip(value + t, 0, 1)) for t in (tint, 0.0, -tint))


def _contrast(rng: np.random.Generator, color: Color) -> Color:
    """A second colour that stands out from the first."""
    best = body_color(rng)
    for _ in range(3):
        other = body_color(rng)
        if (
            np.abs(np.subtract(other, color)).sum()
            > np.abs(np.subtract(best, color)).sum()
        ):
            best = other
    return best


def draw_paint(
    rng: np.random.Generator, body_type: str, features: frozenset[str]
) -> dict[str, Color]:
    """A colour for every part that a car may have.

    Args:
      rng: the source of chance, apart from the geometry's.
      body_type: as in `car_ranges.BODY_TYPES`.
      features: what the geometry carries: "taxi", "beacons", "soft_top", "stripes",
        "cargo_van", "cladding".
    """
    body = body_color(rng)
    if body_type in ("van", "truck", "bus") and rng.random() < 0.35:
        body = body_color(rng, "white", "yellow", "red", "blue", "beige")
    if "taxi" in features and rng.random() < 0.7:
        body = body_color(rng, "yellow", "beige", "black", "white", "yellow")
    colors = _materials(rng, body)
    _two_tone(rng, body, body_type, features, colors)
    if "soft_top" in features:
        cloth = _grey(rng, 0.04, 0.14)
        if rng.random() < 0.4:
            cloth = body_color(rng, "beige", "brown", "red", "blue")
        for part in ("roof", "pillar_rear", "pillar", "panel"):
            colors[part] = cloth
    _load(rng, body, colors)
    if "beacons" in features and rng.random() < 0.8:
        _emergency(rng, colors)
    return colors


def _materials(rng: np.random.Generator, body: Color) -> dict[str, Color]:
    """Lacquer everywhere it usually is, and the other materials."""
    glass = rng.uniform(0.04, 0.3)
    blue = rng.uniform(0.0, 0.35) if rng.random() < 0.6 else rng.uniform(0.0, 0.08)
    window = hsv(rng.uniform(180, 230), blue, glass)
    if rng.random() < 0.16:  # bright, as under an open sky and on toys
        window = hsv(
            rng.uniform(180, 225), rng.uniform(0.03, 0.5), rng.uniform(0.45, 0.92)
        )
    plastic, chrome = _grey(rng, 0.05, 0.22), _grey(rng, 0.55, 0.85)
    rim = _grey(rng, 0.5, 0.85) if rng.random() < 0.75 else _grey(rng, 0.06, 0.25)
    if rng.random() < 0.04:
        rim = body_color(rng)
    shade = rng.uniform(0.15, 0.7)
    plate = [
        (0.92, 0.92, 0.9),
        (0.9, 0.75, 0.15),
        (0.15, 0.15, 0.18),
        (0.8, 0.86, 0.95),
    ]
    bumper = body
    if rng.random() < 0.25:
        bumper = plastic if rng.random() < 0.7 else chrome
    bar = chrome if rng.random() < 0.6 else plastic
    colors = dict.fromkeys(
        ("body", "body_lower", "side_stripe", "hood", "deck", "stripe", "door", "tail")
        + ("pillar", "pillar_front", "pillar_rear", "roof", "panel", "wing", "mirror"),
        body,
    )
    colors |= {
        "underbody": _grey(rng, 0.03, 0.1),
        "sill": body if rng.random() < 0.6 else plastic,
        "seam": tuple(0.35 * c for c in body),
        "bumper_front": bumper,
        "bumper_rear": bumper,
        "bumper_bar_front": bar,
        "bumper_bar_rear": bar,
        "headlight": hsv(
            rng.uniform(40, 220), rng.uniform(0, 0.12), rng.uniform(0.45, 1)
        ),
        "taillight": hsv(
            rng.uniform(-6, 6), rng.uniform(0.8, 1), rng.uniform(0.4, 0.85)
        ),
        "grille": plastic if rng.random() < 0.75 else chrome,
        "bed": plastic if rng.random() < 0.6 else tuple(0.8 * c for c in body),
        "window": window,
        "wheel": _grey(rng, 0.04, 0.15),
        "rim": rim,
        "rim_back": tuple((shade * np.array(rim)).tolist()),
        "hub": rim if rng.random() < 0.6 else plastic,
        "trim": plastic,
        "cladding": plastic if rng.random() < 0.85 else body,
        "chrome": chrome if rng.random() < 0.8 else plastic,
        "plate": plate[int(rng.choice(4, p=[0.7, 0.12, 0.08, 0.1]))],
        "handle": [body, chrome, plastic][int(rng.integers(3))],
        "rack": chrome if rng.random() < 0.4 else plastic,
        "roof_box": plastic if rng.random() < 0.5 else _grey(rng, 0.5, 0.95),
        "roundel": _grey(rng, 0.85, 0.98),
        "number": _grey(rng, 0.02, 0.15),
        "ladder": _grey(rng, 0.6, 0.85),
        "splitter": plastic,
        "sunroof": _grey(rng, 0.03, 0.12),
        "seat": [plastic, body_color(rng, "beige", "brown", "grey", "red")][
            int(rng.random() < 0.6)
        ],
        "sign": hsv(rng.uniform(35, 60), rng.uniform(0, 0.9), rng.uniform(0.85, 1)),
        "beacon_left": (0.1, 0.2, 0.85),
        "beacon_right": (0.85, 0.1, 0.1) if rng.random() < 0.5 else (0.1, 0.2, 0.85),
    }
    if rng.random() < 0.06:  # yellow or orange lamps
        colors["headlight"] = hsv(rng.uniform(35, 55), rng.uniform(0.4, 1), 0.95)
    if rng.random() < 0.35:  # black posts between the side windows
        colors["pillar"] = plastic
        if rng.random() < 0.25:
            colors["pillar_front"] = plastic
    if rng.random() < 0.15:
        colors["mirror"] = plastic
    if rng.random() < 0.2:
        colors["wing"] = plastic
    return colors


def _two_tone(
    rng: np.random.Generator,
    body: Color,
    body_type: str,
    features: frozenset[str],
    colors: dict[str, Color],
) -> None:
    """Schemes of two and more colours, in place."""
    second = _contrast(rng, body)
    wide = body_type in ("van", "bus")
    scheme = rng.random()
    if scheme < (0.14 if not wide else 0.2):  # roof of another colour
        roof = second if rng.random() < 0.5 else _grey(rng, 0.03, 0.12)
        if rng.random() < 0.3:
            roof = (0.93, 0.93, 0.91)
        parts = ["roof", "pillar", "mirror"]
        parts += ["pillar_front", "pillar_rear"] if rng.random() < 0.5 else []
        colors.update(dict.fromkeys(parts, roof))
    elif scheme < (0.2 if not wide else 0.42):  # lower half
        colors.update(dict.fromkeys(("sill", "body_lower"), second))
        if rng.random() < 0.6:
            colors.update(dict.fromkeys(("bumper_front", "bumper_rear"), second))
    elif scheme < 0.24:
        colors["hood"] = second
    elif scheme > 0.92:  # dark plastic all around the lower edge
        for part in ("sill", "body_lower", "bumper_front", "bumper_rear"):
            colors[part] = colors["trim"]
        colors["cladding"] = colors["bumper_bar_front"] = colors["trim"]
        colors["bumper_bar_rear"] = colors["trim"]
    elif scheme < 0.27:  # doors, as police and driving schools have them
        colors["door"] = second
    elif scheme < 0.29:  # every panel its own
        for part in ("hood", "door", "tail", "roof", "body_lower", "deck"):
            colors[part] = body_color(rng)
    if rng.random() < (0.3 if wide else 0.09):
        colors["side_stripe"] = _contrast(rng, body)
    if "cargo_van" in features and rng.random() < 0.35:
        colors["panel"] = second
    if "stripes" in features:
        stripe = second
        if rng.random() < 0.6:
            dark = sum(body) / 3 > 0.45
            stripe = _grey(rng, 0.03, 0.1) if dark else _grey(rng, 0.88, 0.97)
        colors["stripe"] = stripe
    else:
        colors["stripe"] = colors["hood"]


def _emergency(rng: np.random.Generator, colors: dict[str, Color]) -> None:
    """Police, ambulance, fire brigade, in place."""
    base, second = [
        ((0.05, 0.05, 0.06), (0.95, 0.95, 0.95)),
        ((0.95, 0.95, 0.95), (0.1, 0.25, 0.65)),
        ((0.93, 0.93, 0.93), (0.85, 0.25, 0.1)),
        ((0.75, 0.06, 0.05), (0.95, 0.95, 0.95)),
        ((0.75, 0.78, 0.8), (0.1, 0.45, 0.25)),
    ][int(rng.integers(5))]
    for part in ("body", "body_lower", "hood", "deck", "tail", "pillar", "roof"):
        colors[part] = base
    for part in ("pillar_front", "pillar_rear", "panel", "stripe", "mirror", "sill"):
        colors[part] = base
    colors["bumper_front"] = colors["bumper_rear"] = base
    colors["seam"] = tuple(0.35 * c for c in base)
    colors["side_stripe"] = second
    if rng.random() < 0.6:
        colors["door"] = second
    if rng.random() < 0.3:
        colors["roof"] = second
    colors["load"], colors["load_band"] = base, second


def _load(rng: np.random.Generator, body: Color, colors: dict[str, Color]) -> None:
    """What a truck carries, in place."""
    load = body_color(rng, "white", "white", "silver", "grey", "blue", "red", "green")
    choice = rng.random()
    if choice < 0.3:
        load = body
    elif choice < 0.45:
        load = body_color(rng)
    colors["load"] = load
    colors["load_band"] = _contrast(rng, load)
    colors["load_floor"] = _grey(rng, 0.08, 0.35)
    colors["cargo"] = body_color(rng, "brown", "beige", "grey", "anything")
