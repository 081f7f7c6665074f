"""Wheels, suspension and mudguards of the generated buggies."""

from __future__ import annotations

import numpy as np

from tf3d.shapes.buggy_frame import Plan, bar, sheet
from tf3d.shapes.car_wheels import wheel
from tf3d.shapes.mesh import Mesh, concatenate
from tf3d.shapes.primitives import GREY, box, cylinder, place, rotation


def mudguard(
    p: Plan, end: int, inner: float, rng: np.random.Generator, part: str = "fender"
) -> list[Mesh]:
    """Curved mudguards over both wheels of an axle, from y = `inner` outwards."""
    gap = rng.uniform(0.03, 0.06)
    first, last = rng.uniform(5, 40), rng.uniform(140, 178)
    angle = np.radians(np.linspace(last, first, 9))
    radius = p.wheel[end] + gap
    path = np.stack(
        [
            p.axles[end] + radius * np.cos(angle),
            p.wheel[end] + radius * np.sin(angle),
        ],
        axis=1,
    )
    outer = p.width / 2 + rng.uniform(-0.02, 0.04)
    guard = sheet(path, inner, outer, -0.025, part)
    return [guard, place(guard, mirror="y")]


def _tread(radius: float, width: float, count: int, height: float) -> Mesh:
    """The lugs of a tyre, in two staggered rows."""
    lug = box((0, 0, 0), (0.075, 0.5 * width, 2 * height), GREY, "wheel")
    lugs = []
    for k in range(count):
        side = 1 if k % 2 else -1
        turned = place(
            lug, rotation=rotation("z", 25 * side), translation=(0, side * width / 4, 0)
        )
        turned = place(turned, translation=(0, 0, radius - height))
        lugs.append(place(turned, rotation=rotation("y", 360 * k / count)))
    return concatenate(lugs)


def running_gear(p: Plan, rng: np.random.Generator) -> list[Mesh]:
    """Chassis, axles, suspension and the four wheels."""
    rough = p.kind != "golf" and rng.random() < 0.75
    odds = [0.3, 0.0, 0.2, 0.3, 0.2] if p.kind == "golf" else [0.3, 0.15, 0, 0.4, 0.15]
    style = str(rng.choice(["spokes", "double", "cover", "steel", "dish"], p=odds))
    spokes = int(rng.integers(5, 9))
    rim = rng.uniform(0.48, 0.66)
    steer = rng.uniform(-16, 16) if rng.random() < 0.2 else 0.0
    lug = rng.uniform(0.012, 0.022)
    arms = p.kind in ("utility", "dune", "quad") and rng.random() < 0.85
    low, core = p.floor - 0.1, min(p.core(0), p.core(1), p.half) * 0.8
    length = p.front - p.rear - 0.3
    middle = ((p.front + p.rear) / 2, 0, p.floor - 0.06)
    parts = [box(middle, (length, 2 * core * 0.75, 0.09), GREY, "underbody")]
    for end, x in enumerate(p.axles):
        r, width = p.wheel[end], p.tire[end]
        y = p.width / 2 - width / 2
        parts.append(cylinder((x, -y, r), (x, y, r), 0.04, GREY, "axle", segments=8))
        one = wheel(r - lug * rough, width, rim, style, spokes, segments=18)
        if rough:
            one = concatenate([one, _tread(r, width, 14, lug)])
        for side in (1, -1):
            mesh = place(one, rotation=rotation("y", rng.uniform(0, 360)))
            turn = rotation("z", steer if end == 0 else 0.0)
            mirror = "y" if side < 0 else None
            at = (x, side * y, r)
            parts.append(place(mesh, mirror=mirror, rotation=turn, translation=at))
            hub = np.array([x, side * (y - 0.3 * width), r])
            if arms:
                for dx in (-0.2, 0.2):
                    foot = (x + dx, side * core * 0.6, low + 0.05)
                    parts.append(bar([foot, hub - (0, 0, 0.04)], 0.02, "arm"))
                inside = side * min(core * 0.8, y - 0.5 * width)
                top = (x, inside * 0.85, min(r * 2 + 0.1, p.belt - 0.1))
                arm = (x, inside + 0.25 * (hub[1] - inside), r)
                parts.append(cylinder(arm, top, 0.035, GREY, "spring", segments=8))
            else:
                spring = [
                    (x - 0.3, side * core * 0.8, r),
                    (x, side * core * 0.8, r - 0.04),
                ]
                spring += [(x + 0.3, side * core * 0.8, r)]
                parts.append(bar(spring, 0.025, "arm", 0.25))
            # Holds axle and springs to the chassis whatever their heights are.
            foot, top = sorted((r - 0.06, p.floor - 0.02))
            at = (x, side * core * 0.65, (foot + top) / 2)
            parts.append(box(at, (0.16, 0.08, top - foot + 0.06), GREY, "underbody"))
    return parts
