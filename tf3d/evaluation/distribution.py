"""Figures of single objects: how they are spread, and which objects are the worst.

Evaluators yield means as METRIC/WHO and, of every object, object/SHAPE/METRIC/WHO.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

OBJECT = "object/"
QUANTILES = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)
WORST = 10
HIGHER_IS_BETTER = frozenset(
    {"iou", "psnr", "ssim", "f_score", "precision", "recall", "normal_consistency"}
)

# Place (part, or part/mesh) → shape → METRIC/WHO → value.
Objects = dict[str, dict[str, dict[str, float]]]


def object_figure(shape: str, metric: str, who: str) -> str:
    """The name under which an evaluator yields one object's figure."""
    return f"{OBJECT}{shape}/{metric}/{who}"


def split_figures(values: Mapping[str, float]) -> tuple[dict[str, float], Objects]:
    """Takes the single objects' figures out of all.

    Args:
      values: by name, as `evaluate` yields them.

    Returns:
      The other figures, and those of objects by place, shape and METRIC/WHO.
    """
    summary: dict[str, float] = {}
    objects: Objects = {}
    for name, value in values.items():
        place, found, rest = f"/{name}".partition(f"/{OBJECT}")
        if not found:
            summary[name] = value
            continue
        shape, metric, who = rest.rsplit("/", 2)
        shapes = objects.setdefault(place.strip("/"), {})
        shapes.setdefault(shape, {})[f"{metric}/{who}"] = value
    return summary, objects


def quantiles(values: Iterable[float]) -> dict[float, float]:
    """The `QUANTILES` of some objects' figures, with linear interpolation.

    Raises:
      ValueError: if there is no value.
    """
    array = np.array(list(values), np.float64)
    if not len(array):
        raise ValueError("Expected at least one value. Received: none")
    return {share: float(np.quantile(array, share)) for share in QUANTILES}


def worst(
    shapes: Mapping[str, Mapping[str, float]], figure: str, count: int = WORST
) -> list[tuple[str, float]]:
    """The objects with the worst figures, worst first; equal ones by name.

    Args:
      shapes: figures of each object of a place.
      figure: METRIC/WHO.
      count: at most so many.
    """
    sign = 1 if figure.split("/")[0] in HIGHER_IS_BETTER else -1
    found = [(name, own[figure]) for name, own in shapes.items() if figure in own]
    return sorted(found, key=lambda item: (sign * item[1], item[0]))[:count]
