"""What is mounted on a generated car's body: lamps, mirrors, racks, wings, plates."""

from __future__ import annotations

import numpy as np

from tf3d.shapes.car_body import BodyShape
from tf3d.shapes.mesh import Mesh
from tf3d.shapes.primitives import (
    GREY,
    box,
    cylinder,
    ellipsoid,
    extrude,
    loft,
    place,
    revolve,
    rotation,
    rounded_box,
    tube,
)


def both_sides(mesh: Mesh) -> list[Mesh]:
    """A part and its mirror image."""
    return [mesh, place(mesh, mirror="y")]


def mirrors(shape: BodyShape, rng: np.random.Generator) -> list[Mesh]:
    """Door mirrors beside the windshield's foot."""
    p = shape.p
    heavy = p.body_type in ("bus", "truck")
    x = p.windshield - (0.05 if heavy else 0.3)
    z = p.belt + (0.35 if heavy else 0.09)
    y = float(shape.width(np.array(x), np.array(p.belt - 0.05)))
    size = (0.1, 0.16, 0.4) if heavy else (0.12, rng.uniform(0.15, 0.24), 0.14)
    out = y + size[1] / 2 + (0.06 if heavy else 0.02)
    arm = cylinder((x, y - 0.12, z - 0.07), (x, out, z - 0.03), 0.03, GREY, "trim")
    cup = rounded_box((x, out, z), size, 0.035, GREY, "mirror")
    return both_sides(arm) + both_sides(cup)


def round_lamps(shape: BodyShape, rng: np.random.Generator) -> list[Mesh]:
    """Round headlights in bezels on the front."""
    p = shape.p
    heavy = p.body_type in ("bus", "truck")
    z = p.ride + (p.nose - p.ride) * (0.38 if heavy else rng.uniform(0.62, 0.76))
    r = rng.uniform(0.08, 0.13)
    tip = float(shape.tip(np.array(p.nose_x)))
    reach = float(shape.width(np.array(p.nose_x), np.array(z)))
    y = max(reach - r * rng.uniform(1.2, 2.2), 0.3 * p.half)
    lamps = []
    for k in range(2 if rng.random() < 0.3 and not heavy else 1):
        yk = y - 2.2 * r * k
        front = shape.surface("front", yk, z)[0]
        back = (front - 0.12 - 0.5 * tip, yk, z)
        lamps.append(cylinder(back, (front + 0.015, yk, z), r * 1.15, GREY, "trim"))
        profile = [(0, r), (0.6, r), (0.9, 0.7 * r), (1.0, 0.3 * r)]
        nose = (front + 0.05, yk, z)
        lamps.append(revolve(back, nose, profile, GREY, "headlight", segments=14))
    return [part for lamp in lamps for part in both_sides(lamp)]


def box_lamps(shape: BodyShape, end: str, rng: np.random.Generator) -> list[Mesh]:
    """Block lamps, at the rear upright ones at the corners."""
    p = shape.p
    front = end == "front"
    heavy = p.body_type in ("bus", "truck")
    size = (0.08, rng.uniform(0.12, 0.18), rng.uniform(0.2, 0.42))
    level = 0.6
    if front:
        size = (0.08, rng.uniform(0.2, 0.34), rng.uniform(0.12, 0.2))
        level = 0.3 if heavy else 0.72
    x = p.nose_x if front else p.tail_x
    z = p.ride + (p.nose - p.ride) * level
    y = float(shape.width(np.array(x), np.array(z))) - size[1] / 2 + 0.02
    x = shape.surface(end, y, z)[0] + (-0.01 if front else 0.01)
    name = "headlight" if front else "taillight"
    return both_sides(rounded_box((x, y, z), size, 0.02, GREY, name))


def plates(shape: BodyShape, rng: np.random.Generator) -> list[Mesh]:
    """Number plates at the rear and, mostly, at the front."""
    p = shape.p
    width, height = (0.52, 0.12) if rng.random() < 0.6 else (0.32, 0.16)
    parts = []
    for end, level, sign in (
        ("front", rng.uniform(0.26, 0.36), 1),
        ("rear", rng.uniform(0.3, 0.6), -1),
    ):
        if end == "front" and rng.random() < 0.25:
            continue
        z = p.ride + (p.nose - p.ride) * level
        x = shape.surface(end, 0.0, z)[0] + sign * 0.004
        parts.append(box((x, 0, z), (0.03, width, height), GREY, "plate"))
    return parts


