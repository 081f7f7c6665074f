"""Trains the multi-view network from a config, and resumes where it was."""

from __future__ import annotations

import dataclasses
import functools
import pathlib
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import keras

from tf3d.data.device_pool import DevicePool, check_backend
from tf3d.data.pipeline import dataset
from tf3d.data.pool import Batch, PoolSettings, ViewPool
from tf3d.errors import InputError
from tf3d.export.card import write_card
from tf3d.export.model_files import save_model
from tf3d.models import (
    MultiView,
    MultiViewObjective,
    ViewEstimator,
    build_multiview,
)
from tf3d.prediction.refinement import Refinement
from tf3d.training.adversary import Adversary, States
from tf3d.training.checkpoints import load_checkpoint, read_state, save_checkpoint
from tf3d.training.config import MultiViewConfig, PhaseConfig
from tf3d.training.fitted_codes import Codes, fitted_codes
from tf3d.training.growth import transfer
from tf3d.training.interrupts import Interrupt
from tf3d.training.logs import ScalarLog
from tf3d.training.loss_terms import LossTerms
from tf3d.training.optimizers import FusedAdam
from tf3d.training.panels import held_out_errors, save_panel
from tf3d.training.precision import full_precision, policy
from tf3d.training.progress import Progress
from tf3d.training.run_folder import begin
from tf3d.training.schedules import learning_rate, position
from tf3d.training.sources import open_renderers
from tf3d.training.steps import Step, make_step

if TYPE_CHECKING:
    from tf3d.prediction.reconstructor import Reconstructor
    from tf3d.prediction.voxel_reconstructor import VoxelReconstructor

LOG_STEPS = 50
HELD_OUT_BATCHES = 4
FIGURES = {
    "rgb": "held-out RGB error (Table 1)",
    "depth": "held-out depth error (world units)",
    "iou": "held-out mask IoU",
}
# What an objective's config says of the discriminator, which is no part of the sum.
ADVERSARIAL = ("adversarial_weight", "discriminator_rate")


