"""Fig. 14: a map of the codes, and whether shape or colour orders it."""

from __future__ import annotations

import numpy as np

from tf3d.evaluation.metrics import TIGHT
from tf3d.evaluation.protocol import spread
from tf3d.geometry import Views
from tf3d.prediction.embedding import LEAST, draw_map, tsne
from tf3d.rendering import render_views
from tf3d.reproduction.multiview.layout import smaller
from tf3d.reproduction.multiview.ranks import rank_correlation
from tf3d.reproduction.multiview.shapes import encoder, open_parts, titled
from tf3d.reproduction.registry import Context, NotPossible, Result, Table

SHAPES = 160
INPUT = [30.0, 15.0, 2.0]
# Where shapes are compared, without their colours.
COMPARED = [[90.0, 10.0, 2.0], [0.0, 10.0, 2.0], [215.0, 25.0, 2.0]]
DEPTH_SIDE = 32
BATCH = 64


def embedding(context: Context) -> Result:
    """Maps the codes of training shapes from one viewpoint."""
    model = encoder(context)
    data, parts = open_parts(context)
    source = parts.get("train") or next(iter(parts.values()))
    source = spread(source, context.at_most(SHAPES)).usable()
    if len(source) < LEAST:
        raise NotPossible(f"It needs at least {LEAST} shapes, and there are fewer.")
    pictures, colors, depths = [], [], []
    for index in range(len(source)):
        viewpoints = np.array([INPUT, *COMPARED])
        views = render_views(source.mesh(index), viewpoints, size=model.image_size)
        pictures.append(views.rgb[0])
        colors.append(views.rgb[views.mask].mean(axis=0))
        depths.append(_shape_vector(views[1:]))
        context.progress(index + 1, len(source))
    codes = np.concatenate(
        [
            model.encode(np.stack(pictures[start : start + BATCH]))
            for start in range(0, len(pictures), BATCH)
        ]
    )
    places = tsne(codes, context.seed)
    looks = np.stack(depths), np.stack(colors)
    numbers = {
        "codes": order(codes, *looks),
        "map": order(places, *looks),
        "shapes": len(source),
    }
    own = numbers["codes"]
    sentence = (
        f"Distances between codes follow those between shapes (rank correlation "
        f"{own['shape']:.2f}) and between colours ({own['color']:.2f}); on the map "
        f"{numbers['map']['shape']:.2f} and {numbers['map']['color']:.2f}."
    )
    rows = tuple(
        (name, numbers[key]["shape"], numbers[key]["color"])
        for name, key in (("codes", "codes"), ("t-SNE map", "map"))
    )
    return Result(
        context.name,
        "Both shape and colour order the t-SNE map of the codes, shape more (Fig. 14).",
        sentence,
        own["shape"] > own["color"] > 0,
        numbers,
        (
            context.picture(
                draw_map(places, [smaller(picture, 42) for picture in pictures]),
                f"Codes of {len(source)} shapes seen from one viewpoint, placed by "
                "t-SNE.",
            ),
        ),
        (
            Table(
                "Rank correlation of distances",
                ("", "with shape (depth maps)", "with mean colour"),
                rows,
            ),
        ),
        (titled(context, data),),
    )


def _shape_vector(views: Views) -> np.ndarray:
    """Depth around the object's centre from all sides, background at the back."""
    distance = views.viewpoints[:, 2, None, None]
    depth = np.where(views.mask, views.depth - distance, TIGHT)
    step = max(1, views.size // DEPTH_SIDE)
    cut = depth[:, : views.size // step * step, : views.size // step * step]
    side = cut.shape[1] // step
    return cut.reshape(len(cut), side, step, side, step).mean(axis=(2, 4)).ravel()


def order(
    codes: np.ndarray, shapes: np.ndarray, colors: np.ndarray
) -> dict[str, float]:
    """Rank correlations of the codes' distances with those of shapes and of colours.

    Args:
      codes: `[n, c]`.
      shapes: `[n, s]` depth values, compared by their mean absolute difference.
      colors: `[n, 3]`.
    """
    from scipy.spatial.distance import pdist

    distances = pdist(codes)
    return {
        "shape": rank_correlation(distances, pdist(shapes, "cityblock")),
        "color": rank_correlation(distances, pdist(colors)),
    }
