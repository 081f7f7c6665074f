"""What generated people wear: garments, hair, hats, bags, and all their colours."""

from __future__ import annotations

import dataclasses

import numpy as np

from tf3d.shapes import primitives
from tf3d.shapes.chair_parts import ChairBuilder, circle
from tf3d.shapes.palettes import HAIRS, SKINS, grey, muted, pale, pick, vivid
from tf3d.shapes.people_body import Body, Move, column, solid, torso_rows

Rng = np.random.Generator


@dataclasses.dataclass(frozen=True)
class Outfit:
    """What is worn.

    Attributes:
      upper: part name of what covers the chest.
      lower: of what covers the hips.
      sleeve: covered share of the arm.
      trouser: covered share of the leg.
      loose: how much wider than the body the upper garment is, as a factor.
      flare: the same of the trousers' lower end.
      high_waist: where the two meet.
      skirt: its length as a share of the leg, 0 for none.
      skirt_width: its flare.
      hair: its style.
      hat: its style, or "none".
      bag: whether a backpack is carried.
      coat: length of a coat's tails as a share of the leg, 0 for none.
      gloves: worn or not.
      boots: worn or not.
      belt: worn or not.
    """

    upper: str
    lower: str
    sleeve: float
    trouser: float
    loose: float
    flare: float
    high_waist: bool
    skirt: float
    skirt_width: float
    hair: str
    hat: str
    bag: bool
    coat: float
    gloves: bool
    boots: bool
    belt: bool


def draw_outfit(rng: Rng) -> Outfit:
    """Draws what a person wears."""
    skirted = rng.random() < 0.2
    whole = rng.random() < (0.5 if skirted else 0.08)  # a dress, an overall
    lower = "skirt" if skirted else "trousers"
    coat = rng.uniform(0.2, 0.6) if not skirted and rng.random() < 0.15 else 0.0
    return Outfit(
        upper=lower if whole else "shirt",
        lower=lower,
        sleeve=float(
            rng.choice([0.0, rng.uniform(0.2, 0.42), 1.0], p=[0.12, 0.4, 0.48])
        ),
        trouser=(
            float(rng.choice([0.0, 1.0]))
            if skirted
            else float(rng.choice([1.0, rng.uniform(0.3, 0.6)], p=[0.78, 0.22]))
        ),
        loose=rng.uniform(1.02, 1.15),
        flare=1.0 if skirted else rng.uniform(1.0, 1.45),
        high_waist=rng.random() < 0.5,
        skirt=rng.uniform(0.25, 0.85) if skirted else 0.0,
        skirt_width=rng.uniform(1.05, 2.0),
        hair=str(
            rng.choice(
                ["short", "bob", "long", "bun", "tail", "bald", "tall"],
                p=[0.4, 0.15, 0.13, 0.08, 0.08, 0.08, 0.08],
            )
        ),
        hat=str(
            rng.choice(
                ["none", "brim", "cap", "helmet", "cone"],
                p=[0.78, 0.08, 0.08, 0.04, 0.02],
            )
        ),
        bag=rng.random() < 0.12,
        coat=coat,
        gloves=rng.random() < 0.06,
        boots=rng.random() < 0.2,
        belt=rng.random() < 0.3,
    )


def on_torso(
    person: ChairBuilder,
    body: Body,
    outfit: Outfit,
    move: Move,
    *,
    seated: bool = False,
) -> None:
    """Belt, coat tails (of whoever is not seated) and backpack."""
    rows = torso_rows(body)
    if outfit.belt:
        belt = rows[[3, 3]].copy()
        belt[:, 0] += (-0.012, 0.012)
        belt[:, 1:3] *= outfit.loose * 1.03
        person.add("belt", column(belt), place=move)
    if outfit.coat and not seated:
        coat = rows[1:5].copy()
        coat[:, 1:3] *= outfit.loose * 1.06
        low = coat[:1].copy()
        low[:, 0] = -outfit.coat * body.leg
        low[:, 1:3] = coat[1, 1:3] * (1.15, 1.3)
        person.add("shirt", column(np.concatenate([low, coat])), place=move)
    if outfit.bag:
        t = body.trunk
        pack = primitives.rounded_box(
            (-body.depth - 0.045, 0, 0.62 * t), (0.09, 1.5 * body.chest, 0.55 * t), 0.03
        )
        person.add("bag", solid(pack), place=move)


