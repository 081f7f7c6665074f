"""Figs. 4 and 5: predicted views and depth maps beside the truth."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tf3d.evaluation.images import mean_errors, predict_network
from tf3d.evaluation.protocol import (
    TARGETS,
    TestShape,
    cluttered_inputs,
    render_test_shape,
)
from tf3d.geometry import Views
from tf3d.prediction import Reconstructor, sheets
from tf3d.reproduction.multiview.layout import block, depth_pictures
from tf3d.reproduction.multiview.shapes import (
    held_out,
    network,
    open_parts,
    titled,
    told_part,
)
from tf3d.reproduction.registry import Context, Picture, Result, Table

SHAPES = 12  # of each part
SHOWN = 2  # of each part in the picture
LEAST_IOU = 0.75  # of shapes that count as right
LEAST_OWN = 0.8  # share of shapes whose depth is nearest to their own truth

# Metrics for people: docs/multiview.md says what each is.
METRICS = {
    "rgb": "RGB error",
    "depth": "depth error",
    "depth_tight": "depth error over ± 0.7",
    "depth_object": "depth error on the object",
    "iou": "mask IoU",
    "psnr": "PSNR",
    "ssim": "SSIM",
    "color": "mean colour off by",
    "sharpness": "sharpness ÷ truth's",
    "noise": "noise",
    "f_score": "F-score at 0.02",
    "precision": "precision at 0.02",
    "recall": "recall at 0.02",
    "chamfer": "Chamfer distance",
    "normal_consistency": "normal consistency",
}
NEARER = "nearer to own truth than to the others' mean"

Look = Callable[[Views], list[np.ndarray]]


def predictions(context: Context) -> Result:
    """Fig. 4: views with and without background, of normal and difficult shapes."""
    model = network(context)
    data, shapes = rendered_shapes(context, model)
    figures: dict[str, dict[str, list[float]]] = {}
    total, done = sum(map(len, shapes.values())), 0
    for part, own in shapes.items():
        collected = figures.setdefault(part, {})
        for shape in own:
            for where, inputs in both_inputs(shape, context.seed).items():
                views = predict_network(model, inputs)
                found = mean_errors(views, shape.targets)
                found["color"] = float(
                    np.mean([_color_error(each, shape.targets) for each in views])
                )
                found["sharpness"] = float(
                    np.mean([sharpness(each.rgb, shape.targets.rgb) for each in views])
                )
                for name, value in found.items():
                    collected.setdefault(f"{name}, {where}", []).append(value)
            done += 1
            context.progress(done, total)
    means = {
        part: {name: float(np.mean(values)) for name, values in own.items()}
        for part, own in figures.items()
    }
    sentence, same = _verdict(means)
    caption = "Each input and four views: predicted above, true below. {}"
    return Result(
        context.name,
        "Shape and colour are always right, with and without background; predictions "
        "are slightly blurred, those of difficult cars more (Fig. 4).",
        sentence,
        same,
        means,
        _pictures(context, model, shapes, lambda views: list(views.rgb), caption),
        (_table(f"Means over shapes of {data}", means),),
        (titled(context, data),),
    )


def depth_maps(context: Context) -> Result:
    """Fig. 5: depth maps beside the truth."""
    model = network(context)
    data, shapes = rendered_shapes(context, model)
    means: dict[str, dict[str, float]] = {}
    for done, (part, own) in enumerate(shapes.items()):
        means[part] = _depth_figures(model, own, context.seed)
        context.progress(done + 1, len(shapes))
    share = min(own[NEARER] for own in means.values())
    told = ", ".join(
        f"{told_part(part)} {own['depth_object']:.3f} units on the object, mask "
        f"IoU {own['iou']:.2f}"
        for part, own in means.items()
    )
    single = min(len(own) for own in shapes.values()) < 2
    return Result(
        context.name,
        "The depth maps show the right shape, without some fine details (Fig. 5).",
        f"Depth is off by: {told}; at least {share:.0%} of a part's depth maps are "
        "nearer to their own truth than to other shapes' on average.",
        None if single else share >= LEAST_OWN,
        means,
        _pictures(
            context,
            model,
            shapes,
            depth_pictures,
            "Each input over clutter and four depth maps, near is light: predicted "
            "above, true below. {}",
            ("clutter",),
        ),
        (_table(f"Means over shapes of {data}", means),),
        (titled(context, data),),
    )


def _depth_figures(
    model: Reconstructor, shapes: list[TestShape], seed: int
) -> dict[str, float]:
    """Means over shapes, and how near each is to its own truth beside the others'."""
    predicted = [predict_network(model, cluttered_inputs(s, seed)) for s in shapes]
    found = [
        mean_errors(views, shape.targets) for views, shape in zip(predicted, shapes)
    ]
    names = ("depth", "depth_tight", "depth_object", "iou")
    means = {name: float(np.mean([each[name] for each in found])) for name in names}
    errors = np.array(
        [
            [
                np.mean([_depth_difference(each, other.targets) for each in views])
                for other in shapes
            ]
            for views in predicted
        ]
    )
    mine, others = np.diag(errors), _off_diagonal(errors)
    means[NEARER] = float((mine < others).mean())
    means["own difference ÷ others'"] = float(mine.mean() / max(others.mean(), 1e-12))
    return means


