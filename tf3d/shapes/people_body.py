"""The flesh of generated people: trunk, head, arms and legs."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from tf3d.shapes import primitives
from tf3d.shapes.chair_parts import ChairBuilder, Solid, circle
from tf3d.shapes.mesh import Mesh

if TYPE_CHECKING:
    from tf3d.shapes.people_wear import Outfit

Move = Callable[[np.ndarray], np.ndarray]


@dataclasses.dataclass(frozen=True)
class Body:
    """Measures as shares of the height; widths are half of what they measure.

    Attributes:
      head: its height.
      leg: length from hip to ground.
      shoulder: from the middle to the joint.
      chest: half width.
      waist: half width.
      hip: half width.
      depth: of the trunk, half.
      limb: radius of the upper arm; others follow.
      arm: length from shoulder to wrist.
      bust: how far the chest stands out.
    """

    head: float
    leg: float
    shoulder: float
    chest: float
    waist: float
    hip: float
    depth: float
    limb: float
    arm: float
    bust: float

    @property
    def trunk(self) -> float:
        """From the hip joints to the base of the neck."""
        return 0.965 - self.leg - self.head

    @property
    def shoulder_height(self) -> float:
        """Of the arms' joints above the hips'."""
        return 0.9 * self.trunk

    @property
    def head_centre(self) -> np.ndarray:
        """Of the skull, `[3]`, before the trunk leans."""
        return np.array([0.012, 0.0, self.trunk + 0.035 + 0.5 * self.head])


def solid(mesh: Mesh) -> Solid:
    """A primitive as the builder takes it."""
    return mesh.vertices.astype(float), mesh.faces


def column(rows: np.ndarray, around: int = 18, power: float = 2.4) -> Solid:
    """A closed solid of upright sections.

    Args:
      rows: `[n, 4]` of height, half width (Y), half depth (X) and x of the centre.
      around: points of a section.
      power: 2 an ellipse, more a rounded box.
    """
    unit = circle(around)
    unit = np.sign(unit) * np.abs(unit) ** (2 / power)
    sections = np.empty((len(rows), around, 3))
    sections[..., 0] = rows[:, 3:4] + rows[:, 2:3] * unit[:, 0]
    sections[..., 1] = rows[:, 1:2] * unit[:, 1]
    sections[..., 2] = rows[:, :1]
    return solid(primitives.loft(sections))


def limb(points: np.ndarray, radii: np.ndarray, around: int = 12) -> Solid:
    """A round limb through joints `[n, 3]`, tapered, with rounded ends."""
    points, radii = np.asarray(points, float), np.asarray(radii, float)
    step = np.diff(points[[0, 1]], axis=0)[0]
    first = points[0] - 0.5 * radii[0] * step / np.linalg.norm(step)
    step = np.diff(points[[-2, -1]], axis=0)[0]
    last = points[-1] + 0.5 * radii[-1] * step / np.linalg.norm(step)
    points = np.concatenate([[first], points, [last]])
    radii = np.concatenate([[0.55 * radii[0]], radii, [0.55 * radii[-1]]])
    return solid(primitives.tube(points, radii, segments=around))


def torso_rows(body: Body) -> np.ndarray:
    """Sections from the crotch to the neck, as `column` takes them."""
    t, w, d = body.trunk, body, body.depth
    return np.array(
        [
            (-0.1 * t, 0.45 * w.hip, 0.5 * d, 0.0),
            (-0.05 * t, 0.85 * w.hip, 0.92 * d, -0.004),
            (0.06 * t, 1.04 * w.hip, 1.08 * d, -0.006),
            (0.2 * t, 0.96 * w.hip, 1.0 * d, -0.003),
            (0.38 * t, w.waist, 0.92 * d * (w.waist / 0.072) ** 0.5, 0.0),
            (0.56 * t, 0.5 * (w.waist + w.chest) + 0.003, d, 0.002),
            (0.72 * t, 1.04 * w.chest, 1.06 * d + 0.5 * w.bust, 0.5 * w.bust),
            (0.84 * t, 0.5 * (w.chest + w.shoulder), 0.95 * d, 0.0),
            (0.92 * t, 0.96 * w.shoulder, 0.72 * d, -0.004),
            (0.97 * t, 0.62 * w.shoulder, 0.58 * d, -0.004),
            (1.0 * t, 0.034, 0.034, 0.0),
        ]
    )


def torso(person: ChairBuilder, body: Body, outfit: Outfit, move: Move) -> None:
    """The trunk in two garments, and the neck."""
    rows = torso_rows(body)
    waist = 4 if outfit.high_waist else 3
    upper = rows[waist - 1 :].copy()
    upper[:, 1:3] *= outfit.loose
    upper[-1, 1:3] = rows[-1, 1:3]
    lower = rows[: waist + 1].copy()
    person.add(outfit.lower, column(lower), place=move)
    person.add(outfit.upper, column(upper), place=move)
    top = body.trunk
    neck = [(0.0, 0.0, 0.93 * top), (0.008, 0.0, top + 0.06)]
    person.add("skin", limb(np.array(neck), np.full(2, 0.03)), place=move)


def head(person: ChairBuilder, body: Body, move: Move, facing: np.ndarray) -> None:
    """Skull, jaw, nose and ears."""
    size, centre = body.head, body.head_centre
    base = move(centre[None])[0]

    def place(points: np.ndarray) -> np.ndarray:
        return points @ facing.T + base

    skull = primitives.ellipsoid(
        (-0.02 * size, 0, 0.08 * size),
        (0.42 * size, 0.36 * size, 0.42 * size),
        segments=16,
        rings=10,
    )
    jaw = primitives.ellipsoid(
        (0.1 * size, 0, -0.2 * size), (0.28 * size, 0.27 * size, 0.3 * size)
    )
    nose = primitives.ellipsoid(
        (0.4 * size, 0, -0.06 * size), (0.08 * size, 0.05 * size, 0.1 * size), rings=5
    )
    ear = primitives.ellipsoid(
        (-0.02 * size, 0.36 * size, -0.02 * size),
        (0.07 * size, 0.03 * size, 0.1 * size),
        rings=5,
    )
    for mesh in (skull, jaw, nose):
        person.add("skin", solid(mesh), place=place)
    mirrored = primitives.place(ear, mirror="y")
    person.add("skin", solid(ear), place=place)
    person.add("skin", solid(mirrored), place=place)


def arm(
    person: ChairBuilder,
    body: Body,
    outfit: Outfit,
    start: np.ndarray,
    upper: np.ndarray,
    fore: np.ndarray,
) -> None:
    """An arm from its shoulder, along two directions, with its sleeve and hand."""
    r = body.limb
    elbow = start + 0.5 * body.arm * upper
    wrist = elbow + 0.5 * body.arm * fore
    share = outfit.sleeve
    joints = np.array(
        [start, start + 0.25 * body.arm * upper, elbow, (elbow + wrist) / 2, wrist]
    )
    radii = r * np.array([1.12, 1.0, 0.8, 0.76, 0.56])
    _dressed(person, joints, radii, share, outfit.upper, "skin", outfit.loose * 1.1)
    hand = wrist + 0.035 * fore
    palm = np.array([wrist, hand, hand + 0.035 * fore])
    shape = limb(palm, r * np.array([0.52, 0.72, 0.5]), around=8)
    person.add("glove" if outfit.gloves else "skin", shape)
    # Of all directions that leave the forearm, the one nearest to the front.
    aside = np.array([1.0, 0, 0]) - fore[0] * fore
    aside /= max(float(np.linalg.norm(aside)), 1e-6)
    thumb = np.array([wrist + 0.015 * fore, wrist + 0.04 * fore + 0.7 * r * aside])
    shape = limb(thumb, r * np.array([0.3, 0.24]), around=6)
    person.add("glove" if outfit.gloves else "skin", shape)


def leg(
    person: ChairBuilder,
    body: Body,
    outfit: Outfit,
    start: np.ndarray,
    thigh: np.ndarray,
    shin: np.ndarray,
) -> None:
    """A leg from its hip joint, along two directions, with its trouser and shoe."""
    r, length = body.limb, 0.94 * body.leg
    knee = start + 0.5 * length * thigh
    ankle = knee + 0.5 * length * shin
    joints = np.array(
        [start, (start + knee) / 2, knee, knee + 0.2 * length * shin, ankle]
    )
    wide = 0.56 * body.hip
    radii = np.array([max(wide, 1.3 * r), max(0.86 * wide, 1.3 * r), 1.2 * r])
    radii = np.concatenate([radii, [1.16 * r, 0.78 * r]])
    cover = "tights" if outfit.skirt else outfit.lower
    _dressed(person, joints, radii, outfit.trouser, cover, "skin", outfit.flare)
    _shoe(person, body, outfit, ankle, shin)


def _shoe(
    person: ChairBuilder,
    body: Body,
    outfit: Outfit,
    ankle: np.ndarray,
    shin: np.ndarray,
) -> None:
    r = body.limb
    heel = 0.06 * body.leg
    # At a right angle to the shin, forwards, but never steeply up or down.
    toe = np.array([1.0, 0, 0]) - shin[0] * shin
    toe /= np.linalg.norm(toe)
    toe = toe * (1, 1, 0.6)
    toe /= np.linalg.norm(toe)
    side = np.cross(np.array([0, 0, 1.0]), toe)
    side /= np.linalg.norm(side)
    up = np.cross(toe, side)
    size = 0.082 + 0.3 * r
    sections = []
    unit = circle(10)
    for along, width, height in (
        (-0.42, 0.55, 0.65),
        (-0.2, 0.9, 1.25),
        (0.15, 0.95, 1.2),
        (0.55, 1.05, 0.75),
        (0.95, 0.95, 0.6),
        (1.12, 0.5, 0.35),
    ):
        middle = ankle + along * size * toe + up * (0.5 * heel * height - heel)
        sections.append(
            middle
            + unit[:, :1] * width * 0.9 * r * side
            + unit[:, 1:] * 0.55 * heel * height * up
        )
    person.add("shoe", solid(primitives.loft(np.array(sections))))
    if outfit.boots:
        shaft = np.array([ankle, ankle - 0.16 * shin])
        person.add("shoe", limb(shaft, r * np.array([1.0, 1.35])))


def _dressed(
    person: ChairBuilder,
    joints: np.ndarray,
    radii: np.ndarray,
    share: float,
    cover: str,
    bare: str,
    loose: float,
) -> None:
    """A limb of which the upper `share` wears something."""
    if share < 0.97:
        person.add(bare, limb(joints, radii))
    if share <= 0.03:
        return
    length = np.concatenate(
        [[0], np.cumsum(np.linalg.norm(np.diff(joints, axis=0), axis=1))]
    )
    length /= length[-1]
    kept = length < share - 0.03
    end = np.array([np.interp(share, length, joints[:, k]) for k in range(3)])
    points = np.concatenate([joints[kept], [end]])
    sizes = np.concatenate([radii[kept], [np.interp(share, length, radii)]])
    growth = 1.03 + (loose - 1.0) * np.linspace(0.3, 1.0, len(sizes))
    person.add(cover, limb(points, sizes * np.maximum(growth, 1.03)))
