"""Generated backgrounds, for who has no photos at hand."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFilter


def smooth_noise(
    rng: np.random.Generator, size: int, cells: int, grey: bool
) -> np.ndarray:
    """Smooth noise `[size, size, 1 or 3]` of about `cells` blobs across, in [-1, 1]."""
    shape = (cells, cells) if grey else (cells, cells, 3)
    coarse = Image.fromarray(rng.integers(0, 256, shape, dtype=np.uint8))
    fine = np.asarray(coarse.resize((size, size), Image.Resampling.BICUBIC))
    return fine.reshape(size, size, -1).astype(np.float32) / 127.5 - 1


def random_color(rng: np.random.Generator) -> np.ndarray:
    """A random colour, 0 to 255; greyish ones are as common as outdoors."""
    grey = rng.uniform(0.05, 0.95)
    color = grey + rng.normal(0, rng.choice([0.03, 0.1, 0.3]), 3)
    return np.clip(color, 0, 1) * 255


def _ground(rng: np.random.Generator, size: int) -> np.ndarray:
    """Sky, or a wall, over ground, with a horizon and gradients: `[size, 1, 3]`."""
    rows = np.linspace(0, 1, size, dtype=np.float32)[:, None, None]
    horizon = rng.uniform(0.15, 0.75)
    upper = random_color(rng) + (rows - horizon) * rng.normal(0, 100, 3)
    lower = random_color(rng) + (rows - horizon) * rng.normal(0, 100, 3)
    softness = rng.uniform(0.002, 0.08)
    weight = 1 / (1 + np.exp(-np.clip((rows - horizon) / softness, -30, 30)))
    return (upper * (1 - weight) + lower * weight).astype(np.float32)


def _paint_shapes(rng: np.random.Generator, picture: Image.Image, count: int) -> None:
    """Paints turned rectangles, discs and stripes, in place."""
    size = picture.width
    draw = ImageDraw.Draw(picture, "RGBA")
    for _ in range(count):
        centre = rng.uniform(0, size, 2)
        a, b = size * rng.uniform(0.02, 0.35, 2)
        opacity = int(rng.uniform(120, 256))
        fill = (*(int(c) for c in random_color(rng)), opacity)
        kind = rng.random()
        if kind < 0.3:
            (x, y) = centre
            draw.ellipse((x - a, y - b, x + a, y + b), fill=fill)
            continue
        if kind < 0.5:
            a, b = 2 * size, a * 0.3
        angle = rng.uniform(0, np.pi) if rng.random() < 0.5 else 0.0
        u = np.array([np.cos(angle), np.sin(angle)])
        v = np.array([-u[1], u[0]])
        corners = [
            tuple(centre + s * a * u + t * b * v)
            for s, t in ((1, 1), (1, -1), (-1, -1), (-1, 1))
        ]
        draw.polygon(corners, fill=fill)


def clutter(rng: np.random.Generator, size: int = 160) -> np.ndarray:
    """A background of ground and sky, shapes, texture and blur.

    Args:
      rng: the caller's generator.
      size: width and height in pixels.

    Returns:
      `[size, size, 3]` uint8.

    Raises:
      ValueError: if the size is less than 8.
    """
    if size < 8:
        raise ValueError(f"Expected a size of at least 8. Received: size={size}")
    base = _ground(rng, size) if rng.random() < 0.7 else random_color(rng)
    base = np.clip(np.broadcast_to(base, (size, size, 3)), 0, 255).astype(np.uint8)
    picture = Image.fromarray(base)
    _paint_shapes(rng, picture, int(rng.integers(0, 14)))
    if rng.random() < 0.4:
        picture = picture.filter(ImageFilter.BoxBlur(float(rng.uniform(0.5, 4))))
    values = np.asarray(picture, np.float32)
    for cells in (5, 20, size):
        if rng.random() < 0.6:
            noise = smooth_noise(rng, size, cells, grey=rng.random() < 0.6)
            values = values + noise * np.float32(rng.uniform(0, 25))
    return np.clip(values, 0, 255).astype(np.uint8)
