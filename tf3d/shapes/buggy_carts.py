"""Generated utility vehicles, golf carts, farm carts and quads."""

from __future__ import annotations

import numpy as np

from tf3d.shapes import buggy_panels as panels
from tf3d.shapes import buggy_parts as parts_of
from tf3d.shapes.buggy_cage import cage, canopy, roll_bar, windscreen
from tf3d.shapes.buggy_frame import Plan, arch, bar, both, hoop, profile_body, sheet
from tf3d.shapes.buggy_wheels import mudguard
from tf3d.shapes.car_parts import both_sides
from tf3d.shapes.mesh import Mesh
from tf3d.shapes.primitives import (
    GREY,
    box,
    cylinder,
    loft,
    place,
    rotation,
    rounded_box,
)

Rng = np.random.Generator


def utility(p: Plan, rng: Rng) -> list[Mesh]:
    """A side-by-side: short hood, caged cabin, bed over the rear wheels."""
    tip = p.belt - rng.uniform(0.08, 0.28)
    guarded = rng.random() < 0.8
    end = min(p.core(0), p.half) * rng.uniform(0.75, 1.0)
    result = [*panels.tub(p, p.deck, rng), panels.hood(p, rng, tip, end)]
    if guarded:
        for k in (0, 1):
            result += mudguard(p, k, 0.6 * p.core(k), rng)
    result += panels.face(p, rng, tip - 0.13, end, rng.uniform(0.1, 0.2))
    result += parts_of.bumper(p, rng, tip)
    low = p.floor - 0.08
    core = p.core(1) * 0.9
    at = ((p.back + p.rear) / 2 + 0.04, 0, (low + p.deck) / 2 + 0.01)
    size = (p.back - p.rear - 0.12, 2 * core, p.deck - low)
    result.append(rounded_box(at, size, 0.04, GREY, "underbody"))
    half = p.width / 2 - rng.uniform(0.0, 0.1)
    style = str(rng.choice(["walls", "walls", "rails", "stakes"]))
    wall = rng.uniform(0.16, 0.32)
    rear = p.rear - rng.uniform(0.0, 0.1)
    result += parts_of.bed(p.back - 0.02, rear, half, p.deck, wall, style)
    if rng.random() < 0.35:
        result += parts_of.load(p.back - 0.05, rear, half - 0.04, p.deck + 0.04, rng)
    result += parts_of.taillights(rear, half - 0.1, p.deck + 0.06)
    result += panels.rows(p, rng)
    if rng.random() < 0.2:
        result += panels.doors(p)
    tail = (rear + 0.05, half - 0.05, p.deck + 0.03)
    feet = (p.belt, p.deck)
    result += cage(p, rng, feet=feet, tail=tail, roofed=0.55)
    return result + panels.pole(p, rng, p.deck + 0.04, (rear + 0.04, half - 0.12))


def golf(p: Plan, rng: Rng) -> list[Mesh]:
    """A golf cart: one smooth body, bench seats, a canopy on four posts."""
    low, (xf, xr), (rf, rr) = p.floor - 0.1, p.axles, p.wheel
    pad = p.floor + rng.uniform(0.28, 0.36)
    first = p.back + rng.uniform(0.28, 0.4)
    top = p.belt
    tip = rng.uniform(0.5, 0.75) * top
    lean = rng.uniform(0.0, 0.25)
    profile = [
        (p.rear, low + 0.08),
        *arch(xr, rr, rr + 0.04, low),
        *arch(xf, rf, rf + 0.04, low),
    ]
    profile += [(p.front, low + 0.1), (p.front, tip - 0.1), (p.front - 0.06, tip)]
    profile += [(p.dash + 0.1 + lean, top - 0.03), (p.dash + 0.02 + lean / 2, top)]
    profile += [(p.dash - 0.06, top - 0.02), (p.dash + 0.02, p.floor + 0.18)]
    profile += [(p.dash - 0.05, p.floor), (first + 0.06, p.floor), (first, pad)]
    rear_top = pad if p.rows == 2 else pad + rng.uniform(-0.06, 0.0)
    profile += [(p.rear + 0.12, rear_top), (p.rear, rear_top - 0.12)]
    half = p.half - 0.01
    core = min(p.core(0), p.core(1))
    result = [profile_body(np.array(profile), half, 0.03)]
    # Closes the wheel arches on the inside, which the side view cuts right across.
    for x0, x1 in ((p.rear + 0.12, first - 0.04), (p.dash + 0.04, p.front - 0.12)):
        at = ((x0 + x1) / 2, 0, low / 2 + rr + 0.02)
        size = (x1 - x0, 2 * core, 2 * rr + 0.03 - low)
        result.append(box(at, size, GREY, "underbody"))
    seat_x = first - 0.47
    result += parts_of.seats(seat_x, half, pad - 0.02, True, rng)
    posts = [p.dash + 0.08, seat_x - 0.12]
    if p.rows == 2:  # the second row looks back
        second = parts_of.seats(0.0, half, pad - 0.02, True, rng)
        result += [_turned(mesh, seat_x - 0.1) for mesh in second]
        step = (p.rear - 0.12, 0, p.floor - 0.02)
        result.append(rounded_box(step, (0.34, 1.6 * half, 0.05), 0.02, GREY, "floor"))
        posts[1] = p.rear + 0.1
    elif rng.random() < 0.5:  # golf bags
        for y in (-0.22, 0.22):
            foot, end = (p.rear + 0.14, y, pad - 0.1), (p.rear + 0.04, y, pad + 0.62)
            bag = cylinder(foot, end, 0.12, GREY, "cargo", segments=10, bevel=0.02)
            result.append(bag)
            for k in range(3):
                tip_at = (end[0] - 0.03, y + 0.05 * (k - 1), end[2] + 0.2)
                result.append(cylinder(end, tip_at, 0.015, GREY, "chrome", segments=5))
        rack = [(p.rear + 0.3, 0.4, pad - 0.05), (p.rear + 0.02, 0.4, pad + 0.3)]
        result.append(hoop(rack, 0.018, "frame"))
    else:
        size = (seat_x - p.rear - 0.12, 1.5 * half, rng.uniform(0.1, 0.3))
        if size[0] > 0.2:
            at = (p.rear + 0.06 + size[0] / 2, 0, pad + size[2] / 2 - 0.06)
            result.append(rounded_box(at, size, 0.03, GREY, "bed"))
    result += _golf_roof(p, rng, posts, half, pad)
    result += panels.steering(p, seat_x, rng)
    size = rng.uniform(0.05, 0.08)
    style = "round" if rng.random() < 0.5 else "box"
    result += parts_of.lamps(p.front - 0.01, half - 2.2 * size, tip - 0.12, size, style)
    result += parts_of.taillights(p.rear, half - 0.12, rear_top - 0.22)
    return result


