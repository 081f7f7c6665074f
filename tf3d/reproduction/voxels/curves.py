"""Loss curves of a training run: Fig. 10."""

from __future__ import annotations

import io
import pathlib

import numpy as np
import PIL.Image

from tf3d.reproduction.models import Facts
from tf3d.reproduction.registry import Context, NotPossible, Result
from tf3d.reproduction.voxels.inputs import decided, notes_on

TERMS = ("projection", "texture", "code")
Curve = tuple[np.ndarray, np.ndarray]


def figure10(context: Context) -> Result:
    """Reconstruction and regularisation over the training of the final model."""
    paper = {"objective": "mu-vae", "pose": "learned"}
    runs = {}
    for path in context.models.paths("voxel"):
        facts = context.models.facts(path)
        curves = read_curves(path.parent, facts)
        if curves and facts.matches({"objective": "mu-vae"}):
            runs[path.parent.name] = (facts, curves)
            context.models.note_use(path)
    if not runs:
        raise NotPossible(
            "It needs the run of a µ-VAE with its logs or training.json: name its "
            "folder with --model."
        )
    numbers, falls = {}, []
    for name, (_, curves) in runs.items():
        ends = {term: _ends(values) for term, (_, values) in curves.items()}
        numbers[name] = ends
        falls += [last < first for term, (first, last) in ends.items() if _main(term)]
    name, (facts, curves) = next(iter(runs.items()))
    told = "; ".join(
        f"{term} {first:.4g} to {last:.4g}"
        for term, (first, last) in numbers[name].items()
    )
    return Result(
        context.name,
        "Reconstruction and regularisation loss of the final model go down and settle, "
        "on all data sets together and on MNIST and Fashion-MNIST.",
        f"First and last tenth of the training of {name}: {told}.",
        decided(all(falls), facts, **paper) if falls else None,
        numbers,
        (context.picture(_plot(runs), "Losses over the steps of training."),),
        notes=notes_on(facts, texturizer=True, **paper),
    )


def read_curves(folder: pathlib.Path, facts: Facts) -> dict[str, Curve]:
    """Steps and values by name: the log's losses, else the history of held-out errors.

    Args:
      folder: of the run.
      facts: of its model.

    Returns:
      Nothing if the run left neither.
    """
    curves = _logged(folder / "logs") if (folder / "logs").is_dir() else {}
    if curves or not facts.history:
        return curves
    steps = np.array([point["step"] for point in facts.history])
    names = [name for name in facts.history[0] if name.endswith("mse")]
    return {
        f"held out {name}": (steps, np.array([p.get(name) for p in facts.history]))
        for name in names
    }


def _logged(folder: pathlib.Path) -> dict[str, Curve]:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.util.tensor_util import make_ndarray

    # TensorFlow 2 writes scalars as tensors of one number.
    events = EventAccumulator(str(folder), size_guidance={"tensors": 2000})
    events.Reload()
    curves = {}
    for tag in events.Tags()["tensors"]:
        if not tag.startswith("loss/"):
            continue
        points = events.Tensors(tag)
        steps = np.array([point.step for point in points])
        values = np.array([float(make_ndarray(p.tensor_proto)) for p in points])
        if len(steps) and np.isfinite(values).all():
            curves[tag.removeprefix("loss/")] = (steps, values)
    return curves


def _main(term: str) -> bool:
    """Whether a term is one of the paper's: of pictures and of the shape's code."""
    return term in TERMS or term.startswith("held out")


def _ends(values: np.ndarray) -> tuple[float, float]:
    tenth = max(1, len(values) // 10)
    return float(values[:tenth].mean()), float(values[-tenth:].mean())


def _plot(runs: dict[str, tuple[Facts, dict[str, Curve]]]) -> np.ndarray:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    names = list(dict.fromkeys(t for _, curves in runs.values() for t in curves))
    figure = Figure(figsize=(4 * min(len(names), 3), 2.8 * -(-len(names) // 3)), dpi=80)
    FigureCanvasAgg(figure)
    for place, term in enumerate(names):
        axes = figure.add_subplot(-(-len(names) // 3), min(len(names), 3), place + 1)
        for run, (_, curves) in runs.items():
            if term in curves:
                axes.plot(*curves[term], lw=1, label=run)
        axes.set_title(term, fontsize=10)
        axes.set_xlabel("step", fontsize=8)
        axes.tick_params(labelsize=8)
        axes.grid(alpha=0.3)
        values = np.concatenate([c[term][1] for _, c in runs.values() if term in c])
        if (values > 0).all():
            axes.set_yscale("log")
    figure.axes[0].legend(fontsize=7)
    figure.tight_layout()
    stream = io.BytesIO()
    figure.savefig(stream, format="png")
    with PIL.Image.open(stream) as image:
        return np.asarray(image.convert("RGB"), np.float32) / 255
