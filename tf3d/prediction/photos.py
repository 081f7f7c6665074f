"""Reading photos: whatever Pillow opens becomes RGB in [0, 1] and, perhaps, alpha."""

from __future__ import annotations

import dataclasses
import os
import pathlib
import warnings

import numpy as np
import PIL.Image
import PIL.ImageOps

from tf3d.errors import InputError

MIN_SIDE = 8  # pixels; less holds no picture of an object
MAX_PIXELS = 150_000_000  # the largest cameras' pictures pass
WORKING_SIDE = 2048  # larger pictures are reduced on reading: the networks see 128
EXTENSIONS = frozenset(
    {".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"}
)

ImageLike = str | os.PathLike[str] | PIL.Image.Image | np.ndarray


@dataclasses.dataclass
class Photo:
    """A picture as the networks' side sees it.

    Attributes:
      rgb: `[height, width, 3]` float32 in [0, 1].
      alpha: `[height, width]` float32 in [0, 1], or None where all is opaque.
      name: what to call it in messages.
    """

    rgb: np.ndarray
    alpha: np.ndarray | None = None
    name: str = "picture"


def photo_paths(arguments: list[str | os.PathLike[str]]) -> list[pathlib.Path]:
    """Files as they are given, folders as the pictures in them, sorted by name.

    Args:
      arguments: files and folders.

    Returns:
      Paths of files; a folder's are chosen by their extension.

    Raises:
      InputError: if one does not exist, or a folder holds no picture.
    """
    paths = []
    for argument in map(pathlib.Path, arguments):
        if not argument.is_dir():
            if not argument.exists():
                raise InputError(f"There is no picture {argument}. Check the path.")
            paths.append(argument)
            continue
        inside = sorted(
            path
            for path in argument.iterdir()
            if path.suffix.lower() in EXTENSIONS and path.is_file()
        )
        if not inside:
            raise InputError(
                f"The folder {argument} holds no picture "
                f"({', '.join(sorted(EXTENSIONS))}). Name a file or another folder."
            )
        paths.extend(inside)
    return paths


def read_photo(path: str | os.PathLike[str]) -> Photo:
    """Reads a picture file, turned upright as its EXIF data says.

    Args:
      path: a file in any format and mode that Pillow reads: 8 or 16 bits, grey,
        palette, CMYK, with or without alpha. Of an animation the first frame is taken.

    Returns:
      The photo, reduced to at most 2048 pixels a side.

    Raises:
      InputError: if there is no such file, or it is no picture, empty, damaged, too
        small or too large.
    """
    path = pathlib.Path(path)
    with warnings.catch_warnings():
        # Pillow warns of odd metadata, and of sizes that are within the limit here.
        warnings.simplefilter("ignore")
        with _open(path) as image:
            try:
                if image.format == "JPEG":  # decodes at 1/2, 1/4 or 1/8: much faster
                    image.draft(None, (WORKING_SIDE, WORKING_SIDE))
                image.load()
                return _from_image(_upright(image), str(path))
            # Decoders raise OSError, SyntaxError, ValueError, struct.error, …
            except Exception as error:
                raise InputError(
                    f"The picture {path} is damaged or truncated ({error}). "
                    "Save it again or use another."
                ) from error


def as_photo(image: ImageLike | Photo) -> Photo:
    """A photo from a path, a Pillow image or an array.

    Args:
      image: a path; a Pillow image; or an array `[h, w]`, `[h, w, 3]` or `[h, w, 4]`,
        integers over their full range or floats in [0, 1].

    Returns:
      The photo.

    Raises:
      InputError: if a file cannot be read, or a picture is too small or too large.
      ValueError: if an array has another shape, type or range.
    """
    if isinstance(image, Photo):
        return image
    if isinstance(image, PIL.Image.Image):
        name = str(getattr(image, "filename", "") or "picture")
        _check_size(*image.size, name)
        return _from_image(_upright(image), name)
    if isinstance(image, (str, os.PathLike)):
        return read_photo(image)
    return _from_array(np.asarray(image))


def read_mask(path: str | os.PathLike[str], size: tuple[int, int]) -> np.ndarray:
    """Reads a cut-out: its alpha where it has one, otherwise white is the object.

    Args:
      path: a picture file.
      size: height and width of the photo that it belongs to.

    Returns:
      `[height, width]` float32 in [0, 1].

    Raises:
      InputError: if it cannot be read, or has other proportions than the photo.
    """
    photo = read_photo(path)
    mask = photo.rgb.mean(axis=-1) if photo.alpha is None else photo.alpha
    height, width = size
    if abs(np.log(mask.shape[1] / mask.shape[0] * height / width)) > 0.03:
        raise InputError(
            f"The mask {path} has other proportions ({mask.shape[1]}x{mask.shape[0]}) "
            f"than its photo ({width}x{height}). Use one of the photo's size."
        )
    if mask.shape != (height, width):
        resized = PIL.Image.fromarray(mask).resize(
            (width, height), PIL.Image.Resampling.BILINEAR
        )
        mask = np.asarray(resized, np.float32)
    return np.clip(mask, 0, 1).astype(np.float32)


def photo_and_mask(
    image: ImageLike | Photo, mask: ImageLike | None = None
) -> tuple[Photo, np.ndarray | None]:
    """A photo and its cut-out, each from a path, a Pillow image or an array.

    Args:
      image: as `as_photo` takes it.
      mask: likewise; a file may have another size of the same proportions.

    Returns:
      The photo, and `[height, width]` in [0, 1], or None without a mask.

    Raises:
      InputError: if a file is unusable.
      ValueError: if an array is.
    """
    photo = as_photo(image)
    if mask is None:
        return photo, None
    if isinstance(mask, (str, os.PathLike)):
        return photo, read_mask(mask, photo.rgb.shape[:2])
    return photo, as_photo(mask).rgb.mean(axis=-1)


