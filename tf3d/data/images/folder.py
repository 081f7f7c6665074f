"""A folder of pictures of any size and colour."""

from __future__ import annotations

import pathlib

import numpy as np

from tf3d.data.images.fitting import EXTENSIONS, pad_square, read_picture, shrink
from tf3d.data.images.image_set import ImageSet
from tf3d.errors import InputError

PARTS = ("train", "test")


def open_folder(
    folder: str | pathlib.Path,
    *,
    part: str = "train",
    size: int = 28,
    channels: int = 1,
    count: int | None = None,
) -> ImageSet:
    """Reads all pictures of a folder and its subfolders, in the order of their names.

    Each is padded to a square in the colour of its border and shrunk, never stretched.
    Pictures are taken as they are: the projection is bright where there is matter, so
    bright objects on dark ground suit it.

    Args:
      folder: its subfolders, if all pictures lie in such, are the classes. Folders
        `train` and `test`, if both are there, are the parts; otherwise every tenth
        picture is the test part, given that there are at least ten.
      part: "train" or "test".
      size: of the pictures.
      channels: 1 or 3.
      count: how many at most.

    Raises:
      InputError: if there is no picture, or one cannot be read.
    """
    folder = pathlib.Path(folder)
    if not folder.is_dir():
        raise InputError(f"There is no folder {folder}. Check the path.")
    parted = all((folder / name).is_dir() for name in PARTS)
    top = folder / part if parted else folder
    paths = _pictures(top)
    if not paths:
        raise InputError(
            f"{top}: there is no picture in it or in its subfolders. "
            f"Known files: {', '.join(EXTENSIONS)}."
        )
    if not parted:
        paths = _part(paths, part, folder)
    paths = paths[:count]
    images = np.empty((len(paths), size, size, channels), np.uint8)
    for k, path in enumerate(paths):
        images[k] = shrink(pad_square(read_picture(path, str(path), channels)), size)
    classes = [path.relative_to(top).parts[:-1] for path in paths]
    names = tuple(sorted({parts[0] for parts in classes if parts}))
    labels = None
    if all(classes) and len(names) > 1:
        labels = np.array([names.index(parts[0]) for parts in classes], np.int32)
    return ImageSet(images, labels, names if labels is not None else (), folder.name)


def _pictures(folder: pathlib.Path) -> list[pathlib.Path]:
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in EXTENSIONS
        and path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def _part(
    paths: list[pathlib.Path], part: str, folder: pathlib.Path
) -> list[pathlib.Path]:
    if len(paths) < 10:
        if part == "train":
            return paths
        raise InputError(
            f"{folder} holds {len(paths)} pictures, too few to set some aside. Put "
            "them into folders train and test."
        )
    if part == "test":
        return paths[9::10]
    return [path for k, path in enumerate(paths) if k % 10 != 9]