def _turned(mesh: Mesh, x: float) -> Mesh:
    """A seat made at x = 0, turned to face backwards, its back's foot at x."""
    return place(mesh, rotation=rotation("z", 180), translation=(x, 0, 0))


def _golf_roof(
    p: Plan, rng: Rng, posts: list[float], half: float, pad: float
) -> list[Mesh]:
    y, r, z = half - 0.06, rng.uniform(0.015, 0.025), p.height - 0.05
    rake, lean = rng.uniform(0.02, 0.2), rng.uniform(-0.05, 0.1)
    front, rear = posts[0] - rake, posts[1] - lean
    result = both([(posts[0], y, p.belt - 0.12), (front, y * 0.97, z)], r)
    result += both([(posts[1], y, pad - 0.08), (rear, y * 0.97, z)], r)
    over = rng.uniform(0.04, 0.2)
    result.append(canopy(front + over, rear - over, half, z - 0.03, rng))
    for x in (front, rear):
        result.append(bar([(x, -y * 0.97, z), (x, y * 0.97, z)], r))
    if rng.random() < 0.45:
        share = rng.choice([0.5, 0.94])
        low = np.array([posts[0] - 0.02, p.belt - 0.06])
        end = low + (np.array([front, z]) - low) * share
        result.append(
            sheet([low, (low + end) / 2, end], 0.02 - y, y - 0.02, 0.015, "window")
        )
    return result


def farm(p: Plan, rng: Rng) -> list[Mesh]:
    """A small farm cart: upright front, one bench, a flat bed."""
    low, xf, rf = p.floor - 0.09, p.axles[0], p.wheel[0]
    result = panels.tub(p, p.deck + 0.04, rng)
    tip = p.belt - rng.uniform(0.0, 0.12)
    core = min(p.core(0), p.half - 0.02)
    result.append(panels.hood(p, rng, tip, core * rng.uniform(0.85, 1.0)))
    guard = 2 * rf + 0.05
    if rng.random() < 0.6:
        path = [
            (p.dash + 0.01, low + 0.05),
            (p.dash + 0.04, guard - 0.05),
            (xf - 0.2, guard),
        ]
        path += [(xf + 0.15, guard), (p.front - 0.02, guard - 0.12)]
        result += both_sides(sheet(path, 0.6 * core, p.half + 0.02, 0.03, "fender"))
    else:
        result += mudguard(p, 0, 0.6 * core, rng)
    result += panels.face(p, rng, tip - 0.14, core * 0.85, rng.uniform(0.08, 0.16))
    if rng.random() < 0.6:
        result += parts_of.bumper(p, rng, tip)
    frame = ((p.back + p.rear) / 2, 0, (low + p.deck) / 2)
    size = (p.back - p.rear - 0.1, 1.2 * p.core(1), p.deck - low)
    result.append(box(frame, size, GREY, "underbody"))
    half = p.width / 2 + rng.uniform(-0.06, 0.03)
    rear = p.rear - rng.uniform(0.0, 0.25)
    style = str(rng.choice(["walls", "stakes", "rails"]))
    wall = rng.uniform(0.15, 0.4)
    result += parts_of.bed(p.back - 0.02, rear, half, p.deck, wall, style)
    if rng.random() < 0.45:
        result += parts_of.load(
            p.back - 0.06, rear + 0.04, half - 0.05, p.deck + 0.04, rng
        )
    result += parts_of.taillights(rear, half - 0.08, p.deck + 0.02)
    result += panels.rows(p, rng)
    draw = rng.random()
    if draw < 0.5:
        tail = (p.rear + 0.05, half - 0.08, p.deck + 0.03) if draw < 0.12 else None
        feet = (p.belt, p.deck + 0.03)
        result += cage(p, rng, feet=feet, tail=tail, roofed=0.8)
    elif draw < 0.8:
        result += roll_bar(p, rng, p.deck - 0.05)
    else:
        result += windscreen(p, rng, p.belt)
    return result


