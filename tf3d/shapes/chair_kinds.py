"""Chairs with bare frames: dining, Windsor, tubular, shell, stool, rocking."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tf3d.shapes import chair_arms as arms
from tf3d.shapes import chair_backs as backs
from tf3d.shapes import chair_bases as bases
from tf3d.shapes import chair_legs as legs
from tf3d.shapes import chair_ribbons as ribbons
from tf3d.shapes import chair_seats as seats
from tf3d.shapes.chair_frame import Frame
from tf3d.shapes.chair_parts import (
    ChairBuilder,
    rod,
)

Rng = np.random.Generator


def ordinary_frame(rng: Rng, **given: float | bool) -> Frame:
    """An ordinary chair's measures, some of them given."""
    width = rng.uniform(0.40, 0.54)
    measures: dict = {
        "width": width,
        "rear_width": given.get("width", width) * rng.uniform(0.82, 1.0),
        "depth": rng.uniform(0.38, 0.50),
        "height": rng.uniform(0.42, 0.49),
        "thickness": rng.uniform(0.018, 0.045),
        "back_height": rng.uniform(0.32, 0.62),
        "rake": rng.uniform(0.05, 0.28),
        "curve": float(rng.choice([0.0, rng.uniform(0.0, 0.07)])),
        "bow": float(rng.choice([0.0, rng.uniform(0.0, 0.06)])),
        "bar": rng.uniform(0.024, 0.046),
        "round_bars": bool(rng.random() < 0.45),
    }
    return Frame(**(measures | given))


def _wooden_seat(chair: ChairBuilder, frame: Frame, rng: Rng) -> None:
    outline = seats.seat_outline(frame, rng)
    kinds: list[Callable] = [
        seats.flat_seat,
        seats.saddle_seat,
        seats.padded_seat,
        seats.framed_seat,
        seats.slatted_seat,
    ]
    kind = kinds[int(rng.choice(5, p=[0.32, 0.12, 0.28, 0.18, 0.1]))]
    kind(chair, frame, rng, outline)


def dining(chair: ChairBuilder, rng: Rng) -> str:
    """Four legs, a seat and any back; returns the frame's material, as all do."""
    frame = ordinary_frame(rng)
    if rng.random() < 0.08:  # at a counter
        frame.height = rng.uniform(0.6, 0.75)
        frame.back_height *= 0.75
    _wooden_seat(chair, frame, rng)
    legs.four_legs(chair, frame, rng)
    draw = rng.random()
    if draw < 0.6:
        backs.post_back(chair, frame, rng)
    elif draw < 0.72:
        backs.loop_back(chair, frame, rng)
    else:
        backs.panel_back(chair, frame, rng)
    if rng.random() < 0.27 and draw < 0.6:
        arms.post_arms(chair, frame, rng)
    return "metal" if frame.round_bars and rng.random() < 0.2 else "wood"


def windsor(chair: ChairBuilder, rng: Rng) -> str:
    """A saddle seat with splayed legs and spindles."""
    frame = ordinary_frame(rng, thickness=rng.uniform(0.03, 0.045), round_bars=True)
    outline = seats.round_outline(frame, rng)
    seats.saddle_seat(chair, frame, rng, outline)
    style = str(rng.choice(["turned", "taper", "dowel"]))
    legs.four_legs(chair, frame, rng, style=style, splay=rng.uniform(0.04, 0.1))
    if rng.random() < 0.65:
        backs.hoop_back(chair, frame, rng)
    else:
        backs.post_back(chair, frame, rng, "spindles")
    if rng.random() < 0.4:
        arms.bow_arms(chair, frame, rng)
    return "wood"


def tubular(chair: ChairBuilder, rng: Rng) -> str:
    """Stacking, sled, cantilever and folding chairs of metal."""
    bar = rng.uniform(0.018, 0.032)
    frame = ordinary_frame(rng, bar=bar, round_bars=bool(rng.random() < 0.75))
    base = str(
        rng.choice(["sled", "cantilever", "four", "folding"], p=[0.32, 0.33, 0.2, 0.15])
    )
    outline = seats.plank_outline(frame, corner=rng.uniform(0.01, 0.1))
    kind = (seats.flat_seat, seats.padded_seat, seats.framed_seat)[int(rng.integers(3))]
    kind(chair, frame, rng, outline)
    under = frame.thickness + bar * 0.4
    if kind is seats.padded_seat:
        under = 0.08
    if base == "four":
        legs.four_legs(chair, frame, rng, style="plain", under=under * 0.9)
    else:
        make = {
            "sled": bases.sled,
            "cantilever": bases.cantilever,
            "folding": bases.folding_legs,
        }[base]
        make(chair, frame, rng, under=under)
    if rng.random() < 0.7:
        backs.tube_back(chair, frame, rng)
    else:
        backs.panel_back(chair, frame, rng)
    if rng.random() < 0.35:
        arms.loop_arms(chair, frame, rng)
    return "metal"