def bumper_bars(shape: BodyShape, rng: np.random.Generator) -> list[Mesh]:
    """Separate bumpers that stand out from front and rear, as on older cars."""
    p = shape.p
    parts = []
    radius = rng.uniform(0.05, 0.085)
    z = p.ride + (p.nose - p.ride) * rng.uniform(0.18, 0.32)
    for end, sign in (("front", 1), ("rear", -1)):
        y = np.linspace(-0.93, 0.93, 7) * p.half
        x = np.array([shape.surface(end, float(v), z)[0] for v in y])
        x[[0, -1]] -= sign * 0.35 * p.corner
        points = np.stack([x + sign * 0.03, y, np.full(7, z)], axis=1)
        name = f"bumper_bar_{end}"
        flat = (1.5, 0.7)
        parts.append(tube(points, radius, GREY, name, segments=8, scale=flat))
    return parts


def arch_lips(lips: list[np.ndarray]) -> list[Mesh]:
    """Cladding around the wheel arches."""
    parts = []
    for lip in lips:
        if len(lip) > 2:
            lip = lip + (0, -0.005, 0)
            parts += both_sides(tube(lip, 0.035, GREY, "cladding", segments=6))
    return parts


def sills(shape: BodyShape, rng: np.random.Generator) -> list[Mesh]:
    """Running boards between the wheels."""
    p = shape.p
    front, rear = shape.arches[0] - p.arch - 0.05, shape.arches[-1] + p.arch + 0.05
    if front - rear < 0.5:
        return []
    y = p.half * 0.96
    size = (front - rear, rng.uniform(0.1, 0.2), 0.07)
    middle = ((front + rear) / 2, y, p.ride + 0.06)
    return both_sides(rounded_box(middle, size, 0.02, GREY, "cladding"))


def handles(shape: BodyShape, doors: tuple[float, ...]) -> list[Mesh]:
    """Door handles before the seams' rear ends."""
    p = shape.p
    parts = []
    for door in doors[1:]:
        x, z = door + 0.16, p.ride + 0.82 * (p.belt - p.ride)
        y = float(shape.width(np.array(x), np.array(z)))
        handle = box((x, y + 0.008, z), (0.19, 0.03, 0.035), GREY, "handle")
        parts += both_sides(handle)
    return parts


def roof_rails(outline: np.ndarray, *, bars: bool) -> list[Mesh]:
    """Two rails along the roof's edge, with crossbars if asked."""
    inside = outline[(outline[:, 1] > 0.95 * outline[:, 1].max())]
    first, last = inside[0], inside[-1]
    xs = np.linspace(first[0] - 0.1, last[0] + 0.1, 5)
    y = 0.86 * inside[:, 1].min()
    z = np.interp(xs, outline[::-1, 0], outline[::-1, 2]) + 0.06
    z[1:-1] += 0.02
    z[[0, -1]] -= 0.05
    points = np.stack([xs, np.full(5, y), z], axis=1)
    parts = both_sides(tube(points, 0.022, GREY, "rack", segments=6))
    if bars:
        for x in (xs[1], xs[3]):
            top = float(np.interp(x, xs[::-1], z[::-1])) + 0.01
            ends = ((x, -y, top), (x, y, top))
            parts.append(cylinder(*ends, 0.025, GREY, "rack", segments=6))
    return parts


def roof_box(top: float, x: float, size: tuple[float, float, float]) -> list[Mesh]:
    """A luggage box or equipment on the roof."""
    return [rounded_box((x, 0, top + size[2] / 2), size, 0.08, GREY, "roof_box")]


def roof_sign(top: float, x: float, kind: str) -> list[Mesh]:
    """A taxi sign, or a bar of blue lights with its base."""
    if kind == "taxi":
        return [rounded_box((x, 0, top + 0.07), (0.16, 0.5, 0.2), 0.04, GREY, "sign")]
    parts = [box((x, 0, top + 0.01), (0.18, 0.7, 0.08), GREY, "trim")]
    for side, name in ((-1, "beacon_right"), (1, "beacon_left")):
        center = (x, side * 0.32, top + 0.07)
        parts.append(rounded_box(center, (0.22, 0.5, 0.13), 0.03, GREY, name))
    return parts


