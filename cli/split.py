"""`tf3d split`: shapes into training, normal and difficult ones."""

from __future__ import annotations

import pathlib

import click


@click.command()
@click.option(
    "--data",
    required=True,
    help='"cars", "chairs", a folder of meshes or a ShapeNetCore tree.',
)
@click.option("--category", help="Keep one category of a folder or tree.")
@click.option(
    "--count",
    type=click.IntRange(min=1),
    help="How many shapes; 7500 of a built-in source, otherwise all.",
)
@click.option("--seed", default=0, show_default=True, help="Of a built-in source.")
@click.option(
    "--clusters",
    type=click.IntRange(min=1),
    help="How many clusters make up the normal test set.  [default: 3 of chairs, 1]",
)
@click.option(
    "--workers",
    type=click.IntRange(min=0),
    default=2,
    show_default=True,
    help="Processes that render.",
)
@click.option(
    "--compact", is_flag=True, help="Leave the training shapes out: all others."
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=pathlib.Path),
    required=True,
    help="The JSON file to write.",
)
def split(
    data: str,
    category: str | None,
    count: int | None,
    seed: int,
    clusters: int | None,
    workers: int,
    compact: bool,
    out: pathlib.Path,
) -> None:
    """Split shapes into training, normal and difficult ones.

    Shapes are compared by HOG descriptors of three renderings and clustered. The normal
    test shapes are one whole cluster of 1.8 % of all, so that none has a near twin in
    training; the difficult ones are the 20 others that look least like it.
    """
    from tf3d.cli.progress import progress_bar
    from tf3d.data.splits import make_split, write_split
    from tf3d.shapes.sources import GENERATORS, open_source

    with progress_bar("Reading shapes") as update:
        source = open_source(
            data, category=category, count=count, seed=seed, progress=update
        )
    with progress_bar("Comparing shapes") as update:
        result = make_split(
            source,
            data=data,
            seed=seed if data in GENERATORS else None,
            clusters=clusters,
            workers=workers,
            progress=update,
        )
    write_split(result, out, compact=compact)
    for line in source.report:
        click.echo(line, err=True)
    click.echo(
        f"{out}: {len(result.train)} training, {len(result.normal)} normal, "
        f"{len(result.difficult)} difficult shapes."
    )
