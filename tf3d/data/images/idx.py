"""IDX files, as MNIST and Fashion-MNIST come, packed with gzip or not."""

from __future__ import annotations

import gzip
import pathlib
import zlib

import numpy as np

from tf3d.data.images.fitting import resized
from tf3d.data.images.image_set import ImageSet
from tf3d.errors import InputError

DIGITS = tuple("0123456789")
GARMENTS = (
    "T-shirt",
    "trousers",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
)
CLASSES = {"mnist": DIGITS, "fashion_mnist": GARMENTS}

_PREFIX = {"train": "train", "test": "t10k"}
_UINT8 = 0x08
_AGAIN = "Download the file again."


def read_idx(path: str | pathlib.Path) -> np.ndarray:
    """Reads one IDX file of bytes.

    Args:
      path: the file; gzip is known by its content, not by its name.

    Returns:
      uint8, of the shape that the file states.

    Raises:
      InputError: if it cannot be read, is no such file, stops early or is too long.
    """
    path = pathlib.Path(path)
    try:
        data = path.read_bytes()
        if data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(
            f"{path} is damaged or stops early ({error}). {_AGAIN}"
        ) from error
    except OSError as error:
        raise InputError(f"Cannot read {path}: {error.strerror or error}.") from error
    if len(data) < 4 or data[:2] != b"\0\0":
        raise InputError(
            f"{path} is no IDX file: it does not begin with its magic number. {_AGAIN}"
        )
    kind, dimensions = data[2], data[3]
    if kind != _UINT8 or dimensions == 0:
        raise InputError(
            f"{path}: wrong magic number 0x{kind:02x}{dimensions:02x}. Expected an IDX "
            "file of bytes (0x0801 for labels, 0x0803 for images)."
        )
    start = 4 + 4 * dimensions
    if len(data) < start:
        raise InputError(f"{path} stops within its head. {_AGAIN}")
    shape = tuple(int(n) for n in np.frombuffer(data[4:start], ">u4"))
    wanted, found = 1, len(data) - start
    for length in shape:
        wanted *= length
    if found != wanted:
        how = "stops early" if found < wanted else "is too long"
        raise InputError(
            f"{path} {how}: its head says {wanted} bytes of shape {shape}, "
            f"there are {found}. {_AGAIN}"
        )
    return np.frombuffer(data, np.uint8, offset=start).reshape(shape)


def open_idx(
    name: str,
    folder: str | pathlib.Path,
    *,
    part: str = "train",
    size: int = 28,
    channels: int = 1,
    count: int | None = None,
) -> ImageSet:
    """Reads MNIST's or Fashion-MNIST's four files from a folder.

    Args:
      name: "mnist" or "fashion_mnist".
      folder: holds `train-images-idx3-ubyte`, `t10k-labels-idx1-ubyte` and so on, with
        or without `.gz`; or a folder called `name` that does.
      part: "train" or "test".
      size: of the pictures.
      channels: 1 or 3.
      count: the first so many.

    Raises:
      InputError: if a file is missing or bad, or images and labels do not match.
    """
    folder = pathlib.Path(folder)
    if (folder / name).is_dir():
        folder = folder / name
    image_path = _find(folder, f"{_PREFIX[part]}-images", "idx3", name)
    label_path = _find(folder, f"{_PREFIX[part]}-labels", "idx1", name)
    images, labels = read_idx(image_path), read_idx(label_path)
    if images.ndim != 3 or images.shape[1] != images.shape[2] or not len(images):
        raise InputError(
            f"{image_path}: expected square images [n, size, size]. "
            f"Received: shape={images.shape}. Is it the file of the images?"
        )
    if labels.ndim != 1 or len(labels) != len(images):
        raise InputError(
            f"{label_path} holds labels of shape {labels.shape} for the {len(images)} "
            f"images in {image_path.name}: the two do not belong together. Download "
            "both again."
        )
    names = CLASSES[name]
    if labels.max() >= len(names):
        raise InputError(
            f"{label_path}: label {labels.max()} of {len(names)} classes. {_AGAIN}"
        )
    images = resized(images[:count, ..., None], size, channels)
    return ImageSet(images, labels[:count].astype(np.int32), names, name)


def _find(folder: pathlib.Path, stem: str, kind: str, name: str) -> pathlib.Path:
    for between in ("-", "."):
        for suffix in ("", ".gz"):
            path = folder / f"{stem}{between}{kind}-ubyte{suffix}"
            if path.is_file():
                return path
    raise InputError(
        f"{folder} has no {stem}-{kind}-ubyte or {stem}-{kind}-ubyte.gz. Give the "
        f"folder that holds the four files of {name}."
    )
