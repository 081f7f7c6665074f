"""The voxel autoencoders by name."""

from __future__ import annotations

from typing import Any

from tf3d.errors import InputError
from tf3d.models.voxels.autoencoder import POSES, VoxelAutoencoder
from tf3d.models.voxels.objective import OBJECTIVES

# Grey images of 28 pixels are the paper's; beyond them, 64 pixels and 64³ voxels, grey
# by the paper's projection or in colour by emission and absorption.
_SIZES: dict[str, dict[str, Any]] = {
    "": {},
    "-64": {"image_size": 64, "decoder_widths": (128, 64, 32)},
    "-rgb-64": {
        "image_size": 64,
        "channels": 3,
        "decoder_widths": (128, 64, 32),
    },
}

# Each with every pose and with or without a texturizer.
VOXEL_PRESETS: dict[str, dict[str, Any]] = {
    objective + size: {**settings, "clip": objective == "mu-vae"}
    for size, settings in _SIZES.items()
    for objective in OBJECTIVES
}


def voxel_objective_of(preset: str) -> str:
    """The objective's name of a preset: "mu-vae" of "mu-vae-64"."""
    for size in sorted(_SIZES, key=len, reverse=True):
        if size and preset.endswith(size):
            return preset.removesuffix(size)
    return preset


def build_voxel_autoencoder(
    preset: str, pose: str = "fixed", texturizer: bool = False, **settings: Any
) -> VoxelAutoencoder:
    """A new network.

    Args:
      preset: a key of `VOXEL_PRESETS`.
      pose: see `VoxelAutoencoder`.
      texturizer: whether dense layers follow the projection.
      **settings: constructor arguments that override the preset's.

    Raises:
      InputError: if there is no such preset or pose.
    """
    if preset not in VOXEL_PRESETS:
        raise InputError(
            f"Unknown model {preset!r}. Choose one of: {', '.join(VOXEL_PRESETS)}."
        )
    if pose not in POSES:
        raise InputError(f"Unknown pose {pose!r}. Choose one of: {', '.join(POSES)}.")
    return VoxelAutoencoder(
        **{
            **VOXEL_PRESETS[preset],
            "pose": pose,
            "texturizer": texturizer,
            **settings,
        }
    )
