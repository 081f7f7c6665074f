"""Arms: posts with rests, bent loops, office pads, Windsor bows."""

from __future__ import annotations

import numpy as np

from tf3d.shapes.chair_frame import Frame
from tf3d.shapes.chair_parts import (
    ChairBuilder,
    box,
    circle,
    rectangle,
    rod,
    rounded,
    spline,
    sweep,
    tube,
)


def post_arms(chair: ChairBuilder, frame: Frame, rng: np.random.Generator) -> None:
    """A rest from the back post to a front post upon the seat."""
    high = rng.uniform(0.18, 0.25)
    half = frame.rear_width / 2 - frame.bar / 2
    start = frame.on_back(np.array([[0.0, half, high]]))[0]
    front = frame.depth / 2 - rng.uniform(0.02, 0.15)
    out = rng.uniform(0.0, 0.04)
    side = frame.half_width(front) - frame.bar * 0.4
    level = start[2] + rng.uniform(-0.03, 0.01)
    curl = rng.uniform(0.0, 0.03)
    points = [
        start,
        ((start[0] + front) / 2, (start[1] + side) / 2 + out + 0.01, level + 0.01),
        (front, side + out, level),
        (front + 0.05, side + out, level - curl),
    ]
    wide = rng.uniform(0.03, 0.065)
    section = rectangle(wide, 0.026, 0.009, 2)
    widen = np.concatenate([np.linspace(0.6, 1.0, 7), np.ones(3), [0.85, 0.6]])
    scale = np.stack([widen, np.ones_like(widen)], 1)
    path = spline(points, 12)
    arm = sweep(path, section, (0.0, 1.0, 0.0), scale=scale)
    chair.add("arm", arm, mirror=True)
    foot = np.array([front - rng.uniform(-0.01, 0.05), side, frame.height - 0.02])
    t = np.linspace(0, 1, 6)[:, None]
    top = np.array([front, side + out, level])
    post = foot + t * (top - foot)
    post[:, 0] -= rng.uniform(-0.02, 0.03) * np.sin(np.pi * t[:, 0])
    bar = frame.bar_along(post, (0.0, 1.0, 0.0), frame.bar * 0.75)
    chair.add("post", bar, mirror=True)
    if rng.random() < 0.25:
        for part in np.linspace(0.2, 0.8, int(rng.integers(2, 5))):
            on = path[int(part * 11)]
            stick = rod((on[0], side - 0.01, frame.height - 0.02), on, 0.007, sides=7)
            chair.add("spindle", stick, mirror=True)


def loop_arms(chair: ChairBuilder, frame: Frame, rng: np.random.Generator) -> None:
    """A bent tube from the seat's side up, along and into the back."""
    high = rng.uniform(0.17, 0.24)
    side = frame.width / 2 + 0.015
    front = frame.depth / 2 - rng.uniform(0.03, 0.16)
    half = frame.rear_width / 2
    end = frame.on_back(np.array([[0.0, half - 0.01, high]]))[0]
    z = frame.height + high
    points = [
        (front - 0.03, side - 0.02, frame.height - 0.03),
        (front, side + 0.01, z),
        (end[0] + 0.06, half + 0.02, z),
        end,
    ]
    radius = min(frame.bar, 0.028) / 2
    path = rounded(points, rng.uniform(0.04, 0.08), 5)
    chair.add("arm", tube(path, radius, (0.0, 1.0, 0.12)), mirror=True)
    if rng.random() < 0.6:
        ends = np.array([points[1], points[2]]) + (0, 0, radius)
        pad = ends[0] + np.array([[0.12], [0.5], [0.88]]) * (ends[1] - ends[0])
        section = rectangle(0.045, 0.022, 0.008, 2)
        chair.add("arm pad", sweep(pad, section, (0.0, 1.0, 0.0)), mirror=True)


