"""Models of each pose on single views of shapes: overlap, azimuth and rings.

`benchmarks/voxel_poses.py` trains and measures, and writes the file; this reads it, for
that benchmark's own tables and for `tf3d reproduce voxels-poses`.
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

FILE = FOLDER / "voxel_poses.json"
# The fixed pose with the losses on novel views that hypotheses and amortized have, too.
VIEWED = "fixed-viewed"
POSES = ("fixed", VIEWED, "learned", "uniform", "hypotheses", "amortized")
LEARNED = ("learned", "hypotheses", "amortized")
NOVEL_VIEWS = (
    "The poses hypotheses and amortized learn from views from other sides, too, which "
    "the paper does not have (docs/voxels.md); fixed-viewed is the fixed pose with a "
    "discriminator of such views."
)
FRAMES = ("free", "viewer", "frame")
BASELINES = ("hull", "slab", "mean", "kind_mean")
POSE_KINDS = ("all", "cars", "chairs")
POSE_FIGURES = {"median": "median", "own": "own", "shuffled": "at random"}
RINGS = ("overlap/network", "overlap/truth", "share/network", "share/truth")
GAIN = 0.03  # of IoU, at least, by which a learned pose is to beat a fixed one

# "SET/FRAME/POSE - OTHER" -> mean, low and high end of the interval.
Gaps = Mapping[str, list[float]]


def poses(context: Context) -> Result:
    """Whether a learned azimuth gives better shapes than a fixed one."""
    content = read_measured(FILE, "the poses")
    runs, gaps = content["runs"], content.get("differences", {})
    context.progress(1, 1)
    told, same = _verdict(runs, gaps)
    return Result(
        context.name,
        "The final model learns both the shape and the azimuth from single views; no "
        "figure is given.",
        told,
        same,
        {"differences": dict(gaps)}
        | {name: run["values"] for name, run in runs.items()},
        tables=tuple(tables(runs)),
        notes=(NOVEL_VIEWS, *told_gaps(gaps, "free")),
        stored=origin_of(content),
    )


def _verdict(runs: Mapping[str, Any], gaps: Gaps) -> tuple[str, bool | None]:
    """Of the best pose that is learned in any way, on generated shapes."""
    found = {}
    for pose in LEARNED:
        gap = gaps.get(f"shapes/free/{pose} - fixed")
        if gap is not None:
            found[pose] = gap
    if not found:
        return f"Trained so far: {', '.join(runs)}.", None
    best = max(found, key=lambda pose: found[pose][0])
    mean, low, high = found[best]
    told = (
        f"IoU of the {best} pose less that of the fixed one, each shape turned as "
        f"suits it best: {mean:+.3f} [{low:+.3f}, {high:+.3f}]"
    )
    hull = gaps.get(f"shapes/free/{best} - hull")
    same = mean >= GAIN and low > 0
    if hull is not None:
        told += f"; less the visual hull of the one view: {hull[0]:+.3f}"
        same = same and hull[0] > 0
    return f"{told}.", same


def tables(runs: Mapping[str, Any]) -> list[Table]:
    """Overlap in each frame, azimuth errors and rings, for each set measured on.

    Args:
      runs: by pose, and "fig07" of chairs under a random azimuth; each with "values".
    """
    sets = dict.fromkeys(
        name.split("/")[0] for run in runs.values() for name in run["values"]
    )
    result = [trainings_table(runs)]
    for data in sets:
        result += [_overlaps(runs, data, frame) for frame in FRAMES]
        result += [_azimuths(runs, data), _rings(runs, data)]
    return [table for table in result if table.rows]


def told_gaps(gaps: Gaps, frame: str | None = None) -> list[str]:
    """A line for each difference, of one frame or of all."""
    return [
        f"{key}: {mean:+.3f} IoU [{low:+.3f}, {high:+.3f}]"
        for key, (mean, low, high) in gaps.items()
        if frame is None or key.split("/")[1] == frame
    ]


def _overlaps(runs: Mapping[str, Any], data: str, frame: str) -> Table:
    kinds = _kinds(runs, data)
    rows = []
    for pose in (pose for pose in POSES if pose in runs):
        start = f"{data}/{{}}/shape/network/{frame}/{{}}"
        names = [start.format("all", how) for how in ("tuned", "default", "half")]
        names += [start.format(kind, "tuned") for kind in kinds]
        values = [_value(runs[pose], name) for name in names]
        if any(value is not None for value in values):
            rows.append((pose, *values))
    for who in BASELINES if "fixed" in runs else ():
        start = f"{data}/{{}}/shape/{who}/{frame}/tuned"
        own = [_value(runs["fixed"], start.format(kind)) for kind in ("all", *kinds)]
        if any(value is not None for value in own):
            rows.append((who, own[0], None, None, *own[1:]))
    headings = ("", "all", "> 0.05", "> 0.5", *kinds)
    return Table(f"IoU on {data}, {frame}", headings, tuple(rows))


def _azimuths(runs: Mapping[str, Any], data: str) -> Table:
    columns = [(kind, figure) for kind in POSE_KINDS for figure in POSE_FIGURES]
    rows = []
    for pose in (pose for pose in POSES if pose in runs):
        values = [
            _value(runs[pose], f"{data}/{kind}/pose/{figure}", 1)
            for kind, figure in columns
        ]
        if any(value is not None for value in values):
            rows.append((pose, *values))
    headings = [f"{kind}, {POSE_FIGURES[figure]}" for kind, figure in columns]
    title = f"Azimuth error on {data}, degrees"
    return Table(title, ("", *headings), tuple(rows))


def _rings(runs: Mapping[str, Any], data: str) -> Table:
    rows = []
    for name, run in runs.items():
        values = [_value(run, f"{data}/chairs/ring/{figure}") for figure in RINGS]
        if any(value is not None for value in values):
            rows.append((name, *values))
    return Table(f"How ring-shaped chairs are, {data}", ("", *RINGS), tuple(rows))


def _kinds(runs: Mapping[str, Any], data: str) -> list[str]:
    ending = "/shape/network/free/tuned"
    found = runs.get("fixed", {"values": {}})["values"]
    starts = [n.split("/") for n in found if n.endswith(ending)]
    return [kind for name, kind, *_ in starts if name == data and kind != "all"]


def _value(run: Mapping[str, Any], name: str, digits: int = 3) -> str | None:
    value = run["values"].get(name)
    return None if value is None else f"{value:.{digits}f}"