def quad(p: Plan, rng: Rng) -> list[Mesh]:
    """A quad: a saddle, a handlebar, wide mudguards and racks of tubes."""
    low, (xf, xr), (rf, rr) = p.floor - 0.06, p.axles, p.wheel
    saddle = p.belt - rng.uniform(0.02, 0.1)
    waist = rng.uniform(0.15, 0.2)
    x = np.array([p.rear + 0.06, xr, -0.12, 0.16, xf, p.front - 0.05])
    half = np.array([0.2, 0.24, waist, waist + 0.02, 0.26, 0.2])
    top = np.array([2 * rr + 0.04, 2 * rr + 0.1, saddle - 0.06, saddle + 0.04])
    top = np.append(top, [2 * rf + 0.16, 2 * rf + 0.06])
    sections = np.empty((6, 8, 3))
    sections[..., 0] = x[:, None]
    angle = np.radians(np.arange(8) * 45 + 22.5)
    sections[..., 1] = half[:, None] * np.cos(angle) / np.cos(np.radians(22.5))
    middle, reach = (top + low) / 2, (top - low) / 2
    sections[..., 2] = middle[:, None] + reach[:, None] * np.sin(angle) / np.sin(
        np.radians(67.5)
    )
    result = [loft(sections, GREY, "body")]
    for k in (0, 1):
        result += mudguard(p, k, 0.1, rng)
    result.append(
        rounded_box((-0.22, 0, saddle), (0.62, 0.3, 0.14), 0.05, GREY, "seat")
    )
    foot = (0.0, 0, low + 0.03)
    size = (p.dash - p.back + 0.06, 2 * p.half - 0.1, 0.04)
    result.append(box(foot, size, GREY, "floor"))
    bars = (0.3, 0.0, p.height - 0.08)
    stem = ((0.42, 0, saddle - 0.15), bars)
    result.append(cylinder(*stem, 0.05, GREY, "trim", segments=8))
    grip = [(bars[0], 0.08, bars[2]), (bars[0] - 0.02, 0.2, bars[2] + 0.05)]
    result.append(
        hoop([(bars[0] - 0.14, 0.42, bars[2] + 0.04), *grip[::-1]], 0.02, "trim")
    )
    pod = (bars[0] + 0.05, 0, bars[2] - 0.02)
    result.append(rounded_box(pod, (0.14, 0.22, 0.14), 0.04, GREY, "hood"))
    size = rng.uniform(0.05, 0.075)
    result += parts_of.lamps(p.front - 0.05, 0.13, 2 * rf - 0.05, size, "round")
    result += parts_of.taillights(p.rear + 0.06, 0.12, 2 * rr - 0.06)
    result += parts_of.bumper(p, rng, 2 * rf)
    for x0, x1, z in (
        (xf - 0.16, p.front, 2 * rf + 0.2),
        (p.rear - 0.05, xr + 0.16, 2 * rr + 0.2),
    ):
        result += _rack(x0, x1, 0.38, z)
        if rng.random() < 0.25:
            load_z = z + rng.uniform(0.12, 0.2)
            at, dims = ((x0 + x1) / 2, 0, load_z), (0.36, 0.66, 2 * (load_z - z))
            result.append(rounded_box(at, dims, 0.06, GREY, "cargo"))
    return result


def _rack(x0: float, x1: float, y: float, z: float) -> list[Mesh]:
    """A rack of tubes on four posts."""
    ring = bar(
        [(x0, -y, z), (x1, -y, z), (x1, y, z), (x0, y, z), (x0, -y, z)],
        0.016,
        "rack",
        0.02,
    )
    result = [ring]
    for v in np.linspace(-0.7, 0.7, 4) * y:
        result.append(bar([(x0, v, z), (x1, v, z)], 0.012, "rack"))
    for x in (x0 + 0.06, x1 - 0.06):
        result.append(bar([(x, -y, z), (x, y, z)], 0.012, "rack"))
        result += both([(x, 0.5 * y, z), (x, 0.4 * y, z - 0.3)], 0.014, "rack")
    return result
