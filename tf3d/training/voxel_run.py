"""Trains a voxel autoencoder from a config, and resumes where it was."""

from __future__ import annotations

import dataclasses
import json
import pathlib
import time
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from tf3d.data.images import Batches
from tf3d.errors import InputError
from tf3d.export.card import write_card
from tf3d.export.model_files import save_model
from tf3d.files import replacing
from tf3d.models.voxels import (
    Discriminator,
    NovelViews,
    VoxelAutoencoder,
    VoxelObjective,
    build_voxel_autoencoder,
    voxel_objective_of,
)
from tf3d.prediction.code_statistics import (
    CodeStatistics,
    measure_codes,
    write_code_statistics,
)
from tf3d.training.checkpoints import load_checkpoint, read_state, save_checkpoint
from tf3d.training.interrupts import Interrupt
from tf3d.training.logs import ScalarLog
from tf3d.training.loss_terms import LossTerms
from tf3d.training.precision import full_precision, policy
from tf3d.training.progress import Progress
from tf3d.training.run_folder import begin
from tf3d.training.schedules import learning_rate, position
from tf3d.training.voxel_config import VoxelConfig
from tf3d.training.voxel_images import TrainingImages, open_training_images
from tf3d.training.voxel_panels import held_out_errors, save_voxel_panel
from tf3d.training.voxel_steps import (
    VoxelOptimizers,
    make_discriminator,
    make_novel_views,
    make_voxel_step,
)

LOG_STEPS = 50
CODE_IMAGES = 4096  # of each set, whose codes' distribution is measured
# Of an autoencoder; what a model to start from has of the same sizes is taken over.
PARTS = ("encoder", "mean_head", "variance_head", "pose", "decoder", "texturizer")


@dataclasses.dataclass
class _Parts:
    """All that a step changes, for one checkpoint of it."""

    model: VoxelAutoencoder
    discriminator: Discriminator | None
    optimizers: VoxelOptimizers
    generator: keras.random.SeedGenerator
    novel: NovelViews | None

    @property
    def variables(self) -> list[Any]:
        """Of the networks and of the random generators."""
        result = [*self.model.variables, self.generator.state]
        if self.discriminator is not None:
            result += self.discriminator.variables
        if self.novel is not None:
            result += self.novel.variables
        return result

    def finite(self) -> bool:
        """Whether every weight is a number."""
        return all(np.isfinite(np.asarray(v)).all() for v in self.variables)


