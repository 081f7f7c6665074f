"""`tf3d traverse`: what each latent dimension does."""

from __future__ import annotations

import pathlib

import click

from tf3d.cli import walk_options as shared


@click.command()
@click.argument("image", type=shared.PATH)
@shared.model
@click.option(
    "--dimension",
    "dimensions",
    type=click.IntRange(min=0),
    multiple=True,
    help="To be shown; repeat for more.  [default: all]",
)
@click.option(
    "--steps",
    type=click.IntRange(1, 64),
    default=9,
    show_default=True,
    help="Values of each dimension.",
)
@click.option(
    "--span",
    type=click.FloatRange(min=0, min_open=True),
    default=3.0,
    show_default=True,
    help="They go from -SPAN to SPAN.",
)
@click.option("--azimuth", type=float, help="Degrees.  [default: IMAGE's own]")
@shared.elevation
@shared.show
@shared.picture()
@shared.meshes
@shared.quiet
def traverse(
    image: pathlib.Path,
    model: str,
    dimensions: tuple[int, ...],
    steps: int,
    span: float,
    azimuth: float | None,
    elevation: float | None,
    show: str,
    out: pathlib.Path,
    meshes: pathlib.Path | None,
    quiet: bool,
) -> None:
    """What each latent dimension of a voxel model does to IMAGE, a row for each."""
    from tf3d.prediction import walks

    with shared.progress("Traversing", quiet) as update:
        look = walks.Look(out, elevation, show, meshes, update)
        lines = walks.traverse(
            model,
            image,
            look,
            steps=steps,
            span=span,
            dimensions=dimensions,
            azimuth=azimuth,
        )
    shared.tell(lines, quiet)
