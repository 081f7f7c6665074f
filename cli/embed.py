"""`tf3d embed`: a map of codes."""

from __future__ import annotations

import pathlib

import click

from tf3d.cli import walk_options as shared


@click.command()
@click.argument("images", nargs=-1, type=shared.PATH, metavar="[IMAGE...]")
@shared.model
@click.option(
    "--data",
    help='A set\'s held-out images instead: "mnist", "fashion_mnist", "shapes", … or a '
    "folder. Voxel models only.",
)
@click.option("--data-dir", type=shared.PATH, help="Where the set lies.")
@click.option(
    "--count",
    type=click.IntRange(4, 10_000),
    default=400,
    show_default=True,
    help="Of the set's images at most.",
)
@shared.seed
@shared.picture()
@shared.meshes
@shared.quiet
def embed(
    images: tuple[pathlib.Path, ...],
    model: str,
    data: str | None,
    data_dir: pathlib.Path | None,
    count: int,
    seed: int,
    out: pathlib.Path,
    meshes: pathlib.Path | None,
    quiet: bool,
) -> None:
    """A map of the codes of pictures by t-SNE, with thumbnails.

    IMAGE is a picture of one object, or a folder of them. What has similar codes lies
    close together; classes of a set have colours.
    """
    from tf3d.prediction import embedding
    from tf3d.prediction.photos import photo_paths
    from tf3d.prediction.walks import Look

    with shared.progress("Encoding", quiet) as update:
        lines = embedding.embed(
            model,
            Look(out, meshes=meshes, progress=update),
            images=photo_paths(list(images)),
            data=data,
            data_dir=data_dir,
            count=count,
            seed=seed,
        )
    shared.tell(lines, quiet)
