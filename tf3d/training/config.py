"""What a training run is made of; an unknown or ill-typed key is an error."""

from __future__ import annotations

import copy
import pathlib
from collections.abc import Sequence
from typing import Any, Literal

import pydantic
from typing_extensions import TypedDict

from tf3d.data.pool import INPUTS_ALONE
from tf3d.models.presets import MULTIVIEW_PRESETS
from tf3d.training.config_files import config_path, read_content, validated


class Section(pydantic.BaseModel):
    """A part of a config; refuses unknown keys."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class SourceConfig(Section):
    """Shapes to train on.

    Attributes:
      data: "cars", "chairs", or a folder; see `tf3d.shapes.sources.open_source`.
      category: of a folder or tree.
      split: a split file, "default" for the one that comes with a built-in source,
        "train" for what a folder itself names so, or None for all shapes.
      share: how often this source is drawn, relative to the others.
      repaint: probability of new colours for a shape.
      reshape: probability of other proportions for a shape.
      count: shapes at most.
      seed: of a generator.
      up: axis of a folder's files.
      front: azimuth of a folder's fronts, degrees.
      optional: whether to go on without it where the folder is missing.
    """

    data: str
    category: str | None = None
    split: str | None = None
    share: float = pydantic.Field(1.0, gt=0)
    repaint: float = pydantic.Field(0.0, ge=0, le=1)
    reshape: float = pydantic.Field(0.0, ge=0, le=1)
    count: int | None = pydantic.Field(None, gt=0)
    seed: int = 0
    up: Literal["x", "y", "z"] | None = None
    front: float | None = None
    optional: bool = False


class DataConfig(Section):
    """How pairs of views are made; see `tf3d.data.PoolSettings`.

    Attributes:
      livery: of a view estimator's inputs alone.
      letterbox: likewise.
      streets: share of the generated backgrounds that are streets, and of a view
        estimator's inputs that throw a shadow on the ground.
      on_device: whether the pool's views lie in the accelerator's memory, and pairs are
        composed there; see `tf3d.data.device_pool.DevicePool`. Under JAX alone.
    """

    sources: tuple[SourceConfig, ...] = (SourceConfig(data="cars", split="default"),)
    backgrounds: str | None = None
    target_light: Literal["studio", "random"] = "studio"
    input_light: Literal["studio", "random"] = "random"
    shapes: int = pydantic.Field(256, gt=0)
    first_shapes: int | None = pydantic.Field(None, gt=0)
    views: int = pydantic.Field(16, gt=0)
    reuse: float = pydantic.Field(8.0, ge=1)
    clutter: float = pydantic.Field(0.85, ge=0, le=1)
    mirror: bool = True
    shift: int = pydantic.Field(4, ge=0, le=64)
    tone: float = pydantic.Field(0.1, ge=0, lt=0.5)
    livery: float = pydantic.Field(0.0, ge=0, le=1)
    letterbox: float = pydantic.Field(0.0, ge=0, le=1)
    streets: float = pydantic.Field(0.0, ge=0, le=1)
    workers: int = pydantic.Field(1, ge=0, le=64)
    on_device: bool = False


class ObjectiveConfig(Section):
    """Weights of the loss; see `tf3d.models.MultiViewObjective`.

    Attributes:
      rgb: of the objective, as those that follow.
      adversarial_weight: of fooling a discriminator that tells predicted pictures from
        true ones; 0 trains without one.
      discriminator_rate: learning rate of that discriminator's own optimiser.
    """

    rgb: Literal["squared", "euclidean"] = "squared"
    chroma_weight: float = pydantic.Field(1.0, gt=0)
    depth_weight: float = pydantic.Field(0.1, ge=0)
    mask_weight: float = pydantic.Field(0.0, ge=0)
    masked_depth: bool = False
    adversarial_weight: float = pydantic.Field(0.0, ge=0)
    discriminator_rate: float = pydantic.Field(1e-4, gt=0)


class FittedConfig(Section):
    """Training of the decoder on codes that are fitted to their pictures.

    Attributes:
      share: of the pairs; the others have the encoder's code.
      steps: of each fit. One costs about half of a training step.
      rate: of the first; see `tf3d.prediction.refinement.CODE_RATE`.
      momentum: share of a step that goes on from the one before.
    """

    share: float = pydantic.Field(0.75, gt=0, le=1)
    steps: int = pydantic.Field(4, gt=0)
    rate: float = pydantic.Field(0.4, gt=0)
    momentum: float = pydantic.Field(0.3, ge=0, lt=1)


class PhaseConfig(Section):
    """A stretch of training at one resolution.

    Attributes:
      image_size: 64 trains the inner stages alone; the next phase at 128 grows them.
      steps: optimiser steps.
      rate: learning rate once warm.
      warmup: steps over which the rate grows from 0.
      decay: share of the steps, at the end, over which the rate falls to 0 (cosine).
      clutter: share of inputs over a background, in the place of the data's.
    """

    image_size: Literal[64, 128] = 128
    steps: int = pydantic.Field(..., gt=0)
    rate: float = pydantic.Field(1e-4, gt=0)
    warmup: int = pydantic.Field(0, ge=0)
    decay: float = pydantic.Field(0.0, ge=0, le=1)
    clutter: float | None = pydantic.Field(None, ge=0, le=1)


@pydantic.with_config(pydantic.ConfigDict(extra="forbid"))
class NetworkConfig(TypedDict, total=False):
    """Arguments of `MultiView` that a run may set; its phases say the size."""

    code_width: int
    deep: bool
    mask_output: bool
    depth_range: tuple[float, float]
    relative_depth: bool
    decoder_widths: tuple[int, ...] | None


class MultiViewConfig(Section):
    """A training run of the multi-view network.

    Attributes:
      model: a preset's name.
      network: constructor arguments that differ from the preset's.
      init_from: a shipped model's name, or a path, whose weights the run starts from.
      fitted: where it is there, the decoder learns alone, on codes fitted to inputs;
        `init_from` then needs a view.keras beside it, which finds their masks.
      minutes: for all steps together, shared among the phases as their steps are. Where
        the clock is ahead of the steps, rates go by the clock, and the run ends with
        it; None trains all steps. Panels and the first views take further time.
      precision: "bfloat16" halves the work of processors that have it; "auto" asks.
      checkpoint_minutes: between two checkpoints.
      panel_steps: between two panels of inputs, predictions and truth.
    """

    model: str = "multiview"
    network: NetworkConfig = {}
    init_from: str | None = None
    data: DataConfig = DataConfig()
    objective: ObjectiveConfig = ObjectiveConfig()
    phases: tuple[PhaseConfig, ...] = (PhaseConfig(steps=100_000),)
    fitted: FittedConfig | None = None
    batch_size: int = pydantic.Field(64, gt=0)
    minutes: float | None = pydantic.Field(None, gt=0)
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    seed: int = 0
    checkpoint_minutes: float = pydantic.Field(5.0, gt=0)
    panel_steps: int = pydantic.Field(1000, gt=0)

    @pydantic.field_validator("model")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in MULTIVIEW_PRESETS:
            raise ValueError(f"unknown model; choose {', '.join(MULTIVIEW_PRESETS)}")
        return value

    @pydantic.field_validator("data")
    @classmethod
    def _unpainted(cls, value: DataConfig) -> DataConfig:
        for name in INPUTS_ALONE:
            if getattr(value, name):
                raise ValueError(f"{name} is for a view estimator's inputs alone")
        return value

    @pydantic.model_validator(mode="after")
    def _fit_for_fitting(self) -> MultiViewConfig:
        if self.fitted is None:
            return self
        if self.init_from is None:
            raise ValueError("fitted goes on from a trained model: give init_from")
        if self.data.shift:
            raise ValueError(
                "fitted wants data.shift=0: the decoder draws objects where they are"
            )
        if self.objective.adversarial_weight:
            raise ValueError("fitted does not go with objective.adversarial_weight")
        if self.fitted.share * self.batch_size < 0.5:
            raise ValueError("fitted.share is of no pair of a batch")
        return self

    def with_steps(self, steps: int) -> MultiViewConfig:
        """The same run stretched to another number of steps, phase by phase."""
        scale = steps / self.total_steps
        phases, before, end = [], 0, 0
        for phase in self.phases:
            # Rounding where phases end, not their lengths, keeps the sum.
            before += phase.steps
            start, end = end, max(end + 1, round(before * scale))
            warmup = round(phase.warmup * min(1, scale))
            phases.append(
                phase.model_copy(update={"steps": end - start, "warmup": warmup})
            )
        return self.model_copy(update={"phases": tuple(phases)})

    @property
    def total_steps(self) -> int:
        """Of all phases."""
        return sum(phase.steps for phase in self.phases)


def read_config(
    name: str | None,
    settings: Sequence[str] = (),
    base: dict[str, Any] | None = None,
    kind: type[MultiViewConfig] = MultiViewConfig,
) -> MultiViewConfig:
    """Reads a config and applies settings to it.

    Args:
      name: a YAML file or a shipped config's name; None starts from the defaults.
      settings: "key=value", with dots between nested keys and numbers into lists, such
        as "data.reuse=4" or "phases.0.steps=500"; values are YAML.
      base: what the file is laid over.
      kind: of config.

    Raises:
      InputError: naming the key that is unknown or the value of the wrong type.
    """
    content = {
        **copy.deepcopy(base or {}),
        **({} if name is None else read_content(name)),
    }
    origin = "the settings" if name is None else str(config_path(name))
    return validated(kind, content, settings, origin)


def supports_bfloat16() -> bool:
    """Whether this machine's processor multiplies bfloat16 natively."""
    try:
        flags = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags
