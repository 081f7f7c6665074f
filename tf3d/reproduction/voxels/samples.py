"""Random shapes from the prior: Figs. 5, 6, 8 and 14."""

from __future__ import annotations

import numpy as np

from tf3d.data.images import open_images
from tf3d.evaluation.voxels.codes import NEIGHBOURS
from tf3d.evaluation.voxels.inference import encode_all
from tf3d.evaluation.voxels.sparsity import voxels_per_ray
from tf3d.evaluation.voxels.symmetry import ring_share
from tf3d.fusion import THRESHOLD
from tf3d.prediction import VoxelReconstructor, sheets
from tf3d.prediction.code_statistics import (
    CodeStatistics,
    measure_codes,
    read_code_statistics,
)
from tf3d.reproduction.models import Loaded
from tf3d.reproduction.registry import Context, NotPossible, Result
from tf3d.reproduction.voxels.inputs import decided, image_sets, notes_on
from tf3d.reproduction.voxels.shading import drawn, headed, named_row, shaded
from tf3d.reproduction.voxels.solidity import (
    cavity_depth,
    largest_piece,
    slice_correlations,
)

SAMPLES = 64  # measured
NAME = 40  # pixels of a row's name
FITTED = 1000  # pictures of each set that a distribution of codes is fitted to
CAVITY = 0.3  # of a cup's height: below it is a lid
WHOLE = 0.75  # share of voxels in one piece, above which a sample is one thing
CLEAR = 0.8  # share of near codes that tells a cup from what lies between the kinds
SHAPES_KNOWN = 80  # whose codes tell cups from others


def figure05(context: Context) -> Result:
    """Random samples of the AAE on Fashion-MNIST, azimuth fixed."""
    paper = {"objective": "aae", "pose": "fixed", "data": "fashion_mnist"}
    loaded = context.loaded("voxel", must={"objective": "aae"}, **paper)
    codes, voxels, told_codes = _samples(context, loaded)
    x, y, z = slice_correlations(voxels).mean(axis=0)
    angles = (0, 30, 60, 90)
    rows = [headed([*_degrees(angles), "solid"], NAME, sheets.TILE)]
    for index, code in enumerate(codes[:6]):
        tiles = drawn(loaded.network, code, angles, show="projection")
        tiles += shaded(loaded.network, code, (30, 60), 20)
        rows.append(named_row(f"{index}", tiles, NAME))
        context.progress(index + 1, 6)
    layered = bool(x < min(y, z))
    told = "less" if layered else "not less"
    return Result(
        context.name,
        "Random samples of the AAE on Fashion-MNIST are bags and dresses, learned as "
        "slices of layers along the depth, which no picture shows.",
        f"Neighbouring slices along the depth are {told} alike than those across it: "
        f"correlation {x:.2f} along the depth, {y:.2f} and {z:.2f} across and upwards "
        f"({len(voxels)} samples of {loaded.name}).",
        decided(layered, loaded.facts, pose="fixed"),
        {
            "model": loaded.name,
            "samples": len(voxels),
            "slice_correlation": {"depth": x, "across": y, "up": z},
            "largest_piece": largest_piece(voxels).mean(),
        },
        (
            context.picture(
                sheets.above(rows),
                "Six random shapes: projections from azimuth 0 to 90 degrees, then the "
                "solid from 30 and 60 degrees, 20 above.",
            ),
        ),
        notes=(*told_codes, *notes_on(loaded.facts, texturizer=True, **paper)),
    )


def figure06(context: Context) -> Result:
    """Faces from several azimuths."""
    paper = {"objective": "aae", "pose": "adversarial", "data": "celeb_a"}
    loaded = context.loaded("voxel", must={"data": "celeb_a"}, **paper)
    codes, voxels, told_codes = _samples(context, loaded)
    share, x = ring_share(voxels), slice_correlations(voxels)[:, 0]
    angles = (-60, -30, 0, 30, 60, 90)
    rows = [headed(_degrees(angles), NAME, sheets.TILE)]
    for index, code in enumerate(codes[:3]):
        rows.append(named_row(f"{index}", drawn(loaded.network, code, angles), NAME))
        rows.append(named_row("", shaded(loaded.network, code, angles), NAME))
    rounded = bool(share.mean() > 0.8)
    return Result(
        context.name,
        "Sampled faces are whole heads, round about the vertical axis, some with eyes "
        "and a mouth.",
        f"Of the voxels' energy {share.mean():.2f} is in their mean over all turns "
        f"(1: round); neighbouring slices along the depth correlate by {x.mean():.2f} "
        f"({len(voxels)} samples of {loaded.name}).",
        decided(rounded, loaded.facts, pose="adversarial"),
        {
            "model": loaded.name,
            "ring_share": share.mean(),
            "slice_correlation_depth": x.mean(),
            "largest_piece": largest_piece(voxels).mean(),
        },
        (
            context.picture(
                sheets.above(rows),
                "Three random faces from azimuth -60 to 90 degrees: the final picture, "
                "and below it the solid.",
            ),
        ),
        notes=(*told_codes, *notes_on(loaded.facts, texturizer=True, **paper)),
    )


