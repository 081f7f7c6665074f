"""The images of a voxel run: its sources' training parts, and some held out."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np

from tf3d.errors import InputError
from tf3d.training.voxel_batches import shares_of_batch
from tf3d.training.voxel_config import VoxelConfig

HELD_OUT = 256


@dataclasses.dataclass(frozen=True)
class TrainingImages:
    """What a run eats.

    Attributes:
      train: uint8 images `[count, size, size, channels]` of each source.
      shares: of a batch, relative to each other.
      held_out: uint8 images from all sources, in their shares.
    """

    train: Sequence[np.ndarray]
    shares: Sequence[float]
    held_out: np.ndarray


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
      report: called with a sentence on each optional source that is missing.
      filling: called with sources done and in all.

    Raises:
      InputError: if a source is missing or bad, or nothing is left.
    """
    from tf3d.data.images import open_images

    train, tests, shares = [], [], []
    for index, source in enumerate(config.sources):
        if filling is not None:
            filling(index, len(config.sources))
        try:
            parts = [
                open_images(source.data, source.data_dir, size, channels, part).images
                for part in ("train", "test")
            ]
        except InputError as error:
            if not source.optional:
                raise
            report(f"Going on without {source.data}: {error}")
            continue
        train.append(parts[0])
        tests.append(parts[1])
        shares.append(source.share)
    if filling is not None:
        filling(len(config.sources), len(config.sources))
    if not train:
        raise InputError("None of the config's sources is there.")
    counts = shares_of_batch(shares, HELD_OUT)
    held_out = np.concatenate(
        [images[:: max(1, len(images) // n)][:n] for images, n in zip(tests, counts)]
    )
    return TrainingImages(train, shares, held_out)
