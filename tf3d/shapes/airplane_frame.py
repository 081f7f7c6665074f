"""Assemblies that several kinds of airplane share: wings, tails, engines, gear."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tf3d.shapes import primitives
from tf3d.shapes.airplane_parts import Hull, fin, nacelle, propeller, solid, wheel, wing
from tf3d.shapes.chair_parts import ChairBuilder

Rng = np.random.Generator

# Leading edge (x, y, z) and chord of a wing at a share of its span.
Stations = Callable[[float], tuple[float, float, float, float]]


def main_wing(
    plane: ChairBuilder,
    *,
    x: float,
    z: float,
    span: float,
    root: float,
    tip: float,
    sweep: float,
    dihedral: float,
    thickness: float = 0.06,
    kink: float = 0.0,
    winglet: float = 0.0,
    part: str = "wing",
) -> Stations:
    """Adds both wings; returns leading edge (x, y, z) and chord at a share of the span.

    Args:
      plane: takes the wings.
      x: of the root's leading edge.
      z: of the root.
      span: half of it.
      root: chord at the middle.
      tip: chord at the tip.
      sweep: degrees, of the leading edge.
      dihedral: degrees.
      thickness: half of it, as a share of the chord.
      kink: how much longer the chord at a third of the span is than a straight
        trailing edge would have it.
      winglet: its height.
      part: the part's name.
    """
    back, up = np.tan(np.radians(sweep)), np.tan(np.radians(dihedral))

    def at(share: float) -> tuple[float, float, float, float]:
        y = share * span
        chord = root + (tip - root) * share
        if kink and share < 0.35:
            chord += kink * (1 - share / 0.35)
        return (x - back * y, y, z + up * y, chord)

    stations = [at(0.0), at(0.35), at(1.0)] if kink else [at(0.0), at(1.0)]
    if winglet:
        lx, ly, lz, chord = stations[-1]
        stations.append(
            (lx - 0.5 * winglet - 0.3 * chord, ly + 0.35 * winglet, lz + winglet, chord)
        )
        stations[-1] = (*stations[-1][:3], 0.55 * chord)
    # The roots overlap inside the hull, so that both halves are closed.
    first = stations[0]
    stations[0] = (first[0], -0.004, first[2], first[3])
    plane.add(part, wing(stations, thickness), mirror=True)
    return at


def tail(
    plane: ChairBuilder,
    hull: Hull,
    rng: Rng,
    *,
    height: float,
    chord: float,
    span: float,
    sweep: float,
    high: float = 0.0,
    twin: float = 0.0,
) -> None:
    """Fin(s) and stabiliser; `high` is the stabiliser's place up the fin (1: a T)."""
    back = np.tan(np.radians(sweep))
    base_x = -0.5 + chord + rng.uniform(0.0, 0.03)
    base_z = hull.top(base_x - 0.6 * chord) - 0.3 * hull.height
    tip = rng.uniform(0.35, 0.65) * chord
    rise = height + 0.3 * hull.height
    if twin:
        lean = rng.uniform(0.0, 0.35)
        stations = [
            (base_x, twin, base_z, chord),
            (base_x - back * rise, twin + lean * rise, base_z + rise, tip),
        ]
        plane.add("tail", fin(stations, 0.05), mirror=True)
    else:
        stations = [
            (base_x, 0.0, base_z, chord),
            (base_x - back * rise, 0.0, base_z + rise, tip),
        ]
        plane.add("tail", fin(stations, 0.05))
    z = base_z + high * rise if high else float(hull.middle(-0.45))
    x = base_x - back * rise * high - (0.0 if high else rng.uniform(0.0, 0.3) * chord)
    main_wing(
        plane,
        x=x,
        z=z,
        span=span,
        root=rng.uniform(0.7, 0.9) * chord,
        tip=rng.uniform(0.35, 0.6) * chord,
        sweep=max(0.0, sweep - rng.uniform(5, 15)),
        dihedral=rng.uniform(-2, 7),
        thickness=0.045,
        part="stabiliser",
    )


