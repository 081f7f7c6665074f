"""Seats: planks, saddles, rounds, cushions, slats, woven panels and curved sheets."""

from __future__ import annotations

import numpy as np

from tf3d.shapes.chair_frame import Frame, plank_outline, superellipse
from tf3d.shapes.chair_parts import (
    ChairBuilder,
    box,
    edge_levels,
    moved,
    pillow,
    shell,
    spline,
)


def flat_seat(
    chair: ChairBuilder, frame: Frame, rng: np.random.Generator, outline: np.ndarray
) -> None:
    """A plate with eased edges."""
    half = float(np.ptp(outline, axis=0).min()) / 2
    edge = frame.thickness * rng.uniform(0.15, 0.45)
    levels = edge_levels(frame.thickness, edge, edge, half=half, steps=2)
    chair.add("seat", moved(pillow(outline, levels), z=frame.height - frame.thickness))


def saddle_seat(
    chair: ChairBuilder, frame: Frame, rng: np.random.Generator, outline: np.ndarray
) -> None:
    """A thick wooden seat, hollowed for the sitter."""
    half = float(np.ptp(outline, axis=0).min()) / 2
    thickness = max(frame.thickness, 0.03)
    levels = edge_levels(
        thickness, thickness * 0.6, thickness * 0.3, half=half, inner=True
    )
    vertices, faces = pillow(outline, levels)
    vertices = vertices.copy()
    x = vertices[:, 0] / (frame.depth / 2)
    y = vertices[:, 1] / (frame.width / 2)
    hollow = np.clip(1 - (x + 0.15) ** 2 - y**2, 0, 1) * (1 - 0.5 * np.exp(-8 * y**2))
    top = vertices[:, 2] > 0.7 * thickness
    vertices[:, 2] -= np.where(top, thickness * rng.uniform(0.3, 0.55) * hollow, 0)
    chair.add("seat", (vertices + (0, 0, frame.height - thickness), faces))


def padded_seat(
    chair: ChairBuilder, frame: Frame, rng: np.random.Generator, outline: np.ndarray
) -> None:
    """A cushion upon a board."""
    half = float(np.ptp(outline, axis=0).min()) / 2
    board = 0.02
    pad = rng.uniform(0.03, 0.08)
    plate = pillow(
        outline * 0.985, edge_levels(board, 0.004, 0.004, half=half, steps=1)
    )
    chair.add("seat", moved(plate, z=frame.height - pad - board))
    levels = edge_levels(
        pad * 0.75, pad * 0.25, pad * 0.5, dome=pad * 0.25, half=half, steps=4
    )
    chair.add("cushion", moved(pillow(outline, levels), z=frame.height - pad))


def slatted_seat(
    chair: ChairBuilder, frame: Frame, rng: np.random.Generator, outline: np.ndarray
) -> None:
    """Parallel slats between two rails."""
    count = int(rng.integers(4, 9))
    lengthwise = rng.random() < 0.5
    thick = 0.018
    gap = rng.uniform(0.15, 0.35)
    z = frame.height - thick / 2
    if lengthwise:
        edges = np.linspace(-1, 1, count + 1)
        wide = (1 - gap) / count
        for middle in (edges[1:] + edges[:-1]) / 2:
            vertices, faces = box(
                (frame.depth, 2 * wide, thick), (0, middle, z), bevel=0.005
            )
            taper = np.where(vertices[:, 0] > 0, frame.width, frame.rear_width) / 2
            vertices = vertices * np.stack(
                [np.ones_like(taper), taper, taper * 0 + 1], 1
            )
            chair.add("slat", (vertices, faces))
    else:
        wide = frame.depth / count
        for x in (np.arange(count) + 0.5) * wide - frame.depth / 2:
            size = ((1 - gap) * wide, 2 * frame.half_width(x), thick)
            chair.add("slat", box(size, (x, 0, z), bevel=0.005))
    rail = 0.022
    for x in (-0.38, 0.38):
        size = (rail, 2 * frame.half_width(x * frame.depth) * 0.98, rail)
        chair.add("rail", box(size, (x * frame.depth, 0, z - rail), bevel=0.004))
    side = box((frame.depth * 0.96, rail, rail), (0, 0, 0), bevel=0.004)
    chair.add("rail", moved(side, y=frame.rear_width * 0.44, z=z - rail), mirror=True)


def framed_seat(
    chair: ChairBuilder, frame: Frame, rng: np.random.Generator, outline: np.ndarray
) -> None:
    """A woven or upholstered inset in a wooden frame."""
    half = float(np.ptp(outline, axis=0).min()) / 2
    thickness = max(frame.thickness, 0.028)
    rim = pillow(outline, edge_levels(thickness, 0.006, 0.008, half=half, steps=2))
    chair.add("seat", moved(rim, z=frame.height - thickness))
    inside = outline * (1 - rng.uniform(0.08, 0.2))
    pad = rng.uniform(0.006, 0.03)
    levels = edge_levels(pad, 0.0, pad * 0.8, dome=pad * 0.4, half=half * 0.9)
    chair.add("cushion", moved(pillow(inside, levels), z=frame.height - 0.004))


