"""What airplanes are put together from: hulls, wings, engines, propellers, wheels.

Lengths are shares of the fuselage's length; the nose points to +X and the wings to ±Y.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from tf3d.shapes import primitives
from tf3d.shapes.chair_parts import ChairBuilder, Solid, circle
from tf3d.shapes.mesh import Mesh

# Half of a symmetric airfoil: (place along the chord, thickness), leading edge first.
_FOIL = np.array(
    [(0.0, 0.0), (0.03, 0.55), (0.12, 0.9), (0.3, 1.0), (0.6, 0.72), (1.0, 0.1)]
)


def solid(mesh: Mesh) -> Solid:
    """A primitive as the builder takes it."""
    return mesh.vertices.astype(float), mesh.faces


def loft(sections: np.ndarray) -> Solid:
    """`primitives.loft` as the builder takes it."""
    return solid(primitives.loft(sections))


@dataclasses.dataclass(frozen=True)
class Hull:
    """A fuselage from x = 0.5 (nose) to x = -0.5 (tail).

    Attributes:
      width: half of it.
      height: half of it.
      nose: length of the tapering front.
      tail: length of the tapering rear.
      point: how pointed the nose is: 0.5 round, 1 a cone.
      droop: how far the nose's tip lies below the middle, in half heights.
      rise: the same of the tail's tip, above.
      end: radius of the tail's tip, in half heights.
      square: exponent of the section: 2 an ellipse, 4 nearly a box.
    """

    width: float
    height: float
    nose: float
    tail: float
    point: float = 0.55
    droop: float = 0.2
    rise: float = 0.6
    end: float = 0.1
    square: float = 2.0

    def radius(self, x: float | np.ndarray) -> np.ndarray:
        """The section's size at x as a share of the full one."""
        x = np.asarray(x, float)
        front = np.clip((0.5 - x) / self.nose, 0.0, 1.0)
        rear = np.clip((x + 0.5) / self.tail, 0.0, 1.0)
        front = (1 - (1 - front) ** 2) ** self.point
        rear = self.end + (1 - self.end) * np.sin(rear * np.pi / 2)
        return np.maximum(np.minimum(front, rear), 0.02)

    def middle(self, x: float | np.ndarray) -> np.ndarray:
        """Height of the section's centre at x."""
        x = np.asarray(x, float)
        shrunk = 1 - self.radius(x)
        sign = np.where(x > 0, -self.droop, self.rise)
        return sign * shrunk * self.height

    def top(self, x: float) -> float:
        """Height of the upper side at x."""
        return float(self.middle(x) + self.height * self.radius(x))

    def solid(self, around: int = 18) -> Solid:
        """The closed hull."""
        t = np.linspace(0, 1, 11)
        x = np.concatenate(
            [
                0.5 - self.nose * t**1.8,
                np.linspace(0.5 - self.nose, -0.5 + self.tail, 4)[1:-1],
                -0.5 + self.tail * (1 - t),
            ]
        )
        unit = circle(around)
        unit = np.sign(unit) * np.abs(unit) ** (2 / self.square)
        size = self.radius(x)[:, None]
        sections = np.empty((len(x), around, 3))
        sections[..., 0] = x[:, None]
        sections[..., 1] = self.width * size * unit[:, 0]
        sections[..., 2] = self.middle(x)[:, None] + self.height * size * unit[:, 1]
        return loft(sections)


def wing(stations: list[tuple[float, float, float, float]], thickness: float) -> Solid:
    """A wing along +Y through stations.

    Args:
      stations: at least two of (leading edge's x, y, z, chord), outwards.
      thickness: half of it, as a share of the chord.
    """
    return _foils(stations, thickness, upright=False)


def fin(stations: list[tuple[float, float, float, float]], thickness: float) -> Solid:
    """The same as `wing`, standing: its thickness lies along Y."""
    return _foils(stations, thickness, upright=True)


def _foils(
    stations: list[tuple[float, float, float, float]], thickness: float, upright: bool
) -> Solid:
    outline = np.concatenate([_FOIL, _FOIL[:0:-1] * (1, -1)])
    first, last = stations[-2], stations[-1]
    # A rounded tip: a last, smaller section a little further out.
    step = np.subtract(last[:3], first[:3])
    step *= 0.25 * last[3] / max(float(np.linalg.norm(step)), 1e-9)
    tip = (*(np.asarray(last[:3]) + step - (0.12 * last[3], 0, 0)), 0.62 * last[3])
    sections = []
    for k, (x, y, z, chord) in enumerate([*stations, tip]):
        thick = thickness * chord * (0.45 if k == len(stations) else 1.0)
        section = np.empty((len(outline), 3))
        section[:, 0] = x - chord * outline[:, 0]
        section[:, 1] = y + (thick * outline[:, 1] if upright else 0.0)
        section[:, 2] = z + (0.0 if upright else thick * outline[:, 1])
        sections.append(section)
    return loft(np.array(sections))


