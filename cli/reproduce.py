"""`tf3d reproduce`: each table and figure of both papers."""

from __future__ import annotations

import dataclasses
import pathlib
import time
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from tf3d.reproduction.registry import Context, Experiment, Result
    from tf3d.reproduction.running import Outcome

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
@click.option(
    "--store",
    type=click.Choice(["whole", "numbers"]),
    help="Keep what is computed with the package, to stand in where models or data are "
    'missing; "numbers" leaves out pictures of data that may not be passed on.',
)
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
    store: str | None,
    quiet: bool,
) -> None:
    """Compute the table or figure NAME of the papers, or "all" of them.

    Each writes its pictures, its figures as NAME.json, and a sentence: the paper's
    finding, ours, same or not. "all" also writes index.html, one page that holds
    everything. What needs models or data that are not at hand is taken from results
    that come with the package, and labelled so.
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
    from tf3d.reproduction.commands import command_of
    from tf3d.reproduction.models import Models
    from tf3d.reproduction.stored_results import check_names

    check_folder("--out", out)
    check_names(experiments())
    options = {"data": data, "data_dir": data_dir, "seed": seed, "count": count}
    context = Context("", Models(models), out, **options)
    keep = None
    if store is not None:
        keep = _Keeper(store == "whole", {"models": models, **options})
    if name == ALL:
        _everything(chosen, context, command_of(ALL, models, **options), keep, quiet)
    else:
        _one(chosen, context, keep, quiet)


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


@dataclasses.dataclass(frozen=True)
class _Keeper:
    """Stores what was computed."""

    pictures: bool
    options: dict[str, Any]

    def __call__(self, outcome: Outcome) -> None:
        from tf3d.reproduction.commands import command_of
        from tf3d.reproduction.stored_results import store_result

        result = outcome.result
        if result is None or result.stored is not None:
            click.echo(f"{outcome.experiment.name}: nothing was computed to be kept.")
            return
        command = command_of(result.name, **self.options)
        path = store_result(
            result, outcome.models, command, outcome.seconds, pictures=self.pictures
        )
        click.echo(f"Kept in {path}")


def _one(
    chosen: list[Experiment], context: Context, keep: _Keeper | None, quiet: bool
) -> None:
    from tf3d.cli.reproduction_progress import show_experiments
    from tf3d.errors import InputError
    from tf3d.reproduction.commands import told_preparation
    from tf3d.reproduction.registry import NotPossible
    from tf3d.reproduction.running import run_timed

    (experiment,) = chosen
    with show_experiments(chosen, quiet) as begin:
        context = dataclasses.replace(context, progress=begin(experiment))
        try:
            outcome = run_timed(experiment, context)
        except NotPossible as error:
            told = told_preparation(experiment)
            raise InputError(f"{experiment.name} cannot run. {error}{told}") from error
    _print(outcome.result)
    click.echo(f"Written to {context.out / experiment.name}.json")
    if keep is not None:
        keep(outcome)


def _everything(
    chosen: list[Experiment],
    context: Context,
    command: str,
    keep: _Keeper | None,
    quiet: bool,
) -> None:
    from tf3d.cli.reproduction_progress import show_experiments
    from tf3d.reproduction.report import Heading, write_report
    from tf3d.reproduction.running import run_all

    outcomes, began = [], time.monotonic()
    with show_experiments(chosen, quiet) as begin:
        for experiment in chosen:
            now = dataclasses.replace(context, progress=begin(experiment))
            outcomes += run_all([experiment], now)
    path = context.out / REPORT
    write_report(path, outcomes, Heading(command, time.monotonic() - began))
    _print_outcomes(outcomes)
    click.echo(f"Written to {path}")
    if keep is not None:
        for outcome in outcomes:
            keep(outcome)


def _print_outcomes(outcomes: list[Outcome]) -> None:
    from rich.table import Table

    from tf3d.cli.tables import table_console
    from tf3d.reproduction.report import verdict, where_from

    table = Table(box=None, pad_edge=False)
    for heading in ("experiment", "against the paper", "from"):
        table.add_column(heading, overflow="fold", no_wrap=heading == "experiment")
    for outcome in outcomes:
        table.add_row(outcome.experiment.name, verdict(outcome), where_from(outcome))
    table_console().print(table)


def _print(result: Result) -> None:
    from tf3d.cli.tables import print_result_table
    from tf3d.reproduction.report import VERDICTS, told_origin

    if result.stored is not None:
        click.echo(f"Stored result, not computed now. {result.stored.because}")
    for table in result.tables:
        print_result_table(table)
    click.echo(f"Paper: {result.sentence_paper}")
    click.echo(f"Here: {result.sentence_ours}")
    click.echo(f"Against the paper: {VERDICTS[result.same]}.")
    for note in result.notes:
        click.echo(note)
    if result.stored is not None:
        click.echo(f"Stored result: {told_origin(result.stored)}")
    for picture in result.pictures:
        click.echo(f"{picture.path}: {picture.caption}")
