"""How often a rendered view may be drawn: held-out error after equal steps.

    PYTHONPATH=. python benchmarks/reuse.py --reuse 8 16 32 --out runs/reuse
    PYTHONPATH=. python benchmarks/reuse.py --steps 20 --seeds 0

Trains the default recipe's first phase, at 64 x 64, once for each --reuse and seed, on
generated cars, and measures the same held-out pairs. `pipeline.py` says what each
--reuse costs in samples/s. A run that was stopped goes on where it was, and finished
ones are not trained again.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import statistics
from collections.abc import Sequence

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")  # as the commands do

FIGURES = ("rgb", "depth", "iou")
RESULT = "held_out.json"


def trained(folder: pathlib.Path, reuse: float, steps: int, seed: int) -> dict:
    """Trains to the end, and returns the held-out figures."""
    result = folder / RESULT
    if result.exists():
        return json.loads(result.read_text())
    from tf3d.training.config import read_config
    from tf3d.training.run import MultiViewRun

    settings = (
        f"phases=[{{image_size: 64, steps: {steps}, rate: 1.0e-3, warmup: 200, "
        "decay: 0.25}]",
        f"data.reuse={reuse}",
        "data.workers=0",
        f"seed={seed}",
    )
    run = MultiViewRun(read_config("multiview", settings), folder)
    if (folder / "checkpoint.npz").exists():
        run.resume()
    else:
        run.start()
    run.train()
    figures = {name: float(run.history[-1][name]) for name in FIGURES}
    result.write_text(json.dumps(figures))
    return figures


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--reuse", type=float, nargs="+", default=[8, 16, 32])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1])
    parser.add_argument("--steps", type=int, default=1500, help="of 64 pairs")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("runs/reuse"))
    options = parser.parse_args(arguments)
    found: dict[float, list[dict]] = {reuse: [] for reuse in options.reuse}
    for seed in options.seeds:
        for reuse in options.reuse:
            folder = options.out / f"{reuse:g}-{seed}-{options.steps}"
            figures = trained(folder, reuse, options.steps, seed)
            found[reuse].append(figures)
            told = ", ".join(f"{name} {figures[name]:.4f}" for name in FIGURES)
            print(f"reuse {reuse:g}, seed {seed}: {told}", flush=True)
    print(f"\nheld out after {options.steps} steps, mean of {len(options.seeds)}")
    for reuse, runs in found.items():
        means = (
            f"{name} {statistics.fmean(run[name] for run in runs):.4f}"
            for name in FIGURES
        )
        print(f"reuse {reuse:g}: {', '.join(means)}")


if __name__ == "__main__":
    main()
