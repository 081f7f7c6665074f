"""Two models side by side: adversarial training, and simple rendering."""

from __future__ import annotations

import dataclasses

import numpy as np

from tf3d.evaluation.images import mean_errors, predict_network
from tf3d.evaluation.protocol import TARGETS, TestShape
from tf3d.geometry import Views
from tf3d.prediction import sheets
from tf3d.reproduction.models import Loaded
from tf3d.reproduction.multiview.layout import row
from tf3d.reproduction.multiview.predictions import (
    both_inputs,
    rendered_shapes,
    sharpness,
    told_metric,
)
from tf3d.reproduction.registry import Context, NotPossible, Picture, Result, Table

SHOWN = 3  # shapes in the picture
SHAPES = 12  # of each part
FLAT = 0.01  # steps of the truth below which a pixel has no edge that could be drawn
FAILED, GOOD = 0.5, 0.75  # mask IoU below which a model fails, above which it works
METRICS = ("rgb", "iou", "psnr", "ssim", "sharpness", "noise")


def adversarial(context: Context) -> Result:
    """The model that ships, and one trained on against a discriminator."""
    models = _two(context, "adversarial")
    found, picture, data = _compared(context, models)
    own, other = (values["clutter"] for values in found.values())
    sharper = other["sharpness"] > own["sharpness"]
    noisier = other["noise"] > own["noise"]
    return Result(
        context.name,
        "Adversarial training makes the images slightly sharper, at the cost of noise "
        "and artifacts (Sec. 4.1).",
        f"Sharpness is {other['sharpness']:.2f} of the truth's with it and "
        f"{own['sharpness']:.2f} without; noise where the truth has no edge "
        f"{other['noise']:.4f} and {own['noise']:.4f}; RGB error {other['rgb']:.4f} "
        f"and {own['rgb']:.4f}.",
        bool(sharper and noisier),
        found,
        (picture,),
        (_table(found, data),),
        (_note(models),),
    )


def simple_rendering(context: Context) -> Result:
    """The model that ships, and one that saw plain backgrounds under one light."""
    models = _two(context, "simple")
    found, picture, data = _compared(context, models)
    own, other = found.values()
    fails = other["clutter"]["iou"] < FAILED < GOOD < other["plain"]["iou"]
    return Result(
        context.name,
        "Simpler rendering leads to complete failure on real data (Sec. 4.2).",
        f"Trained on plain backgrounds, mask IoU is {other['plain']['iou']:.2f} over "
        f"plain grey and {other['clutter']['iou']:.2f} over clutter; as the model that "
        f"ships is, {own['plain']['iou']:.2f} and {own['clutter']['iou']:.2f}.",
        bool(fails and own["clutter"]["iou"] > GOOD),
        found,
        (picture,),
        (_table(found, data),),
        (
            _note(models),
            f"A model counts as failing below a mask IoU of {FAILED} and as working "
            f"above {GOOD}. On photos, which have no truth: tf3d reproduce "
            "multiview-fig09-real, with either model.",
        ),
    )


def _two(context: Context, recipe: str) -> dict[str, Loaded]:
    """The usual model and one of another recipe, by what tells them apart."""
    try:
        other = context.models.best("multi-view", must={"recipe": recipe})
    except NotPossible as error:
        told = {"adversarial": "adversarial training", "simple": "simple rendering"}
        raise NotPossible(
            f"It needs a multi-view model of {told[recipe]}, and none is trained yet."
        ) from error
    must = {"recipe": "usual"}
    usual = context.models.best("multi-view", must=must, or_shipped=True)
    return {"usual": usual, recipe: other}


def _compared(
    context: Context, models: dict[str, Loaded]
) -> tuple[dict[str, dict[str, dict[str, float]]], Picture, str]:
    """Figures of each model over plain grey and clutter, a picture, the data's name.

    By the encoders' own codes: not every model has what fits them to its pictures.
    """
    few = dataclasses.replace(context, count=context.at_most(SHAPES))
    data, parts = rendered_shapes(few, next(iter(models.values())).network)
    shapes = [shape for own in parts.values() for shape in own]
    found: dict[str, dict[str, dict[str, float]]] = {}
    for name, loaded in models.items():
        collected: dict[str, list[dict[str, float]]] = {"plain": [], "clutter": []}
        for shape in shapes:
            for where, inputs in both_inputs(shape, context.seed).items():
                views = predict_network(loaded.network.plain(), inputs)
                collected[where].append(_figures(views, shape.targets))
            done = len(found) * len(shapes) + len(collected["plain"])
            context.progress(done, len(models) * len(shapes))
        found[name] = {
            where: {key: float(np.mean([one[key] for one in own])) for key in METRICS}
            for where, own in collected.items()
        }
    return found, _picture(context, models, shapes), data


def _figures(views: list[Views], truth: Views) -> dict[str, float]:
    return {
        **mean_errors(views, truth),
        "sharpness": float(np.mean([sharpness(each.rgb, truth.rgb) for each in views])),
        "noise": float(np.mean([noise(each, truth) for each in views])),
    }


def noise(predicted: Views, truth: Views) -> float:
    """Mean step between neighbouring pixels on the object where the truth has none.

    Args:
      predicted: n views.
      truth: from the same viewpoints.
    """
    steps, flat = [], []
    for axis in (1, 2):
        mask = truth.mask
        both = np.take(mask, range(1, mask.shape[axis]), axis)
        both = both & np.take(mask, range(mask.shape[axis] - 1), axis)
        small = np.abs(np.diff(truth.rgb, axis=axis)).max(axis=-1) < FLAT
        flat.append((both & small).ravel())
        steps.append(np.abs(np.diff(predicted.rgb, axis=axis)).mean(axis=-1).ravel())
    chosen = np.concatenate(flat)
    return float(np.concatenate(steps)[chosen].mean()) if chosen.any() else 0.0


def _picture(
    context: Context, models: dict[str, Loaded], shapes: list[TestShape]
) -> Picture:
    blocks = []
    chosen = np.linspace(0, len(shapes) - 1, SHOWN).round().astype(int)
    for place in dict.fromkeys(chosen.tolist()):
        shape = shapes[place]
        picture = both_inputs(shape, context.seed)["clutter"][place % 4]
        rows = [row([picture, *shape.targets.rgb])]
        for loaded in models.values():
            code = loaded.network.plain().encode(picture[None])[0]
            seen = loaded.network.decode(code, TARGETS).rgb
            rows.append(row([np.ones_like(picture), *seen]))
        blocks.append(sheets.above(rows))
    names = ", then ".join(models)
    return context.picture(
        sheets.above(blocks, gap=12),
        "Inputs over clutter with the true views; below them the predictions, of "
        f"{names}.",
    )


def _table(found: dict[str, dict[str, dict[str, float]]], data: str) -> Table:
    columns = [f"{name}, {where}" for name, own in found.items() for where in own]
    columns_of = [values for own in found.values() for values in own.values()]
    rows = tuple(
        (told_metric(key), *(values[key] for values in columns_of)) for key in METRICS
    )
    return Table(f"Means over shapes of {data}", ("", *columns), rows)


def _note(models: dict[str, Loaded]) -> str:
    told = ", ".join(f"{name}: {one.name}" for name, one in models.items())
    return f"Models: {told}."
