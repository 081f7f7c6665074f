"""Airliners, business jets and fighters."""

from __future__ import annotations

import numpy as np

from tf3d.shapes import primitives
from tf3d.shapes.airplane_frame import (
    cockpit,
    gear,
    main_wing,
    side_engines,
    tail,
    window_rows,
)
from tf3d.shapes.airplane_parts import Hull, nacelle, pylon, solid
from tf3d.shapes.chair_parts import ChairBuilder

Rng = np.random.Generator


def airliner(plane: ChairBuilder, rng: Rng) -> None:
    """A low-winged airliner, its engines under the wings or at the tail."""
    radius = rng.uniform(0.045, 0.07)
    hull = Hull(
        radius,
        radius * rng.uniform(0.98, 1.12),
        rng.uniform(0.1, 0.16),
        rng.uniform(0.26, 0.36),
        droop=rng.uniform(0.1, 0.35),
        rise=rng.uniform(0.5, 0.8),
        end=rng.uniform(0.08, 0.2),
    )
    plane.add("fuselage", hull.solid(22))
    sweep = rng.uniform(22, 38)
    rear = rng.random() < 0.25
    span = rng.uniform(0.4, 0.58)
    at = main_wing(
        plane,
        x=rng.uniform(0.1, 0.17) - 0.08 * rear,
        z=-rng.uniform(0.4, 0.75) * hull.height,
        span=span,
        root=rng.uniform(0.17, 0.22),
        tip=rng.uniform(0.04, 0.065),
        sweep=sweep,
        dihedral=rng.uniform(3, 8),
        kink=rng.uniform(0.02, 0.06),
        winglet=rng.uniform(0.03, 0.06) if rng.random() < 0.5 else 0.0,
    )
    high = rng.uniform(0.85, 1.0) if rear else 0.0
    tail(
        plane,
        hull,
        rng,
        height=rng.uniform(0.12, 0.18),
        chord=rng.uniform(0.13, 0.18),
        span=rng.uniform(0.15, 0.22),
        sweep=rng.uniform(32, 42),
        high=high,
    )
    size, length = radius * rng.uniform(0.45, 0.68), rng.uniform(0.09, 0.13)
    if rear:
        side_engines(plane, hull, -0.2, length * 1.2, 0.8 * size)
    else:
        places = [0.34] if rng.random() < 0.68 else [0.3, 0.6]
        for share in places:
            x, y, z, chord = at(share)
            front = (x + 0.55 * length, y, z - 1.25 * size)
            for part, piece in nacelle(front, length, size):
                plane.add(part, piece, mirror=True)
            plane.add(
                "engine",
                pylon((x - 0.1 * chord, y, z), (x + 0.2 * length, y, z - size), 0.09),
                mirror=True,
            )
    cockpit(plane, hull, 0.5 - 0.45 * hull.nose, 0.3 * hull.nose)
    window_rows(plane, hull, rng)
    if rng.random() < 0.3:
        gear(plane, hull, rng, 0.7 * radius + 0.03, -0.02, nose=True)


def business(plane: ChairBuilder, rng: Rng) -> None:
    """A business jet: a T-tail and engines beside the rear fuselage."""
    radius = rng.uniform(0.055, 0.075)
    hull = Hull(
        radius,
        1.05 * radius,
        rng.uniform(0.18, 0.26),
        rng.uniform(0.3, 0.4),
        point=rng.uniform(0.6, 0.75),
        droop=rng.uniform(0.2, 0.4),
    )
    plane.add("fuselage", hull.solid())
    main_wing(
        plane,
        x=rng.uniform(0.04, 0.1),
        z=-0.75 * hull.height,
        span=rng.uniform(0.4, 0.55),
        root=rng.uniform(0.16, 0.22),
        tip=rng.uniform(0.05, 0.08),
        sweep=rng.uniform(8, 30),
        dihedral=rng.uniform(2, 6),
        winglet=0.05 if rng.random() < 0.6 else 0.0,
    )
    tail(
        plane,
        hull,
        rng,
        height=rng.uniform(0.14, 0.19),
        chord=rng.uniform(0.13, 0.17),
        span=rng.uniform(0.15, 0.21),
        sweep=rng.uniform(35, 48),
        high=rng.uniform(0.75, 1.0),
    )
    side_engines(plane, hull, -0.16, rng.uniform(0.12, 0.16), 0.55 * radius)
    cockpit(plane, hull, 0.5 - 0.55 * hull.nose, 0.3 * hull.nose)
    window_rows(plane, hull, rng)
    if rng.random() < 0.4:
        gear(plane, hull, rng, 0.1, -0.05, nose=True)


