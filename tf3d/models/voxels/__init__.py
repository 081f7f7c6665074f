"""Voxel autoencoders and their parts. Importing it registers them."""

from tf3d.models.voxels.autoencoder import POSES, VoxelAutoencoder
from tf3d.models.voxels.discriminator import Discriminator
from tf3d.models.voxels.objective import OBJECTIVES, VoxelObjective
from tf3d.models.voxels.presets import (
    VOXEL_PRESETS,
    build_voxel_autoencoder,
    voxel_objective_of,
)

__all__ = [
    "OBJECTIVES",
    "POSES",
    "VOXEL_PRESETS",
    "Discriminator",
    "VoxelAutoencoder",
    "VoxelObjective",
    "build_voxel_autoencoder",
    "voxel_objective_of",
]
