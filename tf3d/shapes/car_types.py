"""Body types and proportions of the generated cars, in metres.

X runs to the front, Y to the left, Z up; the ground is z = 0 and x = 0 is the middle of
the length.
"""

from __future__ import annotations

import dataclasses

import numpy as np

# Ranges are drawn uniformly. Lengths in metres unless said otherwise:
#   length, width, height; belt, nose, deck: heights as fractions (belt of the height,
#   nose and deck of the belt's height); ride: ground clearance; hood, tail: from the
#   front to the windshield's foot and from the rear to the rear window's foot, as
#   fractions of the length; rake_front, rake_rear: horizontal run of the two windows;
#   tumble: half-width of the roof over that at the belt; front, rear: overhangs as
#   fractions of the length; wheel: radius; tire: width; corner: radius in plan of nose
#   and tail; lean: how far the nose falls back over its height; bow: how far its sides
#   fall back; windows: panes on a side; arc: sag of the roof at its ends.
_COMMON = {
    "ride": (0.14, 0.2),
    "tumble": (0.74, 0.86),
    "tire": (0.19, 0.25),
    "corner": (0.1, 0.3),
    "lean": (0.04, 0.22),
    "bow": (0.08, 0.25),
    "tail_lean": (0.02, 0.14),
    "tail_bow": (0.04, 0.16),
    "arc": (0.03, 0.1),
    "wedge": (-0.02, 0.07),
    "flare": (0.0, 0.03),
    "low_tuck": (0.02, 0.09),
    "high_tuck": (0.01, 0.06),
    "pillar": (0.05, 0.1),
    "crown": (0.03, 0.09),
}
_TYPES: dict[str, dict[str, tuple[float, float]]] = {
    "sedan": {
        "length": (4.2, 5.2),
        "width": (1.68, 1.95),
        "height": (1.36, 1.54),
        "belt": (0.6, 0.67),
        "nose": (0.72, 0.88),
        "deck": (0.96, 1.08),
        "hood": (0.24, 0.3),
        "tail": (0.09, 0.17),
        "rake_front": (0.45, 0.85),
        "rake_rear": (0.4, 0.85),
        "front": (0.165, 0.2),
        "rear": (0.19, 0.235),
        "wheel": (0.3, 0.36),
        "windows": (2, 3),
        "rear_pillar": (0.1, 0.35),
    },
    "hatchback": {
        "length": (3.3, 4.4),
        "width": (1.58, 1.85),
        "height": (1.38, 1.62),
        "belt": (0.58, 0.67),
        "nose": (0.74, 0.9),
        "deck": (0.98, 1.04),
        "hood": (0.2, 0.29),
        "tail": (0.012, 0.04),
        "rake_front": (0.4, 0.85),
        "rake_rear": (0.15, 0.6),
        "front": (0.17, 0.21),
        "rear": (0.14, 0.19),
        "wheel": (0.27, 0.34),
        "windows": (1, 3),
        "rear_pillar": (0.1, 0.4),
    },
    "estate": {
        "length": (4.3, 5.1),
        "width": (1.68, 1.92),
        "height": (1.4, 1.58),
        "belt": (0.6, 0.66),
        "nose": (0.72, 0.88),
        "deck": (0.98, 1.03),
        "hood": (0.23, 0.28),
        "tail": (0.01, 0.03),
        "rake_front": (0.45, 0.8),
        "rake_rear": (0.15, 0.5),
        "front": (0.165, 0.2),
        "rear": (0.19, 0.24),
        "wheel": (0.3, 0.35),
        "windows": (3, 3),
        "rear_pillar": (0.06, 0.18),
    },
    "suv": {
        "length": (3.9, 5.2),
        "width": (1.74, 2.05),
        "height": (1.58, 1.95),
        "belt": (0.6, 0.68),
        "nose": (0.82, 0.96),
        "deck": (0.98, 1.02),
        "hood": (0.21, 0.28),
        "tail": (0.01, 0.035),
        "rake_front": (0.25, 0.7),
        "rake_rear": (0.1, 0.5),
        "front": (0.15, 0.19),
        "rear": (0.16, 0.21),
        "wheel": (0.34, 0.42),
        "windows": (2, 3),
        "rear_pillar": (0.08, 0.35),
        "ride": (0.19, 0.34),
        "lean": (0.0, 0.13),
    },
    "van": {
        "length": (3.9, 5.8),
        "width": (1.7, 2.08),
        "height": (1.75, 2.6),
        "belt": (0.5, 0.58),
        "nose": (0.7, 0.95),
        "deck": (1.0, 1.0),
        "hood": (0.06, 0.2),
        "tail": (0.008, 0.02),
        "rake_front": (0.3, 0.9),
        "rake_rear": (0.03, 0.15),
        "front": (0.15, 0.19),
        "rear": (0.16, 0.22),
        "wheel": (0.3, 0.37),
        "windows": (2, 3),
        "rear_pillar": (0.06, 0.15),
        "tumble": (0.86, 0.96),
        "arc": (0.01, 0.05),
        "wedge": (-0.01, 0.02),
        "corner": (0.08, 0.2),
        "tail_bow": (0.01, 0.06),
        "tail_lean": (0.0, 0.05),
        "high_tuck": (0.0, 0.02),
    },
    "pickup": {
        "length": (4.7, 6.1),
        "width": (1.75, 2.05),
        "height": (1.65, 1.98),
        "belt": (0.6, 0.66),
        "nose": (0.86, 0.98),
        "deck": (0.98, 1.04),
        "hood": (0.21, 0.27),
        "tail": (0.3, 0.44),
        "rake_front": (0.3, 0.65),
        "rake_rear": (0.03, 0.2),
        "front": (0.14, 0.18),
        "rear": (0.19, 0.24),
        "wheel": (0.34, 0.44),
        "windows": (1, 2),
        "rear_pillar": (0.06, 0.14),
        "ride": (0.22, 0.4),
        "lean": (0.0, 0.1),
        "corner": (0.06, 0.16),
        "tail_bow": (0.0, 0.03),
        "tail_lean": (0.0, 0.02),
        "wedge": (-0.01, 0.02),
    },
    "coupe": {
        "length": (3.8, 4.9),
        "width": (1.7, 2.02),
        "height": (1.12, 1.4),
        "belt": (0.62, 0.7),
        "nose": (0.66, 0.84),
        "deck": (0.94, 1.08),
        "hood": (0.24, 0.38),
        "tail": (0.03, 0.16),
        "rake_front": (0.55, 0.95),
        "rake_rear": (0.6, 1.2),
        "front": (0.17, 0.22),
        "rear": (0.17, 0.23),
        "wheel": (0.3, 0.36),
        "windows": (1, 2),
        "rear_pillar": (0.1, 0.5),
        "ride": (0.09, 0.16),
        "tumble": (0.66, 0.82),
        "flare": (0.01, 0.06),
        "tire": (0.2, 0.3),
        "lean": (0.06, 0.3),
    },
    "convertible": {
        "length": (3.6, 4.8),
        "width": (1.62, 1.92),
        "height": (1.18, 1.42),
        "belt": (0.62, 0.7),
        "nose": (0.7, 0.88),
        "deck": (0.96, 1.06),
        "hood": (0.26, 0.36),
        "tail": (0.12, 0.2),
        "rake_front": (0.4, 0.75),
        "rake_rear": (0.3, 0.7),
        "front": (0.17, 0.21),
        "rear": (0.18, 0.23),
        "wheel": (0.29, 0.35),
        "windows": (1, 2),
        "rear_pillar": (0.15, 0.35),
        "ride": (0.11, 0.17),
        "flare": (0.0, 0.05),
    },
    "bus": {
        "length": (6.0, 12.0),
        "width": (2.1, 2.55),
        "height": (2.6, 3.2),
        "belt": (0.38, 0.46),
        "nose": (0.95, 1.0),
        "deck": (1.0, 1.0),
        "hood": (0.005, 0.02),
        "tail": (0.005, 0.012),
        "rake_front": (0.05, 0.45),
        "rake_rear": (0.02, 0.1),
        "front": (0.16, 0.24),
        "rear": (0.22, 0.3),
        "wheel": (0.42, 0.52),
        "windows": (5, 9),
        "rear_pillar": (0.1, 0.3),
        "ride": (0.22, 0.36),
        "tumble": (0.93, 0.99),
        "arc": (0.0, 0.03),
        "wedge": (0.0, 0.0),
        "tire": (0.25, 0.32),
        "corner": (0.06, 0.2),
        "bow": (0.03, 0.18),
        "lean": (0.0, 0.06),
        "tail_bow": (0.0, 0.05),
        "tail_lean": (0.0, 0.02),
        "low_tuck": (0.0, 0.02),
        "high_tuck": (0.0, 0.01),
        "flare": (0.0, 0.0),
        "crown": (0.01, 0.02),
    },
    "truck": {
        "length": (5.2, 8.5),
        "width": (2.0, 2.5),
        "height": (2.1, 2.9),
        "belt": (0.5, 0.58),
        "nose": (0.93, 1.0),
        "deck": (1.0, 1.0),
        "hood": (0.01, 0.03),
        "tail": (0.006, 0.012),
        "rake_front": (0.08, 0.45),
        "rake_rear": (0.02, 0.06),
        "front": (0.14, 0.2),
        "rear": (0.16, 0.24),
        "wheel": (0.4, 0.52),
        "windows": (1, 1),
        "rear_pillar": (0.1, 0.3),
        "ride": (0.3, 0.5),
        "tumble": (0.9, 0.97),
        "arc": (0.0, 0.04),
        "wedge": (0.0, 0.0),
        "tire": (0.25, 0.32),
        "corner": (0.06, 0.18),
        "bow": (0.03, 0.14),
        "lean": (0.0, 0.06),
        "tail_bow": (0.0, 0.01),
        "tail_lean": (0.0, 0.01),
        "low_tuck": (0.0, 0.02),
        "high_tuck": (0.0, 0.01),
        "flare": (0.0, 0.0),
        "crown": (0.01, 0.03),
    },
}
# Variants that replace some of a type's ranges, with their probability: mid-engined
# sports cars, minivans, buses and trucks with the engine before the cabin.
_VARIANTS: dict[str, tuple[float, dict[str, tuple[float, float]]]] = {
    "coupe": (
        0.35,
        {
            "height": (1.04, 1.2),
            "width": (1.86, 2.06),
            "hood": (0.15, 0.23),
            "tail": (0.06, 0.24),
            "belt": (0.62, 0.68),
            "nose": (0.6, 0.76),
            "deck": (1.0, 1.12),
            "rake_front": (0.75, 1.15),
            "wedge": (0.0, 0.1),
            "lean": (0.15, 0.4),
        },
    ),
    "van": (0.35, {"height": (1.62, 1.9), "hood": (0.1, 0.2), "tumble": (0.8, 0.9)}),
    "bus": (0.2, {"hood": (0.12, 0.2), "nose": (0.7, 0.95), "length": (6.0, 10.0)}),
    "truck": (0.3, {"hood": (0.13, 0.2), "nose": (0.75, 0.95)}),
    "suv": (  # boxy off-road cars
        0.25,
        {
            "lean": (0.0, 0.04),
            "bow": (0.02, 0.08),
            "corner": (0.05, 0.1),
            "rake_front": (0.1, 0.3),
            "rake_rear": (0.03, 0.12),
            "tumble": (0.86, 0.95),
            "arc": (0.0, 0.03),
            "tail_bow": (0.0, 0.04),
            "tail_lean": (0.0, 0.02),
        },
    ),
    "sedan": (  # angular ones of the 1970s and 80s
        0.2,
        {
            "lean": (0.0, 0.08),
            "bow": (0.02, 0.1),
            "corner": (0.05, 0.12),
            "tail_bow": (0.0, 0.05),
            "arc": (0.01, 0.04),
            "rake_front": (0.35, 0.5),
            "nose": (0.84, 0.95),
            "low_tuck": (0.01, 0.04),
            "wheel": (0.27, 0.32),
        },
    ),
}
BODY_TYPES = tuple(_TYPES)
_WEIGHTS = {
    "sedan": 0.19,
    "hatchback": 0.16,
    "estate": 0.08,
    "suv": 0.17,
    "van": 0.09,
    "pickup": 0.09,
    "coupe": 0.1,
    "convertible": 0.05,
    "bus": 0.03,
    "truck": 0.04,
}


