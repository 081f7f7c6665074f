"""Keras layers, on any Keras backend."""

from tf3d.layers.projection import Projection, project_voxels
from tf3d.layers.up_convolution import UpConvolution2D

__all__ = ["Projection", "UpConvolution2D", "project_voxels"]
