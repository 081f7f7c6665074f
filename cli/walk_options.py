"""Options that the commands through codes and around objects share."""

from __future__ import annotations

import contextlib
import pathlib
from collections.abc import Callable

import click

PATH = click.Path(path_type=pathlib.Path)

model = click.option(
    "--model",
    required=True,
    help="A model that ships, a folder that training left, a .keras file or a "
    "SavedModel.",
)
elevation = click.option(
    "--elevation",
    type=click.FloatRange(-90, 90),
    help="Degrees.  [default: 0 of voxel models, otherwise 20]",
)
show = click.option(
    "--show",
    type=click.Choice(["picture", "projection"]),
    default="picture",
    show_default=True,
    help="What a voxel model shows: its final picture, or that before the texturizer.",
)
meshes = click.option(
    "--mesh", "meshes", type=PATH, help="Write a .ply of each object into a folder."
)
seed = click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    default=0,
    show_default=True,
    help="Of the random choices.",
)
quiet = click.option("--quiet", is_flag=True, help="Report nothing but errors.")


def picture(film: bool = False) -> click.Option:
    """`--out`, for a picture or perhaps a film."""
    kinds = ".png, .gif or .mp4" if film else ".png"
    return click.option(
        "--out", type=PATH, required=True, help=f"The file to write: {kinds}."
    )


def progress(
    title: str, quiet: bool
) -> contextlib.AbstractContextManager[Callable[[int, int], None]]:
    """A progress bar, or nothing."""
    from tf3d.cli.progress import progress_bar

    if quiet:
        return contextlib.nullcontext(lambda done, total: None)
    return progress_bar(title)


def tell(lines: list[str], quiet: bool) -> None:
    """Prints what was done."""
    for line in lines:
        if not quiet:
            click.echo(line)