def shell(chair: ChairBuilder, rng: Rng) -> str:
    """Seat and back of one moulded sheet, on one of many bases."""
    frame = ordinary_frame(
        rng,
        width=rng.uniform(0.43, 0.56),
        back_height=rng.uniform(0.3, 0.5),
        rake=rng.uniform(0.02, 0.2),
        bow=rng.uniform(0.0, 0.03),
        thickness=0.02,
        round_bars=True,
        bar=rng.uniform(0.022, 0.034),
    )
    armed = bool(rng.random() < 0.45)
    sheet = seats.bucket(chair, frame, rng, arms=armed)
    under = 0.024
    base = str(rng.choice(["dowel", "metal", "wire", "pedestal", "star", "sled"]))
    narrow = Frame(**(vars(frame) | {"width": frame.width * 0.86}))
    narrow.rear_width = narrow.width * 0.95
    if base in ("dowel", "metal"):
        narrow.width, narrow.rear_width = narrow.width * 0.8, narrow.rear_width * 0.8
        narrow.depth *= 0.8
        style = "taper" if base == "dowel" else "plain"
        if base == "metal":
            narrow.bar = 0.018
        legs.four_legs(
            chair, narrow, rng, style=style, splay=rng.uniform(0.05, 0.1), sheet=sheet
        )
    elif base == "wire":
        bases.wire_base(chair, frame, rng, under=under)
    elif base == "pedestal":
        bases.pedestal(chair, frame, rng, under=under)
    elif base == "star":
        bases.star_base(chair, frame, rng, under=under)
    else:
        narrow.bar = 0.02
        narrow.width *= 0.9
        bases.sled(chair, narrow, rng, under=under)
    return "wood" if rng.random() < 0.2 else "plastic"


def stool(chair: ChairBuilder, rng: Rng) -> str:
    """A low or a bar stool, with or without a small back."""
    tall = rng.random() < 0.6
    width = rng.uniform(0.3, 0.42)
    frame = ordinary_frame(
        rng,
        width=width,
        rear_width=width * rng.choice([1.0, 0.9]),
        depth=width * rng.uniform(0.85, 1.0),
        height=rng.uniform(0.6, 0.8) if tall else rng.uniform(0.38, 0.5),
        back_height=rng.uniform(0.12, 0.36),
        curve=rng.uniform(0.0, 0.06),
        bar=rng.uniform(0.02, 0.04),
    )
    round_seat = rng.random() < 0.6
    if round_seat:
        frame.rear_width = frame.width
        frame.depth = frame.width
    outline = (
        seats.superellipse(frame.width, frame.depth, 2.0, 28)
        if round_seat
        else seats.seat_outline(frame, rng)
    )
    kinds = (seats.flat_seat, seats.padded_seat, seats.saddle_seat)
    kind = kinds[int(rng.choice(3, p=[0.4, 0.42, 0.18]))]
    kind(chair, frame, rng, outline)
    under = frame.thickness if kind is not seats.padded_seat else 0.06
    base = rng.random()
    if base < 0.3:
        bases.pedestal(chair, frame, rng, under=under)
        material = "metal"
        if tall:
            _hung_ring(chair, frame, rng)
    elif base < 0.4:
        bases.star_base(chair, frame, rng, under=under)
        material = "metal"
    else:
        count = 3 if round_seat and rng.random() < 0.4 else 4
        inner = Frame(**(vars(frame) | {"depth": frame.depth * 0.85}))
        if round_seat:
            inner.width = inner.rear_width = frame.width * 0.78
            inner.depth = frame.depth * 0.78
        splay = rng.uniform(0.02, 0.1) * (1.5 if tall else 1.0)
        stand = legs.four_legs(
            chair, inner, rng, splay=splay, count=count, under=under * 0.8
        )
        if tall and rng.random() < 0.4:
            at = stand["feet"] + rng.uniform(0.3, 0.45) * (
                stand["tops"] - stand["feet"]
            )
            radius = float(np.linalg.norm(at[:, :2], axis=1).mean())
            bases.foot_ring(chair, radius, float(at[0, 2]), rng.uniform(0.006, 0.01))
        material = "wood" if rng.random() < 0.65 else "metal"
    if rng.random() < 0.35:
        back = backs.panel_back if rng.random() < 0.4 else backs.tube_back
        frame.rear_width *= 0.72 if round_seat else 0.9
        frame.depth *= 0.8 if round_seat else 1.0
        back(chair, frame, rng)
    return material


def _hung_ring(chair: ChairBuilder, frame: Frame, rng: Rng) -> None:
    """A bar stool's foot rest, held by the column."""
    z, radius = frame.height * rng.uniform(0.3, 0.42), rng.uniform(0.12, 0.17)
    bases.foot_ring(chair, radius, z, 0.009)
    for way in (-1, 1):
        spoke = rod((0, 0, z), (0, way * radius, z), 0.008, sides=8)
        chair.add("foot ring", spoke)


def board(chair: ChairBuilder, rng: Rng) -> str:
    """Boards: one bent ribbon, or a box with side panels."""
    frame = ordinary_frame(rng, curve=0.0, thickness=0.03)
    frame.rear_width = frame.width
    if rng.random() < 0.5:
        ribbons.ribbon(chair, frame, rng)
        return "plastic" if rng.random() < 0.5 else "wood"
    if rng.random() < 0.4:
        frame.width = frame.rear_width = rng.uniform(0.5, 0.65)
        frame.depth, frame.height = rng.uniform(0.5, 0.62), rng.uniform(0.38, 0.44)
    ribbons.panelled(chair, frame, rng)
    return "wood"


def rocker(chair: ChairBuilder, rng: Rng) -> str:
    """A wooden rocking chair."""
    frame = ordinary_frame(
        rng,
        height=rng.uniform(0.4, 0.45),
        back_height=rng.uniform(0.5, 0.75),
        rake=rng.uniform(0.18, 0.35),
    )
    _wooden_seat(chair, frame, rng)
    legs.rockers(chair, frame, rng, under=frame.thickness * 0.5)
    fill = str(rng.choice(["slats", "spindles", "ladder", "pad"]))
    backs.post_back(chair, frame, rng, fill)
    if rng.random() < 0.8:
        arms.post_arms(chair, frame, rng)
    return "wood"
