"""The shadow that an object throws on the ground it stands on, from a view's depth."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from PIL import Image, ImageFilter

from tf3d.geometry import project, unproject

SUN = 0.5  # share of the shadows with an edge; the others are an overcast sky's
SUN_ELEVATION = (25, 80)  # degrees
SUN_BLUR, SKY_BLUR = (0.5, 1.2), (1.2, 4.0)  # px at half of 128, standard deviations
DARKNESS = (0.2, 0.85)


def ground_shadow(
    depth: np.ndarray, viewpoint: ArrayLike, rng: np.random.Generator
) -> np.ndarray:
    """How much of the light an object takes from the ground.

    What the view shows of the object is moved along the light onto the plane of its
    lowest point. What it does not show throws no shadow; most of that lies hidden.

    Args:
      depth: `[size, size]` planar depth in world units, 0 outside of the object.
      viewpoint: `[3]` azimuth and elevation in degrees, distance.
      rng: draws the light, the softness and the darkness.

    Returns:
      `[size, size]` float32 in [0, 1], 0 where the ground is fully lit. The object's
      own pixels may be covered, too.
    """
    size = len(depth)
    half = np.asarray(depth[::2, ::2], np.float32)
    sunny = rng.random() < SUN
    elevation = np.radians(rng.uniform(*SUN_ELEVATION))
    azimuth = rng.uniform(0, 2 * np.pi)
    blur = rng.uniform(*(SUN_BLUR if sunny else SKY_BLUR)) * size / 128
    darkness = rng.uniform(*DARKNESS)
    inside = half > 0
    if not inside.any():
        return np.zeros((size, size), np.float32)
    points = unproject(half, viewpoint)[inside]
    drop = points[:, 2] - points[:, 2].min()
    run = drop / np.tan(elevation) if sunny else np.zeros_like(drop)
    points[:, 0] -= run * np.cos(azimuth)
    points[:, 1] -= run * np.sin(azimuth)
    points[:, 2] -= drop
    pixels, away = project(points, viewpoint, len(half))
    pixels = np.floor(pixels[away > 0]).astype(np.int64)
    pixels = pixels[((pixels >= 0) & (pixels < len(half))).all(axis=1)]
    thrown = np.zeros(half.shape, np.uint8)
    thrown[pixels[:, 1], pixels[:, 0]] = 255
    # Neighbouring pixels of the object may fall a few pixels apart: gaps are closed.
    closed = Image.fromarray(thrown).filter(ImageFilter.MaxFilter(3))
    soft = closed.filter(ImageFilter.GaussianBlur(blur))
    soft = soft.resize((size, size), Image.Resampling.BILINEAR)
    return np.asarray(soft, np.float32) * np.float32(darkness / 255)
