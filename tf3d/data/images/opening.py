"""Opens image sets by name."""

from __future__ import annotations

import pathlib
from typing import Any

from tf3d.data.images.celeb_a import open_celeb_a
from tf3d.data.images.fitting import check_format
from tf3d.data.images.folder import open_folder
from tf3d.data.images.idx import open_idx
from tf3d.data.images.image_set import ImageSet
from tf3d.data.images.modelnet import open_modelnet
from tf3d.data.images.shapes import open_shapes
from tf3d.data.images.tfds import open_tfds
from tf3d.errors import InputError

NAMES = ("mnist", "fashion_mnist", "celeb_a", "modelnet40", "shapes")
PARTS = ("train", "test")
# Generated shapes stand for ModelNet40: they need no download.
COMBINED = "mnist+fashion_mnist+shapes"


def open_images(
    data: str | pathlib.Path,
    data_dir: str | pathlib.Path | None = None,
    *,
    size: int = 28,
    channels: int = 1,
    count: int | None = None,
    part: str = "train",
    seed: int = 0,
    **options: Any,
) -> ImageSet:
    """Opens one image set.

    Args:
      data: one of `NAMES`, or a folder of pictures.
      data_dir: where a set lies; without it MNIST, Fashion-MNIST and CelebA come from
        tensorflow-datasets.
      size: of the pictures in pixels.
      channels: 1 for grey, 3 for RGB.
      count: how many pictures at most.
      part: "train" or "test".
      seed: of generated shapes, and of the order of ModelNet40's.
      **options: of rendered sets: `elevation`, `workers`, `progress`, and `kinds` of
        shapes or `categories` of ModelNet40.

    Raises:
      InputError: if the set is not there or bad, with what to do.
    """
    check_format(size, channels)
    if part not in PARTS:
        raise InputError(f"Unknown part {part!r}. Choose {' or '.join(PARTS)}.")
    if count is not None and count < 1:
        raise InputError(f"Expected a count of at least 1. Received: count={count}")
    name = str(data)
    how = {"part": part, "size": size, "channels": channels, "count": count}
    if name in NAMES and data_dir is not None and not pathlib.Path(data_dir).exists():
        raise InputError(f"There is no folder {data_dir}. Check --data-dir.")
    if name == "shapes":
        return open_shapes(seed=seed, **how, **options)
    if name == "modelnet40":
        if data_dir is None:
            raise InputError(
                "modelnet40 is not fetched by itself. Download it from Princeton "
                "(modelnet.cs.princeton.edu), unpack it, and name its folder with "
                "--data-dir."
            )
        return open_modelnet(data_dir, seed=seed, **how, **options)
    if name in NAMES:
        if data_dir is None:
            return open_tfds(name, **how)
        if name == "celeb_a":
            return open_celeb_a(data_dir, **{**how, "count": count or 10_000})
        return open_idx(name, data_dir, **how)
    if not pathlib.Path(data).exists():
        raise InputError(
            f"There is no image set or folder {name!r}. Choose {', '.join(NAMES)}, "
            "combined, or a folder of pictures."
        )
    return open_folder(data, **how)


def open_image_sets(
    data: str | pathlib.Path,
    data_dir: str | pathlib.Path | None = None,
    **options: Any,
) -> list[ImageSet]:
    """Opens one set or several that are trained on together.

    Args:
      data: as for `open_images`, or several names joined by "+"; "combined" is MNIST,
        Fashion-MNIST and generated shapes.
      data_dir: of all of them: each looks for a folder of its own name in it first.
      **options: as for `open_images`; `count` is each set's.
    """
    name = COMBINED if str(data) == "combined" else str(data)
    names = name.split("+") if "+" in name else [data]
    if len(names) > 1 and (unknown := [one for one in names if one not in NAMES]):
        raise InputError(
            f"Unknown image sets in {name!r}: {', '.join(unknown)}. Join "
            f"{', '.join(NAMES)}."
        )
    rendered = ("elevation", "workers", "progress", "kinds", "categories")
    result = []
    for one in names:
        own = dict(options)
        for key in rendered:
            if str(one) not in ("shapes", "modelnet40") and len(names) > 1:
                own.pop(key, None)
        result.append(open_images(one, data_dir, **own))
    return result
