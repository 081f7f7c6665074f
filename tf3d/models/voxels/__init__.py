"""Voxel autoencoders and their parts. Importing it registers them."""

from tf3d.models.voxels.autoencoder import POSES, VoxelAutoencoder
from tf3d.models.voxels.discriminator import Discriminator
from tf3d.models.voxels.novel_views import NovelViews
from tf3d.models.voxels.objective import OBJECTIVES, VoxelObjective
from tf3d.models.voxels.presets import (
    VOXEL_PRESETS,
    build_voxel_autoencoder,
    voxel_objective_of,
)
from tf3d.models.voxels.view_discriminator import ViewDiscriminator

__all__ = [
    "OBJECTIVES",
    "POSES",
    "VOXEL_PRESETS",
    "Discriminator",
    "NovelViews",
    "ViewDiscriminator",
    "VoxelAutoencoder",
    "VoxelObjective",
    "build_voxel_autoencoder",
    "voxel_objective_of",
]
