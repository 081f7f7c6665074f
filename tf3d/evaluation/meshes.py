"""Fused surfaces against the whole outer surface of the truth, beside the ceiling."""

from __future__ import annotations

import collections
import pathlib
from collections.abc import Callable, Iterator

import numpy as np

from tf3d.errors import InputError
from tf3d.evaluation.distribution import object_figure
from tf3d.evaluation.pictures import save_row
from tf3d.evaluation.protocol import (
    TARGETS,
    TestShape,
    cluttered_inputs,
    render_test_shape,
)
from tf3d.evaluation.surface import SurfaceScore, compare_surfaces
from tf3d.fusion import fuse, fusion_viewpoints
from tf3d.geometry import Views
from tf3d.prediction import Reconstructor
from tf3d.rendering import render_views
from tf3d.shapes.mesh import Mesh
from tf3d.shapes.sources import ShapeSource

# What an empty prediction counts as: no point met, and every point as far off as the
# middle of the object is from its surface's far end.
NOTHING = SurfaceScore(
    chamfer=0.5, f_score=0.0, precision=0.0, recall=0.0, normal_consistency=0.0
)
FIELDS = ("f_score", "chamfer", "precision", "recall", "normal_consistency")

Progress = Callable[[int, int], None]


def fused_mesh(views: Views, method: str | None = None) -> Mesh:
    """Fuses views to a mesh that can be scored and rendered.

    Args:
      views: with depth.
      method: of `tf3d.fusion.fuse`; its default where None.

    Raises:
      InputError: if the views show no object.
    """
    surface = fuse(views) if method is None else fuse(views, method)
    return Mesh(surface.vertices, surface.faces, surface.face_colors, name="fused")


def evaluate_meshes(
    model: Reconstructor,
    source: ShapeSource,
    *,
    method: str | None = None,
    seed: int = 0,
    pictures: pathlib.Path | None = None,
    progress: Progress | None = None,
) -> Iterator[tuple[str, float]]:
    """Yields scores of each shape, seen once, over clutter; then the means over all.

    The ceiling runs the same pipeline on exact depth maps: viewpoints, size and fusion
    are the same.

    Args:
      model: to measure.
      source: test shapes.
      method: of fusion.
      seed: of the backgrounds and of the points on the surfaces.
      pictures: folder for a row of pictures of each shape.
      progress: called with the number of shapes done and their total.

    Yields:
      Names object/SHAPE/METRIC/WHO, then METRIC/WHO: METRIC one of `FIELDS`; WHO one of
      network, exact and, of the means of F-score and Chamfer distance, ratio (network ÷
      exact). Then "empty": predictions without a surface, which count as `NOTHING`.
    """
    viewpoints = fusion_viewpoints()
    scores: dict[str, list[SurfaceScore]] = collections.defaultdict(list)
    empty = 0
    for index in range(len(source)):
        shape = render_test_shape(source, index, model.image_size)
        view = index % len(shape.inputs)
        picture = cluttered_inputs(shape, seed)[view]
        exact = render_views(shape.mesh, viewpoints, size=model.image_size)
        predicted = model.decode(model.encode(picture[None])[0], viewpoints)
        for who, views in (("network", predicted), ("exact", exact)):
            rng = np.random.default_rng([seed, index])
            try:
                mesh = fused_mesh(views, method)
            except InputError:
                scores[who].append(NOTHING)
                empty += 1
                continue
            scores[who].append(compare_surfaces(mesh, shape.mesh, rng))
            if pictures is not None:
                _save(pictures, f"{shape.name}-{who}", picture, mesh, shape)
        for who, found in scores.items():
            for field in FIELDS:
                yield object_figure(shape.name, field, who), getattr(found[-1], field)
        if progress is not None:
            progress(index + 1, len(source))
    for field in FIELDS:
        means = {
            who: float(np.mean([getattr(score, field) for score in found]))
            for who, found in scores.items()
        }
        if field in ("f_score", "chamfer"):
            means["ratio"] = means["network"] / max(means["exact"], 1e-12)
        for who, value in means.items():
            yield f"{field}/{who}", value
    yield "empty", float(empty)


def _save(
    folder: pathlib.Path, name: str, picture: np.ndarray, mesh: Mesh, shape: TestShape
) -> None:
    """A row of the fused mesh, one view from below, beside the truth."""
    viewpoints = np.concatenate([TARGETS[:3], [[30.0, -30.0, 2.0]]])
    size = shape.targets.size
    truth = render_views(shape.mesh, viewpoints, size=size)
    fused = render_views(mesh, viewpoints, size=size)
    save_row(folder, name, picture, fused, truth)
