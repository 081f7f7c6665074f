"""`tf3d evaluate`: a model's figures on held-out shapes."""

from __future__ import annotations

import json
import pathlib
from typing import Any

import click


@click.command()
@click.argument("model")
@click.option(
    "--data",
    required=True,
    help='"cars", "chairs", a folder of meshes or a ShapeNetCore tree.',
)
@click.option("--category", help="Keep one category of a folder or tree.")
@click.option("--count", type=click.IntRange(min=1), help="Shapes of the data at most.")
@click.option("--data-seed", default=0, show_default=True, help="Of built-in data.")
@click.option(
    "--split",
    "split_file",
    type=click.Path(path_type=pathlib.Path),
    help="What `tf3d split` wrote. Built-in data brings its own; other data may say in "
    "its meshes.yaml what is held out.",
)
@click.option(
    "--baseline",
    help='Whose training shapes the nearest neighbour is sought in, too: "cars", '
    '"chairs", "own" (only the data\'s) or "none" (no comparison).  '
    '[default: "cars", of chairs "chairs"]',
)
@click.option("--shapes", type=click.IntRange(min=1), help="Of each part at most.")
@click.option(
    "--mesh-shapes",
    type=click.IntRange(min=0),
    default=24,
    show_default=True,
    help="Of each part at most, whose surface is fused.",
)
@click.option("--method", help="Of fusion; the best one by default.")
@click.option("--seed", default=0, show_default=True, help="Of the backgrounds.")
@click.option(
    "--pictures",
    type=click.Path(file_okay=False, path_type=pathlib.Path),
    help="Folder for pictures: input, prediction, truth.",
)
@click.option(
    "--json",
    "json_file",
    type=click.Path(dir_okay=False, path_type=pathlib.Path),
    help="File for all figures.",
)
@click.option(
    "--cache",
    type=click.Path(file_okay=False, path_type=pathlib.Path),
    default=pathlib.Path("runs/cache"),
    show_default=True,
    help="Folder for the baseline's renderings: 200 KB a training shape.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=0),
    default=2,
    show_default=True,
    help="Processes that render them.",
)
def evaluate(**options: Any) -> None:
    """Measure MODEL (a name, file or run's folder) on held-out shapes.

    Prints, for each held-out part of the data, the errors of the predicted views beside
    those of a nearest-neighbour search through the training shapes, and the fused
    surfaces beside those of the same fusion on exact depth maps.
    """
    from rich.console import Console

    from tf3d.cli.progress import progress_bar
    from tf3d.data.splits import read_split
    from tf3d.evaluation.evaluate import evaluate as figures
    from tf3d.evaluation.tables import as_tables
    from tf3d.files import replacing
    from tf3d.prediction import load
    from tf3d.prediction.reconstructor import multi_view_only
    from tf3d.shapes.sources import open_source

    split = None if options["split_file"] is None else read_split(options["split_file"])
    data, category = options["data"], options["category"]
    with progress_bar("Reading shapes") as update:
        source = open_source(
            data,
            category=category,
            count=options["count"],
            seed=options["data_seed"],
            progress=update,
        )
    for line in source.report:
        click.echo(line, err=True)
    model = multi_view_only(load(options["model"]))
    baseline = _baseline(options["baseline"], data, category)
    values: dict[str, float] = {}
    for name, value in figures(
        model,
        data,
        source,
        split,
        with_baseline=baseline != "none",
        baseline=None if baseline in ("none", "own") else baseline,
        progress=progress_bar,
        **{
            key: options[key]
            for key in ("shapes", "mesh_shapes", "method", "seed", "cache", "workers")
        },
        pictures=options["pictures"],
    ):
        values[name] = value
    for table in as_tables(values):
        Console().print(table)
    if options["json_file"] is not None:
        content = {"model": options["model"], "data": data, "values": values}
        with replacing(options["json_file"]) as temporary:
            temporary.write_text(json.dumps(content, indent=1) + "\n")


def _baseline(wanted: str | None, data: str, category: str | None) -> str:
    """The default is the built-in generator of the data's kind."""
    from tf3d.errors import InputError
    from tf3d.shapes.sources import GENERATORS

    if wanted is None:
        if data in GENERATORS:
            return "own"
        return "chairs" if (category or "").startswith("chair") else "cars"
    if wanted not in (*GENERATORS, "own", "none"):
        raise InputError(
            f"Unknown baseline {wanted!r}. Choose {', '.join(GENERATORS)}, own or none."
        )
    return wanted