def _open(path: pathlib.Path) -> PIL.Image.Image:
    """Opens a file and checks what its header says; decodes nothing."""
    if path.is_dir():
        raise InputError(f"{path} is a folder, not a picture. Name a file in it.")
    if not path.exists():
        raise InputError(f"There is no picture {path}. Check the path.")
    try:
        if path.is_file() and path.stat().st_size == 0:
            raise InputError(f"The picture {path} is empty (0 bytes). Use another.")
        image = PIL.Image.open(path)
    except PIL.UnidentifiedImageError as error:
        raise InputError(
            f"The file {path} is no picture that can be read. "
            "Use a PNG, JPEG, WebP, TIFF, BMP or GIF file."
        ) from error
    except PIL.Image.DecompressionBombError as error:
        raise _too_large(path) from error
    except InputError:
        raise
    except OSError as error:
        raise InputError(
            f"Cannot read the picture {path}: {error.strerror or error}."
        ) from error
    # A broken header makes plugins raise anything: SyntaxError, struct.error, …
    except Exception as error:
        raise InputError(
            f"The picture {path} is damaged ({error}). Save it again or use another."
        ) from error
    try:
        _check_size(*image.size, str(path))
    except InputError:
        image.close()
        raise
    return image


def _too_large(path: str | pathlib.Path, size: str = "") -> InputError:
    return InputError(
        f"The picture {path} is too large{size}: more than "
        f"{MAX_PIXELS // 1_000_000} million pixels. Scale it down."
    )


def _check_size(width: int, height: int, name: str) -> None:
    if width * height > MAX_PIXELS:
        raise _too_large(name, f" ({width}x{height})")
    if min(width, height) < MIN_SIDE:
        raise InputError(
            f"The picture {name} is too small: {width}x{height} pixels, where at least "
            f"{MIN_SIDE}x{MIN_SIDE} are needed. Use a larger one."
        )


def _upright(image: PIL.Image.Image) -> PIL.Image.Image:
    # An orientation that cannot be read is none.
    try:
        return PIL.ImageOps.exif_transpose(image) or image
    except (OSError, SyntaxError, ValueError, TypeError, KeyError):
        return image


def _from_image(image: PIL.Image.Image, name: str) -> Photo:
    if image.mode.startswith(("I", "F")):  # more than 8 bits, always grey
        grey = PIL.Image.fromarray(_grey(np.asarray(image), image.mode))
        values = np.asarray(grey.reduce(_reduction(*grey.size)), np.float32)
        return Photo(np.repeat(values[..., None], 3, axis=-1), None, name)
    if image.has_transparency_data:
        image = image.convert("RGBA")
    elif image.mode != "RGB":
        image = image.convert("RGB")
    factor = _reduction(*image.size)
    if factor > 1:
        # Premultiplied, so that hidden colours do not bleed over the edge.
        image = image.convert("RGBa") if image.mode == "RGBA" else image
        image = image.reduce(factor)
        image = image.convert("RGBA") if image.mode == "RGBa" else image
    values = np.asarray(image, np.float32) / 255
    if values.shape[-1] == 3 or values[..., 3].min() == 1:
        return Photo(values[..., :3], None, name)
    return Photo(values[..., :3], values[..., 3], name)


def _grey(values: np.ndarray, mode: str) -> np.ndarray:
    """16-bit, 32-bit or float grey in [0, 1], by the range that the values use."""
    values = np.nan_to_num(np.asarray(values, np.float32))
    highest = float(values.max(initial=0))
    if mode.startswith("I;16"):
        full = 65535.0
    else:  # "I" and "F" say nothing about their range
        full = next((full for full in (1, 255, 65535) if highest <= full), highest)
        if mode == "I" and full == 1:
            full = 255
    return np.clip(values / np.float32(full), 0, 1)


def _reduction(width: int, height: int) -> int:
    """By which whole factor to reduce both sides; never to less than one pixel."""
    return min(-(-max(width, height) // WORKING_SIDE), width, height)


def _from_array(array: np.ndarray) -> Photo:
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[-1] not in (3, 4)):
        raise ValueError(
            "Expected an image of shape [height, width], [height, width, 3] or "
            f"[height, width, 4]. Received: shape={array.shape}"
        )
    _check_size(array.shape[1], array.shape[0], "given as an array")
    if array.dtype == bool or np.issubdtype(array.dtype, np.unsignedinteger):
        full = 1 if array.dtype == bool else np.iinfo(array.dtype).max
        values = array.astype(np.float32) / full
    elif np.issubdtype(array.dtype, np.floating):
        values = array.astype(np.float32)
        low, high = values.min(), values.max()
        if not (-1e-3 <= low and high <= 1.001):  # also where one is NaN
            raise ValueError(
                "Expected finite image values in [0, 1]. "
                f"Received: minimum={low}, maximum={high}"
            )
        values = np.clip(values, 0, 1)
    else:
        raise ValueError(
            "Expected an image of unsigned integers or of floats in [0, 1]. "
            f"Received: dtype={array.dtype}"
        )
    if values.ndim == 2:
        values = np.repeat(values[..., None], 3, axis=-1)
    if values.shape[-1] == 3 or values[..., 3].min() == 1:
        return Photo(values[..., :3], None)
    return Photo(values[..., :3], values[..., 3])
