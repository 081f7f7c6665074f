"""Figures by name, as `evaluate` yields them, to tables for a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table

IMAGE_ROWS = {
    "rgb": "RGB error",
    "depth": "depth error, range 0.1–5",
    "depth_tight": "depth error, range r ± 0.7",
    "iou": "mask IoU",
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
}
MESH_COLUMNS = {
    "network": "network",
    "exact": "ceiling",
    "ratio": "network ÷ ceiling",
}


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
            digits = 3 if who.startswith("ratio") or metric == "iou" else 4
            cells.append("" if value is None else f"{value:.{digits}f}")
        table.add_row(label, *cells)
    return table