def wing(shape: BodyShape, rng: np.random.Generator) -> list[Mesh]:
    """A wing on posts, or a lip on the deck's edge."""
    p = shape.p
    z = float(shape.top(np.array(p.tail_x + 0.2)))
    if rng.random() < 0.5:
        y = p.half * 0.8
        section = np.array([(0.0, 0.0), (0.22, -0.02), (0.24, 0.02), (0.0, 0.09)])
        # Extruded along y the polygon's plane is (z, x).
        polygon = np.stack(
            [section[:, 1] + z + p.crown * 0.6, section[:, 0] + p.tail_x + 0.08], axis=1
        )
        return [extrude(polygon, "y", -y, y, GREY, "wing")]
    high, chord = rng.uniform(0.14, 0.36), rng.uniform(0.22, 0.36)
    x, y = (
        p.tail_x + chord / 2 + rng.uniform(0.0, 0.12),
        p.half * rng.uniform(0.8, 0.98),
    )
    tilt = rotation("y", rng.uniform(2, 14))
    blade = rounded_box((0, 0, 0), (chord, 2 * y, 0.04), 0.015, GREY, "wing")
    parts = [place(blade, rotation=tilt, translation=(x, 0, z + high))]
    plate = rounded_box((x, y, z + high), (chord, 0.03, 0.16), 0.01, GREY, "wing")
    parts += both_sides(plate)
    post = ((x, y * 0.6, z - 0.05), (x, y * 0.6, z + high))
    return parts + both_sides(cylinder(*post, 0.035, GREY, "trim", segments=6))


def splitter(shape: BodyShape) -> list[Mesh]:
    """A flat lip under the nose, as racing cars have."""
    p = shape.p
    x = p.nose_x + 0.06 - 0.5 * shape.front_scale * p.bow
    size = (0.4 + p.corner, 1.9 * p.half, 0.035)
    center = (x - size[0] / 2, 0, max(p.ride - 0.01, 0.04))
    return [rounded_box(center, size, 0.012, GREY, "splitter")]


def roundels(shape: BodyShape, rng: np.random.Generator) -> list[Mesh]:
    """White discs with a start number on the doors."""
    p = shape.p
    x = p.windshield - rng.uniform(0.6, 0.9)
    z, r = p.ride + 0.58 * (p.belt - p.ride), 0.36 * (p.belt - p.ride)
    y = float(shape.width(np.array(x), np.array(z))) + 0.012
    disc = ((x, y - 0.1, z), (x, y, z))
    parts = both_sides(cylinder(*disc, r, GREY, "roundel", segments=16))
    for k in range(int(rng.integers(1, 3))):
        bar = (x + (k - 0.5) * 0.5 * r, y, z)
        size = (rng.uniform(0.15, 0.35) * r, 0.016, 1.1 * r)
        parts += both_sides(box(bar, size, GREY, "number"))
    return parts


def roof_spoiler(outline: np.ndarray) -> list[Mesh]:
    """A lip that carries the roof on over the rear window."""
    rear = outline[-1]
    y = 0.85 * outline[:, 1].max()
    x, z = rear[0], rear[2]
    profile = [(z - 0.03, x + 0.12), (z - 0.03, x - 0.12), (z + 0.03, x + 0.1)]
    return [extrude(profile, "y", -y, y, GREY, "wing")]


def exhausts(shape: BodyShape, rng: np.random.Generator) -> list[Mesh]:
    """Tail pipes."""
    p = shape.p
    y, z = p.half * rng.uniform(0.35, 0.7), p.ride + 0.05
    x = float(shape.surface("rear", y, z)[0])
    pipe = ((x + 0.25, y, z), (x - 0.05, y, z))
    pipe = cylinder(*pipe, rng.uniform(0.03, 0.06), GREY, "chrome", segments=8)
    return both_sides(pipe) if rng.random() < 0.5 else [pipe]


def spare_wheel(shape: BodyShape) -> list[Mesh]:
    """A spare wheel on the back door."""
    p = shape.p
    r = 0.9 * p.wheel
    z = max(p.belt * 0.92, p.ride + r + 0.1)
    x = float(shape.surface("rear", 0.0, min(z, p.belt))[0])
    back, front = (x + 0.05, 0.0, z), (x - 0.18, 0.0, z)
    tire = cylinder(back, front, r, GREY, "wheel", segments=18, bevel=0.05)
    cap = cylinder(front, (x - 0.2, 0, z), 0.62 * r, GREY, "rim", segments=14)
    return [tire, cap]


def bull_bar(shape: BodyShape) -> list[Mesh]:
    """Tubes before the grille."""
    p = shape.p
    low, high = p.ride + 0.1, p.nose * 0.95
    x, y = p.nose_x + 0.1, 0.42 * p.half
    hoop = [(x - 0.15, y, low), (x, y, low + 0.1), (x, y, high - 0.08)]
    hoop += [(x - 0.02, y * 0.85, high), (x - 0.02, -y * 0.85, high)]
    hoop += [(px, -py, pz) for px, py, pz in hoop[:3][::-1]]
    bar = ((x, -y, (low + high) / 2), (x, y, (low + high) / 2))
    return [
        tube(hoop, 0.035, GREY, "chrome", segments=7),
        cylinder(*bar, 0.03, GREY, "chrome", segments=7),
    ]


