"""Framing a photo as the training pictures are framed. Pads, never stretches."""

from __future__ import annotations

import numpy as np
import PIL.Image
import PIL.ImageFilter

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
    if crop not in ("auto", "none"):
        raise ValueError(f'Expected crop "auto" or "none". Received: crop="{crop}"')
    rgb = photo.rgb
    height, width = rgb.shape[:2]
    if mask is not None and mask.shape != (height, width):
        raise ValueError(
            f"Expected a mask of shape {(height, width)}. Received: shape={mask.shape}"
        )
    alpha = photo.alpha if mask is None else np.asarray(mask, np.float32)
    if alpha is not None:
        inside = alpha >= MASK_LEVEL
        if not inside.any():
            what = f"alpha of {photo.name}" if mask is None else "mask"
            raise InputError(
                f"The {what} is empty: it marks no object. "
                "Use another, or a picture without."
            )
        rgb = alpha[..., None] * rgb + (1 - alpha[..., None]) * GREY
        if crop == "none":
            return _padded(rgb, _grey_like(rgb), size)
        return _window(rgb, _bounds(inside), GREY, size)
    border = _border(rgb)
    if crop == "none":
        return _padded(rgb, border.mean(axis=0), size)
    plain = np.median(border, axis=0)
    near = np.abs(border - plain).max(axis=-1) <= BORDER_SPREAD
    if near.mean() >= BORDER_SHARE:
        bounds = _object_on(rgb, plain)
        if bounds is not None:
            return _window(rgb, bounds, plain, size)
    return _padded(rgb, None, size)


def _grey_like(rgb: np.ndarray) -> np.ndarray:
    return np.full(rgb.shape[-1], GREY, np.float32)


def _border(rgb: np.ndarray) -> np.ndarray:
    """The pixels `[n, 3]` of a ring along the picture's edge."""
    height, width = rgb.shape[:2]
    ring = max(1, round(BORDER * min(height, width)))
    parts = (rgb[:ring], rgb[-ring:], rgb[:, :ring], rgb[:, -ring:])
    return np.concatenate([part.reshape(-1, 3) for part in parts])


def _bounds(inside: np.ndarray) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of a mask's bounding box."""
    columns = np.flatnonzero(inside.any(axis=0))
    rows = np.flatnonzero(inside.any(axis=1))
    return columns[0], rows[0], columns[-1] + 1, rows[-1] + 1


def _object_on(
    rgb: np.ndarray, background: np.ndarray
) -> tuple[int, int, int, int] | None:
    """The bounding box of what differs from a plain background, or None if little."""
    image = PIL.Image.fromarray(_as_bytes(np.abs(rgb - background).max(axis=-1)))
    # The median removes specks of dust and of compression.
    distance = np.asarray(image.filter(PIL.ImageFilter.MedianFilter(3)))
    inside = distance > 255 * DIFFERENCE
    if inside.mean() < 0.01:
        return None
    return _bounds(inside)


def _as_bytes(values: np.ndarray) -> np.ndarray:
    return np.round(np.clip(values, 0, 1) * 255).astype(np.uint8)


def _window(
    rgb: np.ndarray,
    bounds: tuple[int, int, int, int],
    fill: float | np.ndarray,
    size: int,
) -> np.ndarray:
    """A square window centred on a box, at the scale of the training pictures."""
    left, top, right, bottom = bounds
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


def _padded(rgb: np.ndarray, colour: np.ndarray | None, size: int) -> np.ndarray:
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
        margins = (
            (top, size - shape[0] - top),
            (left, size - shape[1] - left),
            (0, 0),
        )
        edge = PIL.Image.fromarray(_as_bytes(np.pad(small, margins, mode="edge")))
        blur = PIL.ImageFilter.GaussianBlur(size / 16)
        canvas = np.asarray(edge.filter(blur), np.float32) / 255
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
