"""`tf3d render`: shapes to a folder of views."""

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
@click.option(
    "--views",
    type=click.IntRange(min=1),
    default=24,
    show_default=True,
    help="Of each shape, from random viewpoints.",
)
@click.option(
    "--size",
    type=click.IntRange(16, 1024),
    default=128,
    show_default=True,
    help="Width and height of the pictures.",
)
@click.option(
    "--light",
    type=click.Choice(["studio", "random"]),
    default="studio",
    show_default=True,
    help="Of the target pictures; the inputs' is always random.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Of viewpoints and lights, and of a built-in source's shapes.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=0),
    default=2,
    show_default=True,
    help="Processes that render.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=pathlib.Path),
    required=True,
    help="The folder to write: train on it with `tf3d train --data OUT`.",
)
@click.option(
    "--sheet",
    type=click.Path(dir_okay=False, path_type=pathlib.Path),
    help="Write a contact sheet as well: a .png or .jpg file.",
)
def render(
    data: str,
    category: str | None,
    count: int | None,
    views: int,
    size: int,
    light: str,
    seed: int,
    workers: int,
    out: pathlib.Path,
    sheet: pathlib.Path | None,
) -> None:
    """Render shapes to a folder of views.

    OUT gets one .npz file for each shape and index.json. A file holds, for each view:
    viewpoints (azimuth, elevation, distance), rgb (the target over grey), alpha, depth
    (world units, 0 outside) and front (the object under random lights, to be laid over
    a background).
    """
    from tf3d.cli.progress import progress_bar
    from tf3d.data.stored import render_folder, write_sheet
    from tf3d.errors import InputError
    from tf3d.shapes.sources import open_source

    if sheet is not None and sheet.suffix.lower() not in (".png", ".jpg"):
        raise InputError(
            f"--sheet {sheet}: unknown extension {sheet.suffix!r}. Use .png or .jpg."
        )
    with progress_bar("Reading shapes") as update:
        source = open_source(
            data, category=category, count=count, seed=seed, progress=update
        )
    with progress_bar("Rendering") as update:
        stored = render_folder(
            source,
            out,
            views=views,
            size=size,
            seed=seed,
            target_light=light,
            workers=workers,
            progress=update,
        )
    for line in [*source.report, *stored.skipped]:
        click.echo(line, err=True)
    click.echo(f"{out}: {len(stored.names)} shapes, {views} views each.")
    if sheet is not None:
        write_sheet(stored, sheet)
        click.echo(f"{sheet}: the first of them.")
