"""What a training run of a view estimator is made of."""

from __future__ import annotations

from typing import Any, Literal

import pydantic

from tf3d.training.config import DataConfig, MultiViewConfig, PhaseConfig

VIEW_ESTIMATOR = "view-estimator"


class ViewEstimatorPhase(PhaseConfig):
    """A stretch of training; they all are at 128×128."""

    image_size: Literal[128] = 128


class ViewEstimatorConfig(MultiViewConfig):
    """A training run of a `ViewEstimator`.

    Attributes:
      model: "view-estimator".
      network: its constructor arguments.
      init_from: the multi-view model whose inputs it is to read; its encoder's weights
        are where the run starts. Or the view.keras of an estimator that is to learn on.
      azimuth_weight: see `ViewEstimatorObjective`.
      angle_weight: likewise.
    """

    model: Literal["view-estimator"] = VIEW_ESTIMATOR
    network: dict[str, Any] = {}
    fitted: None = None
    azimuth_weight: float = pydantic.Field(0.1, ge=0)
    angle_weight: float = pydantic.Field(0.1, ge=0)
    phases: tuple[ViewEstimatorPhase, ...] = (ViewEstimatorPhase(steps=4000),)

    @pydantic.field_validator("model")
    @classmethod
    def _known(cls, value: str) -> str:
        return value

    @pydantic.field_validator("data")
    @classmethod
    def _unpainted(cls, value: DataConfig) -> DataConfig:
        return value