def round_outline(frame: Frame, rng: np.random.Generator) -> np.ndarray:
    """A D: rounded in front, square behind where posts and legs stand."""
    front = superellipse(frame.width, frame.depth, rng.uniform(2.3, 3.6), 32)
    rear = superellipse(frame.width, frame.depth, rng.uniform(7.0, 14.0), 32)
    outline = np.where(front[:, :1] > 1e-9, front, rear)
    taper = frame.rear_width / frame.width
    part = outline[:, 0] / frame.depth + 0.5
    frame.round_front = True
    return outline * np.stack([np.ones_like(part), taper * (1 - part) + part], 1)


def seat_outline(frame: Frame, rng: np.random.Generator) -> np.ndarray:
    """A straight or a rounded outline."""
    if rng.random() < 0.25:
        return round_outline(frame, rng)
    return plank_outline(frame, corner=float(rng.choice([0.012, 0.03, 0.06, 0.1])))


def bucket(
    chair: ChairBuilder, frame: Frame, rng: np.random.Generator, *, arms: bool
) -> np.ndarray:
    """Seat and back of one curved sheet: moulded plastic or bent plywood.

    The sheet's middle line runs in x, z from the front edge over the seat up the back;
    across it the sides rise, more so with `arms`.

    Returns:
      Points of the seat `[n, 3]`, for legs to end at.
    """
    h, d, top = frame.height, frame.depth, frame.back_height
    rear = -d / 2
    lean = frame.rake * top
    sharp = rng.uniform(0.03, 0.1)
    # Rows lie closer towards both ends, which are round.
    t = np.linspace(0, 1, 30)
    t = 0.3 * t + 0.7 * (0.5 - 0.5 * np.cos(np.pi * t))
    line = spline(
        [
            (d / 2 + 0.01, 0, h - rng.uniform(0.01, 0.05)),
            (d / 2 - 0.06, 0, h),
            (0.0, 0, h - 0.015),
            (rear + sharp, 0, h - 0.005),
            (rear - 0.01, 0, h + sharp + 0.02),
            (rear - 0.03 - 0.5 * lean, 0, h + 0.5 * top),
            (rear - 0.03 - lean - frame.bow, 0, h + top),
        ],
        t,
    )
    waist = 1 - rng.uniform(0, 0.35) * np.exp(-(((t - 0.55) / 0.1) ** 2))
    ends = np.clip(np.minimum(t / 0.09, (1 - t) / rng.uniform(0.1, 0.3)), 0, 1)
    blunt = rng.uniform(0.3, 0.6)
    ends = blunt + (1 - blunt) * (1 - (1 - ends) ** 2.5) ** 0.5
    if arms:
        waist = 1 + 0.12 * np.exp(-(((t - 0.5) / 0.25) ** 2))
    half = frame.width / 2 * waist * ends
    s = np.linspace(-1, 1, 13)
    rise = rng.uniform(0.0, 0.05) * np.sin(np.pi * np.clip(t, 0, 1)) ** 0.7
    if arms:
        spread = np.where(t < 0.5, 0.17, 0.3)
        rise = rise + rng.uniform(0.12, 0.19) * np.exp(-(((t - 0.5) / spread) ** 2))
    tangent = np.gradient(line, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    normal = np.stack([-tangent[:, 2], 0 * t, tangent[:, 0]], 1)
    normal = np.where(tangent[:, :1] < 0, -normal, normal)
    # Smoothed along the sheet, or its raised rim would fold over in the bend.
    padded = np.pad(normal, ((6, 6), (0, 0)), mode="edge")
    normal = np.stack([np.convolve(p, np.ones(13) / 13, "valid") for p in padded.T], 1)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    lift = rise[:, None] * np.abs(s) ** 2.5
    grid = line[:, None] + lift[..., None] * normal[:, None]
    grid[..., 1] = half[:, None] * s * (1 - 0.25 * lift / max(frame.width, 0.1))
    chair.add("seat", shell(grid[:, ::-1], rng.uniform(0.008, 0.02)))
    if rng.random() < 0.35:
        pad = superellipse(frame.width * 0.62, d * 0.62, 3.0)
        levels = edge_levels(0.024, 0.006, 0.012, dome=0.012, half=d * 0.3)
        chair.add("cushion", moved(pillow(pad, levels), x=0.04, z=h - 0.014))
    return grid[:19].reshape(-1, 3)
