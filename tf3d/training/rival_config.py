"""What a training run of a comparison network is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import pydantic

from tf3d.models.rivals import RIVALS
from tf3d.training.config import (
    DataConfig,
    MultiViewConfig,
    ObjectiveConfig,
    PhaseConfig,
    read_config,
)
from tf3d.training.view_estimator_config import VIEW_ESTIMATOR, ViewEstimatorConfig


class RivalPhase(PhaseConfig):
    """A stretch of training; they all are at 64×64.

    Attributes:
      turns: of "rotation": steps of each pair.
    """

    image_size: Literal[64] = 64
    turns: int = pydantic.Field(1, ge=1, le=24)


class RivalConfig(MultiViewConfig):
    """A training run of a comparison network, on plain grey, never mirrored.

    Attributes:
      model: a key of `tf3d.models.rivals.RIVALS`.
      network: its constructor arguments.
      objective: of "decoder-only"; the others take the weights of
        colour from it, "rotation" the mask's, too. None has a discriminator.
      kl_weight: of "inverse-graphics"; see `InverseGraphicsObjective`.
      clamp_weight: likewise.
    """

    model: str = "decoder-only"
    network: dict[str, Any] = {}
    fitted: None = None
    kl_weight: float = pydantic.Field(0.1, ge=0)
    clamp_weight: float = pydantic.Field(0.01, ge=0)
    phases: tuple[RivalPhase, ...] = (RivalPhase(steps=20_000),)

    @pydantic.field_validator("init_from")
    @classmethod
    def _from_nothing(cls, value: str | None) -> str | None:
        if value is not None:
            raise ValueError("a comparison network starts from nothing")
        return value

    @pydantic.field_validator("objective")
    @classmethod
    def _unopposed(cls, value: ObjectiveConfig) -> ObjectiveConfig:
        if value.adversarial_weight:
            raise ValueError("comparison networks train without a discriminator")
        return value

    @pydantic.field_validator("data")
    @classmethod
    def _from_the_processor(cls, value: DataConfig) -> DataConfig:
        if value.on_device:
            raise ValueError("comparison networks' batches are not made on_device")
        return value

    @pydantic.field_validator("model")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in RIVALS:
            raise ValueError(f"unknown model; choose {', '.join(RIVALS)}")
        return value


def read_run_config(
    name: str | None, settings: Sequence[str] = (), base: dict[str, Any] | None = None
) -> MultiViewConfig:
    """`read_config`, as the config of a comparison network or view estimator is read.

    Args:
      name: a YAML file or a shipped config's name; None starts from the defaults.
      settings: "key=value".
      base: what the file is laid over.

    Raises:
      InputError: naming the key that is unknown or the value of the wrong type.
    """
    from tf3d.training.config_files import read_content

    content = {**(base or {}), **({} if name is None else read_content(name))}
    named = [s.partition("=")[2] for s in settings if s.startswith("model=")]
    model = named[-1] if named else content.get("model")
    kind = {
        VIEW_ESTIMATOR: ViewEstimatorConfig,
        **dict.fromkeys(RIVALS, RivalConfig),
    }.get(model, MultiViewConfig)
    return read_config(name, settings, base, kind)


__all__ = ["RIVALS", "RivalConfig", "RivalPhase", "read_run_config"]
