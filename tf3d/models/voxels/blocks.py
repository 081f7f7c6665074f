"""What the voxel networks' layers are made of."""

from __future__ import annotations

import math
from typing import Any

import keras

from tf3d.layers.batch_norm import BatchNormalization

SLOPE = 0.2  # of every leaky ReLU

# Keras' 0.99 takes hundreds of steps to forget the untrained network's statistics.
MOMENTUM = 0.95


def normal(fan_in: float) -> keras.initializers.Initializer:
    """Weights that keep the variance through leaky ReLUs."""
    return keras.initializers.RandomNormal(
        stddev=math.sqrt(2 / ((1 + SLOPE**2) * fan_in))
    )


def batch_norm(dtype: Any, name: str) -> BatchNormalization:
    """Batch normalisation whose moving averages serve at test time."""
    return BatchNormalization(momentum=MOMENTUM, epsilon=1e-5, dtype=dtype, name=name)


def check_images(images: Any, size: int, channels: int) -> None:
    """Raises ValueError unless images are `[batch, size, size, channels]`."""
    shape = tuple(images.shape)
    if len(shape) != 4 or shape[1:] != (size, size, channels):
        raise ValueError(
            f"Expected images of shape [batch, {size}, {size}, {channels}]. "
            f"Received: shape={shape}"
        )