def cockpit(plane: ChairBuilder, hull: Hull, x: float, length: float) -> None:
    """Dark glass over the nose's slope."""
    plane.add(
        "window",
        solid(
            primitives.ellipsoid(
                (x, 0, float(hull.middle(x)) + 0.45 * hull.height),
                (length, 0.78 * hull.width * hull.radius(x), 0.5 * hull.height),
                segments=14,
            )
        ),
    )


def window_rows(plane: ChairBuilder, hull: Hull, rng: Rng) -> None:
    front, rear = 0.5 - 1.3 * hull.nose, -0.5 + 1.05 * hull.tail
    z, size = 0.25 * hull.height, rng.uniform(0.006, 0.01)
    width = hull.width * np.sqrt(1 - 0.25**2)
    if rng.random() < 0.5:  # one band
        row = primitives.box(
            ((front + rear) / 2, width - 0.004, z), (front - rear, 0.012, size)
        )
        plane.add("window", solid(row), mirror=True)
        return
    for x in np.linspace(front, rear, int(rng.integers(8, 16))):
        pane = primitives.box((x, width - 0.004, z), (1.2 * size, 0.012, 1.4 * size))
        plane.add("window", solid(pane), mirror=True)


def gear(
    plane: ChairBuilder, hull: Hull, rng: Rng, track: float, x: float, nose: bool
) -> None:
    """Three wheels on struts; the third under the nose or the tail."""
    radius = rng.uniform(0.018, 0.03)
    ground = -hull.height - rng.uniform(1.6, 3.0) * radius
    fairing = rng.random() < 0.35
    hub = (x, track, ground)
    wheel(plane, hub, radius, (x, 0.4 * track, -0.5 * hull.height), mirror=True)
    if fairing:
        wheel(plane, hub, radius, None, fairing=True, mirror=True)
    third = 0.5 - 0.9 * hull.nose if nose else -0.42
    under = float(hull.middle(third) - 0.5 * hull.height * hull.radius(third))
    small = 0.8 * radius if nose else 0.5 * radius
    hub = (third, 0.0, ground + radius - small if nose else under - 1.5 * small)
    wheel(plane, hub, small, (third, 0.0, under), fairing=fairing and nose)


def side_engines(
    plane: ChairBuilder, hull: Hull, x: float, length: float, radius: float
) -> None:
    """Engines on both sides of the rear fuselage."""
    y = hull.width * float(hull.radius(x)) + 1.25 * radius
    z = float(hull.middle(x)) + 0.35 * hull.height
    for part, piece in nacelle((x, y, z), length, radius):
        plane.add(part, piece, mirror=True)
    stub = [(x - 0.2 * length, 0.3 * y, z, 0.5 * length)]
    stub.append((x - 0.25 * length, 0.8 * y, z, 0.5 * length))
    plane.add("engine", wing(stub, 0.1), mirror=True)


def wing_propellers(
    plane: ChairBuilder,
    at: Stations,
    rng: Rng,
    shares: list[float],
) -> None:
    blades, phase = int(rng.integers(3, 7)), rng.uniform(0, 2)
    radius, reach = rng.uniform(0.022, 0.03), rng.uniform(0.075, 0.1)
    for share in shares:
        x, y, z, chord = at(share)
        pod = primitives.revolve(
            (x + 0.09, y, z),
            (x - 0.8 * chord, y, z),
            [(0, 0.6 * radius), (0.15, radius), (0.6, 0.9 * radius), (1, 0.2 * radius)],
            segments=12,
        )
        plane.add("engine", solid(pod), mirror=True)
        for part, piece in propeller(
            (x + 0.085, y, z), reach, blades, phase, 0.5 * radius
        ):
            plane.add(part, piece, mirror=True)
