"""What a training run of a voxel autoencoder is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import pydantic

from tf3d.models.voxels import POSES, VOXEL_PRESETS
from tf3d.training.config import Section
from tf3d.training.config_files import read_content, validated

Elevation = Annotated[float, pydantic.Field(ge=-90, le=90)]
PoseName = Literal[
    "fixed", "uniform", "adversarial", "learned", "amortized", "hypotheses"
]


class ImageSourceConfig(Section):
    """Images to train on.

    Attributes:
      data: "mnist", "fashion_mnist", "celeb_a", "modelnet40", "shapes" or a folder.
      data_dir: a local copy; None fetches the set.
      share: images of a batch, relative to the other sources.
      count: images at most; None for all.
      kinds: of "shapes", or categories of "modelnet40"; None for the paper's six.
      elevation: of rendered views, degrees; or the ends that each is drawn between.
      seed: of generated shapes; None for the run's.
      workers: processes that render.
      optional: whether to go on without it where it is missing.
    """

    data: str
    data_dir: str | None = None
    share: float = pydantic.Field(1.0, gt=0)
    count: int | None = pydantic.Field(None, gt=0)
    kinds: tuple[str, ...] | None = None
    elevation: Elevation | tuple[Elevation, Elevation] = 0.0
    seed: int | None = pydantic.Field(None, ge=0)
    workers: int = pydantic.Field(0, ge=0, le=64)
    optional: bool = False

    @pydantic.field_validator("elevation")
    @classmethod
    def _ascending(cls, value: float | tuple[float, float]) -> Any:
        if isinstance(value, tuple) and value[0] > value[1]:
            raise ValueError(
                f"the lower elevation comes first; not {value[0]:g}, {value[1]:g}"
            )
        return value


class VoxelObjectiveConfig(Section):
    """Weights of the loss; see `tf3d.models.voxels.VoxelObjective`."""

    beta: float = pydantic.Field(30.0, ge=0)
    temperature: float = pydantic.Field(4.0, gt=0)
    balance: float = pydantic.Field(1.0, ge=0)


class NovelViewsConfig(Section):
    """Losses on views from random angles; see `tf3d.models.voxels.NovelViews`.

    Attributes:
      realism: weight of deceiving a discriminator of images; 0 leaves it out.
      agreement: weight of the encoder's telling code and angles of a view; 0 leaves it
        out. It needs a pose that is read off the image.
      aligned: share of the views that look along an axis of the grid.
      discriminator_rate: of that discriminator's own optimiser.
    """

    realism: float = pydantic.Field(0.0, ge=0)
    agreement: float = pydantic.Field(0.0, ge=0)
    aligned: float = pydantic.Field(0.0, ge=0, le=1)
    discriminator_rate: float = pydantic.Field(3e-4, gt=0)

    def __bool__(self) -> bool:
        """Whether any view is looked at."""
        return self.realism > 0 or self.agreement > 0


class VoxelConfig(Section):
    """A training run of a voxel autoencoder.

    Attributes:
      model: a preset's name.
      pose: how images get their azimuth.
      texturizer: whether dense layers follow the projection.
      network: constructor arguments that differ from the preset's.
      sources: one set of images, or several mixed in every batch.
      objective: weights of the loss.
      novel_views: further losses, on views from random angles.
      steps: optimiser steps.
      minutes: for these steps. Where the clock is ahead of them, rates go by the clock,
        and the run ends with it; None trains all steps.
      rate: of the main optimiser.
      warmup: steps over which the rate grows from 0.
      decay: share of the steps, at the end, over which all rates fall to 0 (cosine).
      clip_norm: of each tensor's gradient in the main optimiser.
      pose_rate: of the learned pose's own optimiser.
      discriminator_rate: of the discriminator; the encoder's against it by default.
      generator_share: the encoder's rate against the discriminator, as a share of
        `rate`; it does what λ does in the paper, since Adam is blind to a factor. With
        0.1 the discriminator wins at any rate of its own, with 1 the codes swing about
        and the reconstruction suffers (single trials of 500 steps on MNIST).
      precision: "bfloat16" halves the work of processors that have it; "auto" asks.
      checkpoint_minutes: between two checkpoints.
      panel_steps: between two panels of inputs and reconstructions.
    """

    model: str = "mu-vae"
    pose: PoseName = "learned"
    texturizer: bool = True
    network: dict[str, Any] = {}
    sources: tuple[ImageSourceConfig, ...] = pydantic.Field(
        (ImageSourceConfig(data="mnist"),), min_length=1
    )
    objective: VoxelObjectiveConfig = VoxelObjectiveConfig()
    novel_views: NovelViewsConfig = NovelViewsConfig()
    steps: int = pydantic.Field(14_000, gt=0)
    minutes: float | None = pydantic.Field(None, gt=0)
    batch_size: int = pydantic.Field(64, gt=0)
    rate: float = pydantic.Field(1e-3, gt=0)
    warmup: int = pydantic.Field(0, ge=0)
    decay: float = pydantic.Field(0.0, ge=0, le=1)
    clip_norm: float = pydantic.Field(1.0, gt=0)
    pose_rate: float = pydantic.Field(1e-3, gt=0)
    discriminator_rate: float = pydantic.Field(3e-4, gt=0)
    generator_share: float = pydantic.Field(0.3, gt=0)
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    seed: int = 0
    checkpoint_minutes: float = pydantic.Field(5.0, gt=0)
    panel_steps: int = pydantic.Field(1000, gt=0)

    @pydantic.field_validator("model")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in VOXEL_PRESETS:
            raise ValueError(f"unknown model; choose {', '.join(VOXEL_PRESETS)}")
        return value

    @pydantic.model_validator(mode="after")
    def _can_agree(self) -> VoxelConfig:
        if self.novel_views.agreement and not POSES[self.pose].inferred:
            able = ", ".join(name for name, pose in POSES.items() if pose.inferred)
            raise ValueError(
                "novel_views.agreement needs a pose that is read off the image: "
                f"{able}; not {self.pose}"
            )
        return self

    def with_steps(self, steps: int) -> VoxelConfig:
        """The same run with another number of steps."""
        scale = min(1, steps / self.steps)
        warmup = round(self.warmup * scale)
        return self.model_copy(update={"steps": steps, "warmup": warmup})

    @property
    def total_steps(self) -> int:
        """The same as `steps`; for who shows the progress."""
        return self.steps


def read_voxel_config(
    name: str | None, settings: Sequence[str] = (), base: dict[str, Any] | None = None
) -> VoxelConfig:
    """Reads a config and applies settings to it.

    Args:
      name: a YAML file or a shipped config's name; None starts from the defaults.
      settings: "key=value"; see `tf3d.training.config_files.validated`.
      base: what the file is laid over.

    Raises:
      InputError: naming the key that is unknown or the value of the wrong type.
    """
    content = dict(base or {})
    if name is not None:
        content.update(read_content(name))
    return validated(VoxelConfig, content, settings, name or "the settings")
