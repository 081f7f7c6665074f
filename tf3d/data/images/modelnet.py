"""ModelNet40 trees of OFF files, rendered here as the paper's pictures were."""

from __future__ import annotations

import pathlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from tf3d.data.images.image_set import ImageSet
from tf3d.data.images.rendered import render_set
from tf3d.errors import InputError
from tf3d.shapes.manifests import Entry
from tf3d.shapes.sources import MeshFiles

# The paper's: three convex ones, then three concave ones.
CATEGORIES = ("airplane", "car", "person", "bowl", "chair", "cup")


def open_modelnet(
    data: str | pathlib.Path,
    *,
    part: str = "train",
    categories: Sequence[str] | None = None,
    seed: int = 0,
    **options: Any,
) -> ImageSet:
    """Renders the meshes of `CATEGORY/train/*.off` or `CATEGORY/test/*.off`.

    ModelNet is Z-up. Its shapes have no common front: azimuth 0 is the file's +X, the
    same for all views of a shape.

    Args:
      data: the folder that holds the categories' folders, or one with a `ModelNet40`.
      part: "train" or "test".
      categories: which; by default those of the paper's six that are there.
      seed: of the order of the shapes, in which `count` cuts.
      **options: see `render_set`.

    Raises:
      InputError: if there is no such tree, or a category is missing or empty.
    """
    root = pathlib.Path(data)
    for inner in ("ModelNet40", "modelnet40"):
        if (root / inner).is_dir():
            root = root / inner
            break
    if categories is None:
        found = [name for name in CATEGORIES if (root / name).is_dir()]
    else:
        found = list(categories)
    if not found:
        raise InputError(
            f"{root} has none of the folders {', '.join(CATEGORIES)}. Give the folder "
            "of ModelNet40, unpacked."
        )
    paths, labels = [], []
    for label, category in enumerate(found):
        files = _files(root, category, part)
        paths += files
        labels += [label] * len(files)
    order = np.random.default_rng([seed, 40]).permutation(len(paths))
    paths, labels = [paths[k] for k in order], [labels[k] for k in order]
    names = [path.relative_to(root).with_suffix("").as_posix() for path in paths]
    entries = [Entry(category=found[label], up="z") for label in labels]
    source = MeshFiles("modelnet40", paths, names, entries)
    return render_set(source, labels, found, "modelnet40", **options)


def _files(root: pathlib.Path, category: str, part: str) -> list[pathlib.Path]:
    folder = root / category / part
    files = [path for path in sorted(folder.glob("*")) if path.suffix.lower() == ".off"]
    if not files:
        raise InputError(
            f"{folder} holds no OFF file. Unpack ModelNet40 again, or leave the "
            f"category {category!r} out."
        )
    return files
