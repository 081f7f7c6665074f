"""Panels of inputs, predictions and truth, and the error on held-out pairs."""

from __future__ import annotations

import pathlib
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from tf3d.data.pool import Batch
from tf3d.files import replacing
from tf3d.geometry import SHOWN

ROWS = 8


Predict = Callable[[keras.Model, dict[str, np.ndarray]], dict[str, np.ndarray]]


def predict_batch(model: keras.Model, inputs: dict[str, np.ndarray]) -> dict[str, Any]:
    """The model's outputs for a batch of uint8 images, as NumPy arrays."""
    images = keras.ops.convert_to_tensor(inputs["image"].astype(np.float32) / 255)
    viewpoints = keras.ops.convert_to_tensor(inputs["viewpoint"])
    outputs = model.decode(model.encode(images), viewpoints)
    return {
        key: np.asarray(keras.ops.convert_to_numpy(value), np.float32)
        for key, value in outputs.items()
    }


def held_out_errors(
    model: keras.Model, batches: list[Batch], predict: Predict = predict_batch
) -> dict[str, float]:
    """Errors on fixed pairs of shapes that are not trained on.

    Args:
      model: to measure.
      batches: of inputs and targets.
      predict: gives the model's outputs for inputs. What they lack is not measured.

    Returns:
      "rgb": Table 1's colour error; "depth": mean absolute error in world units where
      both see the object; "iou": of the masks.
    """
    rgb, depth, overlap, union, count = [], 0.0, 0, 0, 0
    outputs: dict[str, np.ndarray] = {}
    for inputs, targets in batches:
        outputs = predict(model, inputs)
        error = outputs["rgb"] - targets["rgb"].astype(np.float32) / 255
        rgb.append(np.linalg.norm(error, axis=-1).mean() / np.sqrt(3))
        if "alpha" not in outputs:
            continue
        predicted, truth = outputs["alpha"] >= SHOWN, targets["alpha"] >= 128
        both = predicted & truth
        overlap += both.sum()
        union += (predicted | truth).sum()
        if "depth" not in outputs:
            continue
        distance = np.abs(outputs["depth"] - targets["depth"].astype(np.float32))
        depth += distance[both].sum()
        count += both.sum()
    found = {
        "rgb": ("rgb", float(np.mean(rgb))),
        "depth": ("depth", float(depth / max(count, 1))),
        "iou": ("alpha", float(overlap / max(union, 1))),
    }
    return {name: value for name, (of, value) in found.items() if of in outputs}


def save_panel(model: keras.Model, batch: Batch, path: pathlib.Path) -> None:
    """Writes a panel, a column a pair: input, prediction, truth, both depth maps."""
    inputs = {key: value[:ROWS] for key, value in batch[0].items()}
    targets = {key: value[:ROWS] for key, value in batch[1].items()}
    outputs = predict_batch(model, inputs)
    mask = outputs["alpha"] >= SHOWN
    distance = inputs["viewpoint"][:, 2][:, None, None]
    rows = [
        inputs["image"],
        outputs["rgb"] * 255,
        targets["rgb"],
        _grey(outputs["depth"] - distance, mask),
        _grey(targets["depth"] - distance, targets["alpha"] >= 128),
    ]
    write_rows(rows, path)


def write_rows(rows: list[np.ndarray], path: pathlib.Path) -> None:
    """Writes rows of pictures `[n, size, size, 3]`, 0 to 255, as a PNG."""
    from PIL import Image

    picture = np.concatenate([np.concatenate(list(row), axis=1) for row in rows])
    picture = np.clip(np.rint(picture), 0, 255).astype(np.uint8)
    with replacing(path) as temporary:
        Image.fromarray(picture).save(temporary, format="PNG", optimize=True)


def _grey(relative: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Depth relative to the centre as grey, near is bright, outside is black."""
    level = np.where(mask, np.clip(0.6 - relative, 0, 1.2) / 1.2 * 255, 0)
    return np.repeat(level[..., None], 3, axis=-1)
