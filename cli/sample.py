"""`tf3d sample`: random shapes."""

from __future__ import annotations

import pathlib

import click

from tf3d.cli import walk_options as shared


@click.command()
@click.argument("model")
@click.option(
    "--count",
    type=click.IntRange(1, 1024),
    default=16,
    show_default=True,
    help="Shapes.",
)
@click.option(
    "--views",
    type=click.IntRange(1, 64),
    default=4,
    show_default=True,
    help="Of each shape, over half a turn.",
)
@click.option(
    "--spread",
    type=click.FloatRange(min=0, min_open=True),
    default=None,
    help="Standard deviation of the codes around 0: 1 for the prior.  [default: as the "
    "training images' codes lie, where the model brings that; else 1]",
)
@shared.seed
@shared.elevation
@shared.show
@shared.picture()
@shared.meshes
@shared.quiet
def sample(
    model: str,
    count: int,
    views: int,
    spread: float | None,
    seed: int,
    elevation: float | None,
    show: str,
    out: pathlib.Path,
    meshes: pathlib.Path | None,
    quiet: bool,
) -> None:
    """Random shapes of a voxel MODEL (a name, file or run's folder)."""
    from tf3d.prediction import walks

    with shared.progress("Sampling", quiet) as update:
        look = walks.Look(out, elevation, show, meshes, update)
        lines = walks.sample(
            model, look, count=count, views=views, seed=seed, spread=spread
        )
    shared.tell(lines, quiet)
