"""What a voxel model makes of many images."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np

from tf3d.evaluation.voxels.sparsity import hoyer, voxels_per_ray
from tf3d.fusion import THRESHOLD
from tf3d.prediction import VoxelReconstructor

BATCH = 64
Progress = Callable[[int, int], None]


@dataclasses.dataclass(frozen=True)
class Inferred:
    """A model's results for n images.

    Attributes:
      mean: `[n, latent]` of the posteriors; the codes.
      log_variance: `[n, latent]`.
      azimuth: `[n]` radians.
      elevation: `[n]` radians.
      projection_error: `[n]` mean squared error per pixel and channel.
      picture_error: the same of the final picture, after the texturizer.
      occupied: `[n]` share of the voxels above the default threshold.
      voxel_hoyer: `[n]` sparsity of the voxels, see `sparsity.hoyer`.
      per_ray: `[n]` occupied voxels along each ray that meets any.
      voxels: occupancy `[n, x, y, z]`, or None where it was not kept.
    """

    mean: np.ndarray
    log_variance: np.ndarray
    azimuth: np.ndarray
    elevation: np.ndarray
    projection_error: np.ndarray
    picture_error: np.ndarray
    occupied: np.ndarray
    voxel_hoyer: np.ndarray
    per_ray: np.ndarray
    voxels: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.mean)


def infer(
    network: VoxelReconstructor,
    images: np.ndarray,
    *,
    keep_voxels: bool = False,
    progress: Progress | None = None,
) -> Inferred:
    """Runs a model over images, at its best: codes without noise, searched poses.

    Args:
      network: the model.
      images: `[n, size, size, channels]` uint8, or float32 in [0, 1].
      keep_voxels: whether to return them: 88 KB an image at 28³.
      progress: called with the number of images done and their total.

    Raises:
      ValueError: if the images have another shape.
    """
    import keras

    size, channels = network.image_size, network.channels
    if images.ndim != 4 or images.shape[1:] != (size, size, channels):
        raise ValueError(
            f"Expected images of shape [n, {size}, {size}, {channels}]. "
            f"Received: shape={images.shape}"
        )
    parts: dict[str, list[np.ndarray]] = {}
    for start in range(0, len(images), BATCH):
        batch = as_floats(images[start : start + BATCH])
        found = {
            key: keras.ops.convert_to_numpy(value).astype(np.float32)
            for key, value in network.model({"image": batch}).items()
        }
        occupancy = np.clip(found["voxels"][..., -1], 0, 1)
        results = {
            "mean": found["mean"],
            "log_variance": found["log_variance"],
            "azimuth": found["azimuth_radians"],
            "elevation": found["elevation_radians"],
            "projection_error": _error(found["projection"], batch),
            "picture_error": _error(found["image"], batch),
            "occupied": (occupancy > THRESHOLD).mean(axis=(1, 2, 3)),
            "voxel_hoyer": hoyer(occupancy.reshape(len(batch), -1)),
            "per_ray": voxels_per_ray(occupancy, THRESHOLD),
        }
        if keep_voxels:
            results["voxels"] = occupancy
        for key, value in results.items():
            parts.setdefault(key, []).append(value)
        if progress is not None:
            progress(start + len(batch), len(images))
    return Inferred(**{key: np.concatenate(value) for key, value in parts.items()})


def encode_all(
    network: VoxelReconstructor,
    images: np.ndarray,
    progress: Progress | None = None,
) -> np.ndarray:
    """Codes `[n, latent]` of images as `infer` takes them, and nothing else."""
    codes = []
    for start in range(0, len(images), 4 * BATCH):
        batch = as_floats(images[start : start + 4 * BATCH])
        codes.append(network.encode(batch))
        if progress is not None:
            progress(start + len(batch), len(images))
    return np.concatenate(codes).astype(np.float32)


def as_floats(images: np.ndarray) -> np.ndarray:
    """Images in [0, 1] as float32, whether they were bytes or not."""
    if images.dtype == np.uint8:
        return images.astype(np.float32) / np.float32(255)
    return images.astype(np.float32)


def _error(shown: np.ndarray, images: np.ndarray) -> np.ndarray:
    return ((shown - images) ** 2).mean(axis=(1, 2, 3))