def nacelle(place: tuple, length: float, radius: float) -> list[tuple[str, Solid]]:
    """A jet engine with its front at `place`, and its dark intake and nozzle."""
    x, y, z = place
    profile = [(0, 0.82), (0.05, 1.0), (0.35, 1.06), (0.75, 0.9), (1.0, 0.62)]
    body = primitives.revolve(
        (x, y, z),
        (x - length, y, z),
        [(t, r * radius) for t, r in profile],
        segments=14,
    )
    intake = primitives.cylinder(
        (x + 0.01 * length, y, z), (x - 0.1 * length, y, z), 0.7 * radius, segments=14
    )
    nozzle = primitives.cylinder(
        (x - 0.9 * length, y, z),
        (x - 1.12 * length, y, z),
        0.5 * radius,
        end_radius=0.28 * radius,
        segments=12,
    )
    return [("engine", solid(body)), ("dark", solid(intake)), ("dark", solid(nozzle))]


def pylon(top: tuple, bottom: tuple, chord: float) -> Solid:
    """A strut between two leading edges, streamlined."""
    upper, lower = sorted([top, bottom], key=lambda p: -p[2])
    stations = [(*lower, chord), (*upper, 1.15 * chord)]
    outline = np.concatenate([_FOIL, _FOIL[:0:-1] * (1, -1)])
    along = np.subtract(upper, lower)
    aside = np.cross(along / np.linalg.norm(along), (1.0, 0, 0))
    aside /= np.linalg.norm(aside)
    sections = [
        np.asarray((x, y, z))
        - size * outline[:, :1] * (1.0, 0, 0)
        + 0.06 * size * outline[:, 1:] * aside
        for x, y, z, size in stations
    ]
    return loft(np.array(sections))


def propeller(
    place: tuple, radius: float, blades: int, phase: float, spinner: float
) -> list[tuple[str, Solid]]:
    """Blades and spinner about an axis along X, the hub's rear at `place`."""
    x, y, z = place
    nose = [(0, 1.0), (0.4, 0.9), (0.75, 0.6), (1.0, 0.12)]
    hub = primitives.revolve(
        (x, y, z),
        (x + 2.0 * spinner, y, z),
        [(t, r * spinner) for t, r in nose],
        segments=10,
    )
    parts = [("spinner", solid(hub))]
    for k in range(blades):
        angle = phase + 2 * np.pi * k / blades
        out = np.array([0, np.cos(angle), np.sin(angle)])
        # The blade's chord is twisted out of the disc, more so near the hub.
        side = np.array([0, -np.sin(angle), np.cos(angle)])
        sections = []
        for share, chord, twist in ((0.05, 0.1, 45), (0.5, 0.16, 30), (1.0, 0.07, 15)):
            twist = np.radians(twist)
            along = np.cos(twist) * side + np.sin(twist) * np.array([1.0, 0, 0])
            thick = np.cross(out, along)
            diamond = [(1, 0), (0, 0.22), (-1, 0), (0, -0.22)]
            centre = np.array([x + 0.8 * spinner, y, z]) + share * radius * out
            sections.append(
                [
                    centre + 0.5 * chord * radius * (a * along + b * thick)
                    for a, b in diamond
                ]
            )
        parts.append(("blade", loft(np.array(sections))))
    return parts


def wheel(
    plane: ChairBuilder,
    hub: tuple,
    radius: float,
    top: tuple | None,
    *,
    fairing: bool = False,
    mirror: bool = False,
) -> None:
    """A wheel with its strut up to `top`, perhaps under a teardrop fairing."""
    x, y, z = hub
    tyre = primitives.cylinder(
        (x, y - 0.3 * radius, z),
        (x, y + 0.3 * radius, z),
        radius,
        segments=14,
        bevel=0.12 * radius,
    )
    plane.add("tyre", solid(tyre), mirror=mirror)
    if fairing:
        drop = primitives.ellipsoid(
            (x - 0.3 * radius, y, z + 0.35 * radius),
            (1.9 * radius, 0.5 * radius, 0.85 * radius),
        )
        plane.add("fuselage", solid(drop), mirror=mirror)
    if top is not None:
        strut = primitives.cylinder(hub, top, 0.16 * radius, segments=8)
        plane.add("strut", solid(strut), mirror=mirror)
