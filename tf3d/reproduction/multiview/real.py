"""The paper's tables and figures on real meshes and photos, which do not ship."""

from __future__ import annotations

import dataclasses

from tf3d.reproduction.multiview.photos import photos
from tf3d.reproduction.multiview.predictions import predictions
from tf3d.reproduction.multiview.surfaces import reconstructions
from tf3d.reproduction.multiview.table1 import table1
from tf3d.reproduction.registry import Context, NotPossible, Result

MESHES = "open"  # the open collection: tf3d/shapes/open_meshes.yaml
PHOTOS = "photos"


def real_table1(context: Context) -> Result:
    """Table 1 on real meshes that nobody trained on."""
    return table1(_on(context, MESHES))


def real_predictions(context: Context) -> Result:
    """Fig. 4 on the same."""
    return predictions(_on(context, MESHES))


def real_reconstructions(context: Context) -> Result:
    """Fig. 10 on the same."""
    return reconstructions(_on(context, MESHES))


def real_photos(context: Context) -> Result:
    """Fig. 9 on photos."""
    return photos(_on(context, PHOTOS))


def _on(context: Context, name: str) -> Context:
    """The context with the user's data, or a folder of that name among them."""
    if context.data is not None:
        return context
    folder = None if context.data_dir is None else context.data_dir / name
    if folder is None or not folder.is_dir():
        raise NotPossible(
            f"It needs a folder {name} in --data-dir, or another one with --data."
        )
    return dataclasses.replace(context, data=str(folder))
