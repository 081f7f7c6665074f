"""Chairs with padding for a body: office, sofa, tub, upholstered, lounge."""

from __future__ import annotations

import numpy as np

from tf3d.shapes import chair_arms as arms
from tf3d.shapes import chair_backs as backs
from tf3d.shapes import chair_bases as bases
from tf3d.shapes import chair_legs as legs
from tf3d.shapes import chair_seats as seats
from tf3d.shapes import chair_sofas as sofas
from tf3d.shapes.chair_frame import Frame
from tf3d.shapes.chair_kinds import ordinary_frame
from tf3d.shapes.chair_parts import (
    ChairBuilder,
    box,
    edge_levels,
    moved,
    pillow,
    rectangle,
    refine,
    sweep,
    upright,
)

Rng = np.random.Generator


def office(chair: ChairBuilder, rng: Rng) -> str:
    """A swivel chair; returns the frame's material, as all do."""
    frame = ordinary_frame(
        rng,
        width=rng.uniform(0.44, 0.54),
        depth=rng.uniform(0.42, 0.5),
        height=rng.uniform(0.43, 0.56),
        thickness=rng.uniform(0.05, 0.1),
        back_height=rng.uniform(0.4, 0.78),
        curve=rng.uniform(0.0, 0.07),
        bow=rng.uniform(0.0, 0.08),
        rake=rng.uniform(0.02, 0.2),
        bar=rng.uniform(0.03, 0.05),
    )
    outline = seats.round_outline(frame, rng)
    if rng.random() < 0.5:
        outline = rectangle(frame.depth, frame.width, rng.uniform(0.04, 0.14), 4)
    levels = edge_levels(
        frame.thickness * 0.85,
        frame.thickness * 0.35,
        frame.thickness * 0.45,
        dome=frame.thickness * 0.15,
        half=frame.depth / 2,
    )
    cushion = pillow(outline, levels)
    chair.add("cushion", moved(cushion, z=frame.height - frame.thickness))
    under = frame.thickness
    bases.star_base(chair, frame, rng, under=under)
    draw = rng.random()
    if draw < 0.2:
        backs.loop_back(chair, frame, rng)
    elif draw < 0.42:
        backs.tube_back(chair, frame, rng)
    else:
        _office_back(chair, frame, rng)
    if rng.random() < 0.7:
        arms.pad_arms(chair, frame, rng)
    return "office"


def _office_back(chair: ChairBuilder, frame: Frame, rng: Rng) -> None:
    """A padded back upon one stem, sometimes with a head rest."""
    low = rng.uniform(0.03, 0.2)
    height = frame.back_height - low
    width = frame.rear_width * rng.uniform(0.8, 1.0)
    thick = rng.uniform(0.04, 0.09)
    outline = refine(rectangle(width, height, rng.uniform(0.05, 0.2), 5), 0.1)
    y, z = outline.T
    taper = 1 + rng.uniform(-0.2, 0.08) * (z / height + 0.5)
    outline = np.stack([y * taper, z], 1)
    levels = edge_levels(
        thick, thick * 0.4, thick * 0.5, dome=0.012, half=width / 2, inner=True
    )
    pad = moved(upright(pillow(outline, levels)), x=-thick / 2, z=low + height / 2)
    chair.add("back cushion", pad, place=frame.on_back)
    if rng.random() < 0.3:
        outline = rectangle(width * 0.6, 0.13, 0.05, 3)
        levels = edge_levels(0.06, 0.02, 0.03, half=0.065, inner=True)
        rest = moved(upright(pillow(outline, levels)), x=-0.03)
        rest = moved(rest, z=frame.back_height + 0.09)
        chair.add("back cushion", rest, place=frame.on_back)
        neck = box(
            (0.02, 0.06, 0.12), (-0.01, 0, frame.back_height + 0.02), bevel=0.004
        )
        chair.add("back frame", neck, place=frame.on_back)
    z = np.linspace(-frame.thickness - 0.01, low + height * 0.6, 7)
    stem = frame.on_back(np.stack([0 * z - thick / 2 - 0.008, 0 * z, z], 1))
    stem = np.concatenate([[[0.0, 0.0, frame.height - frame.thickness - 0.012]], stem])
    section = rectangle(rng.uniform(0.05, 0.12), 0.018, 0.005, 1)
    chair.add("back frame", sweep(stem, section, (0.0, 1.0, 0.0)))


