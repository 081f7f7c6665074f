"""Fixtures that several folders share."""

import os
import pathlib

import numpy as np
import PIL.Image
import pytest

from tf3d.kernels import VARIABLE

# What the commands ask for: one that runs before a test loads TensorFlow would else
# change the kernels of all tests after it.
os.environ.setdefault(VARIABLE, "1")
# The terminal of whoever runs the tests must not cut tables.
os.environ.pop("COLUMNS", None)


@pytest.fixture
def car_picture(tmp_path: pathlib.Path) -> pathlib.Path:
    """A red block on a white ground, 96 x 64, as PNG."""
    rgb = np.full((64, 96, 3), 255, np.uint8)
    rgb[24:40, 32:64] = (200, 30, 30)
    path = tmp_path / "car.png"
    PIL.Image.fromarray(rgb).save(path)
    return path


@pytest.fixture(scope="session")
def ball_model(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A run's folder with a model that shows a ball, in the picture's mean colour.

    Of a black picture it shows nothing. It has the interface of a multi-view model, and
    exact depth, so that what becomes of its views can be checked.
    """
    import keras
    from keras import ops

    from tf3d.geometry import intrinsics

    radius, size = 0.25, 128

    @keras.saving.register_keras_serializable(package="tests")
    class Ball(keras.Model):
        image_size = size

        def encode(self, images):
            return ops.mean(ops.convert_to_tensor(images), axis=(1, 2))

        def decode(self, codes, viewpoints):
            codes = ops.convert_to_tensor(codes)
            # In double precision: served or not, the depth is the same to the last bit.
            # Where a surface nearly touches a grid's edge, vertices make much of one.
            distance = ops.cast(viewpoints, "float64")[:, 2][:, None, None]
            pixel = (np.arange(size) + 0.5 - size / 2) / intrinsics(size)[0, 0]
            ray = pixel[None, :] ** 2 + pixel[:, None] ** 2 + 1
            root = distance**2 - ray * (distance**2 - radius**2)
            seen = (root > 0) & (ops.max(codes, axis=-1)[:, None, None] > 0.01)
            alpha = ops.cast(seen, "float32")
            depth = (distance - ops.sqrt(ops.maximum(root, 0.0))) / ray
            depth = ops.cast(depth, "float32")
            rgb = alpha[..., None] * codes[:, None, None] + 0.5 * (1 - alpha[..., None])
            return {"rgb": rgb, "depth": depth, "alpha": alpha}

        def call(self, inputs):
            return self.decode(self.encode(inputs["image"]), inputs["viewpoint"])

    folder = tmp_path_factory.mktemp("run")
    model = Ball()
    model({"image": np.zeros((1, size, size, 3), "f"), "viewpoint": np.ones((1, 3))})
    model.save(folder / "model.keras")
    return folder


@pytest.fixture(scope="session")
def voxel_model(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A run's folder with a small, untrained voxel autoencoder for 16 pixels."""
    from tf3d.models.voxels import VoxelAutoencoder

    folder = tmp_path_factory.mktemp("voxels") / "small-voxels"
    folder.mkdir()
    model = VoxelAutoencoder(
        image_size=16,
        latent=5,
        pose="learned",
        texturizer=True,
        encoder_width=8,
        decoder_widths=(8, 4),
        texturizer_width=12,
    )
    model.build()
    model.save(folder / "model.keras")
    return folder


@pytest.fixture
def digit(tmp_path: pathlib.Path) -> pathlib.Path:
    """A light 1 on black, 32 x 32, as PNG."""
    grey = np.zeros((32, 32), np.uint8)
    grey[6:26, 14:18] = 250
    path = tmp_path / "one.png"
    PIL.Image.fromarray(grey).save(path)
    return path
