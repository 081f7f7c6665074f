"""Light airplanes, transports, gliders and biplanes."""

from __future__ import annotations

import numpy as np

from tf3d.shapes import primitives
from tf3d.shapes.airplane_frame import (
    Stations,
    cockpit,
    gear,
    main_wing,
    tail,
    window_rows,
    wing_propellers,
)
from tf3d.shapes.airplane_parts import Hull, propeller, pylon, solid, wheel
from tf3d.shapes.chair_parts import ChairBuilder

Rng = np.random.Generator


def light(plane: ChairBuilder, rng: Rng) -> None:
    """A light airplane with a high or low wing and a fixed gear."""
    width = rng.uniform(0.06, 0.085)
    high_wing = rng.random() < 0.5
    hull = Hull(
        width,
        width * rng.uniform(1.0, 1.35),
        rng.uniform(0.2, 0.28),
        rng.uniform(0.5, 0.62),
        point=rng.uniform(0.35, 0.5),
        droop=rng.uniform(0.1, 0.3),
        rise=rng.uniform(0.2, 0.5),
        end=rng.uniform(0.12, 0.22),
        square=rng.uniform(2, 3.4),
    )
    plane.add("fuselage", hull.solid(20))
    span = rng.uniform(0.58, 0.78)
    z = 0.95 * hull.height if high_wing else -0.75 * hull.height
    root = rng.uniform(0.17, 0.24)
    at = main_wing(
        plane,
        x=rng.uniform(0.16, 0.24),
        z=z,
        span=span,
        root=root,
        tip=root * rng.uniform(0.5, 1.0),
        sweep=rng.uniform(0, 6),
        dihedral=rng.uniform(0, 3) if high_wing else rng.uniform(3, 7),
        thickness=0.07,
    )
    if high_wing and rng.random() < 0.7:
        x, y, top, _ = at(0.45)
        foot = (x - 0.02, 0.8 * hull.width, -0.6 * hull.height)
        plane.add("strut", pylon((x - 0.04, y, top), foot, 0.025), mirror=True)
    tail(
        plane,
        hull,
        rng,
        height=rng.uniform(0.12, 0.18),
        chord=rng.uniform(0.12, 0.17),
        span=rng.uniform(0.18, 0.25),
        sweep=rng.uniform(10, 38),
        high=float(rng.choice([0.0, 0.0, 0.0, 1.0])),
    )
    _cabin_and_engine(plane, hull, rng, high_wing, at)
    gear(plane, hull, rng, rng.uniform(0.1, 0.16), 0.08, nose=rng.random() < 0.6)


def _cabin_and_engine(
    plane: ChairBuilder, hull: Hull, rng: Rng, high_wing: bool, at: Stations
) -> None:
    """Glass over the seats; one propeller in the nose or two on the wings."""
    for x in (0.17, 0.05):
        size = (0.1, 0.92 * hull.width, 0.62 * hull.height)
        place = (x, 0, hull.top(x) - 0.5 * hull.height + 0.06 * (not high_wing))
        plane.add("window", solid(primitives.ellipsoid(place, size, segments=14)))
    if rng.random() < 0.85:
        tip = (0.485, 0.0, float(hull.middle(0.49)))
        blades = int(rng.choice([2, 3, 3, 4]))
        reach = rng.uniform(0.11, 0.15)
        for part, piece in propeller(tip, reach, blades, rng.uniform(0, 2), 0.025):
            plane.add(part, piece)
    else:
        wing_propellers(plane, at, rng, [0.28])


def transport(plane: ChairBuilder, rng: Rng) -> None:
    """A high-winged transport with propellers on its wings."""
    radius = rng.uniform(0.06, 0.085)
    hull = Hull(
        radius,
        radius * rng.uniform(1.0, 1.15),
        rng.uniform(0.13, 0.2),
        rng.uniform(0.36, 0.46),
        point=rng.uniform(0.45, 0.55),
        droop=rng.uniform(0.2, 0.45),
        rise=rng.uniform(0.7, 0.95),
        square=rng.uniform(2, 2.6),
    )
    plane.add("fuselage", hull.solid(20))
    root = rng.uniform(0.13, 0.17)
    at = main_wing(
        plane,
        x=rng.uniform(0.1, 0.16),
        z=rng.uniform(0.8, 0.98) * hull.height,
        span=rng.uniform(0.5, 0.65),
        root=root,
        tip=root * rng.uniform(0.4, 0.6),
        sweep=rng.uniform(0, 6),
        dihedral=rng.uniform(-2, 2),
    )
    wing_propellers(plane, at, rng, [0.28] if rng.random() < 0.6 else [0.26, 0.52])
    tail(
        plane,
        hull,
        rng,
        height=rng.uniform(0.15, 0.2),
        chord=rng.uniform(0.14, 0.18),
        span=rng.uniform(0.2, 0.25),
        sweep=rng.uniform(15, 32),
        high=float(rng.choice([0.0, 0.95])),
    )
    cockpit(plane, hull, 0.5 - 0.5 * hull.nose, 0.3 * hull.nose)
    window_rows(plane, hull, rng)
    if rng.random() < 0.5:
        gear(plane, hull, rng, 1.1 * radius, 0.0, nose=True)


