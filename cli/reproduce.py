"""`tf3d reproduce`: each table and figure of both papers."""

from __future__ import annotations

import contextlib
import dataclasses
import pathlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from tf3d.reproduction.registry import Context, Experiment, Result

ALL = "all"
REPORT = "index.html"


@click.command()
@click.argument("name", required=False)
@click.option("--list", "listing", is_flag=True, help="Name every experiment.")
@click.option(
    "--model",
    "models",
    multiple=True,
    help="A model that ships, a .keras file, a run's folder or a folder of runs; "
    "repeat for more.  [default: those that ship]",
)
@click.option("--data", help="As `tf3d evaluate` takes it.  [default: each its own]")
@click.option(
    "--data-dir",
    type=click.Path(path_type=pathlib.Path),
    help="Local copies of named sets: a folder that holds mnist, fashion_mnist, ...",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=pathlib.Path),
    help="Folder for pictures, tables and figures.",
)
@click.option(
    "--count", type=click.IntRange(min=1), help="Shapes or images at most: quicker."
)
@click.option("--seed", default=0, show_default=True, help="Of the random choices.")
@click.option("--quiet", is_flag=True, help="No progress bar.")
def reproduce(
    name: str | None,
    listing: bool,
    models: tuple[str, ...],
    data: str | None,
    data_dir: pathlib.Path | None,
    out: pathlib.Path | None,
    count: int | None,
    seed: int,
    quiet: bool,
) -> None:
    """Compute the table or figure NAME of the papers, or "all" of them.

    Each writes its pictures, its figures as NAME.json, and a sentence: the paper's
    finding, ours, same or not. "all" also writes index.html, one page that holds
    everything.
    """
    from tf3d.errors import InputError
    from tf3d.reproduction.registry import Context, experiments, find_experiment

    if listing:
        _list()
        return
    if name is None:
        raise InputError(
            "Name an experiment, or all. `tf3d reproduce --list` names them."
        )
    chosen = list(experiments().values()) if name == ALL else [find_experiment(name)]
    if out is None:
        raise InputError(f"Say where {name} goes: --out FOLDER.")
    if data_dir is not None and not data_dir.is_dir():
        raise InputError(f"There is no folder {data_dir}. Check --data-dir.")
    from tf3d.prediction.outputs import check_folder
    from tf3d.reproduction.models import Models

    check_folder("--out", out)
    context = Context("", Models(models), out, data, data_dir, seed=seed, count=count)
    (_everything if name == ALL else _one)(chosen, context, quiet)


def _list() -> None:
    from rich.table import Table

    from tf3d.cli.tables import table_console
    from tf3d.reproduction.registry import experiments

    table = Table(box=None, pad_edge=False)
    for heading in ("name", "what", "where", "needs"):
        table.add_column(heading, overflow="fold", no_wrap=heading == "name")
    for one in experiments().values():
        table.add_row(one.name, one.title, one.reference, one.needs)
    table_console().print(table)


def _one(chosen: list[Experiment], context: Context, quiet: bool) -> None:
    from tf3d.errors import InputError
    from tf3d.reproduction.registry import NotPossible
    from tf3d.reproduction.running import run_experiment

    (experiment,) = chosen
    with _bar(1, quiet) as begin:
        context = dataclasses.replace(context, progress=begin(experiment.name))
        try:
            result = run_experiment(experiment, context)
        except NotPossible as error:
            raise InputError(f"{experiment.name} cannot run. {error}") from error
    _print(result)
    click.echo(f"Written to {context.out / experiment.name}.json")


def _everything(chosen: list[Experiment], context: Context, quiet: bool) -> None:
    from tf3d.reproduction.report import VERDICTS, write_report
    from tf3d.reproduction.running import run_all

    outcomes = []
    with _bar(len(chosen), quiet) as begin:
        for experiment in chosen:
            now = dataclasses.replace(context, progress=begin(experiment.name))
            outcomes += run_all([experiment], now)
    for outcome in outcomes:
        if outcome.result is None:
            click.echo(f"{outcome.experiment.name}: left out. {outcome.missing}")
        else:
            told = VERDICTS[outcome.result.same]
            click.echo(f"{outcome.experiment.name}: {told}.")
    path = context.out / REPORT
    write_report(path, outcomes)
    click.echo(f"Written to {path}")


def _print(result: Result) -> None:
    from rich.table import Table

    from tf3d.cli.tables import table_console
    from tf3d.reproduction.report import VERDICTS, cell

    for table in result.tables:
        shown = Table(title=table.title, title_justify="left")
        for index, column in enumerate(table.columns):
            shown.add_column(column, justify="right" if index else "left")
        for row in table.rows:
            shown.add_row(*map(cell, row))
        table_console().print(shown)
    click.echo(f"Paper: {result.sentence_paper}")
    click.echo(f"Here: {result.sentence_ours}")
    click.echo(f"Against the paper: {VERDICTS[result.same]}.")
    for note in result.notes:
        click.echo(note)
    if result.stored is not None:
        click.echo(f"This is a stored result. Anew: {result.stored}")
    for picture in result.pictures:
        click.echo(f"{picture.path}: {picture.caption}")


@contextlib.contextmanager
def _bar(
    total: int, quiet: bool
) -> Iterator[Callable[[str], Callable[[int, int], None]]]:
    """A bar over all experiments, to which each adds as it goes.

    Yields:
      A function that begins the experiment of a name, and returns its progress
      function.
    """
    if quiet:
        yield lambda _: lambda done, whole: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description:<28}"),
        BarColumn(),
        TextColumn("{task.percentage:3.0f} %"),
        TimeElapsedColumn(),
    )
    begun = 0
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=total)

        def begin(name: str) -> Callable[[int, int], None]:
            nonlocal begun
            before, begun = begun, begun + 1
            bar.update(task, description=name, completed=before)

            def update(done: int, whole: int) -> None:
                bar.update(task, completed=before + done / max(whole, 1))

            return update

        yield begin
        bar.update(task, completed=total)
