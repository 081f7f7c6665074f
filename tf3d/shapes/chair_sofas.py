"""Upholstered seats: armchairs, sofas, tub chairs, wing chairs, recliners."""

from __future__ import annotations

import numpy as np

from tf3d.shapes import chair_bases as bases
from tf3d.shapes.chair_frame import Frame
from tf3d.shapes.chair_parts import (
    ChairBuilder,
    Solid,
    box,
    circle,
    edge_levels,
    lathe,
    moved,
    pillow,
    rectangle,
    refine,
    rod,
    skin,
    sweep,
    upright,
)


def soft_block(
    size: tuple[float, float, float], *, softness: float = 0.35, dome: float = 0.02
) -> Solid:
    """A cushion of a size (x, y, z), standing on z = 0, its top domed."""
    corner = min(size[:2]) * 0.5 * softness
    outline = rectangle(size[0], size[1], corner, 3)
    edge = size[2] * softness
    levels = edge_levels(
        size[2] - dome, edge, edge, dome=dome, half=min(size[:2]) / 2, steps=3
    )
    return pillow(outline, levels)


def _feet(
    chair: ChairBuilder, rng: np.random.Generator, width: float, depth: float, z: float
) -> None:
    """Short feet, a plinth or runners, up to height z."""
    kind = rng.choice(["taper", "block", "bun", "plinth", "rods", "frame"])
    x, y = depth / 2 - 0.05, width / 2 - 0.06
    if kind == "plinth":
        size = (depth - 0.06, width - 0.06, z + 0.01)
        chair.add("base", box(size, (0, 0, z / 2), bevel=0.005))
        return
    if kind == "frame":
        bar = rectangle(0.025, 0.025, 0.004, 1)
        for end in (x, -x):
            path = np.array(
                [[end, y, z], [end, y, 0.013], [end, -y, 0.013], [end, -y, z]]
            )
            chair.add("leg", sweep(path, bar, (1.0, 0.0, 0.0)))
        return
    places = [(x, y), (x, -y), (-x, -y), (-x, y)]
    if width > 1.5:
        places += [(x, 0.0), (-x, 0.0)]
    splay = rng.uniform(0.0, 0.05)
    thick = rng.uniform(0.018, 0.03)
    for a, b in places:
        top, foot = np.array([a, b, z + 0.01]), np.array([a, b, 0.0])
        foot[:2] += np.sign([a, b]) * splay
        if kind == "taper":
            chair.add("leg", rod(foot, top, thick * 0.6, thick * 1.2))
        elif kind == "rods":
            chair.add("leg", rod(foot, top, 0.011, sides=8))
        elif kind == "block":
            size = (2.4 * thick, 2.4 * thick, z + 0.01)
            chair.add("leg", box(size, (a, b, z / 2), bevel=0.004))
        else:
            t = np.linspace(0.12, 0.88, 8)
            line = np.stack(
                [1.6 * thick * np.sin(np.pi * t), t * z * 1.25 - 0.12 * z], 1
            )
            line[:, 1] = (line[:, 1] - line[0, 1]) * 1.15
            chair.add("leg", moved(lathe(line, 12), a, b))


def _arm(
    chair: ChairBuilder,
    rng: np.random.Generator,
    kind: str,
    width: float,
    size: tuple[float, float, float],
    low: float,
) -> None:
    """One pair of arms outside the seat of a width; size is (depth, width, top)."""
    depth, wide, top = size
    y = width / 2 + wide / 2
    if kind == "block":
        soft = rng.uniform(0.1, 0.45)
        block = soft_block(
            (depth, wide, top - low), softness=min(soft, 0.48), dome=0.01
        )
        chair.add("arm", moved(block, y=y, z=low), mirror=True)
    elif kind == "roll":
        radius = wide * rng.uniform(0.5, 0.62)
        panel = box((depth, wide * 0.8, top - low - radius), (0, 0, 0), bevel=0.01)
        z = (top + low - radius) / 2
        chair.add("arm", moved(panel, y=y, z=z), mirror=True)
        t = np.array([0.0, 0.02, 0.98, 1.0])[:, None]
        path = np.array([[-depth / 2, y + 0.01, top - radius]]) + t * (depth, 0, 0)
        scale = radius * np.array([0.85, 1.0, 1.0, 0.85])
        roll = sweep(path, circle(16), (0.0, 1.0, 0.0), scale=scale)
        chair.add("arm", roll, mirror=True)
    elif kind == "slope":
        t = np.linspace(0, 1, 9)
        high = top - low + 0.12 * (1 - t) ** 2 - 0.05 * t**3
        path = np.stack([(t - 0.5) * depth, 0 * t + y, low + high / 2], 1)
        # Level tangents keep the section upright: only its height changes.
        section = rectangle(wide * 0.8, 1.0, 0.0)
        rings = np.empty((len(t), 4, 3))
        rings[..., 0] = path[:, :1]
        rings[..., 1] = y + section[:, 0]
        rings[..., 2] = path[:, 2:] + section[:, 1] * high[:, None]
        chair.add("arm", skin(rings), mirror=True)
    elif kind == "wood":
        bar = rectangle(0.06, 0.028, 0.01, 2)
        ends = np.array([[-depth / 2, y, top], [depth / 2 + 0.02, y, top - 0.02]])
        chair.add("arm frame", sweep(ends, bar, (0.0, 1.0, 0.0)), mirror=True)
        for x, z in ((depth / 2 - 0.05, top - 0.02), (-depth / 2 + 0.05, top)):
            post = rod((x, y, 0.0), (x, y, z), 0.017, 0.02)
            chair.add("arm frame", post, mirror=True)
        ends = np.array([[depth / 2 - 0.05, y, low], [-depth / 2 + 0.05, y, low]])
        chair.add(
            "arm frame",
            sweep(ends, rectangle(0.022, 0.05), (0.0, 1.0, 0.0)),
            mirror=True,
        )


