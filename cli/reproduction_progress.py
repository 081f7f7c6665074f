"""The progress of `tf3d reproduce` on a terminal."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tf3d.reproduction.registry import Experiment, Progress


@contextlib.contextmanager
def show_experiments(
    chosen: Sequence[Experiment], quiet: bool
) -> Iterator[Callable[[Experiment], Progress]]:
    """A bar over experiments on standard error, with an estimate of the time left.

    Args:
      chosen: in their order.
      quiet: shows nothing.

    Yields:
      A function that begins an experiment, and returns its progress function.
    """
    if quiet:
        yield lambda _: lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description:<28}"),
        BarColumn(),
        TextColumn("{task.percentage:3.0f} %"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[left]}"),
    )
    weights = [one.weight for one in chosen]
    whole, started, begun = sum(weights), time.monotonic(), 0
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=whole, left="")

        def show(done: float, **fields: str) -> None:
            left = time_left(time.monotonic() - started, done / whole)
            bar.update(task, completed=done, left=left, **fields)

        def begin(experiment: Experiment) -> Callable[[int, int], None]:
            nonlocal begun
            place, begun = begun, begun + 1
            before = sum(weights[:place])
            show(before, description=experiment.name)

            def update(done: int, total: int) -> None:
                share = min(done / max(total, 1), 1.0)
                show(before + weights[place] * share)

            return update

        yield begin
        bar.update(task, completed=whole, left="")


def time_left(seconds: float, share: float) -> str:
    """How long the rest may take, in words; nothing while it is a mere guess.

    Args:
      seconds: so far.
      share: of the work done, in [0, 1].
    """
    if share < 0.02 or share >= 1:
        return ""
    left = seconds * (1 - share) / share
    if left < 60:
        return "less than a minute left"
    return f"about {left / 60:.0f} min left"
