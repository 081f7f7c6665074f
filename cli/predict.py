"""`tf3d predict`: photos in, meshes and views out."""

from __future__ import annotations

from typing import Any

import click

from tf3d.cli import predict_options as shared


@click.command()
@shared.images
@click.option(
    "--model",
    default="multiview-cars",
    show_default=True,
    help="A model that ships, a folder that training left, a .keras file or a "
    "SavedModel.",
)
@shared.options
def predict(model: str, **asked: Any) -> None:
    """Photos in, meshes and views out.

    IMAGE is a picture of one object, or a folder of them. A picture with transparency
    is cut out by it. Without any output named, the mesh goes to IMAGE's name with .ply
    in the working folder.

    Of several pictures, each gets outputs of its own: --mesh out.ply becomes
    out-NAME.ply, --images DIR becomes DIR/NAME.

    The views asked for go to --images. The surface is fused from a fixed set of
    viewpoints all around, whatever these are. Meshes have z up and the front towards x
    (GLB: y up and z), with a diagonal of about 1 unless --length is given.

    A voxel model wants a light object on black, and turns ink on paper into that: the
    input.png in --images shows what it saw. It gives --voxels too, and its rays are
    parallel, so that a viewpoint's distance means nothing to it.
    """
    shared.run(**asked, model=model)
