"""Procedural people: standing, walking, sitting, arms in every position, dressed.

A person faces +X. Bones are laid out first, by joint angles; flesh and clothes are
lofts and tubes along them. Lengths are shares of the body's height before posing.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from tf3d.shapes import people_wear as wear
from tf3d.shapes.chair_parts import ChairBuilder
from tf3d.shapes.mesh import Mesh
from tf3d.shapes.people_body import Body, arm, head, leg, torso
from tf3d.shapes.primitives import rotation

Rng = np.random.Generator


@dataclasses.dataclass(frozen=True)
class Pose:
    """Angles in degrees; pairs are (left, right), left being +Y.

    Attributes:
      raise_: of each upper arm to the side, 0 hanging, 90 level.
      swing: of each upper arm forwards.
      elbow: how far each elbow is bent, forwards.
      stride: of each thigh forwards.
      knee: how far each knee is bent, backwards.
      spread: of each thigh to the side.
      lean: of the trunk forwards.
      turn: of the head to its left.
    """

    raise_: tuple[float, float]
    swing: tuple[float, float] = (0.0, 0.0)
    elbow: tuple[float, float] = (0.0, 0.0)
    stride: tuple[float, float] = (0.0, 0.0)
    knee: tuple[float, float] = (0.0, 0.0)
    spread: tuple[float, float] = (4.0, 4.0)
    lean: float = 0.0
    turn: float = 0.0


# The share of each way to hold oneself.
POSES = {
    "standing": 0.34,
    "spread": 0.16,
    "walking": 0.2,
    "running": 0.08,
    "hips": 0.06,
    "waving": 0.08,
    "sitting": 0.08,
}


def generate_person(seed: int, paint_seed: int | None = None) -> Mesh:
    """A person, different for every seed, facing +X.

    Args:
      seed: decides build, pose and clothes.
      paint_seed: decides the colours alone; default: `seed`.

    Returns:
      A normalised mesh of closed parts named "skin", "shirt", "trousers" and so on.
    """
    rng = np.random.default_rng([seed, 0x9E01])
    names = list(POSES)
    name = str(
        rng.choice(names, p=np.array(list(POSES.values())) / sum(POSES.values()))
    )
    pose, body = _pose(name, rng), _body(rng)
    person = ChairBuilder()
    _build(person, body, pose, rng)
    paint = np.random.default_rng([seed if paint_seed is None else paint_seed, 0x9E02])
    colors = wear.colors(person.parts, paint)
    return person.build(colors, f"{name} person {seed}").normalized()


def _body(rng: Rng) -> Body:
    heavy, young = rng.normal(0, 1), rng.random() < 0.12
    toy = rng.random() < 0.2  # the large heads of drawn figures
    size = rng.uniform(0.15, 0.19) if young else rng.uniform(0.125, 0.14)
    bulk = float(np.clip(1.0 + 0.14 * heavy, 0.78, 1.4))
    broad = rng.uniform(0.9, 1.12)
    return Body(
        head=size * (rng.uniform(1.15, 1.4) if toy else 1.0),
        leg=rng.uniform(0.43, 0.46) if young else rng.uniform(0.47, 0.51),
        shoulder=0.105 * broad * (0.9 + 0.1 * bulk),
        chest=0.082 * broad * bulk,
        waist=0.072 * bulk ** rng.uniform(1.0, 1.5),
        hip=0.08 * bulk * rng.uniform(0.92, 1.12),
        depth=0.062 * bulk,
        limb=0.031 * bulk**0.7 * (1.15 if toy else 1.0) * rng.uniform(0.9, 1.15),
        arm=rng.uniform(0.32, 0.36) * (0.92 if young else 1.0),
        bust=rng.uniform(0.0, 0.02) * (rng.random() < 0.45),
    )


def _pose(name: str, rng: Rng) -> Pose:
    def both(low: float, high: float) -> tuple[float, float]:
        value = rng.uniform(low, high)
        return (value, value)

    turn = float(rng.normal(0, 12)) if rng.random() < 0.3 else 0.0
    stance = both(2, 9)
    if name == "standing":
        bent = both(0, 25)
        return Pose(both(8, 28), both(-5, 8), bent, spread=stance, turn=turn)
    if name == "spread":
        level = both(80, 95) if rng.random() < 0.6 else both(38, 60)
        return Pose(level, elbow=both(0, 8), spread=stance)
    if name in ("walking", "running"):
        size = rng.uniform(14, 28) if name == "walking" else rng.uniform(30, 48)
        side = float(rng.choice([-1, 1]))
        stride = (side * size, -side * size * rng.uniform(0.7, 1.0))
        knee = [rng.uniform(5, 15), rng.uniform(5, 15)]
        back = 1 if side > 0 else 0
        bend = rng.uniform(15, 35) if name == "walking" else rng.uniform(50, 85)
        knee[back] += bend
        elbow = both(10, 30) if name == "walking" else both(70, 100)
        swing = (-0.9 * stride[0], -0.9 * stride[1])
        lean = rng.uniform(0, 4) if name == "walking" else rng.uniform(6, 16)
        return Pose(both(8, 16), swing, elbow, stride, tuple(knee), (2, 2), lean, turn)
    if name == "hips":
        return Pose(both(42, 55), both(-18, -8), both(80, 95), spread=stance, turn=turn)
    if name == "waving":
        up = rng.uniform(115, 165)
        other = up if rng.random() < 0.35 else rng.uniform(8, 25)
        raised = (up, other) if rng.random() < 0.5 else (other, up)
        return Pose(raised, elbow=both(0, 25), spread=stance, turn=turn)
    thigh, rest = rng.uniform(78, 92), rng.uniform(25, 45)
    return Pose(
        both(8, 20),
        (rest, rest),
        both(30, 60),
        (thigh, thigh),
        (thigh + rng.uniform(-15, 10),) * 2,
        both(3, 12),
        rng.uniform(-8, 6),
        turn,
    )


def _build(person: ChairBuilder, body: Body, pose: Pose, rng: Rng) -> None:
    outfit = wear.draw_outfit(rng)
    tilt = rotation("y", pose.lean)

    def leaned(points: np.ndarray) -> np.ndarray:
        return points @ tilt.T

    # The hip joints' middle is the origin; the trunk above turns about it.
    torso(person, body, outfit, leaned)
    wear.on_torso(person, body, outfit, leaned, seated=min(pose.stride) > 60)
    facing = tilt @ rotation("z", pose.turn)
    head(person, body, leaned, facing)
    wear.on_head(person, body, outfit, leaned, facing)
    for k, side in enumerate((1.0, -1.0)):
        start = np.array([0.0, side * body.shoulder, body.shoulder_height])
        upper, fore = _arm_directions(pose, k, side)
        arm(person, body, outfit, tilt @ start, tilt @ upper, tilt @ fore)
        start = np.array([0.0, side * 0.55 * body.hip, 0.0])
        leg(person, body, outfit, start, *_leg_directions(pose, k, side))
    wear.skirt(person, body, outfit, pose.stride, pose.knee)


def _arm_directions(pose: Pose, k: int, side: float) -> tuple[np.ndarray, np.ndarray]:
    """Of the upper arm and the forearm."""
    out = rotation("x", side * pose.raise_[k])
    swung = rotation("y", -pose.swing[k])
    down = np.array([0.0, 0.0, -1.0])
    upper = swung @ out @ down
    if pose.swing[k] < -5 and pose.elbow[k] > 75:  # hands on the hips
        inwards = rotation("x", -side * pose.elbow[k])
        return upper, swung @ out @ inwards @ down
    bent = rotation("y", -pose.elbow[k])
    return upper, swung @ out @ bent @ down


def _leg_directions(pose: Pose, k: int, side: float) -> tuple[np.ndarray, np.ndarray]:
    """Of the thigh and the shin."""
    down = np.array([0.0, 0.0, -1.0])
    spread = rotation("x", side * pose.spread[k])
    thigh = rotation("y", -pose.stride[k]) @ spread
    return thigh @ down, rotation("y", pose.knee[k] - pose.stride[k]) @ spread @ down