def glider(plane: ChairBuilder, rng: Rng) -> None:
    """A glider."""
    width = rng.uniform(0.04, 0.055)
    hull = Hull(
        width,
        width * rng.uniform(1.1, 1.4),
        rng.uniform(0.2, 0.28),
        rng.uniform(0.6, 0.68),
        point=0.55,
        droop=rng.uniform(0, 0.2),
        rise=rng.uniform(0.1, 0.3),
        end=rng.uniform(0.16, 0.28),
    )
    plane.add("fuselage", hull.solid())
    main_wing(
        plane,
        x=rng.uniform(0.12, 0.18),
        z=rng.uniform(0.2, 0.8) * hull.height,
        span=rng.uniform(0.9, 1.2),
        root=rng.uniform(0.11, 0.14),
        tip=rng.uniform(0.04, 0.07),
        sweep=rng.uniform(-1, 3),
        dihedral=rng.uniform(1, 5),
        thickness=0.07,
        winglet=0.04 if rng.random() < 0.4 else 0.0,
    )
    tail(
        plane,
        hull,
        rng,
        height=rng.uniform(0.13, 0.18),
        chord=rng.uniform(0.11, 0.14),
        span=rng.uniform(0.18, 0.24),
        sweep=rng.uniform(5, 22),
        high=float(rng.choice([0.0, 1.0, 1.0])),
    )
    x = rng.uniform(0.22, 0.28)
    place = (x, 0, hull.top(x) - 0.4 * hull.height)
    size = (rng.uniform(0.1, 0.14), 0.8 * hull.width, 0.6 * hull.height)
    plane.add("window", solid(primitives.ellipsoid(place, size, segments=14)))
    wheel(plane, (0.08, 0.0, -1.05 * hull.height), 0.02, None)


def biplane(plane: ChairBuilder, rng: Rng) -> None:
    """A biplane with its struts, and a tail wheel."""
    width = rng.uniform(0.06, 0.08)
    hull = Hull(
        width,
        width * rng.uniform(1.0, 1.2),
        rng.uniform(0.08, 0.14),
        rng.uniform(0.6, 0.7),
        point=0.35,
        droop=0.0,
        rise=rng.uniform(0.2, 0.6),
        end=rng.uniform(0.1, 0.2),
        square=rng.uniform(2, 3),
    )
    plane.add("fuselage", hull.solid())
    gap, x = rng.uniform(0.2, 0.26), rng.uniform(0.24, 0.32)
    span, chord = rng.uniform(0.55, 0.72), rng.uniform(0.16, 0.21)
    stagger, low = rng.uniform(0, 0.08), -0.8 * hull.height
    wings = []
    for z, lead, share in ((low, x - stagger, rng.uniform(0.8, 1)), (low + gap, x, 1)):
        wings.append(
            main_wing(
                plane,
                x=lead,
                z=z,
                span=span * share,
                root=chord,
                tip=chord * 0.92,
                sweep=2,
                dihedral=rng.uniform(0, 3),
                thickness=0.045,
            )
        )
    for share in (0.12, 0.72):
        for back in (0.12, 0.75):
            ends = []
            for at in wings:
                lead, y, z, size = at(share)
                ends.append((lead - back * size, y, z))
            bar = primitives.cylinder(ends[0], ends[1], 0.006, segments=6)
            plane.add("strut", solid(bar), mirror=True)
    tail(
        plane,
        hull,
        rng,
        height=rng.uniform(0.11, 0.15),
        chord=rng.uniform(0.13, 0.17),
        span=rng.uniform(0.18, 0.23),
        sweep=rng.uniform(12, 30),
    )
    for part, piece in propeller(
        (0.49, 0, 0), rng.uniform(0.14, 0.18), 2, rng.uniform(0, 3), 0.022
    ):
        plane.add(part, piece)
    if rng.random() < 0.5:  # a radial engine's cowling
        cowl = primitives.cylinder(
            (0.49, 0, 0), (0.4, 0, 0), 1.08 * width, segments=18, bevel=0.012
        )
        plane.add("engine", solid(cowl))
    for seat in [0.08, -0.06][: int(rng.integers(1, 3))]:
        place = (seat, 0, hull.top(seat))
        shield = primitives.ellipsoid(place, (0.04, 0.6 * width, 0.025))
        plane.add("window", solid(shield))
    gear(plane, hull, rng, rng.uniform(0.11, 0.15), 0.26, nose=False)
