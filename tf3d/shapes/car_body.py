"""The lofted lower body of a generated car.

It is a grid: stations along x, and at each of them a section that runs from the middle
of the floor around the wheel well, up the side and over the hood to the middle. Zones
(lights, doors, ...) are cells of the grid, so their borders are mesh edges.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from tf3d.shapes.car_types import Proportions
from tf3d.shapes.mesh import Mesh
from tf3d.shapes.primitives import grid_faces

ZONES = (
    "body",
    "underbody",
    "sill",
    "body_lower",
    "side_stripe",
    "hood",
    "deck",
    "stripe",
    "door",
    "seam",
    "bumper_front",
    "bumper_rear",
    "headlight",
    "taillight",
    "grille",
    "bed",
    "window",
    "pillar",
    "pillar_front",
    "pillar_rear",
    "roof",
    "panel",
    "tail",
)
ZONE = {name: k for k, name in enumerate(ZONES)}
_COLUMNS = np.array([-1, -0.86, -0.6, -0.34, 0.34, 0.6, 0.86, 1.0])
_SIDE = 3  # row of the section where the side begins
_SHOULDER = 12  # row where it ends and the top begins
_TOP = np.array([0.93, 0.86, 0.84, 0.55, 0.26, 0.08, 0.0])  # y over the shoulder's


@dataclasses.dataclass
class Face:
    """How the front and rear of the lower body look: rows and columns of its zones.

    Attributes:
      lights: heights of the headlights' lower edge, middle and upper edge, as fractions
        of the side's height.
      headlight: "wrap", "inner" or "none" (separate parts then).
      taillight: "wrap", "bar", "tall" or "none".
      grille: "wide", "narrow", "low" or "none".
      bumper: whether bumpers are a zone of their own.
      doors: x of the seams between doors, front to rear.
    """

    lights: tuple[float, float, float] = (0.6, 0.7, 0.85)
    headlight: str = "wrap"
    taillight: str = "wrap"
    grille: str = "narrow"
    bumper: bool = True
    doors: tuple[float, ...] = ()


@dataclasses.dataclass
class Recess:
    """A hollow in the top: the bed of a pickup, the cockpit of a convertible."""

    rear: float
    front: float
    floor: float


class BodyShape:
    """The lower body as functions of position."""

    def __init__(self, p: Proportions) -> None:
        self.p = p
        self.arches = [x for x in p.axles if p.tail_x + p.arch < x < p.nose_x - p.arch]
        self.nose_gap = p.nose_x - (p.axles[0] + p.arch)
        self.tail_gap = max(min(self.arches) - p.arch - p.tail_x, 0.05)
        front, rear = p.lean + p.bow, p.tail_lean + p.tail_bow
        self.front_scale = min(1.0, 0.6 * self.nose_gap / max(front, 1e-6))
        self.rear_scale = min(1.0, 0.6 * self.tail_gap / max(rear, 1e-6))
        self.tail_corner = min(p.corner, 0.6 * self.tail_gap, 0.2)
        cowl = p.belt
        mid = (p.windshield + p.rear_window) / 2
        ease = np.array([0.0, 0.12, 0.3, 0.55, 0.8, 1.0])
        hood_x = p.nose_x + (p.windshield - p.nose_x) * ease
        hood_z = p.nose + (cowl - p.nose) * np.sin(ease * np.pi / 2) ** 0.9
        lift = p.wedge
        xs = [p.tail_x, p.rear_window, mid, *hood_x[::-1]]
        zs = [p.deck + lift * 0.6, cowl + lift, cowl + lift / 2, *hood_z[::-1]]
        keep = np.concatenate([[True], np.diff(xs) > 1e-3])
        self._x, self._z = np.array(xs)[keep], np.array(zs)[keep]

    def tip(self, x: np.ndarray) -> np.ndarray:
        """How far the rounded ends are drawn in at x, `[...]`, metres."""
        inset = np.zeros(np.shape(x))
        for distance, r in (
            (self.p.nose_x - x, self.p.corner),
            (x - self.p.tail_x, self.tail_corner),
        ):
            t = np.clip(1 - distance / r, 0, 1)
            inset = inset + r * (1 - np.sqrt(1 - t**2))
        return inset

    def top(self, x: np.ndarray) -> np.ndarray:
        """Height of the shoulder: fenders, belt line, deck."""
        z = np.interp(x, self._x, self._z)
        for axle in self.arches:  # no lower than the wheel well needs
            need = self.p.wheel + self.p.arch + 0.08
            bump = np.clip(1 - np.abs(x - axle) / (1.6 * self.p.arch), 0, 1)
            z = np.maximum(z, z + (need - z) * np.minimum(1, 2 * bump))
        return z - 0.45 * self.tip(x)

    def bottom(self, x: np.ndarray) -> np.ndarray:
        return self.p.ride + 0.3 * self.tip(x)

    def width(self, x: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Half-width at (x, z)."""
        p = self.p
        h = np.clip((z - p.ride) / (p.belt - p.ride), 0, 1.1)
        low = np.maximum(0.45 - h, 0) / 0.45
        high = np.maximum(h - 0.6, 0) / 0.4
        profile = 1 - p.low_tuck * low**2 - p.high_tuck * high**2
        mid = (p.nose_x + p.tail_x) / 2
        plan = 1 - 0.03 * np.abs((x - mid) / (p.length / 2)) ** 3
        flare = 0.0
        for axle in self.arches:
            flare = flare + np.exp(-(((x - axle) / (1.1 * p.arch)) ** 2))
        return (p.half - p.flare) * profile * plan + p.flare * flare - self.tip(x)

    def warp(self, points: np.ndarray) -> np.ndarray:
        """Bows the two ends in plan and leans them back, in place."""
        p = self.p
        x, y, z = points[..., 0], points[..., 1], points[..., 2]
        u = np.clip(y / p.half, -1, 1) ** 2
        h = np.clip((z - p.ride) / max(p.belt - p.ride, 0.1), 0, 1)
        front = np.clip((x - p.nose_x + self.nose_gap) / self.nose_gap, 0, 1)
        rear = np.clip((p.tail_x + self.tail_gap - x) / self.tail_gap, 0, 1)
        lean = (h - 0.35) ** 2 / 0.65**2
        x = x - front * self.front_scale * (p.bow * u + p.lean * lean)
        x = x + rear * self.rear_scale * (p.tail_bow * u + p.tail_lean * lean)
        points[..., 0] = x
        return points

    def surface(self, end: str, y: float, z: float) -> np.ndarray:
        """The point of the front or rear surface at (y, z)."""
        x = self.p.nose_x if end == "front" else self.p.tail_x
        return self.warp(np.array([x, y, z], np.float64))


