"""Chairs of bent or flat boards: Z and S ribbons, and boxes with side panels."""

from __future__ import annotations

import numpy as np

from tf3d.shapes.chair_frame import Frame
from tf3d.shapes.chair_parts import (
    ChairBuilder,
    box,
    edge_levels,
    moved,
    pillow,
    rectangle,
    rounded,
    sweep,
    upright,
)


def ribbon(chair: ChairBuilder, frame: Frame, rng: np.random.Generator) -> None:
    """One board bent to seat, back and foot: Z, S or C seen from the side."""
    d, h = frame.depth, frame.height
    thick = rng.uniform(0.018, 0.04)
    lean = frame.rake * frame.back_height
    back = [(-d / 2 - lean, h + frame.back_height), (-d / 2, h)]
    kind = rng.choice(["z", "c", "s", "bridge"])
    floor = thick / 2
    front = d / 2
    if kind == "z":
        stand = [(front, h), (-d / 2 + rng.uniform(0, 0.1), floor), (front, floor)]
    elif kind == "c":
        end = -d / 2 - rng.uniform(0.0, 0.08)
        stand = [(front, h), (front - rng.uniform(0, 0.1), floor), (end, floor)]
    elif kind == "s":
        inner = rng.uniform(-0.1, 0.02)
        stand = [(front, h), (inner, h * 0.5), (front - 0.1, floor), (-d / 2, floor)]
    else:
        stand = [(front, h), (front - 0.02, 0.0)]
    line = np.array([*back, *stand])
    points = np.stack([line[:, 0], 0 * line[:, 0], line[:, 1] - thick / 2], 1)
    points[:, 2] = np.maximum(points[:, 2], floor if kind != "bridge" else 0.0)
    radius = float(rng.choice([0.03, 0.08, 0.14]))
    path = rounded(points, radius, 6)
    section = rectangle(frame.width, thick, 0.3 * thick, 2)
    taper = np.ones((len(path), 2))
    taper[:, 0] += rng.uniform(-0.2, 0.1) * (path[:, 2] > h) * (path[:, 2] - h)
    chair.add("seat", sweep(path, section, (0.0, 1.0, 0.0), scale=taper))
    if kind == "bridge":
        rear = box((thick, frame.width, h - thick), (0, 0, 0), bevel=0.3 * thick)
        chair.add("leg", moved(rear, x=-d / 2 + thick + radius / 2, z=(h - thick) / 2))
    if rng.random() < 0.4:
        outline = rectangle(d * 0.8, frame.width * 0.88, 0.04, 3)
        levels = edge_levels(0.03, 0.008, 0.014, dome=0.01, half=d * 0.4)
        chair.add("cushion", moved(pillow(outline, levels), z=h - 0.004))


def panelled(chair: ChairBuilder, frame: Frame, rng: np.random.Generator) -> None:
    """Two side panels, a seat and a back board: a cube chair, with or without arms."""
    thick = rng.uniform(0.02, 0.045)
    armed = rng.random() < 0.6
    top = frame.height + (rng.uniform(0.12, 0.22) if armed else -0.01)
    y = frame.width / 2 + (thick / 2 if armed else -thick / 2)
    part = "arm" if armed else "leg"
    if rng.random() < 0.45:  # an open frame in place of the panel
        bar = rectangle(0.05, thick, 0.004, 1)
        x, low, high = frame.depth / 2 - 0.025, 0.025, top - 0.025
        corners = np.array([(x, y, low), (x, y, high), (-x, y, high), (-x, y, low)])
        for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
            reach = (end - start) / np.linalg.norm(end - start) * 0.025
            path = np.array([start - reach, end + reach])
            across = np.cross(reach, (0.0, 1.0, 0.0))
            chair.add(part, sweep(path, bar, across), mirror=True)
    else:
        panel = box((frame.depth, thick, top), (0, y, top / 2), bevel=0.005)
        chair.add(part, panel, mirror=True)
    board = box((frame.depth * 0.98, frame.width, thick), (0, 0, 0), bevel=0.005)
    pad = rng.uniform(0.06, 0.12) if rng.random() < 0.6 else 0.0
    chair.add("seat", moved(board, z=frame.height - pad - thick / 2))
    height = frame.back_height + pad
    outline = rectangle(frame.width, height, 0.01, 2)
    levels = edge_levels(thick, 0.005, 0.005, half=height / 2, steps=1, inner=True)
    back = moved(upright(pillow(outline, levels)), z=height / 2 - pad)
    chair.add("back", back, place=frame.on_back)
    if pad:
        outline = rectangle(frame.depth * 0.9, frame.width * 0.98, 0.05, 3)
        levels = edge_levels(
            pad * 0.85, pad * 0.3, pad * 0.4, dome=pad * 0.15, half=frame.depth * 0.45
        )
        cushion = moved(pillow(outline, levels), x=0.03, z=frame.height - pad)
        chair.add("cushion", cushion)
        tall = frame.back_height * 0.9
        outline = rectangle(frame.width * 0.96, tall, 0.05, 3)
        levels = edge_levels(pad, pad * 0.3, pad * 0.4, half=tall / 2, inner=True)
        soft = moved(upright(pillow(outline, levels)), x=thick * 0.9, z=tall / 2)
        chair.add("back cushion", soft, place=frame.on_back)