def _back(
    chair: ChairBuilder,
    rng: np.random.Generator,
    frame: Frame,
    seats: int,
    width: float,
    low: float,
) -> None:
    """The back's body and its cushions, leaning."""
    height = frame.height + frame.back_height - low
    thick = rng.uniform(0.1, 0.17)
    rear = -frame.depth / 2 + thick / 2

    def lean(points: np.ndarray) -> np.ndarray:
        shift = frame.rake * np.maximum(points[:, 2] - frame.height, 0)
        return points - np.stack([shift, 0 * shift, 0 * shift], 1)

    channels = 0
    if rng.random() < 0.25:
        channels = int(width / rng.uniform(0.08, 0.16))
    corner = rng.uniform(0.02, 0.3) * min(height, width) * 0.5
    outline = refine(rectangle(width, height, corner, 4), 0.3)
    levels = edge_levels(
        thick, thick * 0.2, thick * 0.3, half=min(height, width) / 2, inner=True
    )
    body = upright(pillow(outline, levels))
    chair.add("back", moved(body, x=rear - thick / 2, z=low + height / 2), place=lean)
    if channels:
        wide = width * 0.97 / channels
        roll = rectangle(0.05, wide, 0.022, 3)
        z = np.linspace(frame.height - 0.02, low + height - corner * 0.5 - 0.02, 4)
        for k in range(channels):
            y = (k + 0.5) * wide - width * 0.97 / 2
            path = np.stack([0 * z + rear + thick / 2, 0 * z + y, z], 1)
            chair.add("back cushion", sweep(lean(path), roll, (1.0, 0.0, 0.0)))
        return
    if rng.random() < 0.7:
        wide = width / seats * 0.985
        tall = max(frame.back_height * rng.uniform(0.75, 1.02), 0.2)
        cushion = rng.uniform(0.1, 0.17)
        block = upright(soft_block((wide, tall, cushion), dome=0.035))
        # upright() lays x along y and y along z.
        for k in range(seats):
            y = (k + 0.5) * width / seats - width / 2
            at = moved(block, x=rear + thick * 0.35, y=y, z=frame.height + tall / 2)
            chair.add("back cushion", at, place=lean)


def sofa(
    chair: ChairBuilder, frame: Frame, rng: np.random.Generator, seats: int
) -> None:
    """A boxy armchair (one seat) or sofa with cushions."""
    arms = str(
        rng.choice(
            ["block", "roll", "slope", "wood", "none"], p=[0.4, 0.2, 0.14, 0.16, 0.1]
        )
    )
    inner = seats * rng.uniform(0.5, 0.66)
    wide = rng.uniform(0.1, 0.24) if arms in ("block", "roll") else 0.07
    depth = frame.depth
    cushion = rng.uniform(0.1, 0.17)
    foot = rng.uniform(0.04, 0.17)
    low = min(foot, frame.height - cushion - 0.1)
    body = (depth - 0.02, inner, frame.height - cushion - low)
    chair.add("body", box(body, (0, 0, low + body[2] / 2), bevel=0.015))
    count = 1 if rng.random() < 0.2 else seats
    size = (depth * rng.uniform(0.8, 0.88), inner / count * 0.985, cushion)
    block = soft_block(size, softness=rng.uniform(0.25, 0.45), dome=0.025)
    for k in range(count):
        y = (k + 0.5) * inner / count - inner / 2
        x = depth / 2 - size[0] / 2 + 0.01
        chair.add("cushion", moved(block, x=x, y=y, z=frame.height - cushion))
    top = frame.height + rng.uniform(0.1, 0.24)
    if arms != "none":
        _arm(chair, rng, arms, inner, (depth, wide, top), low)
    cover = arms == "none" or rng.random() < 0.6
    _back(chair, rng, frame, seats, inner if cover else inner + 2 * wide, low)
    outer = inner + (2 * wide if arms in ("block", "roll") else 0)
    if arms != "wood":
        _feet(chair, rng, outer, depth, low)
    if rng.random() < 0.2 and seats > 1:
        _pillow(chair, rng, frame, inner)
    if seats == 1 and arms != "wood" and rng.random() < 0.3:
        _wings(chair, rng, frame, inner)


