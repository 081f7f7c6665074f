"""Panels of the comparison networks."""

from __future__ import annotations

import pathlib

import keras
import numpy as np

from tf3d.data.pool import Batch
from tf3d.models.rivals import InverseGraphics
from tf3d.training.panels import ROWS, write_rows
from tf3d.training.rival_steps import in_units

SWEEP = np.linspace(-1.5, 1.5, 5)  # of the azimuth's unit, over its spread in a batch


def predict_rival(
    model: keras.Model, inputs: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """The model's outputs for a batch of uint8 images, as NumPy arrays."""
    outputs = model(in_units(inputs))
    return {
        name: np.asarray(keras.ops.convert_to_numpy(value), np.float32)
        for name, value in outputs.items()
    }


def save_rival_panel(model: keras.Model, batch: Batch, path: pathlib.Path) -> None:
    """Writes a panel, a column a picture: input if there is one, predictions, truth.

    Of pictures that are turned, the first and the last step. Below an inverse graphics
    network's pictures are the same with other values in the azimuth's unit.
    """
    inputs, targets = (
        {name: value[:ROWS] if value.ndim else value for name, value in part.items()}
        for part in batch
    )
    predicted, truth = predict_rival(model, inputs)["rgb"] * 255, targets["rgb"]
    rows = [inputs["image"]] if "image" in inputs else []
    if predicted.ndim == 5:
        for step in dict.fromkeys((0, predicted.shape[1] - 1)):
            rows += [predicted[:, step], truth[:, step]]
    else:
        rows += [predicted, truth]
    if isinstance(model, InverseGraphics):
        rows += _sweep(model, inputs)
    write_rows(rows, path)


def _sweep(model: InverseGraphics, inputs: dict[str, np.ndarray]) -> list[np.ndarray]:
    codes = model.encode(in_units(inputs)["image"])
    unit = np.asarray(keras.ops.convert_to_numpy(codes))[:, 0]
    rows = []
    for shift in SWEEP:
        value = np.full(len(unit), unit.mean() + shift * unit.std(), np.float32)
        turned = model.decode(model.turned(codes, value))
        rows.append(keras.ops.convert_to_numpy(turned) * 255)
    return rows
