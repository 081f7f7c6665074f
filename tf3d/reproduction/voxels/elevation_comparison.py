"""Models of views from above: which way finds azimuth and elevation.

`benchmarks/voxel_elevations.py` trains and measures, and writes the file; this reads
it, for that benchmark's own tables and for `tf3d reproduce voxels-elevations`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tf3d.reproduction.registry import Context, Result, Table
from tf3d.reproduction.voxels.measured import (
    FOLDER,
    origin_of,
    read_measured,
    trainings_table,
)

FILE = FOLDER / "voxel_elevations.json"
ELEVATIONS = (0.0, 45.0)  # degrees, of the views
LEVEL = "level"
POSES = ("hypotheses", "amortized", LEVEL)
KINDS = ("all", "cars", "chairs")
FIGURES = {
    "angle": "direction",
    "angle_shuffled": "at random",
    "azimuth": "azimuth",
    "elevation": "elevation",
    "elevation_shuffled": "elevation at random",
}
FRAMES = ("free", "viewer", "frame")


def elevations(context: Context) -> Result:
    """Whether the elevation is learned, too, and which way is better at it."""
    content = read_measured(FILE, "the elevations")
    runs = content["runs"]
    context.progress(1, 1)
    return Result(
        context.name,
        "The azimuth alone is learned; that the elevation can be found in the same way "
        "is beyond the paper.",
        _told(runs),
        None,
        {name: run["values"] for name, run in runs.items()},
        tables=tuple(tables(runs)),
        notes=(
            f"Views from elevations of {ELEVATIONS[0]:g} to {ELEVATIONS[1]:g} degrees. "
            "level knows of azimuths alone, and its elevation is 0.",
        ),
        stored=origin_of(content),
    )


def _told(runs: Mapping[str, Any]) -> str:
    """Each one's errors on generated shapes, beside those of a random deal."""
    told = []
    for pose in (pose for pose in POSES if pose in runs):
        own, chance, height, height_chance = (
            runs[pose]["values"][f"shapes/all/direction/{figure}"]
            for figure in ("angle", "angle_shuffled", "elevation", "elevation_shuffled")
        )
        text = f"{pose}: viewing direction {own:.1f}° off (at random {chance:.1f}°)"
        if pose != LEVEL:
            text += f", elevation {height:.1f}° ({height_chance:.1f}°)"
        told.append(text)
    return f"Medians. {'; '.join(told)}."


def tables(runs: Mapping[str, Any]) -> list[Table]:
    """Errors of the directions and overlap, for each set measured on.

    Args:
      runs: by pose; each with "values".
    """
    sets = dict.fromkeys(
        name.split("/")[0] for run in runs.values() for name in run["values"]
    )
    result = [trainings_table(runs)]
    for data in sets:
        result += [_directions(runs, data, kind) for kind in KINDS]
        result.append(_overlaps(runs, data))
    return [table for table in result if table.rows]


def _directions(runs: Mapping[str, Any], data: str, kind: str) -> Table:
    names = [f"{data}/{kind}/direction/{figure}" for figure in FIGURES]
    title = f"Median errors on {data}, {kind}, degrees"
    return _table(runs, title, tuple(FIGURES.values()), names, 1)


def _overlaps(runs: Mapping[str, Any], data: str) -> Table:
    names = [f"{data}/all/shape/network/{frame}/tuned" for frame in FRAMES]
    return _table(runs, f"IoU on {data}", FRAMES, names, 3)


def _table(
    runs: Mapping[str, Any],
    title: str,
    headings: tuple[str, ...],
    names: list[str],
    digits: int,
) -> Table:
    rows = []
    for pose in (pose for pose in POSES if pose in runs):
        values = [runs[pose]["values"].get(name) for name in names]
        if any(value is not None for value in values):
            cells = [None if v is None else f"{v:.{digits}f}" for v in values]
            rows.append((pose, *cells))
    return Table(title, ("", *headings), tuple(rows))
