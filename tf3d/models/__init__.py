"""Keras models, their objectives and presets. Importing it registers the models."""

from tf3d.models.multiview import MultiView
from tf3d.models.objectives import MultiViewObjective
from tf3d.models.presets import MULTIVIEW_PRESETS, build_multiview
from tf3d.models.rivals import RIVALS, build_rival
from tf3d.models.view_estimator import ViewEstimator
from tf3d.models.voxels import VOXEL_PRESETS, VoxelAutoencoder, build_voxel_autoencoder

__all__ = [
    "MULTIVIEW_PRESETS",
    "RIVALS",
    "VOXEL_PRESETS",
    "MultiView",
    "MultiViewObjective",
    "ViewEstimator",
    "VoxelAutoencoder",
    "build_multiview",
    "build_rival",
    "build_voxel_autoencoder",
]
