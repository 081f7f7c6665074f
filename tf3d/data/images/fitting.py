"""Pictures of any size, mode and shape become square ones of a few pixels."""

from __future__ import annotations

import pathlib
import warnings
from typing import BinaryIO

import numpy as np
import PIL.Image
import PIL.ImageOps

from tf3d.errors import InputError

EXTENSIONS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp")
MODES = {1: "L", 3: "RGB"}


def check_format(size: int, channels: int) -> None:
    """Checks what a reader is asked for.

    Raises:
      InputError: if the size is not between 8 and 256 or the channels not 1 or 3.
    """
    if not 8 <= size <= 256:
        raise InputError(
            f"Expected an image size between 8 and 256 pixels. Received: size={size}"
        )
    if channels not in MODES:
        raise InputError(
            f"Expected 1 channel (grey) or 3 (RGB). Received: channels={channels}"
        )


def read_picture(
    file: pathlib.Path | BinaryIO, name: str, channels: int
) -> PIL.Image.Image:
    """Opens a picture upright, in grey or RGB; what is transparent becomes black.

    Args:
      file: a path or an open file.
      name: what to call it in messages.
      channels: 1 or 3.

    Raises:
      InputError: if it is no picture, damaged, or too large.
    """
    try:
        with warnings.catch_warnings():
            # Odd metadata, and sizes below the limit at which Pillow refuses.
            warnings.simplefilter("ignore")
            with PIL.Image.open(file) as opened:
                opened.load()
                return _converted(PIL.ImageOps.exif_transpose(opened), channels)
    except (
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        PIL.Image.DecompressionBombError,
    ) as error:
        raise InputError(
            f"{name} cannot be read as a picture ({error}). "
            "Remove it, or save it again as PNG or JPEG."
        ) from error


def _converted(image: PIL.Image.Image, channels: int) -> PIL.Image.Image:
    if image.mode.startswith(("I", "F")):
        # Pillow clips these to 255 instead of scaling them.
        values = np.asarray(image, np.float64)
        top = values.max(initial=0)
        full = 1.0 if top <= 1 and image.mode == "F" else 255.0 if top <= 255 else 65535
        values = np.clip(values / full * 255, 0, 255).round().astype(np.uint8)
        image = PIL.Image.fromarray(values)
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
        black = PIL.Image.new("RGBA", image.size, (0, 0, 0, 255))
        image = PIL.Image.alpha_composite(black, image).convert("RGB")
    return image.convert(MODES[channels])


def pad_square(image: PIL.Image.Image) -> PIL.Image.Image:
    """Adds to the shorter sides, in the colour of the border, so nothing is stretched.

    Args:
      image: "L" or "RGB".
    """
    width, height = image.size
    if width == height:
        return image
    pixels = np.asarray(image).reshape(height, width, -1)
    border = np.concatenate(
        [pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]], axis=0
    )
    color = tuple(int(value) for value in np.median(border, axis=0))
    side = max(width, height)
    square = PIL.Image.new(image.mode, (side, side), color)
    square.paste(image, ((side - width) // 2, (side - height) // 2))
    return square


def crop_centre(image: PIL.Image.Image, share: float) -> PIL.Image.Image:
    """The middle square, its side a share of the shorter side."""
    side = max(1, round(share * min(image.size)))
    left, top = (image.size[0] - side) // 2, (image.size[1] - side) // 2
    return image.crop((left, top, left + side, top + side))


def shrink(image: PIL.Image.Image, size: int) -> np.ndarray:
    """A square picture as `[size, size, channels]` uint8, averaged where it shrinks."""
    if image.size != (size, size):
        image = image.resize((size, size), PIL.Image.Resampling.BILINEAR)
    return np.asarray(image, np.uint8).reshape(size, size, -1)


def resized(images: np.ndarray, size: int, channels: int) -> np.ndarray:
    """Square pictures of another size and number of channels.

    Args:
      images: `[n, s, s, 1 or 3]` uint8.
      size: in pixels.
      channels: 1 (by luma) or 3.

    Returns:
      `[n, size, size, channels]` uint8.
    """
    if images.shape[1:] == (size, size, channels):
        return images
    result = np.empty((len(images), size, size, channels), np.uint8)
    for k, image in enumerate(images):
        picture = PIL.Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image)
        result[k] = shrink(picture.convert(MODES[channels]), size)
    return result