def figure08(context: Context) -> Result:
    """Random cups."""
    paper = {"objective": "aae", "pose": "adversarial", "kinds": "cups"}
    loaded = context.loaded("voxel", must={"kinds": "cups"}, **paper)
    codes, voxels, told_codes = _samples(context, loaded)
    cups = np.flatnonzero(_are_cups(context, loaded, codes))
    if not len(cups):
        raise NotPossible(f"None of {len(voxels)} samples of {loaded.name} is a cup.")
    pieces, depth = largest_piece(voxels[cups]), cavity_depth(voxels[cups])
    # Of a broken shell, the depth of the middle says nothing.
    whole = pieces > WHOLE
    hollow = int((depth[whole] > CAVITY).sum())
    angles = (0, 45, 90)
    rows = [headed([*_degrees(angles), "30° up", "60° up"], NAME, sheets.TILE)]
    for place in cups[np.argsort(-pieces)][:6]:
        tiles = drawn(loaded.network, codes[place], angles)
        for elevation in (30, 60):
            tiles += shaded(loaded.network, codes[place], 30, elevation)
        rows.append(named_row(f"{place}", tiles, NAME))
    return Result(
        context.name,
        "Of two sampled cups one is hollow and the other is not.",
        f"Of {len(codes)} samples {len(cups)} are cups, as their codes lie; "
        f"{whole.sum()} of these hang together (more than {WHOLE:.0%} of the voxels in "
        f"one piece), of which hollow, with a middle more than {CAVITY:.0%} of the "
        f"height below the rim: {hollow}.",
        decided(
            0 < hollow < whole.sum(), loaded.facts, pose="adversarial", kinds="cups"
        ),
        {
            "model": loaded.name,
            "cups": len(cups),
            "whole": int(whole.sum()),
            "hollow": hollow,
            "largest_piece": pieces,
            "cavity": depth,
        },
        (
            context.picture(
                sheets.above(rows),
                "Random cups, the most whole first: pictures from azimuth 0, 45 and 90 "
                "degrees, the solid from 30 and 60 degrees above.",
            ),
        ),
        notes=(*told_codes, *notes_on(loaded.facts, texturizer=True, **paper)),
    )


def figure14(context: Context) -> Result:
    """Random samples of the final model at elevations 0 and 30."""
    paper = {"objective": "mu-vae", "pose": "learned"}
    loaded = context.loaded("voxel", **paper)
    codes, voxels, told_codes = _samples(context, loaded)
    piece, per_ray = largest_piece(voxels), voxels_per_ray(voxels, THRESHOLD)
    numbers = {
        "model": loaded.name,
        "samples": len(voxels),
        "largest_piece": piece.mean(),
        "voxels_per_ray": per_ray.mean(),
    }
    told = ""
    try:
        ours, theirs = _to_real(context, loaded, codes)
    except NotPossible:
        pass
    else:
        numbers |= {"to_nearest_real": ours, "real_to_nearest_real": theirs}
        told = (
            f" The nearest test picture is {ours:.4f} away per pixel (squared); real "
            f"ones are {theirs:.4f} from each other."
        )
    names = ["picture", "0°", "60°", "0°, 30 up", "60°, 30 up"]
    rows = [sheets.beside([headed(names, NAME, sheets.TILE)] * 2, gap=16)]
    blocks = []
    for index, code in enumerate(codes[:12]):
        tiles = drawn(loaded.network, code, 0)
        for elevation in (0, 30):
            tiles += shaded(loaded.network, code, (0, 60), elevation)
        blocks.append(named_row(f"{index}", tiles, NAME))
        context.progress(index + 1, 12)
    half = len(blocks) // 2
    rows += [sheets.beside([a, b], 16) for a, b in zip(blocks[:half], blocks[half:])]
    return Result(
        context.name,
        "Random samples are new shapes of good quality: a cup, a shirt, a running man, "
        "a digit 8.",
        f"On average {piece.mean():.0%} of a sample's solid voxels hang together in "
        f"one piece ({len(voxels)} samples of {loaded.name}).{told}",
        None,
        numbers,
        (
            context.picture(
                sheets.above(rows),
                "Twelve random shapes: the picture from azimuth 0, then the solid from "
                "azimuth 0 and 60 degrees at elevations 0 and 30.",
            ),
        ),
        notes=(*told_codes, *notes_on(loaded.facts, texturizer=True, **paper)),
    )