def fighter(plane: ChairBuilder, rng: Rng) -> None:
    """A fighter, delta-winged or swept, with one fin or two."""
    radius = rng.uniform(0.04, 0.06)
    hull = Hull(
        radius * rng.uniform(1.0, 1.5),
        radius,
        rng.uniform(0.32, 0.5),
        rng.uniform(0.15, 0.3),
        point=rng.uniform(0.75, 1.0),
        droop=rng.uniform(0, 0.3),
        rise=0.1,
        end=rng.uniform(0.55, 0.8),
        square=rng.uniform(2, 2.8),
    )
    plane.add("fuselage", hull.solid())
    delta = rng.random() < 0.45
    root = rng.uniform(0.42, 0.55) if delta else rng.uniform(0.26, 0.36)
    span = rng.uniform(0.26, 0.36)
    sweep = rng.uniform(45, 60) if delta else rng.uniform(28, 48)
    main_wing(
        plane,
        x=rng.uniform(0.02, 0.1) if delta else rng.uniform(0.05, 0.12),
        z=rng.uniform(-0.4, 0.4) * radius,
        span=span,
        root=root,
        tip=max(0.05, root - span * np.tan(np.radians(sweep)) * rng.uniform(0.8, 1.0)),
        sweep=sweep,
        dihedral=rng.uniform(-5, 3),
        thickness=0.025,
    )
    twin = hull.width * rng.uniform(0.7, 1.1) if rng.random() < 0.5 else 0.0
    tail(
        plane,
        hull,
        rng,
        height=rng.uniform(0.11, 0.18),
        chord=rng.uniform(0.16, 0.24),
        span=rng.uniform(0.13, 0.2) if not delta else 0.06,
        sweep=rng.uniform(32, 48),
        twin=twin,
    )
    if delta and rng.random() < 0.6:
        main_wing(
            plane,
            x=0.24,
            z=0.3 * radius,
            span=0.13,
            root=0.1,
            tip=0.04,
            sweep=45,
            dihedral=5,
            thickness=0.03,
            part="stabiliser",
        )
    _canopy_and_pipes(plane, hull, rng, bool(twin))
    _intakes_and_stores(plane, hull, rng, span, sweep)


def _canopy_and_pipes(
    plane: ChairBuilder, hull: Hull, rng: Rng, two_engines: bool
) -> None:
    """The glass over the pilot, and one or two exhaust pipes."""
    radius = hull.height
    canopy = rng.uniform(0.16, 0.26)
    plane.add(
        "window",
        solid(
            primitives.ellipsoid(
                (canopy, 0, hull.top(canopy) - 0.25 * radius),
                (rng.uniform(0.08, 0.12), 0.55 * radius, 0.75 * radius),
                segments=14,
            )
        ),
    )
    for y in [0.5 * hull.width, -0.5 * hull.width] if two_engines else [0.0]:
        size = (0.42 if two_engines else 0.7) * hull.height
        pipe = primitives.cylinder(
            (-0.44, y, 0), (-0.53, y, 0), size, end_radius=0.8 * size, segments=12
        )
        plane.add("dark", solid(pipe))


def _intakes_and_stores(
    plane: ChairBuilder, hull: Hull, rng: Rng, span: float, sweep: float
) -> None:
    """Air intakes beside the hull, and what hangs under the wings."""
    radius = hull.height
    if rng.random() < 0.7:  # intakes beside the hull
        intake = primitives.rounded_box(
            (0.0, 1.05 * hull.width, -0.15 * radius),
            (0.3, 0.8 * radius, 1.1 * radius),
            0.2 * radius,
        )
        plane.add("fuselage", solid(intake), mirror=True)
        mouth = primitives.box(
            (0.15, 1.05 * hull.width, -0.15 * radius), (0.006, 0.6 * radius, radius)
        )
        plane.add("dark", solid(mouth), mirror=True)
    for share in [0.5, 0.75][: int(rng.integers(0, 3))]:  # under the wings
        y = share * span
        x = 0.05 - y * np.tan(np.radians(sweep)) * 0.8
        store = primitives.ellipsoid((x - 0.08, y, -0.035), (0.09, 0.012, 0.012))
        plane.add("engine", solid(store), mirror=True)
        hold = primitives.box((x - 0.1, y, -0.015), (0.05, 0.006, 0.03))
        plane.add("engine", solid(hold), mirror=True)