def on_head(
    person: ChairBuilder, body: Body, outfit: Outfit, move: Move, facing: np.ndarray
) -> None:
    """Hair and hat."""
    size, base = body.head, move(body.head_centre[None])[0]

    def place(points: np.ndarray) -> np.ndarray:
        return size * points @ facing.T + base

    def add(part: str, mesh: primitives.Mesh) -> None:
        person.add(part, solid(mesh), place=place)

    ball = primitives.ellipsoid
    if outfit.hair != "bald":
        add("hair", ball((-0.09, 0, 0.16), (0.41, 0.4, 0.4), segments=16, rings=10))
    if outfit.hair in ("bob", "long"):
        low = -0.25 if outfit.hair == "bob" else -0.85
        middle, half = (0.15 + low) / 2, (0.35 - low) / 2
        add("hair", ball((-0.2, 0, middle), (0.26, 0.42, half), segments=14, rings=9))
    elif outfit.hair == "bun":
        add("hair", ball((-0.3, 0, 0.55), 0.19))
    elif outfit.hair == "tail":
        path = [(-0.42, 0, 0.3), (-0.62, 0, 0.15), (-0.66, 0, -0.4)]
        add("hair", primitives.tube(path, [0.14, 0.16, 0.05]))
    elif outfit.hair == "tall":
        add("hair", ball((-0.05, 0, 0.45), (0.3, 0.22, 0.32)))
    if outfit.hat == "none":
        return
    if outfit.hat == "helmet":
        add("hat", ball((-0.02, 0, 0.14), (0.52, 0.48, 0.5), segments=18, rings=11))
        return
    crown = {"brim": (0.62, 0.34), "cap": (0.52, 0.36), "cone": (1.3, 0.08)}[outfit.hat]
    ends = [(-0.03, 0, 0.22), (-0.06, 0, 0.22 + crown[0])]
    profile = [(0, 0.44), (0.5, 0.44 + (crown[1] - 0.44) * 0.4), (1, crown[1])]
    add("hat", primitives.revolve(*ends, profile, segments=18))
    wide = {"brim": 0.78, "cap": 0.0, "cone": 0.85}[outfit.hat]
    if wide:
        ends = [(-0.03, 0, 0.22), (-0.03, 0, 0.27)]
        add("hat", primitives.cylinder(*ends, wide, segments=24))
    else:
        ends = [(0.25, 0, 0.22), (0.25, 0, 0.27)]
        add("hat", primitives.cylinder(*ends, 0.36, segments=16))


def skirt(
    person: ChairBuilder,
    body: Body,
    outfit: Outfit,
    stride: tuple[float, float],
    knee: tuple[float, float],
) -> None:
    """A skirt over both legs; of someone seated it lies on the thighs."""
    if not outfit.skirt:
        return
    t, rows = body.trunk, torso_rows(body)
    if min(stride) > 60:
        long = min(outfit.skirt, 0.47) * body.leg
        height, half = 0.8 * body.limb + 0.55 * body.hip, 1.1 * body.hip
        unit = circle(16)
        sections = []
        for x, width in ((-0.02, 1.0), (0.5 * long, 1.06), (long, 1.1)):
            section = np.empty((16, 3))
            section[:, 0] = x
            section[:, 1] = half * width * unit[:, 0]
            section[:, 2] = height * unit[:, 1]
            sections.append(section)
        person.add("skirt", solid(primitives.loft(np.array(sections))))
        return
    # Wide enough at its hem for the legs to part within it.
    long = outfit.skirt * body.leg
    reach = np.sin(np.radians(np.abs(stride))).max() * min(long, 0.5 * body.leg)
    hem = outfit.skirt_width
    hip, wide = rows[2, 1] * 1.08, outfit.loose
    levels = np.array(
        [
            (
                -long,
                max(hip * hem, 1.1 * body.hip),
                max(body.depth * hem, reach + 0.05),
            ),
            (-0.5 * long, hip * (0.6 + 0.4 * hem), body.depth * 1.1 + 0.55 * reach),
            (0.06 * t, hip * wide, body.depth * 1.18 * wide),
            (0.3 * t, 1.04 * wide * rows[3, 1], body.depth * 1.06 * wide),
        ]
    )
    shape = column(np.concatenate([levels, np.zeros((4, 1))], axis=1), power=2.0)
    person.add("skirt", shape)


def colors(parts: list[str], rng: Rng) -> dict[str, np.ndarray]:
    """Colours of a person's parts.

    Args:
      parts: their names.
      rng: decides alone.
    """

    def cloth() -> np.ndarray:
        draw = rng.random()
        if draw < 0.4:
            return muted(rng)
        if draw < 0.65:
            return vivid(rng)
        return grey(rng, 0.06, 0.4) if draw < 0.85 else pale(rng)

    table = {
        "skin": pick(SKINS, rng),
        "hair": pick(HAIRS, rng) if rng.random() < 0.92 else vivid(rng),
        "shirt": cloth(),
        "trousers": cloth() if rng.random() < 0.6 else np.array((0.17, 0.23, 0.36)),
        "skirt": cloth(),
        "tights": grey(rng, 0.05, 0.35),
        "shoe": cloth() if rng.random() < 0.4 else grey(rng, 0.05, 0.25),
        "belt": grey(rng, 0.08, 0.3),
        "bag": cloth(),
        "hat": cloth(),
        "glove": cloth(),
    }
    return {part: np.clip(table[part], 0, 1) for part in parts}
