"""Body types and proportions of the generated cars, in metres.

X runs to the front, Y to the left, Z up; the ground is z = 0 and x = 0 is the middle of
the length.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from tf3d.shapes.car_ranges import BODY_TYPES, COMMON, TYPES, VARIANTS, WEIGHTS


@dataclasses.dataclass
class Proportions:
    """What shapes one car; see `car_ranges` for the meanings.

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
        weights = np.array([WEIGHTS[name] for name in BODY_TYPES])
        body_type = str(rng.choice(BODY_TYPES, p=weights / weights.sum()))
    if body_type not in TYPES:
        raise ValueError(
            f"Expected body_type to be one of {', '.join(BODY_TYPES)}. "
            f"Received: body_type={body_type!r}"
        )
    ranges = {**COMMON, **TYPES[body_type]}
    probability, variant = VARIANTS.get(body_type, (0.0, {}))
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
