"""PNG and JPEG strings as a network's input, within a TensorFlow graph."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

# The same as `tf3d predict --crop none` does; a test holds both together.
GREY = 0.5
BORDER = 0.02
MIN_SIDE = 8
# Less than `tf3d predict` takes: a server answers strangers.
MAX_PIXELS = 2**25


def image_from_bytes(strings: Any, size: int) -> Any:
    """Pictures as the multi-view network wants them.

    Composited on plain grey where a picture has alpha, padded to a square (with that
    grey, or the mean colour of the picture's edge), and resampled with antialiasing.
    Never stretched. The orientation in a photo's EXIF data is not looked at.

    Args:
      strings: `[batch]`, contents of PNG or JPEG files of any size.
      size: of the square pictures returned, pixels.

    Returns:
      `[batch, size, size, 3]` float32 in [0, 1]. Running it raises InvalidArgumentError
      for what is no PNG or JPEG picture, or one that is damaged, too small, or of more
      than 33 million pixels.
    """
    return tf.map_fn(
        lambda string: _framed(*_decoded(string), size),
        strings,
        # One at a time: pictures may be large.
        parallel_iterations=1,
        fn_output_signature=tf.TensorSpec((size, size, 3), tf.float32),
    )


def _decoded(string: Any) -> tuple[Any, Any]:
    """Colours `[h, w, 3]` in [0, 1] over grey, and the colour around `[3]`."""
    return tf.cond(
        tf.io.is_jpeg(string), lambda: _from_jpeg(string), lambda: _from_png(string)
    )


def _from_jpeg(string: Any) -> tuple[Any, Any]:
    shape = tf.image.extract_jpeg_shape(string)
    with tf.control_dependencies(_size_checks(shape[0], shape[1])):
        rgb = tf.io.decode_jpeg(tf.identity(string), channels=3)
    rgb = tf.cast(rgb, tf.float32) / 255
    return rgb, _edge_mean(rgb)


def _from_png(string: Any) -> tuple[Any, Any]:
    # Sizes stand at the head of the file; a decoder would reserve memory for them.
    is_png = tf.equal(tf.strings.substr(string, 0, 8), b"\x89PNG\r\n\x1a\n")
    is_png &= tf.strings.length(string) > 33
    check = tf.debugging.Assert(is_png, ["Expected a PNG or JPEG picture."])
    with tf.control_dependencies([check]):
        head = tf.strings.substr(string, 16, 9)
    sides = tf.strings.substr(head, 0, 8)
    shape = tf.io.decode_raw(sides, tf.int32, little_endian=False)
    with tf.control_dependencies(_size_checks(shape[1], shape[0])):
        rgba = tf.io.decode_png(tf.identity(string), channels=4)
    rgba = tf.cast(rgba, tf.float32) / 255
    alpha = rgba[..., 3:]
    least, most = tf.reduce_min(alpha), tf.reduce_max(alpha)
    # To opaque pixels of less than 8 bits TensorFlow gives an alpha of as few bits.
    depth = tf.io.decode_raw(tf.strings.substr(head, 8, 1), tf.uint8)[0]
    filling = (tf.pow(2.0, tf.cast(depth, tf.float32)) - 1) / 255
    opaque = (least >= 1) | ((depth < 8) & (most <= filling) & (least >= filling))
    alpha = tf.where(opaque, tf.ones_like(alpha), alpha)
    rgb = alpha * rgba[..., :3] + (1 - alpha) * GREY
    return rgb, tf.where(opaque, _edge_mean(rgb), tf.fill((3,), GREY))


def _size_checks(height: Any, width: Any) -> list[Any]:
    pixels = tf.cast(height, tf.int64) * tf.cast(width, tf.int64)
    return [
        tf.debugging.Assert(
            tf.minimum(height, width) >= MIN_SIDE,
            [f"Expected a picture of at least {MIN_SIDE} pixels a side."],
        ),
        tf.debugging.Assert(
            pixels <= MAX_PIXELS,
            [f"Expected a picture of at most {MAX_PIXELS} pixels."],
        ),
    ]


def _edge_mean(rgb: Any) -> Any:
    """The mean colour `[3]` of a ring along the edge."""
    shorter = tf.cast(tf.minimum(tf.shape(rgb)[0], tf.shape(rgb)[1]), tf.float32)
    ring = tf.maximum(1, tf.cast(tf.round(BORDER * shorter), tf.int32))
    parts = (rgb[:ring], rgb[-ring:], rgb[:, :ring], rgb[:, -ring:])
    pixels = tf.concat([tf.reshape(part, (-1, 3)) for part in parts], axis=0)
    return tf.reduce_mean(pixels, axis=0)


def _framed(rgb: Any, colour: Any, size: int) -> Any:
    """The whole picture in a square, as large as it gets, the rest in one colour."""
    shape = tf.cast(tf.shape(rgb)[:2], tf.float32)
    longer = tf.reduce_max(shape)
    scaled = tf.maximum(1, tf.cast(tf.round(shape * (size / longer)), tf.int32))
    # Lanczos rings where it enlarges; there are no details to keep then.
    small = tf.cond(
        shape[1] >= tf.cast(scaled[1], tf.float32),
        lambda: tf.image.resize(rgb, scaled, "lanczos3", antialias=True),
        lambda: tf.image.resize(rgb, scaled, "bicubic", antialias=True),
    )
    small = tf.clip_by_value(small, 0.0, 1.0)
    before = (size - scaled) // 2
    margins = tf.stack([before, size - scaled - before], axis=1)
    margins = tf.concat([margins, [[0, 0]]], axis=0)
    inside = tf.pad(tf.ones_like(small[..., :1]), margins)
    square = tf.pad(small, margins) + (1 - inside) * colour
    return tf.ensure_shape(square, (size, size, 3))
