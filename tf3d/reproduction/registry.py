"""What an experiment is, what it returns, and all of them by name.

An experiment is a function that takes a `Context` and returns a `Result`. A module in
`MODULES` lists its experiments as `EXPERIMENTS`; it imports heavy libraries inside
functions only, so that `tf3d reproduce --list` is quick.
"""

from __future__ import annotations

import dataclasses
import difflib
import importlib
import pathlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from tf3d.errors import InputError

if TYPE_CHECKING:
    import numpy as np

    from tf3d.reproduction.models import Loaded, Models

# In the order of the report. Each has EXPERIMENTS, a tuple of `Experiment`.
MODULES = (
    "tf3d.reproduction.multiview.experiments",
    "tf3d.reproduction.voxels.experiments",
)

Progress = Callable[[int, int], None]


class NotPossible(Exception):
    """An experiment lacks its model or data: a plain sentence says what it needs."""


@dataclasses.dataclass(frozen=True)
class Picture:
    """A picture of a result.

    Attributes:
      path: of the PNG.
      caption: what it shows, from left to right or from the top.
    """

    path: pathlib.Path
    caption: str


@dataclasses.dataclass(frozen=True)
class Table:
    """A table of a result.

    Attributes:
      title: above it.
      columns: headings; the first is that of the rows' names.
      rows: a text, a number or None (an empty cell) for each column.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | float | None, ...], ...]

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(
                    f"Expected rows of {len(self.columns)} cells. Received: row={row}"
                )


@dataclasses.dataclass(frozen=True)
class Origin:
    """Where a stored result comes from.

    Attributes:
      command: that makes it anew.
      date: day on which it was computed, as 2026-01-31.
      models: each with its steps, in words.
      machine: of what class.
      seconds: that it took.
      because: why it stands in, once it does.
    """

    command: str
    date: str
    models: tuple[str, ...]
    machine: str
    seconds: float
    because: str = ""


@dataclasses.dataclass(frozen=True)
class Result:
    """What an experiment found.

    Attributes:
      name: of the experiment.
      sentence_paper: what the paper shows or says.
      sentence_ours: what came out here, with the figure that it rests on.
      same: whether it agrees; None where this run cannot tell (another model or other
        data than the paper's, or a matter of the eye).
      numbers: all figures, as JSON holds them.
      pictures: that were written.
      tables: to be printed and shown.
      notes: sentences on what differs from the paper.
      stored: where it comes from, if it was not computed now.
    """

    name: str
    sentence_paper: str
    sentence_ours: str
    same: bool | None
    numbers: dict[str, Any] = dataclasses.field(default_factory=dict)
    pictures: tuple[Picture, ...] = ()
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()
    stored: Origin | None = None


@dataclasses.dataclass(frozen=True)
class Context:
    """What an experiment works with.

    Attributes:
      name: of the experiment.
      models: the user's models, or those that ship.
      out: folder for pictures.
      data: what the user named, as `tf3d evaluate` takes it, or None.
      data_dir: the folder of local copies of named sets, or None.
      seed: of random choices.
      count: shapes or images at most, or None for each experiment's own number.
      progress: called with things done and their total.
      shared: results that several experiments of one run use, by a key of their own.
    """

    name: str
    models: Models
    out: pathlib.Path
    data: str | None = None
    data_dir: pathlib.Path | None = None
    seed: int = 0
    count: int | None = None
    progress: Progress = lambda done, total: None
    shared: dict[Any, Any] = dataclasses.field(default_factory=dict)

    def loaded(self, family: str, **wanted: Any) -> Loaded:
        """The model of a family that suits best; see `Models.best`.

        Raises:
          NotPossible: if there is none.
        """
        return self.models.best(family, **wanted)

    def at_most(self, usual: int) -> int:
        """The user's count, or the experiment's usual one if that is smaller."""
        return usual if self.count is None else min(usual, self.count)

    def picture(self, rgb: np.ndarray, caption: str, suffix: str = "") -> Picture:
        """Writes `[h, w, 3]` in [0, 1] as NAME.png or NAME-SUFFIX.png."""
        from tf3d.reproduction.writing import write_small_png

        stem = f"{self.name}-{suffix}" if suffix else self.name
        path = self.out / f"{stem}.png"
        write_small_png(path, rgb)
        return Picture(path, caption)


@dataclasses.dataclass(frozen=True)
class Experiment:
    """A table, a figure or a claim of a paper.

    Attributes:
      name: as the command takes it.
      title: a few words.
      reference: where in which paper.
      needs: models and data, for people.
      run: does the work; raises `NotPossible` where something is missing.
      preparation: commands that make what it needs and does not ship, in order.
      weight: about the seconds that it takes on two cores, for a bar over several.
    """

    name: str
    title: str
    reference: str
    needs: str
    run: Callable[[Context], Result]
    preparation: tuple[str, ...] = ()
    weight: float = 5.0


def experiments() -> dict[str, Experiment]:
    """All experiments by name, in the report's order."""
    found: dict[str, Experiment] = {}
    for module in MODULES:
        for one in importlib.import_module(module).EXPERIMENTS:
            if one.name in found:
                raise ValueError(f"Expected names once. Received: {one.name} twice")
            found[one.name] = one
    return found


def find_experiment(name: str) -> Experiment:
    """An experiment by name.

    Raises:
      InputError: if there is none, with the closest names.
    """
    known = experiments()
    if name in known:
        return known[name]
    close = closest(name, list(known))
    hint = f" Did you mean {' or '.join(close)}?" if close else ""
    raise InputError(
        f"There is no experiment {name!r}.{hint} `tf3d reproduce --list` names all."
    )


def closest(name: str, known: Sequence[str], count: int = 3) -> list[str]:
    """The names most like a mistaken one: misspelt, or holding it."""
    near = difflib.get_close_matches(name.lower(), known, count, cutoff=0.6)
    holding = [one for one in known if name and name.lower() in one]
    return list(dict.fromkeys([*near, *holding]))[:count]