class VoxelRun:
    """One training run in a folder.

    Args:
      config: what to train.
      folder: gets config.yaml, checkpoint.npz, logs, panels and model.keras.
      report: called with sentences on what was left out.
      images: to train on; None opens the config's sources.
    """

    def __init__(
        self,
        config: VoxelConfig,
        folder: pathlib.Path,
        report: Callable[[str], None] = lambda _: None,
        images: TrainingImages | None = None,
    ) -> None:
        self.config, self.folder, self.report = config, folder, report
        self.step = 0
        self.seconds = 0.0
        self.history: list[dict[str, Any]] = []
        self.initial: keras.Model | None = None
        self._images = images
        self._resuming = False
        self._saved_step: int | None = None
        self._interrupt = Interrupt()

    # --- parts ---

    def _state(self) -> dict[str, Any]:
        return {"step": self.step, "seconds": self.seconds, "history": self.history}

    def _build(self) -> VoxelAutoencoder:
        config = self.config
        keras.utils.set_random_seed(config.seed)
        settings = {"seed": config.seed, **config.network}
        if config.pose == "learned":
            pose_settings = settings.get("pose_settings") or {}
            settings["pose_settings"] = {"slots": config.batch_size, **pose_settings}
        try:
            model = build_voxel_autoencoder(
                config.model,
                config.pose,
                config.texturizer,
                **settings,
                dtype=policy(config.precision),
            )
        except (TypeError, ValueError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError(f"The network's settings do not fit: {error}") from error
        model.build()
        return model

    def _parts(self) -> tuple[_Parts, VoxelObjective]:
        config, model = self.config, self._build()
        if self.initial is not None:
            self._start_from(model, self.initial)
        objective = VoxelObjective(
            voxel_objective_of(config.model), **config.objective.model_dump()
        )
        discriminator = make_discriminator(model, objective)
        novel = make_novel_views(config, model)
        optimizers = VoxelOptimizers(config, model, objective, discriminator, novel)
        generator = keras.random.SeedGenerator(config.seed + 2)
        parts = _Parts(model, discriminator, optimizers, generator, novel)
        if self._resuming:
            load_checkpoint(self.folder, parts, optimizers)
            self._resuming = False
        return parts, objective

    def _start_from(self, model: VoxelAutoencoder, initial: keras.Model) -> None:
        if not isinstance(initial, VoxelAutoencoder):
            raise InputError("The model to start from is no voxel autoencoder.")
        fresh = []
        for name in PARTS:
            part, source = getattr(model, name), getattr(initial, name)
            if part is None or not part.weights:
                continue
            weights = [] if source is None else source.get_weights()
            if [w.shape for w in weights] == [tuple(w.shape) for w in part.weights]:
                part.set_weights(weights)
            else:
                fresh.append(name)
        if "decoder" in fresh and "encoder" in fresh:
            raise InputError("The model to start from has neither part in common.")
        if fresh:
            self.report(f"New parts: {', '.join(fresh)}.")

    def _position(self, seconds: float = 0.0) -> float:
        """How far the run is, in steps, some seconds after the last report."""
        config = self.config
        return position(config.steps, self.step, self.seconds + seconds, config.minutes)

    def _expected(self, at: float) -> int:
        """Steps of the whole run, if the rest goes on as so far."""
        return round(self.step * self.config.steps / at)

    # --- the run ---

    def start(self) -> None:
        """Makes the folder, and writes the config into it.

        Raises:
          InputError: if the folder cannot be made or holds another run.
        """
        begin(self.folder, self.config)

    def resume(self) -> None:
        """Takes up the position of the folder's checkpoint."""
        state = read_state(self.folder)
        self.step = self._saved_step = state["step"]
        self.seconds, self.history = state["seconds"], state["history"]
        self._resuming = True

    def train(
        self,
        progress: Callable[[Progress], None] = lambda _: None,
        filling: Callable[[int, int], None] | None = None,
    ) -> VoxelAutoencoder:
        """Trains to the last step.

        Args:
          progress: called every few steps.
          filling: called while images are fetched or rendered.

        Returns:
          The trained model, in full precision.

        Raises:
          InputError: if the loss is not a number any more; the last good checkpoint and
            the step are named.
          KeyboardInterrupt: after Ctrl-C, once a checkpoint is written.
        """
        with self._interrupt.watching():
            parts, objective = self._parts()
            if self._images is None:
                model = parts.model
                self._images = open_training_images(
                    self.config,
                    model.image_size,
                    model.channels,
                    report=self.report,
                    filling=filling,
                )
            step = make_voxel_step(
                parts.model,
                objective,
                parts.discriminator,
                parts.optimizers,
                parts.generator,
                parts.novel,
            )
            self._loop(parts, step, self._images, progress)
            return full_precision(parts.model)

    def _loop(
        self,
        parts: _Parts,
        step: Callable[[Any], dict[str, Any]],
        images: TrainingImages,
        progress: Callable[[Progress], None],
    ) -> None:
        config, log = self.config, ScalarLog(self.folder / "logs")
        batches = Batches(images.train, images.shares, config.seed)
        terms = LossTerms()
        started = saved = time.monotonic()
        at = self._position()
        while at < config.steps:
            factor = learning_rate(config, at) / config.rate
            parts.optimizers.scale(factor)
            terms.add(step(batches.batch(self.step)["image"]))
            self.step += 1
            at = self._position(time.monotonic() - started)
            # Read once: pressed any later, the next step is the last one.
            stopping = self._interrupt.requested
            last = at >= config.steps or stopping
            if self.step % LOG_STEPS and not last:
                continue
            count = len(terms)
            means, bad = terms.take()
            if bad is not None:
                raise self._diverged(self.step - count + bad + 1)
            now = time.monotonic()
            report = Progress(
                self.step,
                config.steps if config.minutes is None else self._expected(at),
                means,
                count * config.batch_size / (now - started),
            )
            self.seconds += now - started
            if self.step % config.panel_steps < LOG_STEPS or last:
                self._look(parts.model, images.held_out, report)
            log.write(report, config.rate * factor)
            progress(report)
            if now - saved > 60 * config.checkpoint_minutes or last:
                self._save_checkpoint(parts)
                saved = time.monotonic()
            if stopping:
                raise KeyboardInterrupt
            started = time.monotonic()

    def _look(
        self, model: VoxelAutoencoder, held_out: np.ndarray, report: Progress
    ) -> None:
        report.held_out = held_out_errors(model, held_out, self.config.batch_size)
        self.history.append({"step": self.step, **report.held_out})
        path = self.folder / "panels" / f"{self.step:07d}.png"
        save_voxel_panel(model, held_out, path)

    def _save_checkpoint(self, parts: _Parts) -> None:
        # The loss is from before the step, and does not show what that did.
        if not parts.finite():
            raise self._diverged(self.step)
        save_checkpoint(self.folder, parts, parts.optimizers, self._state())
        self._saved_step = self.step

    def _diverged(self, step: int) -> InputError:
        message = f"The loss is not a number at step {step}."
        if self._saved_step is None:
            return InputError(f"{message} Train with a lower rate.")
        return InputError(
            f"{message} The last good checkpoint, {self.folder / 'checkpoint.npz'}, is "
            f"of step {self._saved_step}: lower rate in {self.folder / 'config.yaml'} "
            f"and go on with --resume {self.folder}."
        )

    def save(self, model: VoxelAutoencoder) -> pathlib.Path:
        """Writes model.keras and its card into the folder, and the run's history."""
        path = self.folder / "model.keras"
        save_model(model, path)
        write_card(self.folder, self.card(model))
        if self._images is not None:
            write_code_statistics(self.folder, self._code_statistics(model))
        with replacing(self.folder / "training.json") as temporary:
            temporary.write_text(json.dumps(self.summary(), indent=1) + "\n", "utf-8")
        return path

    def _code_statistics(self, model: VoxelAutoencoder) -> CodeStatistics:
        codes = []
        for part in self._images.train:
            order = np.random.default_rng(self.config.seed).permutation(len(part))
            images = part.images[np.sort(order[:CODE_IMAGES])]
            batches = np.split(images, range(64, len(images), 64))
            scaled = (batch.astype(np.float32) / 255 for batch in batches)
            codes.append(np.concatenate([model.encode(batch) for batch in scaled]))
        names = [part.name for part in self._images.train]
        return measure_codes(codes, names, self._images.shares)

    def card(self, model: VoxelAutoencoder) -> dict[str, Any]:
        """What is known of the run when it ends."""
        texture = "with" if self.config.texturizer else "without"
        facts = self.summary()
        card = {
            "name": self.folder.resolve().name,
            "summary": f"A {self.config.model} voxel autoencoder, {self.config.pose} "
            f"pose, {texture} texturizer, trained by `tf3d train`; config.yaml beside "
            "this card says how.",
            "data": [
                {k: v for k, v in source.model_dump(mode="json").items() if v}
                for source in self.config.sources
            ],
            "training": {
                **{key: facts[key] for key in ("steps", "samples", "hours")},
                "parameters": model.count_params(),
            },
        }
        if self.history:
            last = {key: v for key, v in self.history[-1].items() if key != "step"}
            card["figures"] = {f"held-out {key}": value for key, value in last.items()}
        return card

    def summary(self) -> dict[str, Any]:
        """Facts on the run."""
        return {
            "model": self.config.model,
            "pose": self.config.pose,
            "texturizer": self.config.texturizer,
            "steps": self.step,
            "samples": self.step * self.config.batch_size,
            "hours": round(self.seconds / 3600, 2),
            "history": self.history,
        }
