"""The multi-view paper's experiments by name; their work is imported when they run."""

from __future__ import annotations

import importlib
from collections.abc import Callable

from tf3d.reproduction.registry import Context, Experiment, Result

PAPER = "multi-view paper"
MODEL = "a multi-view model"
RIVAL = "and one of tf3d train --model"


def _lazy(module: str, function: str) -> Callable[[Context], Result]:
    def run(context: Context) -> Result:
        path = f"tf3d.reproduction.multiview.{module}"
        return getattr(importlib.import_module(path), function)(context)

    return run


EXPERIMENTS: tuple[Experiment, ...] = (
    Experiment(
        "multiview-split",
        "Held-out clusters and their nearest training shapes",
        f"{PAPER}, Sec. 3.3, Fig. 3",
        MODEL,
        _lazy("split", "split_figure"),
    ),
    Experiment(
        "multiview-table1",
        "Network against nearest neighbours in HOG, HOG + RGB and RGB",
        f"{PAPER}, Table 1",
        MODEL,
        _lazy("table1", "table1"),
    ),
    Experiment(
        "multiview-fig04",
        "Predicted views with and without background",
        f"{PAPER}, Fig. 4",
        MODEL,
        _lazy("predictions", "predictions"),
    ),
    Experiment(
        "multiview-fig05",
        "Predicted depth maps",
        f"{PAPER}, Fig. 5",
        MODEL,
        _lazy("predictions", "depth_maps"),
    ),
    Experiment(
        "multiview-fig06",
        "Turned views beside the inverse graphics network's",
        f"{PAPER}, Fig. 6",
        f"{MODEL}, {RIVAL} inverse-graphics",
        _lazy("side_by_side", "inverse_graphics"),
    ),
    Experiment(
        "multiview-decoder-only",
        "A decoder fitted to new shapes, against the network",
        f"{PAPER}, Sec. 4.1, Fig. 7",
        f"{MODEL}, {RIVAL} decoder-only",
        _lazy("decoder_only", "decoder_only"),
    ),
    Experiment(
        "multiview-fig08",
        "Turned views beside the recurrent rotation network's",
        f"{PAPER}, Fig. 8",
        f"{MODEL}, {RIVAL} rotation",
        _lazy("side_by_side", "rotation"),
    ),
    Experiment(
        "multiview-fig09",
        "Predictions of photos",
        f"{PAPER}, Fig. 9",
        f"{MODEL}; photos with --data",
        _lazy("photos", "photos"),
    ),
    Experiment(
        "multiview-fig10",
        "Point clouds and fused surfaces",
        f"{PAPER}, Fig. 10",
        MODEL,
        _lazy("surfaces", "reconstructions"),
    ),
    Experiment(
        "multiview-fig11-12",
        "Errors by input and output viewpoint",
        f"{PAPER}, Sec. 4.3, Figs. 11 and 12",
        MODEL,
        _lazy("viewpoints", "viewpoint_matrix"),
    ),
    Experiment(
        "multiview-fig13",
        "Morphing a car into a bus, and beyond both",
        f"{PAPER}, Sec. 4.3, Fig. 13",
        f"{MODEL} of cars",
        _lazy("morphing", "morphing"),
    ),
    Experiment(
        "multiview-fig14",
        "t-SNE of the codes, with thumbnails",
        f"{PAPER}, Sec. 4.3, Fig. 14",
        MODEL,
        _lazy("codes", "embedding"),
    ),
    Experiment(
        "multiview-retrieval",
        "Codes of one object from different views lie close",
        f"{PAPER}, Sec. 4.3 and supplement, Sec. 3",
        MODEL,
        _lazy("retrieval", "retrieval"),
    ),
)
