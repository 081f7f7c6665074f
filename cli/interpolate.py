"""`tf3d interpolate`: from one object to another, and beyond."""

from __future__ import annotations

import pathlib

import click

from tf3d.cli import walk_options as shared


@click.command()
@click.argument("first", type=shared.PATH, metavar="A")
@click.argument("second", type=shared.PATH, metavar="B")
@shared.model
@click.option(
    "--steps",
    type=click.IntRange(2, 360),
    default=9,
    show_default=True,
    help="Objects shown, ends included.",
)
@click.option(
    "--extrapolate",
    type=click.FloatRange(0, 10),
    default=0.0,
    show_default=True,
    help="How far to go beyond A and B, as a share of the way between them.",
)
@click.option(
    "--views",
    type=click.IntRange(1, 36),
    default=3,
    show_default=True,
    help="Of each object, evenly around it.",
)
@shared.elevation
@shared.show
@shared.picture(film=True)
@shared.meshes
@shared.quiet
def interpolate(
    first: pathlib.Path,
    second: pathlib.Path,
    model: str,
    steps: int,
    extrapolate: float,
    views: int,
    elevation: float | None,
    show: str,
    out: pathlib.Path,
    meshes: pathlib.Path | None,
    quiet: bool,
) -> None:
    """The way from the object of picture A to that of B, and beyond."""
    from tf3d.prediction import walks

    with shared.progress("Interpolating", quiet) as update:
        look = walks.Look(out, elevation, show, meshes, update)
        lines = walks.interpolate(
            model,
            (first, second),
            look,
            steps=steps,
            extrapolate=extrapolate,
            views=views,
        )
    shared.tell(lines, quiet)
