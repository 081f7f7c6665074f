"""A voxel model's figures by name to tables for a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table

IMAGE_ROWS = {
    "image/mse/projection": ("squared error per pixel, projection", 5),
    "image/mse/picture": ("squared error per pixel, final picture", 5),
    "image/voxels/occupied": ("share of voxels above 0.05", 4),
    "image/voxels/per_ray": ("of them along a ray, where any", 2),
    "image/voxels/hoyer": ("sparsity of the voxels (Hoyer)", 3),
    "code/dimensions": ("latent dimensions", 0),
    "code/active": ("active ones", 0),
    "code/informative": ("informative share of their variance", 3),
    "code/hoyer": ("sparsity of the codes (Hoyer)", 3),
    "code/kurtosis": ("excess kurtosis of the codes", 2),
    "code/spread": ("deviation of the means", 3),
    "code/noise": ("deviation of the posteriors", 3),
    "code/aggregate_bias": ("aggregate: distance of its mean from 0", 3),
    "code/aggregate_deviation": ("aggregate: of its deviation from 1", 3),
    "code/neighbours_accuracy": ("10 nearest neighbours' accuracy", 4),
    "code/linear_accuracy": ("linear accuracy", 4),
}
WHO = {
    "network": "network",
    "hull": "hull",
    "slab": "slab",
    "mean": "mean",
    "kind_mean": "kind's mean",
}
FRAMES = {
    "free": "best fit of each",
    "viewer": "camera's view",
    "frame": "one frame for all",
}
POSE_COLUMNS = {
    "images": ("images", 0),
    "median": ("median", 1),
    "own": ("in its own frame", 1),
    "mean": ("mean", 1),
    "near": ("below 30°", 3),
    "shuffled": ("shuffled", 1),
}
DIRECTION_COLUMNS = {
    "direction": "angle",
    "shuffled": "angle_shuffled",
    "azimuth": "azimuth",
    "elevation": "elevation",
    "elevation, shuffled": "elevation_shuffled",
}
RING_COLUMNS = {
    "overlap/network": "overlap",
    "overlap/network_shown": "overlap above 0.05",
    "overlap/truth": "truth",
    "share/network": "share",
    "share/truth": "truth",
}


def as_voxel_tables(values: Mapping[str, float]) -> list[Table]:
    """Tables of pictures and codes, of shapes, of poses and of symmetry.

    Args:
      values: as `evaluate_voxels` yields them; a table of nothing is left out.
    """
    tables = [_images(values)]
    kinds = _with(values, "/shape/images")
    if kinds:
        tables += [_frames(values), *(_shapes(values, kinds, f) for f in FRAMES)]
    tables += [_poses(values), _directions(values), _rings(values), _framing(values)]
    return [table for table in tables if table.row_count]


def _images(values: Mapping[str, float]) -> Table:
    table = _table(f"Pictures and codes of {values.get('images', 0):.0f} images", [""])
    for name, (label, digits) in IMAGE_ROWS.items():
        if name in values:
            table.add_row(label, f"{values[name]:.{digits}f}")
    return table


def _frames(values: Mapping[str, float]) -> Table:
    title = f"IoU of voxels, {values.get('all/shape/images', 0):.0f} images"
    others = _measured(values)[1:]
    headings = ["network", "> 0.05", "> 0.5", *(WHO[who] for who in others)]
    table = _table(title, headings)
    for frame, label in FRAMES.items():
        names = [f"network/{frame}/{kind}" for kind in ("tuned", "default", "half")]
        names += [f"{who}/{frame}/tuned" for who in others]
        table.add_row(label, *(_cell(values, f"all/shape/{name}") for name in names))
    return table


def _shapes(values: Mapping[str, float], kinds: list[str], frame: str) -> Table:
    shown = _measured(values)
    table = _table(f"IoU by kind, {FRAMES[frame]}", [WHO[who] for who in shown])
    for kind in kinds[1:]:
        names = [f"{kind}/shape/{who}/{frame}/tuned" for who in shown]
        table.add_row(kind, *(_cell(values, name) for name in names))
    return table


def _poses(values: Mapping[str, float]) -> Table:
    headings = [heading for heading, _ in POSE_COLUMNS.values()]
    table = _table("Azimuth error, degrees", headings)
    for kind in _with(values, "/pose/median"):
        cells = [
            _cell(values, f"{kind}/pose/{name}", digits)
            for name, (_, digits) in POSE_COLUMNS.items()
        ]
        table.add_row(kind, *cells)
    return table


def _directions(values: Mapping[str, float]) -> Table:
    table = _table(
        "Viewing direction, median error in degrees", list(DIRECTION_COLUMNS)
    )
    for kind in _with(values, "/direction/angle"):
        names = [f"{kind}/direction/{name}" for name in DIRECTION_COLUMNS.values()]
        table.add_row(kind, *(_cell(values, name, 1) for name in names))
    return table


def _rings(values: Mapping[str, float]) -> Table:
    table = _table("Symmetry about the vertical axis", list(RING_COLUMNS.values()))
    for kind in _with(values, "/ring/overlap/network"):
        names = [f"{kind}/ring/{name}" for name in RING_COLUMNS]
        table.add_row(kind, *(_cell(values, name) for name in names))
    return table


def _framing(values: Mapping[str, float]) -> Table:
    usual = values.get("framing/usual", 0)
    title = f"By the longer side of the object over the frame's, usually {usual:.2f}"
    table = _table(title, ["squared error", "10 nearest"])
    for name in values:
        if name.startswith("framing/") and name.endswith("/mse"):
            side = name.split("/")[1]
            accuracy = f"framing/{side}/neighbours_accuracy"
            table.add_row(side, _cell(values, name, 5), _cell(values, accuracy, 4))
    return table


def _measured(values: Mapping[str, float]) -> list[str]:
    """Who was measured: the baselines may be left out."""
    return [who for who in WHO if f"all/shape/{who}/free/tuned" in values]


def _with(values: Mapping[str, float], ending: str) -> list[str]:
    """The kinds that have a figure."""
    return [name.removesuffix(ending) for name in values if name.endswith(ending)]


def _table(title: str, headings: list[str]) -> Table:
    from rich.table import Table

    table = Table(title=title, title_justify="left", min_width=len(title) + 2)
    table.add_column("", no_wrap=True)
    for heading in headings:
        table.add_column(heading, justify="right")
    return table


def _cell(values: Mapping[str, float], name: str, digits: int = 3) -> str:
    return f"{values[name]:.{digits}f}" if name in values else ""
