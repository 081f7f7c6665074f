"""Panels of a voxel autoencoder's reconstructions, and its error on held-out images."""

from __future__ import annotations

import functools
import pathlib
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import ops

from tf3d.files import replacing
from tf3d.models.voxels import VoxelAutoencoder
from tf3d.training.variables import values_of

COLUMNS = 12
TURNS = (0.0, 45.0, 90.0, 135.0, 180.0)
SEARCHED_AZIMUTHS = 16  # a quarter of the final search: this one recurs in training
ACTIVE = 0.1  # a latent dimension above this share of informative variance is active


def reconstruct_batch(
    model: VoxelAutoencoder, images: np.ndarray
) -> dict[str, np.ndarray]:
    """What `model.call` gives for float images, with a coarser search of poses."""
    if keras.backend.backend() == "jax":
        outputs = _compiled(model)(values_of(model.variables), images)
    else:
        outputs = _reconstruct(model, images)
    return {key: ops.convert_to_numpy(value) for key, value in outputs.items()}


def _reconstruct(model: VoxelAutoencoder, images: Any) -> dict[str, Any]:
    inputs = {"image": ops.convert_to_tensor(images)}
    if model.pose.searched:
        voxels = model.decode(model.encode(inputs["image"]))
        azimuth, elevation = model.estimate_pose(
            inputs["image"], voxels, SEARCHED_AZIMUTHS, 3
        )
        inputs |= {"azimuth_radians": azimuth, "elevation_radians": elevation}
    return model(inputs)


@functools.lru_cache(maxsize=1)
def _compiled(model: VoxelAutoencoder) -> Callable[..., dict[str, Any]]:
    """For JAX, which would compile the search anew at every call."""
    import jax

    @jax.jit
    def reconstruct(values: list[Any], images: Any) -> dict[str, Any]:
        mapping = list(zip(model.variables, values, strict=True))
        with keras.StatelessScope(state_mapping=mapping):
            return _reconstruct(model, images)

    return reconstruct


def held_out_errors(
    model: VoxelAutoencoder, images: np.ndarray, batch_size: int = 64
) -> dict[str, float]:
    """Errors on images that are not trained on, with the averages of batch norm.

    Args:
      model: in training.
      images: uint8 `[count, size, size, channels]`.
      batch_size: images at once.

    Returns:
      "mse": mean squared error per pixel and channel of the final picture;
      "projection_mse": of the projection; "active": latent dimensions whose means vary
      by more than a tenth of mean and noise together.
    """
    errors, projected, means, noise = [], [], [], []
    for start in range(0, len(images), batch_size):
        batch = images[start : start + batch_size].astype(np.float32) / 255
        outputs = reconstruct_batch(model, batch)
        errors.append((outputs["image"] - batch) ** 2)
        projected.append((outputs["projection"] - batch) ** 2)
        means.append(outputs["mean"])
        noise.append(np.exp(outputs["log_variance"]))
    spread = np.concatenate(means).var(axis=0)
    share = spread / (spread + np.concatenate(noise).mean(axis=0))
    return {
        "mse": float(np.concatenate(errors).mean()),
        "projection_mse": float(np.concatenate(projected).mean()),
        "active": float((share > ACTIVE).sum()),
    }


def save_voxel_panel(
    model: VoxelAutoencoder, images: np.ndarray, path: pathlib.Path
) -> None:
    """Writes a panel: a column an image; input, final picture, projection, and turns.

    Args:
      model: in training.
      images: uint8 `[count, size, size, channels]`.
      path: of the PNG.
    """
    from PIL import Image

    chosen = images[:: max(1, len(images) // COLUMNS)][:COLUMNS]
    chosen = chosen.astype(np.float32) / 255
    outputs = reconstruct_batch(model, chosen)
    rows = [chosen, outputs["image"], outputs["projection"]]
    for turn in TURNS:
        angle = np.full(len(chosen), np.radians(turn), np.float32)
        rows.append(ops.convert_to_numpy(model.project(outputs["voxels"], angle)))
    picture = np.concatenate([np.concatenate(list(row), axis=1) for row in rows])
    picture = np.repeat(np.repeat(picture, 2, axis=0), 2, axis=1)
    picture = np.clip(np.rint(picture * 255), 0, 255).astype(np.uint8)
    if picture.shape[-1] == 1:
        picture = picture[..., 0]
    with replacing(path) as temporary:
        Image.fromarray(picture).save(temporary, format="PNG", optimize=True)