def random_codes(
    context: Context, loaded: Loaded, count: int
) -> tuple[np.ndarray, str]:
    """Draws codes as the model spreads them.

    N(0, I), but not of the µ-VAE: its objective holds the mean of all codes at 0 and
    their own noise near 1, and lets them spread; N(0, I) is a small ball in the middle
    where no picture's code lies. There, a normal distribution of each set's codes, that
    beside the model or one fitted to test pictures.

    Args:
      context: for the seed and the pictures.
      loaded: the model.
      count: of codes.

    Returns:
      Codes `[count, width]`, and a sentence on where they are from; empty for N(0, I).
    """
    rng = np.random.default_rng(context.seed)
    network = loaded.network
    codes = rng.standard_normal((count, network.model.latent)).astype(np.float32)
    if not getattr(network.model, "clip", False):
        return codes, ""
    statistics, source = _statistics(context, loaded)
    if statistics is None:
        return codes, "Codes are from N(0, I): how this model's spread is not known."
    nothing, codes = _brightness(network, codes[:8]), statistics.draw(count, rng)
    shown = _brightness(network, codes[:8])
    return codes, (
        f"Codes are drawn as those of {source} lie. From N(0, I) this µ-VAE draws far "
        f"less: mean brightness {nothing:.3f} against {shown:.3f}."
    )


def _statistics(context: Context, loaded: Loaded) -> tuple[CodeStatistics | None, str]:
    """Of the training pictures' codes, else of test pictures', else none."""
    latent = loaded.network.model.latent
    found = read_code_statistics(loaded.path.parent, latent)
    if found is not None:
        return found, "the training pictures"
    try:
        sets = image_sets(context, loaded, FITTED)
    except NotPossible:
        return None, ""
    codes = [loaded.network.encode(one.floats()) for one in sets]
    names = [one.name for one in sets]
    return measure_codes(codes, names, [1] * len(sets)), "test pictures"


def _brightness(network: VoxelReconstructor, codes: np.ndarray) -> float:
    """Mean of the projections from azimuth 0."""
    views = [network.pictures(code, np.zeros(1), 0.0, "projection") for code in codes]
    return float(np.mean(views))


def _samples(
    context: Context, loaded: Loaded
) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    """Codes `[n, width]`, occupancy `[n, x, y, z]`, and what is to be said of them."""
    count = max(context.at_most(SAMPLES), 12)
    codes, told = random_codes(context, loaded, count)
    voxels = np.stack([loaded.network.decode(code) for code in codes])
    voxels = voxels if voxels.ndim == 4 else voxels[..., -1]
    return codes, voxels, (told,) if told else ()


def _to_real(
    context: Context, loaded: Loaded, codes: np.ndarray
) -> tuple[float, float]:
    """Mean squared error from samples' pictures to their nearest real ones; of real."""
    sets = image_sets(context, loaded, 1000)
    real = np.concatenate([one.floats() for one in sets])
    real = real.reshape(len(real), -1)
    rng = np.random.default_rng(context.seed)
    network, shown = loaded.network, []
    # A sample has no azimuth of its own: that of real pictures.
    sides = network.pose(np.concatenate([one.floats(np.arange(8)) for one in sets]))[0]
    for code in codes:
        view = network.look(network.decode(code), [rng.choice(sides)])
        shown.append(view.picture.ravel())
    own = rng.permutation(len(real))[: len(codes)]
    ours = _squared(np.stack(shown), real).min(axis=1)
    theirs = _squared(real[own], real)
    theirs[np.arange(len(own)), own] = np.inf
    return float(ours.mean()), float(theirs.min(axis=1).mean())


def _squared(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Mean squared differences `[n, m]` of rows."""
    product = first @ second.T
    sums = (first**2).sum(1)[:, None] + (second**2).sum(1)[None]
    return np.maximum(sums - 2 * product, 0) / first.shape[1]


def _are_cups(context: Context, loaded: Loaded, codes: np.ndarray) -> np.ndarray:
    """Whether nearly all of the nearest codes of test pictures are of cups, `[n]`."""
    network, kinds = loaded.network, loaded.facts.kinds
    if set(kinds) == {"cups"}:
        return np.ones(len(codes), bool)
    images = open_images(
        "shapes",
        part="test",
        count=SHAPES_KNOWN * 12,
        kinds=kinds,
        size=network.image_size,
        channels=network.channels,
        seed=context.seed,
        progress=context.progress,
    )
    known = encode_all(network, images.images)
    distance = ((codes[:, None] - known[None]) ** 2).sum(axis=-1)
    near = np.argsort(distance, axis=1)[:, :NEIGHBOURS]
    is_cup = images.labels == images.names.index("cups")
    return is_cup[near].mean(axis=1) >= CLEAR


def _degrees(angles: tuple[int, ...]) -> list[str]:
    return [f"{angle}°" for angle in angles]
