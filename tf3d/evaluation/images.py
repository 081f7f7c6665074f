"""Predicted views against the truth and the nearest-neighbour baseline (Table 1)."""

from __future__ import annotations

import collections
import pathlib
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from tf3d.evaluation.baseline import NearestNeighbour, predict_nearest
from tf3d.evaluation.distribution import object_figure
from tf3d.evaluation.metrics import (
    depth_error,
    mask_iou,
    object_depth_error,
    psnr,
    rgb_error,
    ssim,
    tight_depth_error,
)
from tf3d.evaluation.pictures import save_row
from tf3d.evaluation.protocol import (
    TARGETS,
    TestShape,
    cluttered_inputs,
    render_test_shape,
)
from tf3d.geometry import Views
from tf3d.prediction import Reconstructor
from tf3d.shapes.sources import ShapeSource

CHUNK = 32  # shapes in memory at a time: some 3 MB each
WITHOUT_RATIO = frozenset({"psnr", "ssim"})  # decibels have none, nor has a similarity
NEAREST = {"rgb": "nearest", "hog": "nearest_hog", "hog+rgb": "nearest_hog_rgb"}

Progress = Callable[[int, int], None]


def image_errors(predicted: Views, truth: Views) -> dict[str, np.ndarray]:
    """Errors and overlap of each view.

    Args:
      predicted: n views.
      truth: from the same viewpoints.

    Returns:
      "rgb", "depth" (over 0.1 to 5), "depth_tight" (over distance ± 0.7),
      "depth_object" (world units, where both see the object), "iou", "psnr" and "ssim",
      `[n]` each.
    """
    depths = (predicted.depth, predicted.mask, truth.depth, truth.mask)
    return {
        "rgb": rgb_error(predicted.rgb, truth.rgb),
        "depth": depth_error(*depths),
        "depth_tight": tight_depth_error(*depths, truth.viewpoints[:, 2]),
        "depth_object": object_depth_error(*depths),
        "iou": mask_iou(predicted.mask, truth.mask),
        "psnr": psnr(predicted.rgb, truth.rgb),
        "ssim": ssim(predicted.rgb, truth.rgb),
    }


def mean_errors(predicted: Sequence[Views], truth: Views) -> dict[str, float]:
    """Means of `image_errors` over one object's predictions and viewpoints.

    Args:
      predicted: the views from each input.
      truth: from the same viewpoints.
    """
    found = [image_errors(views, truth) for views in predicted]
    return {name: float(np.mean([own[name] for own in found])) for name in found[0]}


def predict_network(model: Reconstructor, inputs: np.ndarray) -> list[Views]:
    """The network's views from `TARGETS` for each input `[v, size, size, 3]`."""
    return [model.decode(code, TARGETS) for code in model.encode(inputs)]


def evaluate_images(
    model: Reconstructor,
    source: ShapeSource,
    *,
    baselines: Sequence[NearestNeighbour] = (),
    searches: Sequence[str] = ("rgb",),
    seed: int = 0,
    pictures: pathlib.Path | None = None,
    progress: Progress | None = None,
) -> Iterator[tuple[str, float]]:
    """Yields means over each object's inputs and targets, and means over all objects.

    Args:
      model: to measure.
      source: test shapes.
      baselines: nearest-neighbour searches; none leaves the comparison out.
      searches: by what they compare; see `baseline.METRICS`.
      seed: of the inputs' backgrounds.
      pictures: folder for a row of pictures of each shape.
      progress: called with the number of shapes done and their total.

    Yields:
      Names object/SHAPE/METRIC/WHO, then METRIC/WHO, with METRIC of `image_errors` and
      WHO one of network (input over clutter), network_plain (over plain grey), those of
      `NEAREST`, and in the second group ratio (network ÷ nearest) and ratio_plain.
    """
    sums: dict[str, dict[str, list[float]]] = collections.defaultdict(
        lambda: collections.defaultdict(list)
    )
    for start in range(0, len(source), CHUNK):
        chunk = range(start, min(start + CHUNK, len(source)))
        shapes = [render_test_shape(source, i, model.image_size) for i in chunk]
        nearest = _nearest(baselines, searches, shapes, model.image_size)
        for row, shape in enumerate(shapes):
            inputs = cluttered_inputs(shape, seed)
            predictions = {
                "network": predict_network(model, inputs),
                "network_plain": predict_network(model, shape.inputs.rgb),
                **{who: views[row] for who, views in nearest.items()},
            }
            for who, views in predictions.items():
                for metric, value in mean_errors(views, shape.targets).items():
                    sums[metric][who].append(value)
                    yield object_figure(shape.name, metric, who), value
            if pictures is not None:
                view = shape.index % len(inputs)
                predicted = predictions["network"][view]
                save_row(pictures, shape.name, inputs[view], predicted, shape.targets)
            if progress is not None:
                progress(chunk[row] + 1, len(source))
    for metric, by_whom in sums.items():
        means = {who: float(np.mean(values)) for who, values in by_whom.items()}
        if "nearest" in means and metric not in WITHOUT_RATIO:
            nearest_mean = max(means["nearest"], 1e-12)
            means["ratio"] = means["network"] / nearest_mean
            means["ratio_plain"] = means["network_plain"] / nearest_mean
        for who, value in means.items():
            yield f"{metric}/{who}", value


def _nearest(
    baselines: Sequence[NearestNeighbour],
    searches: Sequence[str],
    shapes: Sequence[TestShape],
    size: int,
) -> dict[str, list[list[Views]]]:
    if not baselines:
        return {}
    inputs = np.stack([shape.inputs.rgb for shape in shapes])
    return {
        NEAREST[metric]: predict_nearest(baselines, inputs, TARGETS, size, metric)
        for metric in searches
    }