def rendered_shapes(
    context: Context, model: Reconstructor
) -> tuple[str, dict[str, list[TestShape]]]:
    """The data's name, and some rendered shapes of each held-out part."""
    data, parts = open_parts(context)
    chosen = held_out(parts, context.at_most(SHAPES))
    return data, {
        part: [
            render_test_shape(source, index, model.image_size)
            for index in range(len(source))
        ]
        for part, source in chosen.items()
    }


def both_inputs(shape: TestShape, seed: int) -> dict[str, np.ndarray]:
    """A shape's inputs over plain grey and over clutter, by those names."""
    return {"plain": shape.inputs.rgb, "clutter": cluttered_inputs(shape, seed)}


def _color_error(predicted: Views, truth: Views) -> float:
    """Distance between the objects' mean colours, over √3."""
    means = []
    for views in (predicted, truth):
        weight = views.mask.sum()
        total = views.rgb[views.mask].sum(axis=0)
        means.append(total / weight if weight else np.full(3, 0.5))
    return float(np.linalg.norm(means[0] - means[1]) / np.sqrt(3))


def sharpness(predicted: np.ndarray, truth: np.ndarray) -> float:
    """Squared steps between neighbouring pixels `[n, h, w, 3]`, over the true ones."""
    energy = []
    for rgb in (predicted, truth):
        across, down = np.diff(rgb, axis=2), np.diff(rgb, axis=1)
        energy.append((across**2).sum() + (down**2).sum())
    return float(energy[0] / max(energy[1], 1e-12))


def _depth_difference(predicted: Views, truth: Views) -> float:
    """Mean difference in depth relative to the camera's distance, background at 0.7."""
    from tf3d.evaluation.metrics import tight_depth_error

    return float(
        tight_depth_error(
            predicted.depth,
            predicted.mask,
            truth.depth,
            truth.mask,
            truth.viewpoints[:, 2],
        ).mean()
    )


def _off_diagonal(values: np.ndarray) -> np.ndarray:
    """Each row's mean without its diagonal element."""
    count = len(values)
    return (values.sum(axis=1) - np.diag(values)) / max(count - 1, 1)


def _verdict(means: dict[str, dict[str, float]]) -> tuple[str, bool | None]:
    told = "; ".join(
        f"{told_part(part).capitalize()} shapes: mask IoU {own['iou, plain']:.2f} "
        f"plain, {own['iou, clutter']:.2f} over clutter, mean colour off by "
        f"{own['color, plain']:.3f} and "
        f"{own['color, clutter']:.3f}, sharpness {own['sharpness, plain']:.2f} of the "
        "truth's"
        for part, own in means.items()
    )
    right = all(
        own[f"iou, {where}"] >= LEAST_IOU
        for own in means.values()
        for where in ("plain", "clutter")
    )
    if {"normal", "difficult"} <= set(means):
        blurrier = (
            means["difficult"]["sharpness, plain"] < means["normal"]["sharpness, plain"]
        )
        verb = "are" if blurrier else "are not"
        return f"{told}. Difficult shapes {verb} more blurred.", right and blurrier
    # Blur is compared between the parts; of one, it is for the eye to judge.
    return f"{told}.", None if right else False


def _table(title: str, means: dict[str, dict[str, float]]) -> Table:
    names = list(next(iter(means.values())))
    rows = tuple(
        (told_metric(name), *(own[name] for own in means.values())) for name in names
    )
    return Table(title, ("", *map(told_part, means)), rows)


def told_metric(name: str) -> str:
    """A metric for people, with what stands behind its comma."""
    metric, comma, rest = name.partition(", ")
    return f"{METRICS.get(metric, metric)}{comma}{rest}"


def _pictures(
    context: Context,
    model: Reconstructor,
    shapes: dict[str, list[TestShape]],
    look: Look,
    caption: str,
    wheres: tuple[str, ...] = ("plain", "clutter"),
) -> tuple[Picture, ...]:
    columns = []
    for part, own in shapes.items():
        blocks = []
        chosen = np.linspace(0, len(own) - 1, SHOWN).round().astype(int)
        for number in dict.fromkeys(chosen.tolist()):
            shape = own[number]
            for where in wheres:
                view = number % len(shape.inputs)
                picture = both_inputs(shape, context.seed)[where][view]
                views = model.decode(model.encode(picture[None])[0], TARGETS)
                rows = [look(views), look(shape.targets)]
                blocks.append(block(picture, rows, f"{told_part(part)}: {shape.name}"))
        columns.append(sheets.above(blocks, gap=8))
    whole = sheets.beside(columns, gap=16)
    sides = "Left to right: " + ", ".join(shapes) + "." if len(shapes) > 1 else ""
    return (context.picture(whole, caption.format(sides).strip()),)
