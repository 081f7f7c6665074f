"""What an exported multi-view model answers to."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf

from tf3d.export.encoded_images import image_from_bytes
from tf3d.geometry import FAINT, SHOWN, orbit
from tf3d.models import MultiView


class MultiViewSignatures:
    """The functions that a SavedModel of a multi-view network holds.

    Every one has a free batch size, and takes and gives tensors by name:

    | signature | takes | gives |
    |---|---|---|
    | serving_default | images, viewpoints | views |
    | encode | images | codes `[b, width]` |
    | refine | images | codes fitted to them, where there is a refinement |
    | decode | codes, viewpoints | views |
    | from_bytes | images: strings `[b]` | views, viewpoints: an orbit of 6 |
    | from_bytes_at | images: strings `[b]`, viewpoints | views, viewpoints |

    Images are `[b, size, size, 3]` float32 in [0, 1], or the contents of PNG and JPEG
    files of any size, padded to a square as `tf3d predict --crop none` does. Viewpoints
    are `[b, v, 3]`: azimuth and elevation in degrees, distance in world units. The
    views are those of `tf3d.prediction.Reconstructor.views`: rgb
    `[b, v, size, size, 3]` and alpha `[b, v, size, size]` in [0, 1], mask bool where
    alpha >= 0.4, depth in world units, 0 where alpha < 0.2.

    All but the last two are plain float arithmetic: no strings, no random numbers.

    Args:
      model: the network.
      refinement: a `tf3d.prediction.refinement.Refinement` of it, if there is one.
    """

    def __init__(self, model: MultiView, refinement: Any = None) -> None:
        self.model, self.refinement = model, refinement
        self._from_bytes_at = tf.function(self._from_bytes_at)  # traced once

    def functions(self) -> dict[str, Any]:
        """Name of a signature -> concrete function."""
        size = self.model.image_size
        images = tf.TensorSpec((None, size, size, 3), tf.float32, "images")
        viewpoints = tf.TensorSpec((None, None, 3), tf.float32, "viewpoints")
        codes = tf.TensorSpec((None, self.model.code_width), tf.float32, "codes")
        encoded = tf.TensorSpec((None,), tf.string, "images")
        takes = {
            "serving_default": (self._serve, (images, viewpoints)),
            "encode": (self._encode, (images,)),
            "decode": (self._decode, (codes, viewpoints)),
            "from_bytes": (self._from_bytes, (encoded,)),
            "from_bytes_at": (self._from_bytes_at, (encoded, viewpoints)),
        }
        if self.refinement is not None:
            takes["refine"] = (self._refined, (images,))
        return {
            name: tf.function(function).get_concrete_function(*specs)
            for name, (function, specs) in takes.items()
        }

    def _serve(self, images: Any, viewpoints: Any) -> dict[str, Any]:
        return self._views(self.model.encode(images), viewpoints)

    def _encode(self, images: Any) -> dict[str, Any]:
        return {"codes": tf.cast(self.model.encode(images), tf.float32)}

    def _refined(self, images: Any) -> dict[str, Any]:
        return {"codes": self.refinement.in_graph(images)}

    def _decode(self, codes: Any, viewpoints: Any) -> dict[str, Any]:
        return self._views(codes, viewpoints)

    def _from_bytes(self, images: Any) -> dict[str, Any]:
        around = tf.constant(orbit(6).astype(np.float32))
        shape = (tf.shape(images)[0], *around.shape)
        return self._from_bytes_at(images, tf.broadcast_to(around, shape))

    def _from_bytes_at(self, images: Any, viewpoints: Any) -> dict[str, Any]:
        size = self.model.image_size
        pictures = image_from_bytes(images, size)
        views = self._serve(pictures, viewpoints)
        return {**views, "viewpoints": tf.identity(viewpoints)}

    def _views(self, codes: Any, viewpoints: Any) -> dict[str, Any]:
        """The views of every code from each of its viewpoints."""
        batch, count = tf.shape(viewpoints)[0], tf.shape(viewpoints)[1]
        shape = (batch, count, codes.shape[-1])
        repeated = tf.broadcast_to(codes[:, None], shape)
        outputs = self.model.decode(
            tf.reshape(repeated, (-1, codes.shape[-1])),
            tf.reshape(viewpoints, (-1, 3)),
        )
        size = self.model.image_size
        rgb, depth, alpha = (
            tf.reshape(
                tf.cast(outputs[key], tf.float32),
                (batch, count, size, size, *channels),
            )
            for key, channels in (("rgb", (3,)), ("depth", ()), ("alpha", ()))
        )
        return {
            "rgb": tf.clip_by_value(rgb, 0.0, 1.0),
            "depth": tf.where(alpha >= FAINT, depth, tf.zeros_like(depth)),
            "mask": alpha >= SHOWN,
            "alpha": tf.clip_by_value(alpha, 0.0, 1.0),
        }
