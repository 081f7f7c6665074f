"""CelebA's aligned faces, from the official folder or zip."""

from __future__ import annotations

import contextlib
import functools
import io
import pathlib
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator

import numpy as np

from tf3d.data.images.fitting import crop_centre, read_picture, shrink
from tf3d.data.images.image_set import ImageSet
from tf3d.errors import InputError

FOLDER = "img_align_celeba"
CROP = 0.83  # of the width: the face with its hair, most of the background gone
# The official partition by number: training up to the first, test after the second.
TRAIN_END, VALIDATION_END = 162_770, 182_637


def open_celeb_a(
    data: str | pathlib.Path,
    *,
    part: str = "train",
    size: int = 28,
    channels: int = 1,
    count: int | None = 10_000,
    crop: float = CROP,
) -> ImageSet:
    """Reads the first faces: their central square, shrunk.

    A complete set is parted as its authors say, by number; of a smaller one every tenth
    face is the test part.

    Args:
      data: the folder `img_align_celeba`, `img_align_celeba.zip`, or a folder that
        holds either (or a folder `celeb_a` that does).
      part: "train" or "test".
      size: of the pictures.
      channels: 1 or 3.
      count: how many faces at most (the paper takes 10,000).
      crop: the square's side as a share of the picture's shorter side.

    Raises:
      InputError: if there are no faces, one cannot be read, or the zip names files
        outside its folder.
    """
    with _opened(pathlib.Path(data)) as (names, read, where):
        chosen = choose_part(names, part)[:count]
        if not chosen:
            raise InputError(f"{where} has no faces of the part {part!r}.")
        images = np.empty((len(chosen), size, size, channels), np.uint8)
        for k, name in enumerate(chosen):
            picture = read_picture(io.BytesIO(read(name)), f"{where}: {name}", channels)
            images[k] = shrink(crop_centre(picture, crop), size)
    return ImageSet(images, name="celeb_a")


def choose_part(names: list[str], part: str) -> list[str]:
    """The names that belong to a part, in order."""
    names = sorted(names)
    numbers = [int(re.sub(r"\D", "", pathlib.PurePath(name).stem)) for name in names]
    if numbers and numbers[-1] > VALIDATION_END:
        if part == "train":
            return [n for n, number in zip(names, numbers) if number <= TRAIN_END]
        return [n for n, number in zip(names, numbers) if number > VALIDATION_END]
    held_out = names[9::10]
    return held_out if part == "test" else sorted(set(names) - set(held_out))


@contextlib.contextmanager
def _opened(
    data: pathlib.Path,
) -> Iterator[tuple[list[str], Callable[[str], bytes], pathlib.Path]]:
    """Names of faces, a function that reads one, and where they are."""
    places = [data, data / FOLDER, data / f"{FOLDER}.zip", data / "celeb_a" / FOLDER]
    places += [data / "celeb_a" / f"{FOLDER}.zip"]
    for place in places:
        if place.is_dir():
            names = [path.name for path in place.iterdir() if _is_face(path.name)]
            if names:
                yield names, functools.partial(_file, place), place
                return
        elif place.is_file():
            with _zip(place) as archive:
                names = _entries(archive, place)
                yield names, functools.partial(_entry, archive, place), place
            return
    raise InputError(
        f"{data} has neither faces (000001.jpg and so on), nor a folder {FOLDER}, nor "
        f"{FOLDER}.zip. Give the folder that CelebA was downloaded to."
    )


def _is_face(name: str) -> bool:
    return re.fullmatch(r"\d+\.(jpg|jpeg|png)", name, re.IGNORECASE) is not None


def _file(folder: pathlib.Path, name: str) -> bytes:
    path = folder / name
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"Cannot read {path}: {error.strerror}.") from error


def _zip(path: pathlib.Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as error:
        raise InputError(
            f"{path} is no zip file or stops early ({error}). Download it again."
        ) from error


def _entries(archive: zipfile.ZipFile, path: pathlib.Path) -> list[str]:
    names = archive.namelist()
    for name in names:
        parts = name.replace("\\", "/").split("/")
        if parts[0] == "" or ".." in parts or re.match(r"[A-Za-z]:", name):
            raise InputError(
                f"{path} holds a path outside its folder ({name!r}): this is not the "
                "official file. Download it again from the official page."
            )
    faces = [name for name in names if _is_face(name.rsplit("/", 1)[-1])]
    if not faces:
        raise InputError(f"{path} holds no faces (000001.jpg and so on).")
    return faces


def _entry(archive: zipfile.ZipFile, path: pathlib.Path, name: str) -> bytes:
    try:
        return archive.read(name)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as error:
        raise InputError(
            f"{path}: {name} is damaged ({error}). Download the zip again."
        ) from error
