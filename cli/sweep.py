"""`tf3d sweep`: an object from all around."""

from __future__ import annotations

import pathlib

import click

from tf3d.cli import walk_options as shared


@click.command()
@click.argument("image", type=shared.PATH)
@shared.model
@click.option(
    "--count",
    type=click.IntRange(1, 360),
    default=64,
    show_default=True,
    help="Azimuths around the circle.",
)
@shared.elevation
@shared.show
@shared.picture(film=True)
@shared.meshes
@shared.quiet
def sweep(
    image: pathlib.Path,
    model: str,
    count: int,
    elevation: float | None,
    show: str,
    out: pathlib.Path,
    meshes: pathlib.Path | None,
    quiet: bool,
) -> None:
    """The object of IMAGE from all around, in one picture or a film.

    A voxel model also says from where IMAGE shows it, and frames that picture.
    """
    from tf3d.prediction import walks

    look = walks.Look(out, elevation, show, meshes)
    shared.tell(walks.sweep(model, image, look, count=count), quiet)
