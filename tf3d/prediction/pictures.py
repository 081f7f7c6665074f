"""Writing views: RGB, 16-bit depth and mask as PNG, an orbit as GIF or MP4.

Depth PNG: value = round(depth in world units x 10,000), 0 outside the mask. The scale
stands in the file's text chunk `depth_scale`; `read_depth` takes it from there.
"""

from __future__ import annotations

import json
import os
import pathlib
from collections.abc import Iterable

import numpy as np
import PIL.Image
import PIL.PngImagePlugin

from tf3d.errors import InputError
from tf3d.files import replacing
from tf3d.geometry import Views, intrinsics

DEPTH_SCALE = 10_000  # PNG values for one world unit: up to 6.55 units
FRAMES = 36  # of a turntable
TURNTABLE_ELEVATION = 15.0
FRAME_RATE = 12
ENLARGE = 2


def write_rgb(path: str | os.PathLike[str], rgb: np.ndarray) -> None:
    """Writes a picture `[h, w, 3]` or `[h, w, 1]` in [0, 1] as an 8-bit PNG."""
    rgb = rgb[..., 0] if rgb.shape[-1] == 1 else rgb
    with replacing(path) as temporary:
        PIL.Image.fromarray(_as_bytes(rgb)).save(temporary, format="PNG")


def write_mask(path: str | os.PathLike[str], mask: np.ndarray) -> None:
    """Writes a mask `[h, w]` as a PNG: white is the object."""
    with replacing(path) as temporary:
        image = PIL.Image.fromarray(np.asarray(mask, np.uint8) * 255)
        image.save(temporary, format="PNG")


def write_depth(path: str | os.PathLike[str], depth: np.ndarray) -> None:
    """Writes planar depth `[h, w]` in world units as a 16-bit PNG.

    Args:
      path: of the file.
      depth: world units; 0 outside the mask.
    """
    values = np.clip(np.round(np.asarray(depth) * DEPTH_SCALE), 0, 65535)
    text = PIL.PngImagePlugin.PngInfo()
    text.add_text("depth_scale", str(DEPTH_SCALE))
    text.add_text(
        "Description",
        f"planar depth; world units = value / {DEPTH_SCALE}; 0 is background",
    )
    with replacing(path) as temporary:
        image = PIL.Image.fromarray(values.astype(np.uint16))
        image.save(temporary, format="PNG", pnginfo=text)


def read_depth(path: str | os.PathLike[str]) -> np.ndarray:
    """Reads what `write_depth` wrote: `[h, w]` float32 world units, 0 outside.

    Raises:
      InputError: if the file does not state its scale.
    """
    with PIL.Image.open(path) as image:
        scale = image.info.get("depth_scale")
        if scale is None:
            raise InputError(
                f"The picture {path} states no depth_scale. Use one that tf3d wrote."
            )
        return np.asarray(image, np.float32) / float(scale)


def write_views(views: Views, folder: str | os.PathLike[str]) -> list[pathlib.Path]:
    """Writes every view's pictures and `views.json`, which says what they are.

    Args:
      views: n views.
      folder: for `00-rgb.png`, `00-depth.png`, `00-mask.png`, `01-rgb.png`, …

    Returns:
      The paths written.
    """
    folder = pathlib.Path(folder)
    records, paths = [], []
    for index, viewpoint in enumerate(views.viewpoints):
        files = {kind: f"{index:02d}-{kind}.png" for kind in ("rgb", "depth", "mask")}
        write_rgb(folder / files["rgb"], views.rgb[index])
        depth = np.where(views.mask[index], views.depth[index], 0)
        write_depth(folder / files["depth"], depth)
        write_mask(folder / files["mask"], views.mask[index])
        azimuth, elevation, distance = (round(float(value), 4) for value in viewpoint)
        records.append(
            {"azimuth": azimuth, "elevation": elevation, "distance": distance, **files}
        )
        paths += [folder / file for file in files.values()]
    description = {
        "field_of_view": views.field_of_view,
        "intrinsics": intrinsics(views.size, views.field_of_view).tolist(),
        "depth_scale": DEPTH_SCALE,
        "views": records,
    }
    with replacing(folder / "views.json") as temporary:
        text = json.dumps(description, indent=2) + "\n"
        temporary.write_text(text, encoding="utf-8")
    return [*paths, folder / "views.json"]


def write_film(
    path: str | os.PathLike[str], frames: Iterable[np.ndarray], enlarge: int = ENLARGE
) -> None:
    """Writes frames `[h, w, 3]` in [0, 1] as a looping GIF or an MP4, by extension.

    Args:
      path: ends in .gif or .mp4.
      frames: in order.
      enlarge: by this whole factor; the networks' pictures are small.

    Raises:
      InputError: if the file cannot be written.
    """
    images = []
    for frame in frames:
        image = PIL.Image.fromarray(_as_bytes(frame))
        size = (image.width * enlarge, image.height * enlarge)
        images.append(image.resize(size, PIL.Image.Resampling.BICUBIC))
    with replacing(path) as temporary:
        if temporary.suffix.lower() == ".gif":
            palette = _palette(images)
            indexed = [image.quantize(palette=palette) for image in images]
            indexed[0].save(
                temporary,
                format="GIF",
                save_all=True,
                append_images=indexed[1:],
                duration=round(1000 / FRAME_RATE),
                loop=0,
            )
            return
        import imageio.v2

        writer = imageio.v2.get_writer(
            temporary,
            format="FFMPEG",
            fps=FRAME_RATE,
            codec="libx264",
            pixelformat="yuv420p",
            macro_block_size=2,
            ffmpeg_log_level="error",
        )
        with writer:
            for image in images:
                writer.append_data(np.asarray(image))


def _palette(images: list[PIL.Image.Image]) -> PIL.Image.Image:
    """256 colours for all frames: one for each makes a film flicker and is slow."""
    side = 64
    strip = PIL.Image.new("RGB", (side * len(images), side))
    for index, image in enumerate(images):
        strip.paste(image.resize((side, side)), (side * index, 0))
    return strip.quantize(256, PIL.Image.Quantize.MEDIANCUT)


def _as_bytes(values: np.ndarray) -> np.ndarray:
    return np.round(np.clip(values, 0, 1) * 255).astype(np.uint8)
