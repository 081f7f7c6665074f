"""Image sets from tensorflow-datasets, which downloads them at first use."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import PIL.Image

from tf3d.data.images.celeb_a import CROP
from tf3d.data.images.fitting import MODES, crop_centre, resized, shrink
from tf3d.data.images.idx import CLASSES
from tf3d.data.images.image_set import ImageSet
from tf3d.errors import InputError

NAMES = ("mnist", "fashion_mnist", "celeb_a")


def open_tfds(
    name: str,
    *,
    part: str = "train",
    size: int = 28,
    channels: int = 1,
    count: int | None = None,
) -> ImageSet:
    """Reads a set, fetching it to `~/tensorflow_datasets` if it is not there.

    Args:
      name: "mnist", "fashion_mnist" or "celeb_a".
      part: "train" or "test".
      size: of the pictures.
      channels: 1 or 3.
      count: the first so many; default all, of CelebA 10,000.

    Raises:
      InputError: if the set cannot be fetched, with what to do.
    """
    if name not in NAMES:
        raise InputError(
            f"{name} cannot be fetched. Download it yourself, and name its folder with "
            "--data-dir."
        )
    if count is None and name == "celeb_a":
        count = 10_000
    try:
        import tensorflow_datasets as tfds

        examples = tfds.as_numpy(tfds.load(name, split=part, shuffle_files=False))
        images, labels = _collect(itertools.islice(examples, count), name)
    except Exception as error:  # it has no one type of error for "cannot be had"
        reason = next(iter(str(error).splitlines()), "") or type(error).__name__
        raise InputError(
            f"{name} could not be fetched ({reason}). Without a network, or where its "
            "host refuses, download it by other means and name its folder with "
            "--data-dir."
        ) from error
    if name == "celeb_a":
        faces = [_face(image, size, channels) for image in images]
        return ImageSet(np.stack(faces), name=name)
    pictures = resized(np.stack(images), size, channels)
    return ImageSet(pictures, np.array(labels, np.int32), CLASSES[name], name)


def _collect(examples: Any, name: str) -> tuple[list[np.ndarray], list[int]]:
    images, labels = [], []
    for example in examples:
        images.append(example["image"])
        labels.append(0 if name == "celeb_a" else int(example["label"]))
    if not images:
        raise ValueError("it is empty")
    return images, labels


def _face(image: np.ndarray, size: int, channels: int) -> np.ndarray:
    picture = PIL.Image.fromarray(image).convert(MODES[channels])
    return shrink(crop_centre(picture, CROP), size)
