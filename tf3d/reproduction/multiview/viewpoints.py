"""Figs. 11 and 12: how the error depends on the input's and the output's viewpoint."""

from __future__ import annotations

from typing import Any

import numpy as np

from tf3d.evaluation.protocol import spread
from tf3d.geometry import camera_position, orbit
from tf3d.prediction import Reconstructor, sheets
from tf3d.rendering import render_views
from tf3d.reproduction.multiview.agreement import view_agreement
from tf3d.reproduction.multiview.charts import heat_map
from tf3d.reproduction.multiview.layout import block
from tf3d.reproduction.multiview.ranks import rank_correlation
from tf3d.reproduction.multiview.shapes import encoder, held_out, open_parts, titled
from tf3d.reproduction.registry import Context, Picture, Result, Table
from tf3d.shapes.mesh import Mesh

SHAPES = 8  # of all parts together
ELEVATIONS = (0.0, 20.0, 40.0)
STEP = 30  # degrees of azimuth, the paper's
SIMILAR = 30  # degrees of azimuth apart at most
HEADING = ("pattern", "first", "second", "difference", "standard error", "holds")
FRONT, SIDE = (0.0, 180.0), (90.0, 270.0)


def viewpoint_grid() -> np.ndarray:
    """All combinations `[36, 3]`, by elevation, then azimuth."""
    return np.concatenate([orbit(360 // STEP, each) for each in ELEVATIONS])


def viewpoint_matrix(context: Context) -> Result:
    """Measures every input viewpoint against every output viewpoint."""
    model = encoder(context)
    data, parts = open_parts(context)
    count = context.at_most(SHAPES)
    meshes = []
    for source in held_out(parts, count).values():
        source = spread(source, -(-count // max(len(parts) - 1, 1)))
        meshes += [source.mesh(index) for index in range(len(source))]
    grid = viewpoint_grid()
    errors = np.zeros((len(meshes), len(grid), len(grid)))
    agreements: dict[str, list[float]] = {"front": [], "side": []}
    for done, mesh in enumerate(meshes):
        truth = render_views(mesh, grid, size=model.image_size)
        codes = model.encode(truth.rgb)
        for row, code in enumerate(codes):
            predicted = model.decode(code, grid).rgb
            squares = ((predicted - truth.rgb) ** 2).sum(axis=(1, 2, 3))
            errors[done, row] = np.sqrt(squares)
        for name, azimuth in (("front", FRONT[0]), ("side", SIDE[0])):
            row = int(np.flatnonzero(grid[:, 0] == azimuth)[0])
            views = model.decode(codes[row], orbit(6))
            agreements[name].append(view_agreement(views) if views.mask.any() else 0.0)
        context.progress(done + 1, len(meshes))
    whole = errors.mean(axis=0)
    numbers = {
        "patterns": patterns(whole, grid),
        "of_each_shape": [patterns(own, grid) for own in errors],
        "agreement_front": float(np.mean(agreements["front"])),
        "agreement_side": float(np.mean(agreements["side"])),
        "shapes": len(meshes),
        "matrix": normalized(whole).tolist(),
    }
    sentence, same, rows = _verdict(numbers)
    return Result(
        context.name,
        "Prediction is harder when the views differ much, above all in elevation, and "
        "easier for the same, a similar or the mirrored azimuth (Fig. 12); side views "
        "tell more than front views, yet all predictions are of one consistent shape "
        "(Fig. 11).",
        sentence,
        same,
        numbers,
        _pictures(context, model, meshes[0], whole, grid),
        (
            Table(
                "The patterns in numbers, and their difference's mean over shapes",
                HEADING,
                rows,
            ),
        ),
        (titled(context, data), f"Means over {len(meshes)} shapes over plain grey."),
    )


def normalized(errors: np.ndarray) -> np.ndarray:
    """Each column over its sum, as the paper has it, times the number of rows."""
    return errors / errors.sum(axis=0, keepdims=True) * len(errors)


def patterns(errors: np.ndarray, grid: np.ndarray) -> dict[str, float]:
    """The patterns that the paper names, as means of the normalised matrix.

    Args:
      errors: `[n, n]`, a row for each input, a column for each output viewpoint.
      grid: `[n, 3]` those viewpoints.

    Returns:
      Means of 1 on the whole. "similar" and "other_azimuth": azimuths at most 30° apart
      against the rest; "corners" and "same_elevation": lowest against highest;
      "mirrored" and "as_far": mirrored azimuths against others as far apart, each input
      over its own mean; "rank_correlation" of error with the angle between the views.
    """
    matrix = normalized(errors)
    azimuth, elevation = grid[:, 0], grid[:, 1]
    apart = np.abs((azimuth[:, None] - azimuth[None] + 180) % 360 - 180)
    mirrored = np.isclose((azimuth[:, None] + azimuth[None]) % 360, 0)
    alike = np.isclose(apart, 0)
    rise = np.abs(elevation[:, None] - elevation[None])
    direction = camera_position(grid)
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    angle = np.degrees(np.arccos(np.clip(direction @ direction.T, -1, 1)))
    off = ~np.eye(len(grid), dtype=bool)
    # Some inputs tell more than others from everywhere: that is another pattern.
    own = matrix / matrix.mean(axis=1, keepdims=True)
    far = np.isin(apart, np.unique(apart[mirrored & ~alike]))
    return {
        "rank_correlation": rank_correlation(angle[off], matrix[off]),
        "similar": float(matrix[apart <= SIMILAR].mean()),
        "other_azimuth": float(matrix[apart > SIMILAR].mean()),
        "corners": float(matrix[rise == rise.max()].mean()),
        "same_elevation": float(matrix[rise == 0].mean()),
        "mirrored": float(own[mirrored & ~alike].mean()),
        "as_far": float(own[far & ~mirrored].mean()),
        "side": float(matrix[np.isin(azimuth, SIDE)].mean()),
        "front": float(matrix[np.isin(azimuth, FRONT)].mean()),
    }


# Each pattern: what is to be greater, than what.
CLAIMS = (
    ("harder the further apart: rank correlation, 0", "rank_correlation", None),
    ("harder across elevations: corners, same elevation", "corners", "same_elevation"),
    ("easier at similar azimuths: others, similar", "other_azimuth", "similar"),
    ("easier at mirrored azimuths: as far apart, mirrored", "as_far", "mirrored"),
    ("front tells less than side: front, side", "front", "side"),
)


def _verdict(
    numbers: dict[str, Any],
) -> tuple[str, bool, tuple[tuple[str | float, ...], ...]]:
    """A pattern holds if it is more than two standard errors over the shapes."""
    found, rows = numbers["patterns"], []
    for name, high, low in CLAIMS:
        differences = [
            own[high] - (own[low] if low else 0.0) for own in numbers["of_each_shape"]
        ]
        mean, count = float(np.mean(differences)), len(differences)
        error = float(np.std(differences, ddof=1) / count**0.5) if count > 1 else 0.0
        holds = "yes" if mean > 2 * error else "no" if mean < 0 else "too little"
        against = found[low] if low else 0.0
        rows.append((name, found[high], against, mean, error, holds))
    held = [row[-1] == "yes" for row in rows]
    sentence = (
        f"{sum(held)} of {len(held)} patterns hold. Over the mean, errors are "
        f"{found['similar']:.3f} at similar and {found['other_azimuth']:.3f} at other "
        f"azimuths, {found['mirrored']:.3f} at mirrored ones ({found['as_far']:.3f} "
        f"others as far), {found['corners']:.3f} from lowest to highest elevation and "
        f"back ({found['same_elevation']:.3f} at the same); inputs from the side "
        f"{found['side']:.3f}, from front and back {found['front']:.3f}. Of the points "
        f"that are predicted from a front view {numbers['agreement_front']:.0%} agree "
        f"between views, from a side view {numbers['agreement_side']:.0%}."
    )
    return sentence, all(held), tuple(rows)


def _pictures(
    context: Context,
    model: Reconstructor,
    mesh: Mesh,
    errors: np.ndarray,
    grid: np.ndarray,
) -> tuple[Picture, ...]:
    shown = orbit(6)
    truth = render_views(mesh, shown, size=model.image_size)
    blocks = []
    for name, azimuth in (("side", SIDE[0]), ("front", FRONT[0])):
        picture = render_views(mesh, np.array([[azimuth, 10, 2.0]]), size=truth.size)
        views = model.decode(model.encode(picture.rgb)[0], shown)
        rows = [list(views.rgb), list(truth.rgb)]
        blocks.append(block(picture.rgb[0], rows, f"input from the {name}"))
    ticks = [f"E{e:.0f} A{a:.0f}" for a, e, _ in grid]
    chart = heat_map(normalized(errors), ticks, 3, "output view", "input view")
    return (
        context.picture(
            chart,
            "Distance from the truth by input (down) and output viewpoint (across), "
            "elevation E and azimuth A; each column over its mean.",
            "matrix",
        ),
        context.picture(
            sheets.above(blocks, gap=8),
            "Predictions (above) and truth (below) from a side and a front view.",
            "inputs",
        ),
    )
