"""Generated dune buggies and open off-road cars."""

from __future__ import annotations

import numpy as np

from tf3d.shapes import buggy_panels as panels
from tf3d.shapes import buggy_parts as parts_of
from tf3d.shapes.buggy_cage import cage, canopy, roll_bar, windscreen
from tf3d.shapes.buggy_frame import Plan, arch, bar, both, hoop, sheet
from tf3d.shapes.buggy_wheels import mudguard
from tf3d.shapes.car_parts import both_sides
from tf3d.shapes.mesh import Mesh
from tf3d.shapes.primitives import GREY, box, loft, rounded_box

Rng = np.random.Generator


def dune(p: Plan, rng: Rng) -> list[Mesh]:
    """A dune buggy: bare tubes or a small tub, the engine open at the rear."""
    r, y = p.tube, p.half - 0.04
    low, belt = p.floor - 0.04, p.belt
    tail, tip = p.rear + 0.12, rng.uniform(0.16, 0.28)
    nose_z = p.floor + rng.uniform(0.22, 0.36)
    lower = [(p.front, tip, p.floor), (p.dash, y, low), (p.back, y, low)]
    lower.append((tail, 0.35, p.floor + 0.05))
    upper = [(p.front, tip, nose_z), (p.dash, y, belt), (p.back, y, belt)]
    end = (tail, 0.35, p.floor + rng.uniform(0.3, 0.45))
    upper.append(end)
    result = both(lower, r) + both(upper, r)
    for x, half, bottom, top in (
        (p.front, tip, p.floor, nose_z),
        (p.dash, y, low, belt),
        (p.back, y, low, belt),
        (tail, 0.35, p.floor + 0.05, end[2]),
    ):
        result += both([(x, half, bottom), (x, half, top)], 0.9 * r)
        for z in (bottom, top):
            result.append(bar([(x, -half, z), (x, half, z)], 0.9 * r))
    result += both([(p.dash, y, low), (p.back + 0.5, y, belt)], 0.8 * r)
    middle = (p.dash + p.back) / 2
    size = (p.dash - p.back, 2 * y, 0.03)
    result.append(box((middle, 0, low), size, GREY, "floor"))
    x = np.array([p.dash - 0.05, p.axles[0], p.front + 0.03])
    t = (p.dash - x) / (p.dash - p.front)
    half, top = y + (tip - y) * t, belt + (nose_z - belt) * t
    if rng.random() < 0.75:  # panels around the nose
        sections = np.empty((3, 6, 3))
        sections[..., 0] = x[:, None]
        for k, (u, v) in enumerate(
            ((1, 0), (1, 1), (0.6, 1.12), (-0.6, 1.12), (-1, 1), (-1, 0))
        ):
            sections[:, k, 1] = u * half
            sections[:, k, 2] = p.floor - 0.02 + v * (top - p.floor + 0.02)
        result.append(loft(sections, GREY, "hood"))
    else:
        at = (p.dash - 0.04, 0, belt - 0.1)
        result.append(rounded_box(at, (0.14, 2 * y, 0.18), 0.04, GREY, "dash"))
    if rng.random() < 0.45:
        profile = [(p.back, low), (p.dash, low), (p.dash, belt)]
        profile += [
            (p.dash - 0.3, belt - 0.18),
            (p.back + 0.1, belt - 0.12),
            (p.back, belt),
        ]
        result += panels.side_panels(profile, y + 0.02)
    if rng.random() < 0.35:
        for k in (0, 1):
            result += mudguard(p, k, 0.3, rng)
            x, high = p.axles[k], 2 * p.wheel[k] + 0.03
            result += both([(x, 0.34, p.wheel[k]), (x, 0.34, high)], 0.018)
    seat_x, pad = p.back + 0.14, p.floor - 0.02
    result += parts_of.seats(seat_x, y, pad, False, rng)
    result += panels.steering(p, seat_x, rng)
    result += parts_of.engine(p, rng)
    gear = (p.axles[1] + 0.16, 0, p.floor + 0.06)
    result.append(rounded_box(gear, (0.5, 0.3, 0.26), 0.05, GREY, "engine"))
    size = rng.uniform(0.06, 0.09)
    result.append(
        bar([(p.front, -tip - 0.08, nose_z), (p.front, tip + 0.08, nose_z)], 0.8 * r)
    )
    result += parts_of.lamps(p.front + 0.03, tip + 0.06, nose_z + 0.03, size, "round")
    result += parts_of.taillights(tail, 0.35, end[2])
    if rng.random() < 0.5:
        result += parts_of.bumper(p, rng, nose_z)
    if rng.random() < 0.75:
        result += cage(p, rng, feet=(belt, belt), tail=end, roofed=0.3)
    else:
        result += roll_bar(p, rng, belt - 0.02, end)
        result += windscreen(p, rng, belt)
    return result + panels.pole(p, rng, end[2] + 0.06, (tail, 0.35))