def lower_body(
    shape: BodyShape, face: Face, recess: Recess | None = None
) -> tuple[Mesh, list[np.ndarray]]:
    """The lower body, closed.

    Args:
      shape: the body as functions.
      face: the zones of front, rear and doors.
      recess: a hollow in its top, or None.

    Returns:
      The mesh, one part for each zone, and for each arch the points of its edge on the
      left side `[n, 3]`.
    """
    x = _stations(shape, face, recess)
    grid, arch = _sections(shape, face, recess, x)
    zone = _side_zones(shape, face, recess, x)
    n, m, _ = grid.shape
    ring = np.concatenate([grid, grid[:, -2:0:-1] * (1, -1, 1)], axis=1)
    columns = ring.shape[1]
    vertices = [ring.reshape(-1, 3)]
    faces = [grid_faces(n, columns, wrap=True)]
    zones = [np.repeat(np.concatenate([zone, zone[:, ::-1]], axis=1).ravel(), 2)]
    offset = n * columns
    for station, end in ((0, "rear"), (n - 1, "front")):
        # The cap spans left and right by rows; its rim is shared with the ring.
        inner = grid[station, 1:-1, None] * np.ones((1, len(_COLUMNS) - 2, 1))
        inner[..., 1] *= -_COLUMNS[None, 1:-1]
        left = station * columns + np.arange(m)
        right = station * columns + (-np.arange(m)) % columns
        index = np.empty((m, len(_COLUMNS)), np.int32)
        index[:, 0], index[:, -1] = left, right
        index[1:-1, 1:-1] = offset + np.arange(inner[..., 0].size).reshape(m - 2, -1)
        index[[0, -1], 1:-1] = left[[0, -1], None]
        cap = index.ravel()[grid_faces(m, len(_COLUMNS))]
        faces.append(cap if end == "rear" else cap[:, ::-1])
        zones.append(np.repeat(_cap_zones(face, end, m).ravel(), 2))
        vertices.append(inner.reshape(-1, 3))
        offset += inner[..., 0].size
    points = shape.warp(np.concatenate(vertices))
    faces, zones = np.concatenate(faces)[:, ::-1], np.concatenate(zones)
    lips = [points[:offset][rows * columns + _SIDE] for rows in arch]
    return zoned(points, faces, zones), lips


