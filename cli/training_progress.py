"""The progress of a training run on a terminal."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any


@contextlib.contextmanager
def show_training(
    total: int, quiet: bool
) -> Iterator[tuple[Callable[[Any], None], Callable[[int, int], None]]]:
    """A bar with the time left, the loss and the speed, on standard error.

    Args:
      total: steps of the run.
      quiet: shows nothing.

    Yields:
      What a run's `train` calls with its progress, and while it fills its pool.
    """
    if quiet:
        yield (lambda _: None), (lambda done, total: None)
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[facts]}"),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, speed_estimate_period=600) as bar:
        filling = bar.add_task("Rendering first views", total=None, facts="")
        training = bar.add_task("Training", total=total, facts="", visible=False)

        def fill(done: int, count: int) -> None:
            bar.update(filling, completed=done, total=count, visible=done < count)

        def progress(report: Any) -> None:
            facts = (
                f"loss {report.terms['total']:.4f}  "
                f"{report.samples_per_second:.0f} samples/s"
            )
            for name, value in report.speeds.items():
                facts += f"  {value:.0f} {name}/s"
            bar.update(filling, visible=False)
            bar.update(
                training,
                completed=report.step,
                total=report.total,
                facts=facts,
                visible=True,
            )
            if report.held_out:
                errors = ", ".join(
                    f"{name} {value:.4g}" for name, value in report.held_out.items()
                )
                console.print(f"step {report.step:,}: held out: {errors}")

        yield progress, fill
