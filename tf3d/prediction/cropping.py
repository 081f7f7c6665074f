"""Framing a photo as the training pictures are framed. Pads, never stretches."""

from __future__ import annotations

import numpy as np
import PIL.Image
import PIL.ImageFilter

from tf3d.data.letterbox import surroundings
from tf3d.errors import InputError
from tf3d.prediction.photos import Photo

GREY = 0.5  # the plain background of the training targets
# The diagonal of the object's bounding box over the frame's side. On training views its
# median is 0.86 for cars from the side, 0.78 from the front, 0.92 for chairs.
OBJECT_DIAGONAL = 0.86
# The same for a whole photo, which has some margin around its object.
PHOTO_DIAGONAL = 1.0
MASK_LEVEL = 0.5
BORDER = 0.02  # width of the ring that tells a plain background, over the shorter side
BORDER_SPREAD = 0.06  # how far its pixels may be from its median colour
BORDER_SHARE = 0.95  # how many of them must be that near
DIFFERENCE = 0.12  # a pixel this far from a plain background belongs to the object


def prepare(
    photo: Photo,
    crop: str = "auto",
    mask: np.ndarray | None = None,
    size: int = 128,
) -> np.ndarray:
    """Makes the network's input from a photo.

    With a mask (or alpha) the object is composited on plain grey and put into the
    frame at the scale of the training pictures. On a plain background the object is
    found by its colour and scaled likewise. Any other photo is taken to be framed on
    its object; it is padded to a square with its own blurred edge.

    Args:
      photo: RGB and, perhaps, alpha.
      crop: "auto", or "none" to only composite, pad to a square and scale.
      mask: `[height, width]` in [0, 1], the user's own cut-out instead of the alpha.
      size: of the square picture returned, pixels.

    Returns:
      `[size, size, 3]` float32 in [0, 1].

    Raises:
      InputError: if the mask (or alpha) is empty.
      ValueError: if `crop` is unknown or the mask has another shape than the photo.
    """
    check_crop(crop)
    rgb = photo.rgb
    alpha = cut_out(photo, mask)
    if alpha is not None:
        rgb = alpha[..., None] * rgb + (1 - alpha[..., None]) * GREY
        if crop == "none":
            return padded(rgb, _grey_like(rgb), size)
        return window(rgb, bounds(alpha >= MASK_LEVEL), GREY, size)
    ring = border(rgb)
    if crop == "none":
        return padded(rgb, ring.mean(axis=0), size)
    plain = plain_background(rgb)
    box = None if plain is None else object_on(rgb, plain)
    if box is not None:
        return window(rgb, box, plain, size)
    return padded(rgb, None, size)


def check_crop(crop: str) -> None:
    """Raises ValueError unless a way to crop is known."""
    if crop not in ("auto", "none"):
        raise ValueError(f'Expected crop "auto" or "none". Received: crop="{crop}"')


def cut_out(photo: Photo, mask: np.ndarray | None = None) -> np.ndarray | None:
    """The object's coverage `[height, width]`: the mask's, else the photo's alpha.

    Raises:
      InputError: if it marks nothing.
      ValueError: if the mask has another shape than the photo.
    """
    shape = photo.rgb.shape[:2]
    if mask is not None and mask.shape != shape:
        raise ValueError(
            f"Expected a mask of shape {shape}. Received: shape={mask.shape}"
        )
    alpha = photo.alpha if mask is None else np.asarray(mask, np.float32)
    if alpha is not None and not (alpha >= MASK_LEVEL).any():
        what = f"alpha of {photo.name}" if mask is None else "mask"
        raise InputError(
            f"The {what} is empty: it marks no object. "
            "Use another, or a picture without."
        )
    return alpha


def plain_background(rgb: np.ndarray) -> np.ndarray | None:
    """The colour `[3]` of a plain background, or None if it is not plain."""
    ring = border(rgb)
    plain = np.median(ring, axis=0)
    near = np.abs(ring - plain).max(axis=-1) <= BORDER_SPREAD
    return plain if near.mean() >= BORDER_SHARE else None


def _grey_like(rgb: np.ndarray) -> np.ndarray:
    return np.full(rgb.shape[-1], GREY, np.float32)


def border(rgb: np.ndarray) -> np.ndarray:
    """The pixels `[n, 3]` of a ring along the picture's edge."""
    height, width = rgb.shape[:2]
    ring = max(1, round(BORDER * min(height, width)))
    parts = (rgb[:ring], rgb[-ring:], rgb[:, :ring], rgb[:, -ring:])
    return np.concatenate([part.reshape(-1, 3) for part in parts])


