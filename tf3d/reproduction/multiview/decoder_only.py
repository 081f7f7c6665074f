"""The decoder-only network fitted to new shapes, against ours (Sec. 4.1, Fig. 7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tf3d.evaluation.metrics import rgb_error
from tf3d.evaluation.protocol import INPUTS, TARGETS, TestShape, render_test_shape
from tf3d.prediction import sheets
from tf3d.reproduction.multiview.layout import block
from tf3d.reproduction.multiview.rivals import Pair, find_pair
from tf3d.reproduction.multiview.shapes import held_out, open_parts
from tf3d.reproduction.registry import Context, Result, Table

SHAPES = 12  # of each part
SHOWN = 2  # of each part in the picture
PAPER = {"network": 0.0208, "fitted": 0.0308}
ROWS = {
    "network": "network, one view",
    "fitted": "decoder-only, fitted to one view",
    "fitted_few": f"decoder-only, fitted to {len(INPUTS)} views",
    "fitted_given": "decoder-only, the view that it was fitted to",
}


def decoder_only(context: Context) -> Result:
    """Fits a code to each input of held-out shapes, and compares other views."""
    pair = find_pair(context, "decoder-only", "chairs")
    data, parts = open_parts(context, pair.kind)
    chosen = held_out(parts, context.at_most(SHAPES))
    errors: dict[str, dict[str, list[float]]] = {}
    blocks: list[np.ndarray] = []
    for number, (part, source) in enumerate(chosen.items()):

        def progress(done: int, total: int, before: int = number) -> None:
            context.progress(before * total + done, len(chosen) * total)

        shapes = [
            render_test_shape(source, index, pair.network.image_size)
            for index in range(len(source))
        ]
        measured = _measure(pair, shapes, progress)
        errors[part] = {who: [found[who] for _, found in measured] for who in ROWS}
        blocks += [
            block(rows[0], rows[1:], f"{part}: {shape.name}")
            for shape, (rows, _) in zip(shapes[:SHOWN], measured)
        ]
    whole, means = _means(errors)
    ratio = whole["fitted"] / max(whole["network"], 1e-12)
    numbers = {
        "errors": {"all": whole, **means},
        "fitted_over_network": ratio,
        "paper": PAPER,
        "paper_fitted_over_network": PAPER["fitted"] / PAPER["network"],
        "shapes": {part: len(source) for part, source in chosen.items()},
        "trained": {each.name: each.facts.trained for each in (pair.own, pair.rival)},
    }
    return Result(
        context.name,
        "The decoder-only network, fitted to a new chair's one view, errs by .0308, "
        "the network, which needs no fitting, by .0208.",
        f"On {data}: fitted {whole['fitted']:.4f}, the network {whole['network']:.4f}, "
        f"{ratio:.2f} times as much (the paper's 1.48); at the view that it was fitted "
        f"to {whole['fitted_given']:.4f}; fitted to {len(INPUTS)} views "
        f"{whole['fitted_few']:.4f}.",
        ratio > 1 if pair.fair else None,
        numbers,
        (
            context.picture(
                sheets.above(blocks, gap=8),
                "Each input, and four views: the network's above, those of the decoder "
                "fitted to the input in the middle, true ones below.",
            ),
        ),
        (_table(data, whole, means),),
        (
            *pair.notes(data),
            "Fitting moves a new shape's code and leaves the decoder as it is; the "
            "paper trained the whole decoder on with the new chair, for days.",
        ),
    )


def _means(
    errors: dict[str, dict[str, list[float]]],
) -> tuple[dict[str, float], dict[str, dict[str, float]]]:
    """Over all shapes, and over those of each part."""
    parts = {
        part: {who: float(np.mean(values)) for who, values in own.items()}
        for part, own in errors.items()
    }
    whole = {
        who: float(np.mean([value for own in errors.values() for value in own[who]]))
        for who in ROWS
    }
    return whole, parts


def _measure(
    pair: Pair, shapes: list[TestShape], progress: Callable[[int, int], None]
) -> list[tuple[list[Any], dict[str, float]]]:
    """Of each shape the first input, rows of views (ours, fitted, true), and errors."""
    from tf3d.training.fitting import fit_codes

    model = pair.rival.network.model
    pictures = np.stack([pair.reduced(shape.inputs.rgb) for shape in shapes])
    places = np.repeat(INPUTS[None], len(shapes), axis=0)
    # A code for each input, then one for all inputs of a shape.
    single = fit_codes(
        model,
        pictures.reshape(-1, 1, *pictures.shape[2:]),
        places.reshape(-1, 1, 3),
        progress=lambda done, total: progress(done, 2 * total),
    ).reshape(*pictures.shape[:2], -1)
    few = fit_codes(
        model,
        pictures,
        places,
        progress=lambda done, total: progress(total + done, 2 * total),
    )
    result = []
    for shape, inputs, each, code in zip(shapes, pictures, single, few):
        truth = pair.reduced(shape.targets.rgb)
        own = pair.own_views(shape.inputs.rgb, TARGETS)
        fitted = [_decoded(model, one, TARGETS) for one in each]
        given = [_decoded(model, one, at[None]) for one, at in zip(each, INPUTS)]
        found = {
            "network": np.mean([rgb_error(views, truth) for views in own]),
            "fitted": np.mean([rgb_error(views, truth) for views in fitted]),
            "fitted_few": rgb_error(_decoded(model, code, TARGETS), truth).mean(),
            "fitted_given": rgb_error(np.concatenate(given), inputs).mean(),
        }
        rows = [inputs[0], list(own[0]), list(fitted[0]), list(truth)]
        result.append((rows, {who: float(value) for who, value in found.items()}))
    return result


def _decoded(model: Any, code: np.ndarray, viewpoints: np.ndarray) -> np.ndarray:
    import keras

    codes = np.repeat(code[None], len(viewpoints), axis=0)
    outputs = model.decode(codes, viewpoints.astype(np.float32))
    return keras.ops.convert_to_numpy(outputs["rgb"])


def _table(
    data: str, whole: dict[str, float], means: dict[str, dict[str, float]]
) -> Table:
    return Table(
        f"Colour error as Table 1 defines it, {data}",
        ("", "paper", "all", *means),
        tuple(
            (label, PAPER.get(who), whole[who], *(own[who] for own in means.values()))
            for who, label in ROWS.items()
        ),
    )
