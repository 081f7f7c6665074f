"""From a picture to views and a surface: what `tf3d predict` does."""

from tf3d.prediction.catalogue import Entry, find_model, shipped_models
from tf3d.prediction.cropping import prepare
from tf3d.prediction.photos import Photo, as_photo, photo_paths, read_mask, read_photo
from tf3d.prediction.reconstructor import Reconstructor, load, reconstruct
from tf3d.prediction.voxel_reconstructor import VoxelReconstructor, VoxelViews

__all__ = [
    "Entry",
    "Photo",
    "Reconstructor",
    "VoxelReconstructor",
    "VoxelViews",
    "as_photo",
    "find_model",
    "load",
    "photo_paths",
    "prepare",
    "read_mask",
    "read_photo",
    "reconstruct",
    "shipped_models",
]
