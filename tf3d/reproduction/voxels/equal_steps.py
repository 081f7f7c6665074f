"""VAE, β-VAE, AAE and µ-VAE at equal steps: what hours of training left in a file.

`benchmarks/voxel_objectives.py` trains and measures, and writes the file; this reads
it, for that benchmark's own tables and for `tf3d reproduce voxels-objectives`.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from typing import Any

from tf3d.reproduction.registry import Context, Result, Table
from tf3d.reproduction.voxels.measured import FOLDER, origin_of, read_measured

FILE = FOLDER / "voxel_objectives.json"
OBJECTIVES = {"vae": "VAE", "beta-vae": "β-VAE", "aae": "AAE", "mu-vae": "µ-VAE"}
SETS = {"mnist": "MNIST", "fashion_mnist": "Fashion-MNIST"}
ERROR, ACTIVE = "image/mse/picture", "code/active"
# Name, digits and heading of what is shown.
COLUMNS = (
    ("image/mse/projection", 5, "error, projection"),
    (ERROR, 5, "error, picture"),
    (ACTIVE, 1, "active"),
    ("code/informative", 3, "informative"),
    ("code/neighbours_accuracy", 4, "10-NN"),
    ("code/linear_accuracy", 4, "linear"),
    ("code/hoyer", 3, "code Hoyer"),
    ("code/kurtosis", 2, "kurtosis"),
    ("code/aggregate_deviation", 3, "off prior"),
    ("image/voxels/occupied", 4, "occupied"),
    ("image/voxels/per_ray", 2, "per ray"),
    ("image/voxels/hoyer", 3, "voxel Hoyer"),
)

# Objective -> figure -> its values, seed by seed.
Figures = dict[str, dict[str, list[float]]]


def objectives(context: Context) -> Result:
    """Mean and spread of the four objectives, from the file that comes with us."""
    content = read_measured(FILE, "the four objectives")
    runs = content["runs"]
    context.progress(1, 1)
    numbers: dict[str, Any] = {}
    told, agrees, notes = [], [], []
    for data in SETS:
        found = by_objective(runs, data)
        if not found:
            continue
        numbers[data] = found
        told.append(_told_active(found, data))
        agrees.append(_spreads_most(found))
        notes += [keeps_up(found, one) for one in ("aae", "mu-vae")]
    decided = [one for one in agrees if one is not None]
    return Result(
        context.name,
        "The µ-VAE lets codes spread and so mitigates posterior collapse, while β-VAE "
        "weighs the KL term up; no figures are given.",
        "Active of 20 latent dimensions: " + "; ".join(told) + ".",
        all(decided) if decided else None,
        numbers,
        tables=tables(runs),
        notes=tuple(f"{note}." for note in notes if note)
        + ("A dimension is active where Var µ / (Var µ + E σ²) > 0.1.",),
        stored=origin_of(content),
    )


def by_objective(runs: Mapping[str, Any], data: str) -> Figures:
    """Each objective's figures on a data set, those that all its seeds have.

    Args:
      runs: by name, DATA-OBJECTIVE-SEED, each with its "values".
      data: a key of `SETS`.
    """
    result: Figures = {}
    for objective in OBJECTIVES:
        found = [
            run["values"]
            for name, run in sorted(runs.items())
            if name.rsplit("-", 1)[0] == f"{data}-{objective}"
        ]
        if found:
            names = set.intersection(*(set(values) for values in found))
            result[objective] = {
                name: [values[name] for values in found] for name in sorted(names)
            }
    return result


def tables(runs: Mapping[str, Any]) -> tuple[Table, ...]:
    """A table for each data set: mean ± standard deviation over seeds."""
    result = []
    for data, told in SETS.items():
        found = by_objective(runs, data)
        if not found:
            continue
        steps = {run["job"]["steps"] for n, run in runs.items() if n.startswith(data)}
        counts = " or ".join(f"{count:,}" for count in sorted(steps))
        rows = tuple(
            (
                OBJECTIVES[one],
                len(values[ERROR]),
                *(_cell(values.get(name), digits) for name, digits, _ in COLUMNS),
            )
            for one, values in found.items()
        )
        headings = ("", "seeds", *(heading for _, _, heading in COLUMNS))
        result.append(Table(f"{told}, {counts} steps", headings, rows))
    return tuple(result)


def keeps_up(found: Figures, objective: str) -> str:
    """A sentence on an objective's error beside the VAE's; empty without both.

    It is worse where the means are further apart than the standard deviation of the
    difference over seeds.
    """
    if not {objective, "vae"} <= set(found):
        return ""
    own, vae = found[objective][ERROR], found["vae"][ERROR]
    gap = statistics.mean(own) - statistics.mean(vae)
    ratio = statistics.mean(own) / statistics.mean(vae)
    facts = (
        f"{OBJECTIVES[objective]} less VAE: {gap:+.5f} per pixel, "
        f"{ratio:.3f} times its error"
    )
    if len(own) < 2 or len(vae) < 2:
        return f"{facts}; one seed has no spread"
    spread = (statistics.variance(own) + statistics.variance(vae)) ** 0.5
    worse = "worse" if gap > spread else "no worse"
    return f"{facts}, spread of the difference {spread:.5f}: {worse}"


def _cell(values: list[float] | None, digits: int) -> str:
    if not values:
        return ""
    text = f"{statistics.mean(values):.{digits}f}"
    if len(values) > 1:
        text += f" ± {statistics.stdev(values):.{digits}f}"
    return text


def _told_active(found: Figures, data: str) -> str:
    counts = (
        f"{OBJECTIVES[one]} {statistics.mean(values[ACTIVE]):.1f}"
        for one, values in found.items()
        if ACTIVE in values
    )
    return f"{', '.join(counts)} ({SETS[data]})"


def _spreads_most(found: Figures) -> bool | None:
    """Whether β-VAE uses fewest dimensions and µ-VAE most, where all three are there.

    AAE is left out: its discriminator sees samples alone, so nothing keeps σ up.
    """
    compared = ("beta-vae", "vae", "mu-vae")
    if not set(compared) <= set(found):
        return None
    least, middle, most = (statistics.mean(found[one][ACTIVE]) for one in compared)
    return least <= middle <= most and least < most