def sofa(chair: ChairBuilder, rng: Rng) -> str:
    """An armchair or a sofa of two or three seats."""
    count = int(rng.choice([1, 2, 3], p=[0.45, 0.3, 0.25]))
    frame = ordinary_frame(
        rng,
        depth=rng.uniform(0.66, 0.92),
        height=rng.uniform(0.38, 0.46),
        back_height=rng.uniform(0.28, 0.55 if count == 1 else 0.45),
        rake=rng.uniform(0.0, 0.25),
    )
    sofas.sofa(chair, frame, rng, count)
    return "soft"


def tub(chair: ChairBuilder, rng: Rng) -> str:
    """A tub chair, on feet or on a swivel."""
    frame = ordinary_frame(
        rng,
        width=rng.uniform(0.58, 0.76),
        depth=rng.uniform(0.56, 0.72),
        height=rng.uniform(0.4, 0.46),
        back_height=rng.uniform(0.26, 0.42),
    )
    sofas.tub(chair, frame, rng)
    return "soft"


def parsons(chair: ChairBuilder, rng: Rng) -> str:
    """An upholstered dining chair: thick seat and back, thin legs."""
    frame = ordinary_frame(
        rng,
        thickness=rng.uniform(0.07, 0.14),
        back_height=rng.uniform(0.38, 0.62),
        curve=rng.uniform(0.0, 0.08),
    )
    frame.rear_width = frame.width * rng.uniform(0.94, 1.0)
    outline = rectangle(frame.depth, frame.width, rng.uniform(0.02, 0.1), 3)
    half = frame.depth / 2
    levels = edge_levels(frame.thickness * 0.9, 0.01, 0.03, dome=0.012, half=half)
    chair.add("seat", moved(pillow(outline, levels), z=frame.height - frame.thickness))
    outline = backs.panel_outline(rng, frame.rear_width, frame.back_height + 0.06)
    thick = rng.uniform(0.05, 0.1)
    levels = edge_levels(thick, 0.02, 0.03, dome=0.01, half=half, inner=True)
    back = upright(pillow(outline, levels))
    z = frame.back_height / 2 - 0.03
    chair.add("back", moved(back, x=-thick * 0.3, z=z), place=frame.on_back)
    style = str(rng.choice(["plain", "taper", "sabre", "turned", "dowel"]))
    legs.four_legs(chair, frame, rng, style=style, under=frame.thickness * 0.7)
    if rng.random() < 0.35:
        top = rng.uniform(0.16, 0.23)
        size = (frame.depth * rng.uniform(0.75, 1.0), 0.06, top + frame.thickness)
        block = sofas.soft_block(size, softness=0.3, dome=0.005)
        low = frame.height - frame.thickness
        side = frame.width / 2 + 0.012
        chair.add("arm", moved(block, y=side, z=low), mirror=True)
    return "soft"


def lounge(chair: ChairBuilder, rng: Rng) -> str:
    """A low open armchair: a bent or wooden side frame with cushions."""
    frame = ordinary_frame(
        rng,
        width=rng.uniform(0.54, 0.68),
        depth=rng.uniform(0.54, 0.7),
        height=rng.uniform(0.37, 0.43),
        back_height=rng.uniform(0.36, 0.55),
        rake=rng.uniform(0.15, 0.4),
        thickness=0.13,
        curve=0.0,
        bar=rng.uniform(0.024, 0.042),
    )
    frame.rear_width = frame.width
    if rng.random() < 0.5:
        arms.hoop_arms(chair, frame, rng)
    else:
        legs.four_legs(chair, frame, rng, splay=rng.uniform(0.0, 0.07), under=0.12)
        arms.post_arms(chair, frame, rng)
        slab = box((frame.depth, frame.width, 0.03), (0, 0, 0), bevel=0.006)
        chair.add("rail", moved(slab, z=frame.height - 0.135))
    size = (frame.depth * 0.97, frame.width * 0.97, 0.13)
    block = sofas.soft_block(size, softness=rng.uniform(0.2, 0.4))
    chair.add("cushion", moved(block, z=frame.height - 0.13))
    tall = frame.back_height + 0.02
    block = upright(sofas.soft_block((frame.width * 0.96, tall, 0.11)))
    back = moved(block, x=-0.03, z=tall / 2)
    chair.add("back cushion", back, place=frame.on_back)
    half = frame.width / 2
    low = -0.1
    for side in (-1, 1):
        z = np.linspace(low, frame.back_height * 0.93, 5)
        path = np.stack([0 * z - 0.045, 0 * z + side * (half - 0.02), z], 1)
        bar = frame.bar_along(frame.on_back(path), (0.0, 1.0, 0.0), frame.bar * 0.8)
        chair.add("back frame", bar)
    return "wood" if rng.random() < 0.6 else "metal"
