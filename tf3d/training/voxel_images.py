"""The images of a voxel run: its sources' training parts, and some held out."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from tf3d.errors import InputError
from tf3d.training.voxel_config import ImageSourceConfig, VoxelConfig

if TYPE_CHECKING:
    from tf3d.data.images import ImageSet

HELD_OUT = 256


@dataclasses.dataclass(frozen=True)
class TrainingImages:
    """What a run eats.

    Attributes:
      train: a set of each source.
      shares: how many images of each a batch takes.
      held_out: uint8 images of all sources' test parts, in their shares.
    """

    train: Sequence[ImageSet]
    shares: Sequence[int]
    held_out: np.ndarray


def shares_of_batch(shares: Sequence[float], batch_size: int) -> list[int]:
    """Whole numbers of images, in these proportions, that sum to the batch size.

    Each source gets at least one.

    Raises:
      InputError: if there are more sources than images in a batch.
    """
    if len(shares) > batch_size:
        raise InputError(
            f"A batch of {batch_size} cannot hold images of {len(shares)} sources. "
            "Give a larger batch size."
        )
    exact = np.asarray(shares, float) / sum(shares) * batch_size
    counts = np.maximum(np.floor(exact).astype(int), 1)
    while counts.sum() != batch_size:
        surplus = counts - exact
        if counts.sum() < batch_size:
            counts[np.argmin(surplus)] += 1
        else:
            counts[np.argmax(np.where(counts > 1, surplus, -np.inf))] -= 1
    return counts.tolist()


def open_training_images(
    config: VoxelConfig,
    size: int,
    channels: int,
    report: Callable[[str], None] = lambda _: None,
    filling: Callable[[int, int], None] | None = None,
) -> TrainingImages:
    """Opens a config's sources at the network's size.

    Args:
      config: names the sources.
      size: pixels along a side.
      channels: 1 for grey, 3 for RGB.
      report: called with a sentence on what was left out.
      filling: called with shapes rendered and in all.

    Raises:
      InputError: if a source is missing or bad, or nothing is left.
    """
    train, tests, shares = [], [], []
    for source in config.sources:
        try:
            parts = [
                _open(source, config.seed, part, size, channels, filling)
                for part in ("train", "test")
            ]
        except InputError as error:
            if not source.optional:
                raise
            report(f"Going on without {source.data}: {error}")
            continue
        for line in parts[0].report:
            report(line)
        train.append(parts[0])
        tests.append(parts[1].images)
        shares.append(source.share)
    if not train:
        raise InputError("None of the config's sources is there.")
    counts = shares_of_batch(shares, HELD_OUT)
    held_out = np.concatenate(
        [images[:: max(1, len(images) // n)][:n] for images, n in zip(tests, counts)]
    )
    return TrainingImages(train, shares_of_batch(shares, config.batch_size), held_out)


def _open(
    source: ImageSourceConfig,
    seed: int,
    part: str,
    size: int,
    channels: int,
    filling: Callable[[int, int], None] | None,
) -> ImageSet:
    from tf3d.data.images import open_images

    options = {}
    if source.data in ("shapes", "modelnet40"):
        options = {"elevation": source.elevation, "workers": source.workers}
        if filling is not None:
            options["progress"] = filling
        if source.kinds is not None:
            key = "kinds" if source.data == "shapes" else "categories"
            options[key] = source.kinds
    return open_images(
        source.data,
        source.data_dir,
        part=part,
        size=size,
        channels=channels,
        count=source.count if part == "train" else HELD_OUT,
        seed=seed if source.seed is None else source.seed,
        **options,
    )
