"""Keras models, their objectives and presets. Importing it registers the models."""

from tf3d.models.multiview import MultiView
from tf3d.models.objectives import MultiViewObjective
from tf3d.models.presets import MULTIVIEW_PRESETS, build_multiview

__all__ = ["MULTIVIEW_PRESETS", "MultiView", "MultiViewObjective", "build_multiview"]
