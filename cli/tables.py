"""Where tables are printed."""

from __future__ import annotations

import os
import sys

from rich.console import Console

FILE_COLUMNS = 160  # of a file or pipe, which has no width: nothing is cut off


def table_console() -> Console:
    """A console on standard output, as wide as the terminal, or wide."""
    narrow = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(width=None if narrow else FILE_COLUMNS)