class MultiViewRun:
    """One training run in a folder.

    Args:
      config: what to train.
      folder: gets config.yaml, checkpoint.npz, logs, panels and model.keras.
      report: called with sentences on what was left out.
    """

    def __init__(
        self,
        config: MultiViewConfig,
        folder: pathlib.Path,
        report: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.config, self.folder, self.report = config, folder, report
        self.phase_index, self.phase_step = 0, 0
        self.earlier_steps = 0  # of phases that are over
        self.seconds = self.phase_seconds = 0.0
        self.history: list[dict[str, Any]] = []
        self._resuming = False
        self.interrupt = Interrupt()

    # --- position ---

    @property
    def step(self) -> int:
        """Steps done in all phases."""
        return self.earlier_steps + self.phase_step

    def _planned(self, phases: int) -> int:
        """Steps that the config has for the first phases."""
        return sum(phase.steps for phase in self.config.phases[:phases])

    def _position(self, phase: PhaseConfig, seconds: float = 0.0) -> float:
        """How far the phase is, in steps, some seconds after the last report."""
        minutes = self.config.minutes
        if minutes is not None:
            minutes *= phase.steps / self.config.total_steps
        return position(
            phase.steps, self.phase_step, self.phase_seconds + seconds, minutes
        )

    def _expected_steps(self, at: float) -> int:
        """Of the whole run, if the rest goes on as so far."""
        if self.config.minutes is None:
            return self.config.total_steps
        share = (self._planned(self.phase_index) + at) / self.config.total_steps
        return round(self.step / share)

    def _state(self) -> dict[str, Any]:
        return {
            "phase": self.phase_index,
            "phase_step": self.phase_step,
            "earlier_steps": self.earlier_steps,
            "seconds": self.seconds,
            "phase_seconds": self.phase_seconds,
            "history": self.history,
        }

    def _build(self, phase: PhaseConfig) -> MultiView:
        keras.utils.set_random_seed(self.config.seed + self.phase_index)
        model = build_multiview(
            self.config.model,
            **{**self.config.network, "image_size": phase.image_size},
            dtype=policy(self.config.precision),
        )
        model.build()
        return model

    def _objective(self, model: MultiView) -> MultiViewObjective:
        settings = self.config.objective.model_dump(exclude=set(ADVERSARIAL))
        if not model.mask_output:
            settings |= {"mask_weight": 0.0, "masked_depth": False}
        return MultiViewObjective(
            **settings,
            depth_range=model.depth_range,
            relative_depth=model.relative_depth,
        )

    def _adversary(self, model: MultiView) -> Adversary | None:
        """A new discriminator for each phase: its pictures are of another size."""
        objective = self.config.objective
        if not objective.adversarial_weight:
            return None
        return Adversary(
            model.image_size,
            objective.adversarial_weight,
            objective.discriminator_rate,
        )

    def _settings(self, phase: PhaseConfig) -> PoolSettings:
        data = self.config.data
        names = ("shapes", "first_shapes", "views", "reuse", "mirror", "shift", "tone")
        return PoolSettings(
            batch_size=self.config.batch_size,
            clutter=data.clutter if phase.clutter is None else phase.clutter,
            seed=self.config.seed + 1000 * self.phase_index,
            livery=data.livery,
            letterbox=data.letterbox,
            streets=data.streets,
            workers=data.workers,
            seen=self.config.fitted is not None,
            **{name: getattr(data, name) for name in names},
        )

    # --- the run ---

    def start(self) -> None:
        """Makes the folder, and writes the config into it.

        Raises:
          InputError: if the folder cannot be made or holds another run, or the backend
            cannot do what the config says.
        """
        if self.config.data.on_device:
            check_backend()
        begin(self.folder, self.config)

    def resume(self) -> None:
        """Takes up the position of the folder's checkpoint."""
        state = read_state(self.folder)
        self.phase_index, self.phase_step = state["phase"], state["phase_step"]
        self.seconds, self.history = state["seconds"], state["history"]
        self.phase_seconds = state.get("phase_seconds", 0.0)
        planned = self._planned(self.phase_index)
        self.earlier_steps = state.get("earlier_steps", planned)
        self._resuming = True

    def train(
        self,
        progress: Callable[[Progress], None] = lambda _: None,
        filling: Callable[[int, int], None] | None = None,
    ) -> MultiView:
        """Trains to the end of the last phase.

        Args:
          progress: called every few steps.
          filling: called while the first views are rendered.

        Returns:
          The trained model, in full precision.

        Raises:
          InputError: if the loss is not a number any more; the last good checkpoint and
            the step are named.
          KeyboardInterrupt: after Ctrl-C, once a checkpoint is written.
        """
        with self.interrupt.watching():
            return self._train(progress, filling)

    def _train(
        self,
        progress: Callable[[Progress], None],
        filling: Callable[[int, int], None] | None,
    ) -> MultiView:
        model = None
        while self.phase_index < len(self.config.phases):
            phase = self.config.phases[self.phase_index]
            grown = self._build(phase)
            if not self._resuming:
                self._inherit(grown, model)
            model = grown
            self._train_phase(model, phase, progress, filling)
            self.phase_index += 1
            self.earlier_steps += self.phase_step
            self.phase_step, self.phase_seconds = 0, 0.0
        return full_precision(model)

    def _inherit(self, model: MultiView, before: MultiView | None) -> None:
        """Gives a phase's new network the weights of the one before.

        Layers that the phase before lacked come from the model that the run started
        from, as all do in the first phase.
        """
        missing = None
        for source in (self.initial, before):
            if source is None:
                continue
            copied, fresh = transfer(source, model)
            if not copied:
                raise InputError("The model to start from shares no layer.")
            missing = set(fresh) if missing is None else missing & set(fresh)
        if missing:
            self.report(f"New layers: {', '.join(sorted(missing))}.")

    @functools.cached_property
    def initial(self) -> keras.Model | None:
        """The model that the run starts from, if any.

        Raises:
          InputError: if it cannot be loaded, or cannot fit codes and the config wants
            it.
        """
        if self.config.init_from is None:
            return None
        _ = self._estimator  # refused here, before there is a folder
        return self._first_network.model

    @functools.cached_property
    def _first_network(self) -> Reconstructor | VoxelReconstructor:
        from tf3d.prediction.reconstructor import load_trainable

        return load_trainable(self.config.init_from)

    @property
    def _estimator(self) -> ViewEstimator | None:
        """What finds the masks that codes are fitted to, where they are."""
        if self.config.fitted is None:
            return None
        refinement = getattr(self._first_network, "refinement", None)
        if refinement is None:
            raise InputError(
                f"fitted needs a view estimator, and {self.config.init_from} has no "
                "view.keras beside it. Name another model, or leave fitted out."
            )
        return refinement.estimator

    def _codes(self, model: MultiView) -> Codes | None:
        """What gives a batch's codes, where it is not the encoder alone."""
        fitted, estimator = self.config.fitted, self._estimator
        if fitted is None:
            return None
        if model.image_size != estimator.image_size or not model.mask_output:
            raise InputError(
                f"fitted wants a network with a mask, at {estimator.image_size} px in "
                f"all phases. Received: model={self.config.model}, a phase at "
                f"{model.image_size} px."
            )
        refinement = Refinement(
            model,
            estimator,
            steps=fitted.steps,
            rate=fitted.rate,
            momentum=fitted.momentum,
        )
        return fitted_codes(refinement, fitted.share)

    def _train_phase(
        self,
        model: MultiView,
        phase: PhaseConfig,
        progress: Callable[[Progress], None],
        filling: Callable[[int, int], None] | None,
    ) -> None:
        optimizer = FusedAdam(phase.rate)
        adversary = self._adversary(model)
        further = () if adversary is None else (adversary,)
        step = self._step(model, optimizer, *further)
        states = States(optimizer, *further)
        if self._resuming:
            load_checkpoint(self.folder, model, states)
            self._resuming = False
        pool, still = self._pools(phase)
        try:
            pool.fill(filling)
            held_out = [still.draw() for _ in range(HELD_OUT_BATCHES)]
            batches = iter(self._batches(pool, phase))
            self._loop(model, phase, states, step, batches, pool, held_out, progress)
        finally:
            pool.close()

    # What networks of another kind do in their own way.

    def _step(
        self,
        model: keras.Model,
        optimizer: keras.optimizers.Optimizer,
        *adversary: Adversary,
    ) -> Step:
        opponent = next(iter(adversary), None)
        objective, codes = self._objective(model), self._codes(model)
        return make_step(model, objective, optimizer, opponent, codes)

    def _pools(self, phase: PhaseConfig) -> tuple[ViewPool, ViewPool]:
        """What training draws from, and what it is measured on."""
        render, still = open_renderers(self.config, phase, self.report)
        settings = self._settings(phase)
        kind = DevicePool if self.config.data.on_device else ViewPool
        return (
            kind(render, settings, self.phase_step),
            ViewPool(still, held_still(settings)),
        )

    def _look(
        self, model: keras.Model, held_out: list[Batch], panel: pathlib.Path
    ) -> dict[str, float]:
        """Held-out errors; writes a panel."""
        save_panel(model, held_out[0], panel)
        return held_out_errors(model, held_out)

    def _batches(self, pool: ViewPool, phase: PhaseConfig) -> Any:
        if keras.backend.backend() == "tensorflow":
            return dataset(pool, phase.image_size)
        return pool

    def _loop(
        self,
        model: MultiView,
        phase: PhaseConfig,
        states: States,
        step: Callable[..., dict[str, Any]],
        batches: Any,
        pool: ViewPool,
        held_out: list[Batch],
        progress: Callable[[Progress], None],
    ) -> None:
        config, log = self.config, ScalarLog(self.folder / "logs")
        optimizer = states.optimizer
        terms, views = LossTerms(), pool.rendered_views
        started = saved = time.monotonic()
        at = self._position(phase)
        while at < phase.steps:
            optimizer.learning_rate.assign(learning_rate(phase, at))
            terms.add(step(*self._next(batches, pool)))
            self.phase_step += 1
            at = self._position(phase, time.monotonic() - started)
            stopping = self.interrupt.requested
            last = at >= phase.steps or stopping
            if self.step % LOG_STEPS and not last:
                continue
            count = len(terms)
            means, bad = terms.take()
            if bad is not None:
                raise InputError(
                    f"The loss is not a number at step {self.step - count + bad + 1}. "
                    f"The checkpoint in {self.folder} is from before; resume it with a "
                    "lower rate."
                )
            now = time.monotonic()
            report = Progress(
                self.step,
                self._expected_steps(at),
                means,
                count * config.batch_size / (now - started),
                {"fresh views": (pool.rendered_views - views) / (now - started)},
            )
            self.seconds += now - started
            self.phase_seconds += now - started
            if self.step % config.panel_steps < LOG_STEPS or last:
                panel = self.folder / "panels" / f"{self.step:07d}.png"
                report.held_out = self._look(model, held_out, panel)
                self.history.append({"step": self.step, **report.held_out})
            log.write(report, float(optimizer.learning_rate))
            progress(report)
            if now - saved > 60 * config.checkpoint_minutes or last:
                save_checkpoint(self.folder, model, states, self._state())
                saved = time.monotonic()
            if stopping:
                raise KeyboardInterrupt
            views = pool.rendered_views
            started = time.monotonic()

    def _next(self, batches: Any, pool: ViewPool) -> Batch:
        try:
            return next(batches)
        except Exception:
            if pool.failure is not None:
                raise pool.failure from None
            raise

    def save(self, model: MultiView) -> pathlib.Path:
        """Writes model.keras and its card into the folder."""
        path = self.folder / "model.keras"
        save_model(model, path)
        write_card(self.folder, self.card(model))
        return path

    def card(self, model: MultiView) -> dict[str, Any]:
        """What is known of the run when it ends."""
        data = [
            {key: value for key, value in source.model_dump().items() if value}
            for source in self.config.data.sources
        ]
        card = {
            "name": self.folder.resolve().name,
            "summary": f"A {self.config.model} network trained by `tf3d train`; "
            "config.yaml beside this card says how.",
            "data": data,
            "training": {
                "steps": self.step,
                "samples": self.step * self.config.batch_size,
                "hours": round(self.seconds / 3600, 2),
                "parameters": model.count_params(),
            },
        }
        if self.history:
            last = self.history[-1]
            card["figures"] = {
                told: last[name] for name, told in FIGURES.items() if name in last
            }
        return card


def held_still(settings: PoolSettings) -> PoolSettings:
    """The same for held-out pairs: always the same ones, as they are."""
    return dataclasses.replace(
        settings,
        shapes=32,
        first_shapes=None,
        views=4,
        workers=0,
        mirror=False,
        shift=0,
        tone=0.0,
        livery=0.0,
        letterbox=0.0,
        streets=0.0,
        seen=False,
        clutter=0.85,
        seed=7,
    )