def field(p: Plan, rng: Rng) -> list[Mesh]:
    """An open off-road car: flat panels, flat fenders, a folding windscreen."""
    low, belt = p.floor - 0.1, p.belt
    xf, (rf, rr) = p.axles[0], p.wheel
    core, rim = p.core(0) * 0.96, belt - rng.uniform(0.0, 0.1)
    guard = 2 * rf + 0.06
    result = [panels.hood(p, rng, belt - rng.uniform(0.0, 0.06), core)]
    slope = rng.uniform(0.06, 0.2)
    path = [
        (p.dash + 0.02, low + 0.08),
        (p.dash + 0.06, guard - 0.06),
        (xf - 0.3, guard),
    ]
    path += [(xf + 0.2, guard), (p.front - 0.02, guard - slope)]
    result += both_sides(sheet(path, core - 0.04, p.half, 0.035, "fender"))
    result += _open_tub(p, rng, rim)
    count = int(rng.choice([5, 7, 7, 9]))
    for y in np.linspace(-0.5, 0.5, count) * core:
        at = (p.front, y, guard - 0.1)
        result.append(box(at, (0.03, 0.5 * core / count, 0.26), GREY, "grille"))
    size = rng.uniform(0.075, 0.1)
    result += parts_of.lamps(p.front, core - size - 0.03, guard - 0.06, size, "round")
    beam = (p.front + 0.06, 0, p.floor - 0.02)
    if rng.random() < 0.6:
        result.append(box(beam, (0.08, 1.9 * p.half, 0.13), GREY, "bumper"))
        for side in (1, -1):
            at = (p.front - 0.12, side * 0.6 * core, p.floor - 0.02)
            result.append(box(at, (0.4, 0.08, 0.1), GREY, "bumper"))
    else:
        result += parts_of.bumper(p, rng, guard)
    front, pad = p.back + 0.16, p.floor + 0.12
    result.append(
        box((front + 0.2, 0, p.floor + 0.06), (0.4, 1.5 * core, 0.14), GREY, "floor")
    )
    result += parts_of.seats(front, p.half - 0.06, pad, False, rng)
    result += panels.steering(p, front, rng)
    if rng.random() < 0.55:
        result += parts_of.seats(p.rear + 0.14, core, p.floor + 0.12, True, rng)
    result += _field_top(p, rng, rim)
    if rng.random() < 0.75:
        y = rng.choice([0.0, 0.25 * p.half])
        radius = 0.95 * rr
        spot = (p.rear, y, max(rim - 0.6 * radius, low + radius + 0.1))
        result += parts_of.spare(*spot, radius, p.tire[1])
    if rng.random() < 0.4:
        can = (p.rear - 0.08, -0.72 * p.half, rim - 0.28)
        result.append(rounded_box(can, (0.18, 0.34, 0.42), 0.03, GREY, "cargo"))
    result += parts_of.taillights(p.rear, p.half - 0.1, rim - 0.15)
    return result + panels.pole(p, rng, rim, (p.rear + 0.02, p.half - 0.02))


