"""Figures of trainings that take hours, in files that come with the package.

A benchmark trains and measures, and writes NAME.json here; experiments only read it.
"""

from __future__ import annotations

import json
import pathlib
from collections.abc import Mapping
from typing import Any

from tf3d.errors import InputError
from tf3d.reproduction.registry import NotPossible, Origin, Table

FOLDER = pathlib.Path(__file__).parents[1] / "measured"


def read_measured(path: pathlib.Path, what: str) -> dict[str, Any]:
    """A results file: its command, date and machine, and its "runs" by name.

    Args:
      path: of the file; the benchmark that writes it has its name.
      what: is compared, for people.

    Raises:
      NotPossible: if it is not there.
      InputError: if it holds something else.
    """
    if not path.is_file():
        raise NotPossible(
            f"No trainings of {what} are measured yet: benchmarks/{path.stem}.py does "
            "that."
        )
    try:
        content = json.loads(path.read_text("utf-8"))
        for key in ("command", "date", "machine", "runs"):
            content[key]
        return content
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{path} holds no measured trainings: {error!r}. Install the package again."
        ) from error


def origin_of(content: dict[str, Any]) -> Origin:
    """Where a results file comes from."""
    runs = content["runs"].values()
    return Origin(
        content["command"],
        content["date"],
        (f"{len(runs)} voxel models trained for this comparison",),
        content["machine"],
        sum(run["seconds"] for run in runs),
        "Its models take hours to train.",
    )


def trainings_table(runs: Mapping[str, Any]) -> Table:
    """What was trained, for how long."""
    rows = []
    for name, run in runs.items():
        job = run.get("job", {})
        minutes = f"{run['seconds'] / 60:.0f}"
        rows.append((name, job.get("config"), job.get("steps"), minutes))
    return Table("Trainings", ("", "config", "steps", "minutes"), tuple(rows))