def bounds(inside: np.ndarray) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of a mask's bounding box."""
    columns = np.flatnonzero(inside.any(axis=0))
    rows = np.flatnonzero(inside.any(axis=1))
    return columns[0], rows[0], columns[-1] + 1, rows[-1] + 1


def object_on(
    rgb: np.ndarray, background: np.ndarray
) -> tuple[int, int, int, int] | None:
    """The bounding box of what differs from a plain background, or None if little."""
    image = PIL.Image.fromarray(_as_bytes(np.abs(rgb - background).max(axis=-1)))
    # The median removes specks of dust and of compression.
    distance = np.asarray(image.filter(PIL.ImageFilter.MedianFilter(3)))
    inside = distance > 255 * DIFFERENCE
    if inside.mean() < 0.01:
        return None
    return bounds(inside)


def _as_bytes(values: np.ndarray) -> np.ndarray:
    return np.round(np.clip(values, 0, 1) * 255).astype(np.uint8)


def window(
    rgb: np.ndarray,
    box: tuple[int, int, int, int],
    fill: float | np.ndarray,
    size: int,
    side: float | None = None,
) -> np.ndarray:
    """A square window centred on a box.

    Args:
      rgb: `[height, width, 3]`.
      box: left, top, right and bottom, pixels.
      fill: colour of what is outside the picture.
      size: of the square picture returned, pixels.
      side: of the window, pixels of `rgb`; by default the box gets the scale of the
        multi-view training pictures.

    Returns:
      `[size, size, 3]`.
    """
    left, top, right, bottom = box
    if side is None:
        side = np.hypot(right - left, bottom - top) / OBJECT_DIAGONAL
    x, y = (left + right - side) / 2, (top + bottom - side) / 2
    height, width = rgb.shape[:2]
    # Whole pixels around the window, those outside the picture filled.
    x0, y0 = int(np.floor(x)), int(np.floor(y))
    x1, y1 = int(np.ceil(x + side)), int(np.ceil(y + side))
    canvas = np.empty((y1 - y0, x1 - x0, 3), np.float32)
    canvas[:] = fill
    rows = slice(max(y0, 0), min(y1, height))
    columns = slice(max(x0, 0), min(x1, width))
    canvas[rows.start - y0 : rows.stop - y0, columns.start - x0 : columns.stop - x0] = (
        rgb[rows, columns]
    )
    return _resized(
        canvas, (size, size), (x - x0, y - y0, x - x0 + side, y - y0 + side)
    )


def padded(rgb: np.ndarray, colour: np.ndarray | None, size: int) -> np.ndarray:
    """The whole picture in a square: as large as it gets, the rest in one colour.

    Without a colour the picture is taken to be framed on its object and scaled by that;
    the rest shows its edge, continued and blurred.
    """
    height, width = rgb.shape[:2]
    scale = size / max(height, width)
    if colour is None:
        scale = min(scale, PHOTO_DIAGONAL * size / np.hypot(height, width))
    shape = (max(1, round(height * scale)), max(1, round(width * scale)))
    small = rgb if shape == (height, width) else _resized(rgb, shape)
    top, left = (size - shape[0]) // 2, (size - shape[1]) // 2
    if colour is None:
        around = surroundings(_as_bytes(small), size, top, left)
        canvas = around.astype(np.float32) / 255
    else:
        canvas = np.empty((size, size, 3), np.float32)
        canvas[:] = colour
    canvas[top : top + shape[0], left : left + shape[1]] = small
    return canvas


def _resized(
    rgb: np.ndarray,
    shape: tuple[int, int],
    box: tuple[float, float, float, float] | None = None,
) -> np.ndarray:
    """Resamples with antialiasing; the box (x, y) may lie between pixels."""
    height, width = shape
    # Lanczos rings where it enlarges; there are no details to keep then.
    extent = rgb.shape[1] if box is None else box[2] - box[0]
    method = (
        PIL.Image.Resampling.LANCZOS
        if extent >= width
        else PIL.Image.Resampling.BICUBIC
    )
    channels = [
        PIL.Image.fromarray(np.ascontiguousarray(rgb[..., channel]))
        for channel in range(3)
    ]
    planes = [image.resize((width, height), method, box=box) for image in channels]
    return np.clip(np.stack([np.asarray(plane) for plane in planes], axis=-1), 0, 1)