def _open_tub(p: Plan, rng: Rng, rim: float) -> list[Mesh]:
    """A tub open at the top, its sides cut low at the doors and for the rear wheels."""
    low, xr, rr = p.floor - 0.1, p.axles[1], p.wheel[1]
    dip = max(p.sill, p.floor + 0.05)
    profile = [
        (p.rear, low + 0.06),
        *arch(xr, rr, rr + 0.06, low),
        (p.dash + 0.04, low),
    ]
    profile += [(p.dash + 0.04, p.belt), (p.dash - 0.12, p.belt), (p.dash - 0.26, dip)]
    door = p.back + rng.uniform(0.15, 0.3)
    profile += [(door + 0.1, dip), (door, rim), (p.rear, rim)]
    result = panels.side_panels(np.array(profile), p.half)
    y, core = 2 * p.half - 0.03, p.core(1)
    middle, long = (p.dash + p.back) / 2 + 0.01, p.dash - p.back + 0.04
    result.append(box((middle, 0, p.floor - 0.05), (long, y, 0.09), GREY, "floor"))
    middle, long = (p.back + p.rear) / 2, p.back - p.rear
    result.append(
        box((middle, 0, p.floor - 0.05), (long, 2 * core, 0.09), GREY, "floor")
    )
    for side in (1, -1):  # wheel houses: an inner wall and a lid, open below
        at = (middle, side * (core + 0.01), (p.floor + p.deck) / 2 - 0.04)
        result.append(
            box(at, (long - 0.02, 0.02, p.deck - p.floor + 0.1), GREY, "body")
        )
        at = (middle, side * (core + p.half) / 2, p.deck + 0.015)
        size = (long - 0.02, p.half - core - 0.01, 0.03)
        result.append(box(at, size, GREY, "body"))
    wall = (p.rear + 0.02, 0, (low + 0.07 + rim) / 2)
    result.append(box(wall, (0.04, y, rim - low - 0.09), GREY, "body"))
    front = (p.dash, 0, (low + p.belt) / 2)
    result.append(box(front, (0.05, y, p.belt - low - 0.02), GREY, "body"))
    panel = (p.dash - 0.06, 0, p.belt - 0.09)
    return [*result, box(panel, (0.1, y, 0.16), GREY, "dash")]


def _field_top(p: Plan, rng: Rng, rim: float) -> list[Mesh]:
    """Windscreen, upright or folded; bows with canvas, a roll bar, or nothing."""
    y, r, z = p.half - 0.07, p.tube * 0.8, p.height - p.tube
    rake = rng.uniform(0.02, 0.2)
    draw, result = rng.random(), []
    foot = (p.dash, y, p.belt - 0.05)
    canvas = draw < 0.35
    if rng.random() < 0.2 and not canvas:
        high = p.belt + 0.07
        far = min(p.dash + 0.6, p.front - 0.1)
        frame = [(p.dash, y, p.belt - 0.04), (p.dash + 0.04, y, high), (far, y, high)]
        result.append(hoop(frame, r, bend=0.06))
        pane = [(p.dash + 0.05, high), (far, high)]
        result.append(sheet(pane, -y, y, 0.015, "window"))
        at = (far - 0.05, 0, high - 0.05)
        result.append(box(at, (0.05, 0.9 * p.core(0), 0.12), GREY, "trim"))
    else:
        top = (p.dash - rake, y, z)
        result.append(hoop([foot, top], r, bend=0.08))
        middle = [
            (p.dash - rake * t, p.belt + t * (z - p.belt)) for t in (0, 0.5, 0.97)
        ]
        if rng.random() < 0.8:
            result.append(sheet(middle, -y, y, 0.015, "window"))
        result.append(
            bar([(middle[1][0], 0, p.belt - 0.04), (*top[:1], 0, z)], 0.6 * r)
        )
    if canvas:
        rear = p.rear + rng.uniform(0.05, 0.3)
        for x in (p.back + 0.1, rear):
            result.append(hoop([(x, y, rim - 0.06), (x, y, z)], 0.8 * r))
        roof = (p.dash - rake + 0.06, rear - 0.04, y + 0.04)
        result.append(canopy(*roof, z - 0.02, rng))
        if rng.random() < 0.4:
            back = [(rear - 0.02, rim + 0.3), (rear - 0.02, z)]
            result.append(sheet(back, -y, y, 0.02, "roof"))
    elif draw < 0.75:
        x, high = p.back + rng.uniform(0.0, 0.12), z + rng.uniform(-0.15, 0.1)
        result.append(hoop([(x, y, p.floor), (x, y, high)], p.tube, bend=0.14))
        ends = [
            (x, 0.75 * y, high - 0.03),
            (max(x - 0.8, p.rear + 0.03), 0.9 * y, p.deck),
        ]
        if rng.random() < 0.6:
            result += both(ends, 0.9 * p.tube)
    return result
