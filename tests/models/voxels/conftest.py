"""Small voxel autoencoders."""

import numpy as np
import pytest

SMALL = {
    "image_size": 16,
    "latent": 5,
    "encoder_width": 8,
    "decoder_widths": (8, 4),
    "texturizer_width": 12,
}


@pytest.fixture
def small():
    """Constructor arguments of a network that builds in no time."""
    return dict(SMALL)


@pytest.fixture
def images():
    """Six grey images of 16 pixels."""
    return np.random.default_rng(0).random((6, 16, 16, 1)).astype(np.float32)
