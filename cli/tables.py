"""Where tables are printed."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from rich.console import Console

if TYPE_CHECKING:
    from tf3d.reproduction.registry import Table

FILE_COLUMNS = 160  # of a file or pipe, which has no width: nothing is cut off


def table_console() -> Console:
    """A console on standard output, as wide as the terminal, or wide."""
    narrow = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(width=None if narrow else FILE_COLUMNS)


def print_result_table(table: Table) -> None:
    """Prints a table of an experiment, names left and figures right."""
    from rich.table import Table as Shown

    from tf3d.reproduction.report import cell

    shown = Shown(title=table.title, title_justify="left")
    for index, column in enumerate(table.columns):
        shown.add_column(column, justify="right" if index else "left")
    for row in table.rows:
        shown.add_row(*map(cell, row))
    table_console().print(shown)