def zoned(points: np.ndarray, faces: np.ndarray, zones: np.ndarray) -> Mesh:
    """A mesh with one part a zone, without faces that have no area."""
    a, b, c = (points[faces[:, k]] for k in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    keep = area > 2e-6
    faces, zones = faces[keep], zones[keep]
    return Mesh(points, faces, np.full((len(faces), 3), 0.5), zones, ZONES)


def _stations(shape: BodyShape, face: Face, recess: Recess | None) -> np.ndarray:
    p = shape.p
    angle = np.radians([0, 28, 58, 90])
    xs = [p.nose_x - p.corner * (1 - np.cos(angle))]
    xs.append(p.tail_x + shape.tail_corner * (1 - np.cos(angle)))
    xs.append(shape._x[1:-1])
    arc = np.cos(np.radians([90, 72, 54, 37, 20, 3]))
    for axle in shape.arches:
        for side in (-1, 1):
            xs.append(axle + side * p.arch * arc)
            xs.append([axle + side * (p.arch + 0.01)])
    for door in face.doors:
        xs.append([door - 0.012, door + 0.012])
    if recess is not None:
        for x in (recess.rear, recess.front):
            xs.append([x - 0.006, x + 0.006])
    x = np.unique(np.concatenate(xs))
    return x[np.concatenate([[True], np.diff(x) > 0.004])]


def _side_fractions(face: Face) -> np.ndarray:
    low, middle, high = face.lights
    base = np.array([0, 0.18, 0.45, 0.7, 0.85]) * low
    return np.concatenate([base, [low, middle, high, 0.5 + high / 2, 1.0]])


def _sections(
    shape: BodyShape, face: Face, recess: Recess | None, x: np.ndarray
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Half sections `[n, m, 3]`, and the stations that make up each arch."""
    p, n = shape.p, len(x)
    m = _SHOULDER + 1 + len(_TOP)
    zb, zt = shape.bottom(x), shape.top(x)
    arch = np.array(zb)
    spans = []
    for axle in shape.arches:
        inside = np.abs(x - axle) < p.arch
        rise = np.sqrt(p.arch**2 - (x[inside] - axle) ** 2)
        arch[inside] = np.maximum(p.wheel + rise, zb[inside])
        spans.append(np.nonzero(inside)[0])
    arch = np.minimum(arch, zt - 0.04)
    grid = np.zeros((n, m, 3))
    grid[..., 0] = x[:, None]
    s = _side_fractions(face)
    z = zb[:, None] + s * (zt - zb)[:, None]
    z = np.maximum(z, arch[:, None] + 0.03 * s)
    side = slice(_SIDE, _SHOULDER + 1)
    grid[:, side, 2] = z
    y = shape.width(x[:, None], z)
    y[:, -1] *= 0.965
    grid[:, side, 1] = y
    well = max(p.half - p.tire - 0.16, 0.3 * p.half) / p.half
    reach = np.minimum(well * p.half, 0.9 * y[:, 0])
    grid[:, 1, 1], grid[:, 2, 1] = reach, reach * 1.03
    grid[:, 0, 2], grid[:, 1, 2], grid[:, 2, 2] = zb, zb, arch
    shoulder = y[:, -1]
    top = slice(_SHOULDER + 1, m)
    grid[:, top, 1] = shoulder[:, None] * _TOP
    grid[:, top, 2] = zt[:, None] + p.crown * (1 - _TOP**2)
    if recess is not None:
        inside = (x > recess.rear) & (x < recess.front)
        inner = np.arange(_SHOULDER + 3, m)
        grid[np.ix_(inside, inner, [2])] = recess.floor
        # Over the wheels the floor rises to a box that hides the wells.
        box = inside & (arch > zb + 1e-6)
        rows = np.ix_(box, inner[:2], [2])
        grid[rows] = np.maximum(recess.floor, arch[box, None, None] + 0.03)
    return grid, spans


def _side_zones(
    shape: BodyShape, face: Face, recess: Recess | None, x: np.ndarray
) -> np.ndarray:
    """Zones `[n - 1, m - 1]` of the cells of the half grid."""
    p = shape.p
    m = _SHOULDER + 1 + len(_TOP)
    middle = (x[1:] + x[:-1]) / 2
    zone = np.full((len(x) - 1, m - 1), ZONE["body"])
    zone[:, :_SIDE] = ZONE["underbody"]
    zone[:, _SIDE] = ZONE["sill"]
    zone[:, _SIDE + 1 : _SIDE + 4] = ZONE["body_lower"]
    zone[:, _SIDE + 4] = ZONE["side_stripe"]
    top = np.arange(_SHOULDER, m - 1)
    hood, deck = middle > p.windshield - 0.05, middle < p.rear_window + 0.05
    zone[np.ix_(hood, top)] = ZONE["hood"]
    zone[np.ix_(deck, top)] = ZONE["deck"]
    zone[np.ix_(hood | deck, [m - 3])] = ZONE["stripe"]
    if len(face.doors) > 1:
        inside = (middle > face.doors[1]) & (middle < face.doors[0])
        zone[np.ix_(inside, np.arange(_SIDE + 5, _SHOULDER))] = ZONE["door"]
    for door in face.doors:
        seam = np.abs(middle - door) < 0.011
        zone[np.ix_(seam, np.arange(_SIDE + 1, _SHOULDER))] = ZONE["seam"]
    if recess is not None:
        inside = (middle > recess.rear - 0.007) & (middle < recess.front + 0.007)
        zone[np.ix_(inside, np.arange(_SHOULDER + 2, m - 1))] = ZONE["bed"]
    if face.bumper:
        rows = np.arange(_SIDE, _SIDE + 3)
        zone[np.ix_(middle > p.nose_x - max(p.corner, 0.1), rows)] = ZONE[
            "bumper_front"
        ]
        rear = middle < p.tail_x + max(shape.tail_corner, 0.1)
        zone[np.ix_(rear, rows)] = ZONE["bumper_rear"]
    light = np.arange(_SIDE + 5, _SIDE + 7)
    if face.headlight == "wrap":
        zone[-2:, light] = ZONE["headlight"]
    if face.taillight in ("wrap", "bar"):
        zone[:2, light] = ZONE["taillight"]
    return zone


def _cap_zones(face: Face, end: str, m: int) -> np.ndarray:
    """Zones `[m - 1, columns - 1]` of the front or rear surface."""
    middle = np.abs((_COLUMNS[1:] + _COLUMNS[:-1]) / 2)
    zone = np.full((m - 1, len(middle)), ZONE["body" if end == "front" else "tail"])
    zone[:_SIDE] = ZONE["underbody"]
    rows = np.arange(_SIDE, _SIDE + 3)
    if face.bumper:
        zone[rows] = ZONE["bumper_front" if end == "front" else "bumper_rear"]
    light = np.arange(_SIDE + 5, _SIDE + 7)
    centre, outer = middle < 0.4, middle > 0.6
    if end == "rear":
        wide = {"wrap": outer, "tall": middle > 0.86, "bar": middle >= 0}
        if face.taillight in wide:
            zone[np.ix_(light, wide[face.taillight])] = ZONE["taillight"]
        if face.taillight == "tall":
            rows = np.arange(_SIDE + 4, _SHOULDER)
            zone[np.ix_(rows, wide["tall"])] = ZONE["taillight"]
        return zone
    grilles = {
        "wide": (np.arange(_SIDE + 4, _SIDE + 7), middle < 0.6),
        "narrow": (np.arange(_SIDE + 3, _SIDE + 7), centre),
        "low": (np.arange(_SIDE + 1, _SIDE + 5), middle < 0.6),
        "none": (np.arange(_SIDE + 1, _SIDE + 2), centre),
    }
    lights = {"wrap": outer, "inner": (middle > 0.6) & (middle < 0.9)}
    if face.headlight in lights:
        zone[np.ix_(light, lights[face.headlight])] = ZONE["headlight"]
    zone[np.ix_(*grilles[face.grille])] = ZONE["grille"]
    zone[np.ix_([_SIDE + 1], middle < 0.6)] = ZONE["grille"]
    return zone