@dataclasses.dataclass
class Proportions:
    """What shapes one car; see the comment over the table for the meanings.

    Heights and positions are absolute here: `belt`, `nose`, `deck` are z, and
    `windshield`, `rear_window` are the x of the two windows' feet, `axles` the x of the
    wheels, `nose_x` and `tail_x` the ends of the lofted body (of the cab for a truck).
    """

    body_type: str
    length: float
    width: float
    height: float
    belt: float
    nose: float
    deck: float
    ride: float
    windshield: float
    rear_window: float
    rake_front: float
    rake_rear: float
    tumble: float
    wheel: float
    tire: float
    arch: float
    axles: tuple[float, float]
    nose_x: float
    tail_x: float
    corner: float
    lean: float
    bow: float
    tail_lean: float
    tail_bow: float
    arc: float
    wedge: float
    flare: float
    low_tuck: float
    high_tuck: float
    pillar: float
    rear_pillar: float
    crown: float
    windows: int

    @property
    def half(self) -> float:
        """Half of the width."""
        return self.width / 2


def draw_proportions(
    rng: np.random.Generator, body_type: str | None = None
) -> Proportions:
    """Draws a body type and its proportions.

    Args:
      rng: the source of chance.
      body_type: one of `BODY_TYPES`; drawn if None.

    Raises:
      ValueError: if the body type is unknown.
    """
    if body_type is None:
        weights = np.array([_WEIGHTS[name] for name in BODY_TYPES])
        body_type = str(rng.choice(BODY_TYPES, p=weights / weights.sum()))
    if body_type not in _TYPES:
        raise ValueError(
            f"Expected body_type to be one of {', '.join(BODY_TYPES)}. "
            f"Received: body_type={body_type!r}"
        )
    ranges = {**_COMMON, **_TYPES[body_type]}
    probability, variant = _VARIANTS.get(body_type, (0.0, {}))
    if rng.random() < probability:
        ranges |= variant
    keys = sorted(ranges)
    low, high = np.array([ranges[key] for key in keys]).T
    # A little beyond the usual ranges now and then: toys, caricatures, odd cars.
    stretch = 0.25 if rng.random() < 0.15 else 0.0
    u = rng.uniform(-stretch, 1 + stretch, len(keys))
    d = dict(zip(keys, (low + (high - low) * u).tolist(), strict=True))
    windows = int(rng.integers(ranges["windows"][0], ranges["windows"][1] + 1))
    if body_type not in ("bus", "truck") and rng.random() < 0.13:
        _make_toy(rng, d)
    return _absolute(rng, body_type, d, windows)