def _pillow(
    chair: ChairBuilder, rng: np.random.Generator, frame: Frame, inner: float
) -> None:
    """A loose pillow in one or both corners."""
    size = rng.uniform(0.3, 0.4)
    outline = rectangle(size, size, size * 0.2, 3)
    levels = edge_levels(0.06, 0.02, 0.03, dome=0.05, half=size / 2)
    solid = upright(pillow(outline, levels))
    vertices = solid[0] - (0.2 * solid[0][:, 2:]) * (1.0, 0.0, 0.0)
    at = (-frame.depth * 0.2, inner / 2 - size * 0.55, frame.height + size * 0.5)
    both = rng.random() < 0.5
    chair.add("pillow", (vertices + at, solid[1]), mirror=both)


def _wings(
    chair: ChairBuilder, rng: np.random.Generator, frame: Frame, inner: float
) -> None:
    """A wing chair's sides between arms and top."""
    high = frame.back_height * 0.95
    t = np.linspace(0, 1, 8)
    reach = rng.uniform(0.12, 0.2) * np.sin(np.pi * (0.25 + 0.65 * t)) ** 0.8
    rear = -frame.depth / 2 + 0.02 - frame.rake * t * high
    rings = np.empty((8, 4, 3))
    section = rectangle(1.0, 0.06, 0.0)
    rings[..., 0] = (
        rear[:, None] + 0.1 + (section[:, 0] + 0.35) * (reach[:, None] + 0.1)
    )
    rings[..., 1] = inner / 2 + section[:, 1]
    rings[..., 2] = frame.height + t[:, None] * high
    chair.add("back", skin(rings), mirror=True)


def tub(chair: ChairBuilder, frame: Frame, rng: np.random.Generator) -> None:
    """A tub or barrel chair: one padded wall around a round seat."""
    low = rng.uniform(0.08, 0.24)
    width, depth = frame.width, frame.depth
    reach = rng.uniform(0.62, 0.85) * np.pi
    angle = np.linspace(-reach, reach, 25)
    power = rng.uniform(2.0, 4.0)
    c, s = np.cos(angle), np.sin(angle)
    x = -np.sign(c) * np.abs(c) ** (2 / power) * depth / 2
    y = -np.sign(s) * np.abs(s) ** (2 / power) * width / 2
    part = np.abs(angle) / reach
    drop = rng.uniform(0.0, 0.7) * frame.back_height
    if frame.back_height - drop > 0.35:
        drop = frame.back_height - 0.3
    top = frame.height + frame.back_height - drop * part ** rng.uniform(1.2, 3.0)
    start = low if rng.random() < 0.7 else frame.height - 0.1
    height = top - start
    path = np.stack([x, y, 0 * x], 1)
    thick = rng.uniform(0.05, 0.11)
    section = rectangle(1.0, thick, 0.35 * thick, 3)
    end = np.minimum(1, 0.55 + np.minimum(np.arange(25), np.arange(25)[::-1]) * 0.3)
    scale = np.stack([height, end], 1)
    # The section's corners keep their radius only across; the rim still looks round.
    vertices, faces = sweep(path, section, (0.0, 0.0, 1.0), scale=scale)
    rise = (start + height / 2)[:, None].repeat(len(section), 1).ravel()
    rise = np.concatenate([rise, (start + height / 2)[[0, -1]]])
    flare = 1 + rng.uniform(0, 0.12) * vertices[:, 2] / frame.back_height
    vertices = np.stack(
        [vertices[:, 0] * flare, vertices[:, 1] * flare, vertices[:, 2] + rise], 1
    )
    chair.add("back", (vertices, faces))
    outline = circle(28)
    outline = np.sign(outline) * np.abs(outline) ** (2 / power)
    outline = outline * (depth / 2, width / 2)
    half = min(depth, width) / 2
    body_top = frame.height - 0.1
    begin = max(low, body_top - 0.3)
    levels = edge_levels(body_top - begin, 0.02, 0.02, half=half, steps=2)
    chair.add("body", moved(pillow(outline * 0.97, levels), z=begin))
    inside = outline * (1 - 0.55 * thick / half) + (0.02, 0.0)
    levels = edge_levels(0.1, 0.025, 0.04, dome=0.02, half=half)
    chair.add("cushion", moved(pillow(inside, levels), z=body_top - 0.005))
    if rng.random() < 0.3:
        make = bases.pedestal if rng.random() < 0.6 else bases.star_base
        make(chair, frame, rng, under=frame.height - begin)
    else:
        _feet(chair, rng, width * 0.72, depth * 0.72, begin)
