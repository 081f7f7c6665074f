"""Framing a photo as the voxel models' training images are: light objects on black."""

from __future__ import annotations

import numpy as np

from tf3d.prediction.cropping import (
    DIFFERENCE,
    MASK_LEVEL,
    border,
    bounds,
    check_crop,
    cut_out,
    object_on,
    padded,
    plain_background,
    window,
)
from tf3d.prediction.photos import Photo

LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601
# The longer side of the object's bounding box over the frame's. MNIST's digits have
# 20/28, generated shapes 0.6 to 0.9, Fashion-MNIST 1.
OBJECT_SIDE = 0.75
INK = 0.35  # a cut-out darker than this on average is ink, not a lit object


def prepare_voxel_image(
    photo: Photo,
    crop: str = "auto",
    mask: np.ndarray | None = None,
    size: int = 28,
    channels: int = 1,
    background: float = 0.0,
) -> np.ndarray:
    """Makes a voxel model's input from a photo.

    In grey, brightness becomes the distance from a plain background, so that ink on
    paper turns into a light digit on black, its darkest stroke white, and a light digit
    on black stays what it is. A cut-out (mask or alpha) is laid over black, inverted if
    it is dark as ink. A picture without either is taken as it is. In RGB the object
    keeps its colours, and what surrounds it becomes the model's background.

    A picture of exactly the model's size is not moved. Otherwise the object is scaled
    so that its longer side is three quarters of the frame; where it cannot be told from
    its surroundings, the whole picture is padded to a square.

    Args:
      photo: RGB and, perhaps, alpha.
      crop: "auto", or "none" to take the whole picture, padded to a square.
      mask: `[height, width]` in [0, 1], the user's own cut-out instead of the alpha.
      size: of the square picture returned, pixels.
      channels: 1 or 3.
      background: of RGB models.

    Returns:
      `[size, size, channels]` float32 in [0, 1].

    Raises:
      InputError: if the mask (or alpha) is empty.
      ValueError: if `crop` is unknown or the mask has another shape than the photo.
    """
    check_crop(crop)
    alpha = cut_out(photo, mask)
    plain = plain_background(photo.rgb) if alpha is None else None
    fill = 0.0 if channels == 1 else background
    if channels == 1:
        picture = np.repeat(_light(photo.rgb, alpha, plain)[..., None], 3, axis=-1)
    else:
        picture = _over(photo.rgb, alpha, plain, background)
    if alpha is None and plain is None:
        fill = border(picture).mean(axis=0)
    if picture.shape[:2] != (size, size):
        box = None
        if crop == "auto" and alpha is not None:
            box = bounds(alpha >= MASK_LEVEL)
        elif crop == "auto" and plain is not None:
            box = object_on(photo.rgb, plain)
        if box is None:
            picture = padded(picture, np.broadcast_to(fill, 3), size)
        else:
            side = max(box[2] - box[0], box[3] - box[1]) / OBJECT_SIDE
            picture = window(picture, box, fill, size, side)
    return np.ascontiguousarray(picture[..., :channels], np.float32)


def _light(
    rgb: np.ndarray, alpha: np.ndarray | None, plain: np.ndarray | None
) -> np.ndarray:
    """Brightness `[h, w]` as in training: the object light, the background black."""
    grey = rgb @ LUMA
    if alpha is not None:
        dark = (alpha * grey).sum() < INK * alpha.sum()
        return alpha * (1 - grey if dark else grey)
    if plain is None:
        return grey
    ground = float(plain @ LUMA)
    light = np.abs(grey - ground) / max(ground, 1 - ground)
    if ground > 0.5 and light.max() > DIFFERENCE:
        light = light / light.max()  # paper is grey in a photo, and ink not black
    return np.clip(light, 0, 1)


def _over(
    rgb: np.ndarray,
    alpha: np.ndarray | None,
    plain: np.ndarray | None,
    background: float,
) -> np.ndarray:
    """The object's own colours over the model's background."""
    if alpha is None and plain is None:
        return rgb
    if alpha is None:
        alpha = np.clip(np.abs(rgb - plain).max(axis=-1) / DIFFERENCE, 0, 1)
    return alpha[..., None] * rgb + (1 - alpha[..., None]) * np.float32(background)