def _make_toy(rng: np.random.Generator, d: dict[str, float]) -> None:
    """Short and tall on big wheels, often angular; changes the ranges' draws."""
    d["length"] *= rng.uniform(0.66, 0.88)
    d["wheel"] *= rng.uniform(1.0, 1.2)
    d["tire"] *= rng.uniform(1.0, 1.4)
    d["rake_front"] *= 0.7
    d["rake_rear"] *= 0.7
    if rng.random() < 0.6:
        for key in ("lean", "bow", "corner", "tail_lean", "tail_bow", "arc", "crown"):
            d[key] *= 0.3
        d["low_tuck"], d["high_tuck"] = 0.0, 0.0


def _absolute(
    rng: np.random.Generator, body_type: str, d: dict[str, float], windows: int
) -> Proportions:
    """From fractions to positions, kept consistent with each other."""
    length, wheel = d["length"], d["wheel"]
    ride = max(d["ride"], 0.06)
    wheel = max(wheel, ride + 0.08)
    arch = wheel * rng.uniform(1.08, 1.2)
    corner = max(d["corner"], 0.05)
    belt = max(d["belt"] * d["height"], wheel + arch + 0.1)
    nose_x, tail_x = length / 2, -length / 2
    room = corner + arch + 0.06
    front_axle = nose_x - max(d["front"] * length, room)
    rear_axle = tail_x + max(d["rear"] * length, room)
    windshield = nose_x - max(d["hood"], 0.004) * length - 0.03
    rear_window = tail_x + max(d["tail"], 0.004) * length + 0.03
    if body_type == "truck":  # the cab only; the load stands behind it
        tail_x = nose_x - min(rng.uniform(1.6, 2.5), length * 0.42)
        tail_x = min(tail_x, front_axle - arch - 0.25, windshield - 1.2)
        rear_window = tail_x + 0.05
    height = max(d["height"], belt + 0.3)
    nose = max(min(d["nose"], 1.0) * belt, ride + 0.35)
    cabin = windshield - rear_window
    roof = max(0.45 * cabin, 0.5)
    rakes = max(d["rake_front"], 0.02) + max(d["rake_rear"], 0.015)
    shrink = min(1.0, (cabin - roof) / rakes)
    return Proportions(
        body_type=body_type,
        length=length,
        width=d["width"],
        height=height,
        belt=belt,
        nose=nose,
        deck=max(d["deck"] * belt, wheel + arch + 0.1),
        ride=ride,
        windshield=windshield,
        rear_window=rear_window,
        rake_front=max(d["rake_front"], 0.02) * shrink,
        rake_rear=max(d["rake_rear"], 0.015) * shrink,
        tumble=min(d["tumble"], 0.99),
        wheel=wheel,
        tire=d["tire"],
        arch=arch,
        axles=(front_axle, rear_axle),
        nose_x=nose_x,
        tail_x=tail_x,
        corner=corner,
        lean=max(d["lean"], 0.0),
        bow=max(d["bow"], 0.0),
        tail_lean=max(d["tail_lean"], 0.0),
        tail_bow=max(d["tail_bow"], 0.0),
        arc=max(d["arc"], 0.0),
        wedge=d["wedge"],
        flare=max(d["flare"], 0.0),
        low_tuck=max(d["low_tuck"], 0.0),
        high_tuck=max(d["high_tuck"], 0.0),
        pillar=max(d["pillar"], 0.04),
        rear_pillar=max(d["rear_pillar"], 0.05),
        crown=max(d["crown"], 0.01),
        windows=windows,
    )
