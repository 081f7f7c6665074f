"""Figures by name, as `evaluate` yields them, to tables for a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tf3d.evaluation.distribution import QUANTILES, Objects, quantiles, worst

if TYPE_CHECKING:
    from rich.table import Table

IMAGE_ROWS = {
    "rgb": "RGB error",
    "depth": "depth error, range 0.1–5",
    "depth_tight": "depth error, range r ± 0.7",
    "depth_object": "depth error on the object, units",
    "iou": "mask IoU",
    "psnr": "PSNR, dB",
    "ssim": "SSIM",
}
IMAGE_COLUMNS = {
    "network": "network",
    "network_plain": "plain input",
    "nearest": "nearest",
    "ratio": "network ÷ nearest",
    "ratio_plain": "plain ÷ nearest",
}
MESH_ROWS = {
    "f_score": "F-score at 0.02",
    "precision": "precision",
    "recall": "recall",
    "chamfer": "Chamfer distance",
    "normal_consistency": "normal consistency",
}
MESH_COLUMNS = {
    "network": "network",
    "exact": "ceiling",
    "ratio": "network ÷ ceiling",
}
DIGITS = {"iou": 3, "ssim": 3, "psnr": 2, "normal_consistency": 3}  # 4 otherwise
NAMED = ("rgb", "iou", "f_score")  # whose worst objects are named


def as_tables(values: Mapping[str, float]) -> list[Table]:
    """Two tables for each part: its views and its surfaces.

    Args:
      values: by name; what is missing stays blank, a table or column of nothing is
        left out.

    Returns:
      Tables to print with rich. "Plain input" is the network fed without clutter,
      "ceiling" the same fusion on exact depth maps.
    """
    parts = list(dict.fromkeys(name.split("/")[0] for name in values))
    searched = values.get("baseline/shapes")
    tables = []
    for part in parts:
        if part == "baseline":
            continue
        title = f"{part}: views of {values.get(f'{part}/shapes', 0):.0f} shapes"
        if searched:
            title += f", nearest neighbour of {searched:.0f} training shapes"
        tables.append(_table(title, part, values, IMAGE_ROWS, IMAGE_COLUMNS))
        if f"{part}/mesh/shapes" in values:
            title = f"{part}: surfaces of {values[f'{part}/mesh/shapes']:.0f} shapes"
            if empty := values.get(f"{part}/mesh/empty"):
                title += f", {empty:.0f} of them empty"
            place = f"{part}/mesh"
            tables.append(_table(title, place, values, MESH_ROWS, MESH_COLUMNS))
    return tables


def _table(
    title: str,
    place: str,
    values: Mapping[str, float],
    rows: Mapping[str, str],
    columns: Mapping[str, str],
) -> Table:
    from rich.table import Table

    shown = {
        who: heading
        for who, heading in columns.items()
        if any(f"{place}/{metric}/{who}" in values for metric in rows)
    }
    table = Table(title=title, title_justify="left", min_width=len(title) + 2)
    table.add_column("", no_wrap=True)
    for heading in shown.values():
        table.add_column(heading, justify="right")
    for metric, label in rows.items():
        cells = []
        for who in shown:
            value = values.get(f"{place}/{metric}/{who}")
            digits = 3 if who.startswith("ratio") else DIGITS.get(metric, 4)
            cells.append("" if value is None else f"{value:.{digits}f}")
        table.add_row(label, *cells)
    return table


def object_tables(objects: Objects) -> list[Table]:
    """Two tables for each place: how the network's figures are spread, and the worst.

    Args:
      objects: of `distribution.split_figures`.
    """
    tables = []
    for place, shapes in objects.items():
        rows = MESH_ROWS if place.endswith("mesh") else IMAGE_ROWS
        name = place.replace("/mesh", ", surfaces")
        tables.append(_spread_table(name, shapes, rows))
        tables.append(_worst_table(name, shapes, rows))
    return tables


def _spread_table(
    name: str, shapes: Mapping[str, Mapping[str, float]], rows: Mapping[str, str]
) -> Table:
    from rich.table import Table

    title = f"{name}: the network's figures of single objects, by quantile"
    table = Table(title=title, title_justify="left", min_width=len(title) + 2)
    table.add_column("", no_wrap=True)
    named = {0.0: "least", 0.5: "median", 1.0: "greatest"}
    for share in QUANTILES:
        table.add_column(named.get(share, f"{100 * share:.0f} %"), justify="right")
    for metric, label in rows.items():
        figure = f"{metric}/network"
        values = [own[figure] for own in shapes.values() if figure in own]
        if values:
            found = quantiles(values).values()
            table.add_row(label, *(f"{v:.{DIGITS.get(metric, 4)}f}" for v in found))
    return table


def _worst_table(
    name: str, shapes: Mapping[str, Mapping[str, float]], rows: Mapping[str, str]
) -> Table:
    from rich.table import Table

    columns = []
    for metric in NAMED:
        found = worst(shapes, f"{metric}/network") if metric in rows else []
        if found:
            columns.append((rows[metric], metric, found))
    title = f"{name}: the objects with the worst figures of the network"
    table = Table(title=title, title_justify="left", min_width=len(title) + 2)
    for label, _, _ in columns:
        table.add_column(label)
    for row in zip(*(found for _, _, found in columns)):
        cells = zip(row, columns)
        table.add_row(
            *(f"{v:.{DIGITS.get(m, 4)}f}  {n}" for (n, v), (_, m, _) in cells)
        )
    return table
