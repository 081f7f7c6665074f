"""Fig. 10: point clouds and fused surfaces of normal and difficult shapes."""

from __future__ import annotations

import dataclasses

import numpy as np

from tf3d.errors import InputError
from tf3d.evaluation.meshes import NOTHING, fused_mesh
from tf3d.evaluation.protocol import TestShape, cluttered_inputs, render_test_shape
from tf3d.evaluation.surface import (
    compare_surfaces,
    f_score,
    outer_surface_points,
)
from tf3d.fusion import fusion_viewpoints
from tf3d.geometry import Views, orbit, project, unproject
from tf3d.prediction import Reconstructor, sheets
from tf3d.rendering import render_views
from tf3d.reproduction.multiview.layout import block
from tf3d.reproduction.multiview.predictions import told_metric
from tf3d.reproduction.multiview.shapes import (
    held_out,
    network,
    open_parts,
    titled,
    told_part,
)
from tf3d.reproduction.registry import Context, Result, Table
from tf3d.shapes.mesh import Mesh

SHAPES = 3  # of each part
POINTS = 10_000
SHOWN_FROM = np.array([[40.0, 20.0, 2.0], [160.0, 20.0, 2.0], [280.0, 20.0, 2.0]])
FIELDS = ("f_score", "precision", "recall", "chamfer", "normal_consistency")
LEAST_SHARE = 0.5  # of the F-score that exact depth maps reach


def reconstructions(context: Context) -> Result:
    """Fuses predicted and exact depth maps, and scores both with the raw points."""
    model = network(context)
    data, parts = open_parts(context)
    chosen = held_out(parts, context.at_most(SHAPES))
    scores: dict[str, dict[str, list[float]]] = {}
    columns = []
    total, done = sum(map(len, chosen.values())), 0
    for part, source in chosen.items():
        blocks = []
        for index in range(len(source)):
            shape = render_test_shape(source, index, model.image_size)
            found, picture = _shape(model, shape, context.seed)
            for name, value in found.items():
                scores.setdefault(part, {}).setdefault(name, []).append(value)
            blocks.append(picture)
            done += 1
            context.progress(done, total)
        columns.append(
            sheets.above([sheets.label(told_part(part), 120), *blocks], gap=8)
        )
    means = {
        part: {name: float(np.mean(values)) for name, values in own.items()}
        for part, own in scores.items()
    }
    told = "; ".join(
        f"{told_part(part).capitalize()} shapes: F-score "
        f"{own['f_score, network']:.2f} of the predicted surface against "
        f"{own['f_score, exact']:.2f} of exact depth maps, precision of raw "
        f"points {own['precision, points']:.2f} and of the surface "
        f"{own['precision, network']:.2f}"
        for part, own in means.items()
    )
    good = all(
        own["f_score, network"] >= LEAST_SHARE * own["f_score, exact"]
        for own in means.values()
    )
    names = list(next(iter(means.values())))
    rows = tuple(
        (told_metric(name), *(own[name] for own in means.values())) for name in names
    )
    return Result(
        context.name,
        "Six predicted depth maps (elevation 20°) already represent shape and colour "
        "as a point cloud, also of a difficult car; fusion gives a smooth surface and "
        "loses some detail (Fig. 10).",
        f"{told}.",
        good,
        means,
        (
            context.picture(
                sheets.beside(columns, gap=16),
                "Input over clutter; rows: raw points of six predicted depth maps, "
                "fused surface, truth.",
            ),
        ),
        (Table(f"Means over shapes of {data}", ("", *map(told_part, means)), rows),),
        (
            titled(context, data),
            "The surface is fused from the views that tf3d predict takes, the points "
            "come from the paper's six.",
        ),
    )


def _shape(
    model: Reconstructor, shape: TestShape, seed: int
) -> tuple[dict[str, float], np.ndarray]:
    view = shape.index % len(shape.inputs)
    picture = cluttered_inputs(shape, seed)[view]
    code = model.encode(picture[None])[0]
    six = model.decode(code, orbit(6))
    points, colors = raw_points(six)
    viewpoints = fusion_viewpoints()
    exact = render_views(shape.mesh, viewpoints, size=model.image_size)
    found, rows = {}, [_splat(points, colors, model.image_size)]
    for who, views in (("network", model.decode(code, viewpoints)), ("exact", exact)):
        rng = np.random.default_rng([seed, shape.index])
        try:
            mesh = fused_mesh(views)
            score = compare_surfaces(mesh, shape.mesh, rng)
        except InputError:
            mesh, score = None, NOTHING
        own = dataclasses.asdict(score)
        found |= {f"{field}, {who}": own[field] for field in FIELDS}
        if who == "network":
            rows.append(_looks(mesh, model.image_size))
    rows.append(_looks(shape.mesh, model.image_size))
    rng = np.random.default_rng([seed, shape.index])
    found |= _point_scores(points, shape, rng)
    return found, block(picture, rows, shape.name)


def raw_points(views: Views) -> tuple[np.ndarray, np.ndarray]:
    """Every pixel of every depth map in the world: points and colours, `[n, 3]`."""
    points = [
        unproject(depth, viewpoint, views.field_of_view)[mask]
        for depth, viewpoint, mask in zip(views.depth, views.viewpoints, views.mask)
    ]
    return np.concatenate(points), views.rgb[views.mask]


def _point_scores(
    points: np.ndarray, shape: TestShape, rng: np.random.Generator
) -> dict[str, float]:
    if not len(points):
        return {"f_score, points": 0.0, "precision, points": 0.0, "recall, points": 0.0}
    chosen = points[rng.permutation(len(points))[:POINTS]]
    truth = outer_surface_points(shape.mesh, POINTS, rng)
    names = ("f_score, points", "precision, points", "recall, points")
    return dict(zip(names, f_score(chosen, truth)))


def _splat(points: np.ndarray, colors: np.ndarray, size: int) -> list[np.ndarray]:
    """The points from `SHOWN_FROM` as pixels on white, near ones in front."""
    pictures = []
    for viewpoint in SHOWN_FROM:
        canvas = np.ones((size, size, 3), np.float32)
        if len(points):
            pixels, depth = project(points, viewpoint, size)
            column, line = np.floor(pixels).astype(int).T
            inside = (column >= 0) & (column < size) & (line >= 0) & (line < size)
            order = np.argsort(-depth[inside])  # the last one written stays
            canvas[line[inside][order], column[inside][order]] = colors[inside][order]
        pictures.append(canvas)
    return pictures


def _looks(mesh: Mesh | None, size: int) -> list[np.ndarray]:
    if mesh is None:
        return [np.ones((size, size, 3), np.float32)] * len(SHOWN_FROM)
    return list(render_views(mesh, SHOWN_FROM, size=size).rgb)
