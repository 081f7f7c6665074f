"""Shapes from all sides: Figs. 12 and 13."""

from __future__ import annotations

import numpy as np

from tf3d.evaluation.voxels.inference import infer
from tf3d.fusion import THRESHOLD
from tf3d.prediction import sheets
from tf3d.reproduction.registry import Context, Result, Table
from tf3d.reproduction.voxels.inputs import (
    class_name,
    image_sets,
    notes_on,
    spread_over_classes,
    told_set,
)
from tf3d.reproduction.voxels.shading import drawn, headed, named_row, shaded
from tf3d.reproduction.voxels.solidity import largest_piece

PAPER = {"objective": "mu-vae", "pose": "learned", "texturizer": True}
IMAGES = 128  # of each set, measured
ANGLES = (0, 45, 90, 135)
SWEPT = 64
MEASURED = 20  # sweeps of each set
PAPERS = (3, 7, 8)  # classes shown: the digits of the paper; a dress, shoes, bags
LIKE = 0.5  # error over the picture's energy, below which a view is like the input


def figure12(context: Context) -> Result:
    """Shapes at elevations 0 and 30 from several azimuths."""
    loaded = context.loaded("voxel", **PAPER)
    network = loaded.network
    sets = image_sets(context, loaded, context.at_most(IMAGES))
    names = ["input", "from 0°", *[f"{a}°" for a in ANGLES]]
    rows = [headed([*names, *[f"{a}°, 30 up" for a in ANGLES]], 88, sheets.TILE)]
    numbers, table = {"model": loaded.name}, []
    for index, images in enumerate(sets):
        found = infer(network, images.images, keep_voxels=True)
        piece = float(largest_piece(found.voxels).mean())
        depth = _depth(found.voxels, found.azimuth)
        spread = _circular_spread(found.azimuth)
        numbers[images.name] = {
            "largest_piece": piece,
            "depth_over_width": depth,
            "azimuth_spread_degrees": spread,
            "solid": float((found.voxels > THRESHOLD).mean()),
        }
        table.append((images.name, piece, depth, spread))
        for place in spread_over_classes(images, 10)[1::2]:
            picture = images.floats(place)
            code, side = network.encode(picture[None])[0], network.azimuth(picture)
            tiles = [sheets.enlarged(picture), *drawn(network, code, 0)]
            for elevation in (0, 30):
                tiles += shaded(network, code, side + np.array(ANGLES), elevation)
            rows.append(named_row(class_name(images, int(place)), tiles, 88))
        context.progress(index + 1, len(sets))
    told = "; ".join(
        f"{told_set(name)}: {piece:.0%} of the solid voxels in one piece, "
        f"{depth:.2f} times as deep as wide, azimuths {spread:.0f}° apart"
        for name, piece, depth, spread in table
    )
    columns = ("", "largest piece", "depth over width", "azimuth spread, degrees")
    return Result(
        context.name,
        "The model learns 3D shapes of all objects as people would imagine them, and "
        "the azimuth of digits and clothes from front views alone.",
        f"{told}. Whether people imagine them so is for the eye.",
        None,
        numbers,
        (
            context.picture(
                sheets.above(rows),
                "Input, picture at azimuth and elevation 0, then the solid from 0 to "
                "135 degrees beside the input's azimuth, at elevations 0 and 30.",
            ),
        ),
        (Table("Shapes of test pictures", columns, tuple(table)),),
        notes_on(loaded.facts, **PAPER),
    )


def figure13(context: Context) -> Result:
    """Sweeps of the azimuth in 64 steps."""
    loaded = context.loaded("voxel", **PAPER)
    network = loaded.network
    sets = image_sets(context, loaded, 64)
    azimuths = -180 + np.arange(SWEPT) * 360.0 / SWEPT
    blocks, numbers = [], {"model": loaded.name}
    for images in sets:
        shares = []
        places = spread_over_classes(images, min(len(images), MEASURED))
        shown = [places[i] for i in PAPERS if i < len(places)]
        for place in places:
            picture = images.floats(place)
            code = network.encode(picture[None])[0]
            seen = network.pictures(code, azimuths)
            shares.append(_alike(seen, picture))
            if place in shown:
                name = class_name(images, int(place))
                blocks.append(_block(name, picture, seen))
        numbers[images.name] = {"alike_share": np.mean(shares)}
        context.progress(len(numbers) - 1, len(sets))
    told = ", ".join(
        f"{told_set(name)} {value['alike_share']:.0%}"
        for name, value in numbers.items()
        if isinstance(value, dict)
    )
    rows = [sheets.beside(blocks[i : i + 2], 16) for i in range(0, len(blocks), 2)]
    return Result(
        context.name,
        "Sweeping the azimuth renders digits, clothes, people and chairs from new "
        "viewpoints, also where the data show one side only.",
        f"Of {SWEPT} azimuths this share shows the input itself or its mirror image "
        f"(error below half of its energy): {told}. 100% would be a shape that is the "
        "same from everywhere.",
        None,
        numbers,
        (
            context.picture(
                sheets.above(rows, 16),
                "Inputs, and each from -180 degrees (top left) in 64 steps.",
            ),
        ),
        notes=notes_on(loaded.facts, **PAPER),
    )


def _block(name: str, picture: np.ndarray, seen: np.ndarray) -> np.ndarray:
    tiles = sheets.grid([sheets.enlarged(one, 56) for one in seen], 8, gap=1)
    left = sheets.above([sheets.label(name, 90), sheets.enlarged(picture, 56)])
    return sheets.beside([left, tiles])


def _alike(seen: np.ndarray, picture: np.ndarray) -> float:
    """Share of pictures that are like one, or like its mirror image."""
    energy = max(float((picture**2).sum()), 1e-9)
    seen = seen[..., : picture.shape[-1]]
    errors = [
        ((seen - other) ** 2).sum(axis=(1, 2, 3)) / energy
        for other in (picture, picture[:, ::-1])
    ]
    return float((np.minimum(*errors) < LIKE).mean())


def _depth(voxels: np.ndarray, azimuth: np.ndarray) -> float:
    """Median extent along the viewing direction over that across it."""
    ratios = []
    for solid, angle in zip(voxels > THRESHOLD, azimuth):
        places = np.argwhere(solid)[:, :2].astype(float)
        if len(places) < 2:
            continue
        along = places @ [np.cos(angle), np.sin(angle)]
        across = places @ [-np.sin(angle), np.cos(angle)]
        ratios.append(along.std() / max(across.std(), 1e-9))
    return float(np.median(ratios)) if ratios else float("nan")


def _circular_spread(radians: np.ndarray) -> float:
    """Circular standard deviation in degrees; of even directions it has no bound."""
    length = np.abs(np.exp(1j * np.asarray(radians, np.float64)).mean())
    return float(np.degrees(np.sqrt(max(-2 * np.log(max(length, 1e-9)), 0))))
