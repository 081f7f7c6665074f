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
        weight=40,
    ),
    Experiment(
        "multiview-table1",
        "Network against nearest neighbours in HOG, HOG + RGB and RGB",
        f"{PAPER}, Table 1",
        MODEL,
        _lazy("table1", "table1"),
        weight=120,
    ),
    Experiment(
        "multiview-fig04",
        "Predicted views with and without background",
        f"{PAPER}, Fig. 4",
        MODEL,
        _lazy("predictions", "predictions"),
        weight=40,
    ),
    Experiment(
        "multiview-fig05",
        "Predicted depth maps",
        f"{PAPER}, Fig. 5",
        MODEL,
        _lazy("predictions", "depth_maps"),
        weight=20,
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
        weight=1,
    ),
    Experiment(
        "multiview-fig10",
        "Point clouds and fused surfaces",
        f"{PAPER}, Fig. 10",
        MODEL,
        _lazy("surfaces", "reconstructions"),
        weight=40,
    ),
    Experiment(
        "multiview-fig11-12",
        "Errors by input and output viewpoint",
        f"{PAPER}, Sec. 4.3, Figs. 11 and 12",
        MODEL,
        _lazy("viewpoints", "viewpoint_matrix"),
        weight=60,
    ),
    Experiment(
        "multiview-fig13",
        "Morphing a car into a bus, and beyond both",
        f"{PAPER}, Sec. 4.3, Fig. 13",
        f"{MODEL} of cars",
        _lazy("morphing", "morphing"),
        weight=20,
    ),
    Experiment(
        "multiview-fig14",
        "t-SNE of the codes, with thumbnails",
        f"{PAPER}, Sec. 4.3, Fig. 14",
        MODEL,
        _lazy("codes", "embedding"),
        weight=15,
    ),
    Experiment(
        "multiview-retrieval",
        "Codes of one object from different views lie close",
        f"{PAPER}, Sec. 4.3 and supplement, Sec. 3",
        MODEL,
        _lazy("retrieval", "retrieval"),
        weight=10,
    ),
    Experiment(
        "multiview-table1-whole",
        "Table 1 on all held-out shapes, searching all training shapes",
        f"{PAPER}, Table 1",
        f"{MODEL}; renderings of all training shapes",
        _lazy("table1", "table1_whole"),
        ("tf3d evaluate multiview-cars --data cars --shapes 1 --mesh-shapes 0",),
    ),
    Experiment(
        "multiview-table1-real",
        "Table 1 on real cars that were not trained on",
        f"{PAPER}, Table 1; beyond the paper",
        f"{MODEL}; real meshes",
        _lazy("real", "real_table1"),
    ),
    Experiment(
        "multiview-fig04-real",
        "Predicted views of real cars",
        f"{PAPER}, Fig. 4; beyond the paper",
        f"{MODEL}; real meshes",
        _lazy("real", "real_predictions"),
    ),
    Experiment(
        "multiview-fig09-real",
        "Predictions of real photos",
        f"{PAPER}, Fig. 9",
        f"{MODEL}; photos",
        _lazy("real", "real_photos"),
    ),
    Experiment(
        "multiview-fig10-real",
        "Point clouds and fused surfaces of real cars",
        f"{PAPER}, Fig. 10; beyond the paper",
        f"{MODEL}; real meshes",
        _lazy("real", "real_reconstructions"),
    ),
    Experiment(
        "multiview-adversarial",
        "Adversarial training: sharper, noisier",
        f"{PAPER}, Sec. 4.1 and supplement",
        f"{MODEL} of adversarial training",
        _lazy("ablations", "adversarial"),
        (
            "tf3d train --config multiview-adversarial --out runs/adversarial",
            "tf3d reproduce multiview-adversarial --model runs/adversarial "
            "--out report",
        ),
    ),
    Experiment(
        "multiview-simple-rendering",
        "Simple rendering fails over clutter",
        f"{PAPER}, Sec. 4.2 and supplement",
        f"{MODEL} trained on plain backgrounds",
        _lazy("ablations", "simple_rendering"),
        (
            "tf3d train --config multiview-simple-rendering --out runs/simple",
            "tf3d reproduce multiview-simple-rendering --model runs/simple "
            "--out report",
        ),
    ),
)
