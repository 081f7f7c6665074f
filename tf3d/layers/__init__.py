"""Keras layers, on any Keras backend."""

from tf3d.layers.up_convolution import UpConvolution2D

__all__ = ["UpConvolution2D"]
