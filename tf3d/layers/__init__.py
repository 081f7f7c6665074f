"""Keras layers, on any Keras backend."""

from tf3d.layers.emission_absorption import EmissionAbsorption, emission_absorption
from tf3d.layers.latent import LatentSampling, clip_latent, clip_norm
from tf3d.layers.projection import Projection, project_voxels
from tf3d.layers.up_convolution import UpConvolution2D

__all__ = [
    "EmissionAbsorption",
    "LatentSampling",
    "Projection",
    "UpConvolution2D",
    "clip_latent",
    "clip_norm",
    "emission_absorption",
    "project_voxels",
]
