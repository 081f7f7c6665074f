"""Shapes and models with known answers."""

import types

import numpy as np
import pytest

from tf3d.evaluation.voxels.scenes import Scenes
from tf3d.evaluation.voxels.turning import turn_voxels

SIZE = 16


def bar(length, height):
    """A symmetric solid with a front: a bar along x with a block on its +x end."""
    voxels = np.zeros((SIZE, SIZE, SIZE), bool)
    low = (SIZE - length) // 2
    voxels[low : low + length, 6:10, 4:7] = True
    voxels[low + length - 3 : low + length, 6:10, 7 : 7 + height] = True
    return voxels


def make_scenes(lengths, seed, kinds=("cars", "chairs"), views=4):
    rng = np.random.default_rng(seed)
    voxels = np.stack([bar(length, 3) for length in lengths])
    which = np.repeat(np.arange(len(lengths)), views)
    azimuth = rng.integers(0, 4, len(which)) * np.pi / 2
    kind = which % len(kinds)
    seen = [turn_voxels(voxels[w], -a) for w, a in zip(which, azimuth)]
    images = np.stack([np.flip(s.max(axis=0).T, 0) for s in seen])[..., None]
    images = np.rint(images * 255).astype(np.uint8)
    # By a corner, beyond all shapes, the model below knows which image it is.
    images[:, 0, 0, 0] = 1 + np.arange(len(images)) + 100 * seed
    return Scenes(
        images,
        azimuth,
        np.zeros(len(images)),
        kind,
        kinds,
        voxels,
        which,
        tuple(f"bar-{i}" for i in range(len(lengths))),
    )


@pytest.fixture
def validation():
    return make_scenes([8, 10, 12, 14], seed=0)


@pytest.fixture
def test_scenes():
    return make_scenes([9, 11, 13, 8], seed=1)


class KnowsAll:
    """Stands for a loaded model: looks the answer up, in a frame of its own.

    Args:
      groups: scenes whose images it knows.
      turn: radians by which its frame is turned.
      mirror: whether its frame is mirrored.
      level: occupancy of a full voxel.
      fixed: whether it gives shapes as the camera sees them, and azimuth 0.
    """

    name = "knows-all"
    image_size = SIZE
    channels = 1

    def __init__(self, groups, turn=0.0, mirror=False, level=0.9, fixed=False):
        self.groups, self.turn, self.mirror = groups, turn, mirror
        self.level, self.fixed = level, fixed
        self.model = Model(self)

    def voxels_and_azimuth(self, image):
        number = round(float(image[0, 0, 0]) * 255)
        scenes = self.groups[number // 100]
        i = number % 100 - 1
        voxels = scenes.voxels[scenes.which[i]].astype(np.float32) * self.level
        if self.fixed:
            return turn_voxels(voxels, -scenes.azimuth[i]), 0.0
        azimuth = -scenes.azimuth[i] if self.mirror else scenes.azimuth[i]
        return turn_voxels(voxels, self.turn, self.mirror), azimuth + self.turn

    def encode(self, images):
        return np.stack([image.mean(axis=(0, 2))[:3] for image in images])


class Model(types.SimpleNamespace):
    background = 0.0

    def __init__(self, network):
        super().__init__(network=network)

    def __call__(self, inputs):
        images = inputs["image"]
        pairs = [self.network.voxels_and_azimuth(image) for image in images]
        azimuth = np.array([pair[1] for pair in pairs], np.float32)
        codes = self.network.encode(images)
        return {
            "image": images,
            "projection": 0.5 * images,
            "voxels": np.stack([pair[0] for pair in pairs])[..., None],
            "mean": codes,
            "log_variance": np.full_like(codes, -2),
            "azimuth_radians": azimuth,
            "elevation_radians": 0 * azimuth,
        }


@pytest.fixture
def knows_all(validation, test_scenes):
    def make(**settings):
        return KnowsAll([validation, test_scenes], **settings)

    return make
