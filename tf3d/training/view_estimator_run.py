"""Trains a view estimator by the multi-view network's run."""

from __future__ import annotations

import functools
import pathlib
from typing import Any

import keras
import numpy as np

from tf3d.data.device_pool import DeviceInputPool
from tf3d.data.input_views import InputPool
from tf3d.data.pool import Batch, ViewPool
from tf3d.errors import InputError
from tf3d.models import ViewEstimator
from tf3d.models.view_estimator import ViewEstimatorObjective
from tf3d.training.config import PhaseConfig
from tf3d.training.panels import ROWS, write_rows
from tf3d.training.precision import policy
from tf3d.training.rival_steps import in_units, make_rival_step
from tf3d.training.run import MultiViewRun, held_still
from tf3d.training.sources import open_renderers
from tf3d.training.steps import Step


class ViewEstimatorRun(MultiViewRun):
    """One training run of a view estimator in a folder; see `MultiViewRun`."""

    def _build(self, phase: PhaseConfig) -> keras.Model:
        keras.utils.set_random_seed(self.config.seed + self.phase_index)
        try:
            model = ViewEstimator(
                **{**self.config.network, "image_size": phase.image_size},
                dtype=policy(self.config.precision),
            )
        except (TypeError, ValueError) as error:
            raise InputError(f"The network's settings do not fit: {error}") from error
        model.build()
        return model

    @functools.cached_property
    def initial(self) -> keras.Model | None:
        """A multi-view network, or an estimator whose training goes on."""
        if self.config.init_from is None:
            return None
        from tf3d.prediction.reconstructor import find_model, load_keras

        path = find_model(self.config.init_from)
        # A SavedModel, which is a folder, is refused there.
        return super().initial if path.is_dir() else load_keras(path)[0]

    def _pools(self, phase: PhaseConfig) -> tuple[ViewPool, ViewPool]:
        render, still = open_renderers(self.config, phase, self.report)
        settings = self._settings(phase)
        kind = DeviceInputPool if self.config.data.on_device else InputPool
        return (
            kind(render, settings, self.phase_step),
            InputPool(still, held_still(settings)),
        )

    def _batches(self, pool: ViewPool, phase: PhaseConfig) -> Any:
        return pool

    def _step(self, model: keras.Model, optimizer: keras.optimizers.Optimizer) -> Step:
        objective = ViewEstimatorObjective(
            self.config.azimuth_weight, self.config.angle_weight
        )
        return make_rival_step(model, objective, optimizer)

    def _look(
        self, model: keras.Model, held_out: list[Batch], panel: pathlib.Path
    ) -> dict[str, float]:
        """Held-out figures: IoU of the masks, median errors of both angles."""
        overlap, union = 0, 0
        azimuths, elevations = [], []
        for inputs, targets in held_out:
            outputs = {
                name: keras.ops.convert_to_numpy(value)
                for name, value in model(in_units(inputs)["image"]).items()
            }
            predicted, truth = outputs["alpha"] >= 0, targets["alpha"] >= 128
            overlap += (predicted & truth).sum()
            union += (predicted | truth).sum()
            viewpoint = targets["viewpoint"]
            found = outputs["azimuth"].argmax(axis=1) * (360 / model.bins)
            azimuths.append(np.abs((found - viewpoint[:, 0] + 180) % 360 - 180))
            elevations.append(np.abs(outputs["elevation"] - viewpoint[:, 1]))
        _save_panel(inputs["image"], outputs["alpha"], truth, panel)
        return {
            "iou": float(overlap / max(union, 1)),
            "azimuth": float(np.median(np.concatenate(azimuths))),
            "elevation": float(np.median(np.concatenate(elevations))),
        }


def _save_panel(
    images: np.ndarray, logits: np.ndarray, truth: np.ndarray, path: pathlib.Path
) -> None:
    """A column a picture: the input, its predicted mask and the true one."""
    masks = [1 / (1 + np.exp(-np.clip(logits, -30, 30))), truth.astype(np.float32)]
    rows = [images[:ROWS]]
    for mask in masks:
        large = mask[:ROWS].repeat(2, axis=1).repeat(2, axis=2)
        rows.append(np.repeat(large[..., None] * 255, 3, axis=-1))
    write_rows(rows, path)