def roof_band(
    outline: np.ndarray,
    height: float,
    crown: float,
    across: tuple[float, float],
    along: tuple[float, float] = (0.06, 0.94),
    part: str = "stripe",
) -> Mesh:
    """A thin panel that follows the roof's curve: a stripe, a sunroof.

    Args:
      outline: the roof's outline on the left `[k, 3]`, front to rear.
      height: of the roof's middle.
      crown: how much lower the roof is at its sides.
      across: y where the panel begins and ends.
      along: the same in x, as fractions of the roof from its rear.
      part: the part's name.
    """
    rear, front = outline[-1, 0], outline[0, 0]
    middle, reach = (front + rear) / 2, (front - rear) / 2
    x = rear + np.linspace(*along, 9) * (front - rear)
    sag = height - np.where(x < middle, outline[-1, 2], outline[0, 2])
    z = height - sag * np.abs((x - middle) / reach) ** 2.2 + 0.008
    low, high = across
    y = np.array([low, (low + high) / 2, high, high, low])
    drop = np.array([0, 0, 0, -0.04, -0.04])
    sections = np.empty((9, 5, 3))
    sections[..., 0] = x[:, None]
    sections[..., 1] = y
    sections[..., 2] = z[:, None] + drop - crown * (y / outline[:, 1].max()) ** 2
    return loft(sections, GREY, part)


def seat(x: float, y: float, floor: float) -> list[Mesh]:
    """A seat with backrest and headrest."""
    back = rounded_box((0, 0, 0.32), (0.14, 0.48, 0.64), 0.05, GREY, "seat")
    lean = rotation("y", -14)
    head = rounded_box((0, 0, 0.72), (0.1, 0.26, 0.18), 0.04, GREY, "seat")
    base = rounded_box(
        (x + 0.25, y, floor + 0.16), (0.52, 0.5, 0.24), 0.06, GREY, "seat"
    )
    at = (x, y, floor + 0.2)
    return [
        base,
        place(back, rotation=lean, translation=at),
        place(head, rotation=lean, translation=at),
    ]


def cockpit(shape: BodyShape, front: float, rear: float, floor: float) -> list[Mesh]:
    """The inside of an open car: dashboard, wheel, seats; and its windshield."""
    p = shape.p
    y = 0.36 * p.half / 0.86
    top = p.belt + 0.02
    parts = [
        rounded_box(
            (front - 0.12, 0, top - 0.06), (0.3, 1.5 * p.half, 0.18), 0.05, GREY, "seat"
        )
    ]
    first = max(front - 1.3, rear + 0.25)
    for side in (-1, 1):
        parts += seat(first, side * y, floor)
    if first - rear > 0.85:
        for side in (-1, 1):
            parts += seat(rear + 0.22, side * y * 0.95, floor)
    angle = np.linspace(0, 2 * np.pi, 13)[:-1]
    ring = np.stack([np.zeros(12), 0.17 * np.cos(angle), 0.17 * np.sin(angle)], axis=1)
    steering = tube(ring, 0.018, GREY, "trim", segments=5, closed=True)
    at = (front - 0.42, y, top - 0.02)
    parts.append(place(steering, rotation=rotation("y", -25), translation=at))
    return parts + _open_windshield(shape)


def _open_windshield(shape: BodyShape) -> list[Mesh]:
    p = shape.p
    y = 0.9 * float(shape.width(np.array(p.windshield), np.array(p.belt - 0.02)))
    u = np.linspace(-1, 1, 9)
    run, bow = p.rake_front, 0.16
    height = p.height - p.belt - 0.02
    edges = []
    for t in (-0.15, 1.0):
        x = p.windshield - run * t - bow * u**2
        scale = 1 - (1 - p.tumble) * 0.5 * max(t, 0)
        z = np.full(9, p.belt + height * t) + 0.02 * (1 - u**2)
        edges.append(np.stack([x, y * u * scale, z], axis=1))
    low, high = edges
    depth = (0.025, 0, 0)
    pane = np.stack([low, high, high - depth, low - depth], axis=1)
    path = np.concatenate([low[:1], high, low[-1:]])
    return [
        loft(pane, GREY, "window"),
        tube(path, 0.028, GREY, "pillar_front", segments=6),
    ]


def antenna_fin(top: float, x: float) -> list[Mesh]:
    """A small fin at the rear of the roof."""
    return [
        ellipsoid((x, 0, top), (0.12, 0.03, 0.06), GREY, "trim", segments=8, rings=5)
    ]
