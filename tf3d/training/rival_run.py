"""Trains a comparison network by the multi-view network's run."""

from __future__ import annotations

import dataclasses
import pathlib
from typing import Any

import keras

from tf3d.data.factors import FactorPool, FactorRendering
from tf3d.data.identities import IdentityPool
from tf3d.data.pipeline import LiveRendering
from tf3d.data.pool import Batch, PoolSettings, ViewPool
from tf3d.data.turns import TurnPool
from tf3d.errors import InputError
from tf3d.models.rivals import (
    DecoderOnly,
    InverseGraphicsObjective,
    RotationObjective,
    build_rival,
)
from tf3d.training.config import PhaseConfig
from tf3d.training.panels import held_out_errors
from tf3d.training.precision import policy
from tf3d.training.rival_panels import predict_rival, save_rival_panel
from tf3d.training.rival_steps import make_rival_step
from tf3d.training.run import MultiViewRun, held_still
from tf3d.training.sources import open_renderers
from tf3d.training.steps import Step


class RivalRun(MultiViewRun):
    """One training run of a comparison network in a folder; see `MultiViewRun`."""

    _opened: tuple[LiveRendering, LiveRendering] | None = None  # alike in all phases

    def _build(self, phase: PhaseConfig) -> keras.Model:
        keras.utils.set_random_seed(self.config.seed + self.phase_index)
        settings = dict(self.config.network)
        if self.config.model == "decoder-only":
            settings["shapes"] = len(_names(self._renderers(phase)[0]))
        try:
            model = build_rival(
                self.config.model, **settings, dtype=policy(self.config.precision)
            )
        except (TypeError, ValueError) as error:
            raise InputError(f"The network's settings do not fit: {error}") from error
        model.build()
        return model

    def _renderers(self, phase: PhaseConfig) -> tuple[LiveRendering, LiveRendering]:
        """Opened once, since they say what they leave out."""
        if self._opened is None:
            self._opened = self._open(phase)
        return self._opened

    def _open(self, phase: PhaseConfig) -> tuple[LiveRendering, LiveRendering]:
        live, still = open_renderers(self.config, phase, self.report)
        if not isinstance(live, LiveRendering):
            raise InputError(
                "Comparison networks train on shapes that are rendered as they learn: "
                "name a generator or a folder of meshes."
            )
        return live, still

    def _settings(self, phase: PhaseConfig) -> PoolSettings:
        plain = {"clutter": 0.0, "mirror": False, "shift": 0, "tone": 0.0}
        settings = dataclasses.replace(super()._settings(phase), **plain)
        if self.config.model == "inverse-graphics":
            # A mini-batch takes the place of a shape, its pictures that of the views.
            return dataclasses.replace(settings, views=settings.batch_size)
        return settings

    def _pools(self, phase: PhaseConfig) -> tuple[ViewPool, ViewPool]:
        live, still = self._renderers(phase)
        settings = self._settings(phase)
        kept = held_still(settings)
        if self.config.model == "decoder-only":
            # New colours or proportions make another shape, and it knows its own alone.
            own = dataclasses.replace(
                live, repaint=[0.0] * len(live.sources), reshape=()
            )
            still = dataclasses.replace(own, views=kept.views, seed=live.seed + 1)
            names = _names(live)
            return (
                IdentityPool(own, settings, names, self.phase_step),
                IdentityPool(still, kept, names),
            )
        if self.config.model == "rotation":
            ring = dataclasses.replace(live, ring=True)
            still = dataclasses.replace(still, ring=True, views=live.views)
            return (
                TurnPool(ring, settings, phase.turns, self.phase_step),
                TurnPool(still, kept, phase.turns),
            )
        count = settings.batch_size
        return (
            FactorPool(FactorRendering(live, count), settings, self.phase_step),
            FactorPool(
                FactorRendering(still, count), dataclasses.replace(kept, shapes=8)
            ),
        )

    def _batches(self, pool: ViewPool, phase: PhaseConfig) -> Any:
        return pool

    def _step(self, model: keras.Model, optimizer: keras.optimizers.Optimizer) -> Step:
        if isinstance(model, DecoderOnly):
            return super()._step(model, optimizer)
        config, chroma = self.config, self.config.objective.chroma_weight
        objective = (
            RotationObjective(config.objective.mask_weight, chroma)
            if config.model == "rotation"
            else InverseGraphicsObjective(config.kl_weight, config.clamp_weight, chroma)
        )
        return make_rival_step(model, objective, optimizer)

    def _look(
        self, model: keras.Model, held_out: list[Batch], panel: pathlib.Path
    ) -> dict[str, float]:
        save_rival_panel(model, held_out[0], panel)
        return held_out_errors(model, held_out, predict_rival)


def _names(live: LiveRendering) -> list[str]:
    return [name for source in live.sources for name in source.names]