def pad_arms(chair: ChairBuilder, frame: Frame, rng: np.random.Generator) -> None:
    """An office chair's pads upon brackets from under the seat."""
    high = frame.height + rng.uniform(0.17, 0.24)
    side = frame.width / 2 + rng.uniform(0.015, 0.05)
    middle = rng.uniform(-0.06, 0.04)
    low = frame.height - frame.thickness * 0.6
    points = [(middle, side - 0.14, low), (middle, side, low), (middle, side, high)]
    kind = rng.choice(["post", "loop"])
    section = rectangle(0.05, 0.018, 0.005, 1)
    path = rounded(points, 0.05)
    chair.add("arm", sweep(path, section, (1.0, 0.0, 0.0)), mirror=True)
    if kind == "loop":
        back = np.array(points) + [(-0.16, 0, 0), (-0.16, 0, 0), (-0.12, 0, 0)]
        path = rounded(back, 0.05)
        chair.add("arm", sweep(path, section, (1.0, 0.0, 0.0)), mirror=True)
    long = rng.uniform(0.2, 0.29)
    size = (long, rng.uniform(0.05, 0.09), 0.028)
    centre = (middle + 0.02 - 0.07 * (kind == "loop"), side, high + 0.006)
    chair.add("arm pad", box(size, centre, bevel=0.01), mirror=True)


def bow_arms(chair: ChairBuilder, frame: Frame, rng: np.random.Generator) -> None:
    """A Windsor's bent rail about the sitter, upon spindles."""
    high = rng.uniform(0.19, 0.25)
    front = frame.depth * rng.uniform(0.05, 0.3)
    side = frame.width / 2 + 0.01
    rear = frame.on_back(np.array([[0.0, 0.0, high]]))[0, 0] - 0.01
    angle = np.linspace(-np.pi / 2, np.pi / 2, 17)
    bend = np.stack(
        [rear * 0.35 + (rear * 0.65) * np.cos(angle), -side * np.sin(angle)], 1
    )
    path = np.concatenate([[[front, side]], bend, [[front, -side]]])
    path = np.concatenate([path, np.full((len(path), 1), frame.height + high)], 1)
    section = rectangle(0.022, 0.045, 0.008, 1)
    chair.add("arm", sweep(path, section, (0.0, 0.0, 1.0)))
    inset = 0.82
    for k in range(1, 6):
        top = path[0] + (path[3] - path[0]) * k / 6 if k < 4 else path[k]
        foot = np.array([top[0] * inset, top[1] * inset, frame.height - 0.02])
        thick = 0.013 if k == 1 else 0.008
        chair.add("spindle", rod(foot, top, thick, sides=8), mirror=True)


def hoop_arms(chair: ChairBuilder, frame: Frame, rng: np.random.Generator) -> None:
    """A rectangular bent frame at each side, from the floor over the arm."""
    size = min(frame.bar, 0.034)
    high = frame.height + rng.uniform(0.16, 0.23)
    x, y = frame.depth / 2 - size / 2, frame.width / 2 + size * 0.4
    rear = -x - rng.uniform(0.0, 0.06)
    points = [(rear, y, 0.0), (rear, y, high), (x, y, high), (x, y, 0.0)]
    path = rounded(points, rng.uniform(0.02, 0.1), 5)
    chair.add("arm", frame.bar_along(path, (0.0, 1.0, 0.0), size), mirror=True)
    z = frame.height - frame.thickness - size * 0.4
    for part in (-0.8, 0.8):
        ends = [(part * x, y, z), (part * x, -y, z)]
        chair.add("rail", frame.bar_along(ends, (1.0, 0.0, 0.0), size))
    if rng.random() < 0.35:
        wide = rectangle(0.06, 0.018, 0.006, 1)
        ends = np.array([(rear + 0.01, y, high), (x - 0.01, y, high)])
        rest = sweep(ends + (0, 0, size * 0.5), wide, (0.0, 1.0, 0.0))
        chair.add("arm pad", rest, mirror=True)
    if rng.random() < 0.3:
        t = np.linspace(0.2, 0.8, int(rng.integers(3, 7)))
        for at in rear + t * (x - rear):
            low, top = (at, y, z), (at, y, high)
            stick = sweep(np.array([low, top]), circle(7) * 0.007, (1.0, 0.0, 0.0))
            chair.add("spindle", stick, mirror=True)
