"""`tf3d export`: a SavedModel for TensorFlow Serving."""

from __future__ import annotations

import pathlib

import click


@click.command()
@click.argument("model", metavar="RUN|NAME|FILE")
@click.option(
    "--out",
    type=click.Path(path_type=pathlib.Path),
    help="The model's folder, in which versions lie.  [default: saved_models/NAME]",
)
@click.option(
    "--version",
    type=click.IntRange(min=1),
    metavar="N",
    help="Number of the version.  [default: the next]",
)
@click.option(
    "--serving-config",
    is_flag=True,
    help="Write models.config and batching.config of TensorFlow Serving, too.",
)
def export(
    model: str, out: pathlib.Path | None, version: int | None, serving_config: bool
) -> None:
    """Export a model as a SavedModel, as TensorFlow Serving takes it.

    The model is one that ships, a folder that training left, or a .keras file. The
    version appears in its folder when it is complete, and no version is overwritten:
    a server that watches the folder may go on serving meanwhile.
    """
    from tf3d.export.saved_model import describe, export_saved_model
    from tf3d.export.serving_config import write_serving_config
    from tf3d.prediction.reconstructor import load_trainable

    network = load_trainable(model)
    out = out or pathlib.Path("saved_models") / network.name
    path = export_saved_model(
        network.model,
        out,
        version,
        name=network.name,
        refinement=getattr(network, "photo_refinement", None),
    )
    for line in describe(path):
        click.echo(line)
    if serving_config:
        files = write_serving_config(out, out.resolve().name)
        click.echo(f"Wrote {' and '.join(map(str, files))}")
