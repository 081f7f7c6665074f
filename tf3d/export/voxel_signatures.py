"""What an exported voxel autoencoder answers to."""

from __future__ import annotations

import math
from typing import Any

import tensorflow as tf

from tf3d.models import VoxelAutoencoder

ANGLES = {"azimuth": (None, None), "elevation": (None, None)}  # [b, v] degrees


class VoxelSignatures:
    """The functions that a SavedModel of a voxel autoencoder holds.

    Every one has a free batch size, and takes and gives tensors by name:

    | signature | takes | gives |
    |---|---|---|
    | serving_default | images | voxels, azimuth, elevation, image, projection |
    | encode | images | codes `[b, latent]`: the posterior's mean |
    | decode | codes | voxels |
    | render | voxels, azimuth, elevation `[b, v]` | image, projection |
    | render_codes | codes, azimuth, elevation `[b, v]` | the same |

    Images are `[b, size, size, channels]` float32 in [0, 1]; voxels
    `[b, x, y, z, 1 or 4]` in [0, 1]. The azimuth and elevation `[b]` of serving_default
    are those from which an image shows its object, in degrees, and its outputs image
    and projection the reconstruction from there, `[b, size, size, channels]`. Those of
    the renderings have the shape `[b, v, size, size, channels]`.

    Nothing is sampled: no function draws random numbers, and none takes strings.

    Args:
      model: the network.
    """

    def __init__(self, model: VoxelAutoencoder) -> None:
        self.model = model

    def functions(self) -> dict[str, Any]:
        """Name of a signature -> concrete function."""
        model = self.model
        size = model.image_size
        images = (None, size, size, model.channels)
        voxels = (None, size, size, size, 4 if model.channels == 3 else 1)
        shapes = {
            "serving_default": (self._serve, {"images": images}),
            "encode": (self._encode, {"images": images}),
            "decode": (self._decode, {"codes": (None, model.latent)}),
            "render": (self._render, {"voxels": voxels, **ANGLES}),
            "render_codes": (
                self._render_codes,
                {"codes": (None, model.latent), **ANGLES},
            ),
        }
        return {
            name: tf.function(function).get_concrete_function(
                *(tf.TensorSpec(shape, tf.float32, key) for key, shape in takes.items())
            )
            for name, (function, takes) in shapes.items()
        }

    def _serve(self, images: Any) -> dict[str, Any]:
        outputs = self.model({"image": images}, training=False)
        azimuth, elevation = (
            tf.cast(outputs[f"{name}_radians"], tf.float32) * (180 / math.pi)
            for name in ("azimuth", "elevation")
        )
        return {
            "voxels": _unit(outputs["voxels"]),
            "azimuth": tf.math.floormod(azimuth + 180, 360.0) - 180,
            "elevation": elevation,
            "image": _unit(outputs["image"]),
            "projection": _unit(outputs["projection"]),
        }

    def _encode(self, images: Any) -> dict[str, Any]:
        return {"codes": tf.cast(self.model.encode(images), tf.float32)}

    def _decode(self, codes: Any) -> dict[str, Any]:
        return {"voxels": _unit(self.model.decode(codes))}

    def _render_codes(self, codes: Any, azimuth: Any, elevation: Any) -> dict[str, Any]:
        voxels = self._decode(codes)["voxels"]
        return self._render(voxels, azimuth, elevation)

    def _render(self, voxels: Any, azimuth: Any, elevation: Any) -> dict[str, Any]:
        """Every object from each of its angles."""
        model = self.model
        batch, count = tf.shape(azimuth)[0], tf.shape(azimuth)[1]
        grid = voxels.shape[1:]
        repeated = tf.broadcast_to(voxels[:, None], (batch, count, *grid))
        repeated = tf.reshape(repeated, (-1, *grid))
        turn, height = (
            tf.reshape(angle * (math.pi / 180), (-1,)) for angle in (azimuth, elevation)
        )
        # Without an elevation the sums along all rays are one matrix product.
        projection = tf.cond(
            tf.reduce_all(tf.equal(height, 0)),
            lambda: model.project(repeated, turn),
            lambda: model.project(repeated, turn, height),
        )
        size = model.image_size
        projection = tf.ensure_shape(projection, (None, size, size, model.channels))
        shape = (batch, count, size, size, model.channels)
        return {
            "image": tf.reshape(_unit(model.texture(projection)), shape),
            "projection": tf.reshape(_unit(projection), shape),
        }


def _unit(values: Any) -> Any:
    """Float32 in [0, 1]."""
    return tf.clip_by_value(tf.cast(values, tf.float32), 0.0, 1.0)
