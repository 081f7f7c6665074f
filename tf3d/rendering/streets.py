"""Generated backgrounds that are built like what stands behind a photographed car."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from tf3d.rendering.clutter import random_color, smooth_noise

STUDIO, HALL = 0.15, 0.15  # shares of seamless paper and of indoor halls; else outdoors
HORIZON = (0.12, 0.45)  # its row, over the height
Color = tuple[int, int, int]


def street(rng: np.random.Generator, size: int = 160) -> np.ndarray:
    """A background with ground, a horizon and what stands on it: houses, trees, fences.

    Unlike `clutter`, it is arranged as outdoors: what is upright ends on the ground,
    the ground's texture and lines run to a vanishing point, and the lower part is calm.

    Args:
      rng: the caller's generator.
      size: width and height in pixels.

    Returns:
      `[size, size, 3]` uint8.

    Raises:
      ValueError: if the size is less than 16.
    """
    if size < 16:
        raise ValueError(f"Expected a size of at least 16. Received: size={size}")
    kind = rng.random()
    horizon = size * rng.uniform(*HORIZON)
    base = int(horizon + size * rng.uniform(0.01, 0.12))
    if kind < STUDIO:
        picture = _studio(rng, size, base)
    else:
        picture = Image.fromarray(_sky(rng, size, hall=kind < STUDIO + HALL))
        _stand(rng, picture, base, hall=kind < STUDIO + HALL)
        picture.paste(Image.fromarray(_ground(rng, size, horizon, base)), (0, base))
        if rng.random() < 0.6:
            _draw_lines(rng, picture, horizon, base)
    if rng.random() < 0.5:  # out of focus
        radius = size / 160 * rng.uniform(0.4, 2)
        picture = picture.filter(ImageFilter.GaussianBlur(radius))
    values = np.asarray(picture, np.float32)
    grain = rng.normal(0, rng.uniform(0, 6), (size, size, 1)).astype(np.float32)
    return np.clip(values + grain, 0, 255).astype(np.uint8)


def _fill(color: np.ndarray) -> Color:
    red, green, blue = np.clip(color, 0, 255)
    return int(red), int(green), int(blue)


def _studio(rng: np.random.Generator, size: int, base: int) -> Image.Image:
    """Seamless paper, light or dark; a soft step where the wall becomes the floor."""
    grey = rng.choice([rng.uniform(215, 255), rng.uniform(20, 215)])
    color = grey + rng.normal(0, 4, 3)
    rows = np.arange(size, dtype=np.float32)[:, None, None]
    step = rng.normal(0, 25) / (
        1 + np.exp((base - rows) / (size * rng.uniform(0.02, 0.2)))
    )
    fall = rng.normal(0, 25) * rows / size
    values = np.broadcast_to(color + step + fall, (size, size, 3))
    return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))


def _sky(rng: np.random.Generator, size: int, *, hall: bool) -> np.ndarray:
    """Sky with clouds, or a hall's wall."""
    rows = np.linspace(0, 1, size, dtype=np.float32)[:, None, None]
    if hall:
        color = random_color(rng)
    else:
        blue = np.array([120, 165, 225]) + rng.normal(0, 20, 3)
        color = rng.choice([blue, np.full(3, rng.uniform(150, 255)), random_color(rng)])
    values = color + rows * rng.normal(20, 50)
    values = values + smooth_noise(rng, size, 6, grey=True) * rng.uniform(0, 30)
    return np.clip(np.broadcast_to(values, (size, size, 3)), 0, 255).astype(np.uint8)


def _stand(
    rng: np.random.Generator, picture: Image.Image, base: int, *, hall: bool
) -> None:
    """Draws what stands between the horizon and the camera, the farthest first."""
    draw = ImageDraw.Draw(picture)
    if not hall and rng.random() < 0.5:
        _draw_ridge(rng, draw, picture.width, base)
    for _ in range(int(rng.integers(0, 5))):
        if hall or rng.random() < 0.55:
            _draw_house(rng, draw, picture.width, base)
        else:
            _draw_tree(rng, draw, picture.width, base)
    if rng.random() < 0.35:
        _draw_fence(rng, draw, picture.width, base)
    for _ in range(int(rng.integers(0, 4))):
        _draw_post(rng, draw, picture.width, base)


def _draw_ridge(
    rng: np.random.Generator, draw: ImageDraw.ImageDraw, size: int, base: int
) -> None:
    """A hill's or a wood's outline."""
    count = int(rng.integers(3, 30))
    heights = base - rng.uniform(0.05, 0.35) * size * rng.uniform(0.4, 1, count)
    across = np.linspace(0, size, count)
    outline = list(zip(across.tolist(), heights.tolist()))
    draw.polygon([(0, base), *outline, (size, base)], fill=_fill(_leaves(rng)))


def _leaves(rng: np.random.Generator) -> np.ndarray:
    """Greens and browns, now and then a haze's grey."""
    light = rng.uniform(25, 150)
    return light * np.array([rng.uniform(0.6, 1.1), 1.0, rng.uniform(0.4, 0.9)])


def _draw_house(
    rng: np.random.Generator, draw: ImageDraw.ImageDraw, size: int, base: int
) -> None:
    """A front with rows of windows."""
    width, height = rng.uniform(0.15, 0.9) * size, rng.uniform(0.1, 0.6) * size
    left = rng.uniform(-0.3, 1) * size
    top = base - height
    color = random_color(rng)
    draw.rectangle((left, top, left + width, base), fill=_fill(color))
    columns, rows = rng.integers(1, 8), rng.integers(1, 5)
    pane = _fill(color * rng.uniform(0.3, 0.8) + rng.uniform(0, 40))
    wide, high = rng.uniform(0.3, 0.95, 2)
    for i in range(columns):
        for j in range(rows):
            x, y = left + width * (i + 0.5) / columns, top + height * (j + 0.5) / rows
            a, b = wide * width / columns / 2, high * height / rows / 2
            draw.rectangle((x - a, y - b, x + a, y + b), fill=pane)


def _draw_tree(
    rng: np.random.Generator, draw: ImageDraw.ImageDraw, size: int, base: int
) -> None:
    """A trunk, and a crown (or a bush) of leaves in several shades."""
    x, radius = rng.uniform(0, size), rng.uniform(0.06, 0.3) * size
    height = rng.uniform(0.3, 1.6) * radius
    trunk = max(1.0, 0.12 * radius)
    color = _leaves(rng)
    bark = _fill(color * 0.6)
    draw.rectangle((x - trunk, base - height - radius, x + trunk, base), fill=bark)
    for _ in range(40):
        dx, dy = rng.normal(0, 0.5 * radius, 2)
        r = radius * rng.uniform(0.08, 0.4)
        y = min(base - height - 0.6 * radius + dy, base - r)
        shade = _fill(color * rng.uniform(0.5, 1.5))
        draw.ellipse((x + dx - r, y - r, x + dx + r, y + r), fill=shade)


def _draw_fence(
    rng: np.random.Generator, draw: ImageDraw.ImageDraw, size: int, base: int
) -> None:
    """A hedge, a wall, or bars."""
    top = base - rng.uniform(0.04, 0.25) * size
    color = random_color(rng) if rng.random() < 0.6 else _leaves(rng)
    if rng.random() < 0.5:
        draw.rectangle((0, top, size, base), fill=_fill(color))
        draw.line((0, top, size, top), fill=_fill(color * 1.3), width=2)
        return
    step = rng.uniform(0.02, 0.15) * size
    for x in np.arange(rng.uniform(0, step), size, step):
        draw.line((x, top, x, base), fill=_fill(color), width=int(rng.integers(1, 3)))
    draw.line((0, top, size, top), fill=_fill(color), width=1)


def _draw_post(
    rng: np.random.Generator, draw: ImageDraw.ImageDraw, size: int, base: int
) -> None:
    """A lamp post, a sign, a passer-by: narrow and upright."""
    x, width = rng.uniform(0, size), rng.uniform(0.005, 0.04) * size
    top = base - rng.uniform(0.1, 0.8) * size
    foot = base + rng.uniform(0, 0.05) * size
    color = random_color(rng)
    draw.rectangle((x - width, top, x + width, foot), fill=_fill(color))
    head = width * rng.uniform(1, 3)
    box = (x - head, top - head, x + head, top + head)
    draw.ellipse(box, fill=_fill(random_color(rng)))


def _ground(
    rng: np.random.Generator, size: int, horizon: float, base: int
) -> np.ndarray:
    """Asphalt, gravel, grass or a floor, its texture in perspective."""
    kind = rng.random()
    if kind < 0.6:
        color = rng.uniform(50, 200) + rng.normal(0, 6, 3)
    else:
        color = _leaves(rng) if kind < 0.8 else random_color(rng)
    away = np.arange(base, size, dtype=np.float32) + 1 - horizon  # rows; 1 / distance
    columns = (np.arange(size, dtype=np.float32) - size * rng.uniform(0.2, 0.8)) / size
    scale = rng.uniform(5, 60)
    u = np.abs(columns[None] * scale * size / away[:, None]).astype(np.int64)
    v = (scale * size / away).astype(np.int64)
    grain = rng.normal(0, 1, (61, 67)).astype(np.float32)
    texture = grain[v[:, None] % 61, u % 67] * rng.uniform(0, 14)
    stains = smooth_noise(rng, size, 7, grey=True)[base:, :, 0] * rng.uniform(0, 25)
    near = (away / size)[:, None] * rng.normal(0, 50)
    values = color + (texture + stains + near)[..., None]
    return np.clip(values, 0, 255).astype(np.uint8)


def _draw_lines(
    rng: np.random.Generator, picture: Image.Image, horizon: float, base: int
) -> None:
    """A kerb along the street, and markings to the vanishing point."""
    draw, size = ImageDraw.Draw(picture), picture.width
    if rng.random() < 0.6:
        y, tilt = rng.uniform(base, size), rng.normal(0, 0.08) * size
        thick = int(rng.integers(1, 6))
        draw.line(
            (0, y - tilt, size, y + tilt), fill=_fill(random_color(rng)), width=thick
        )
    vanishing = rng.uniform(-1, 2) * size
    light = _fill(np.full(3, rng.uniform(150, 255)))
    for _ in range(int(rng.integers(0, 4))):
        foot, wide = rng.uniform(-1, 2) * size, rng.uniform(0.01, 0.06) * size
        share = (base - horizon) / (size - horizon)
        x, w = vanishing + share * (foot - vanishing), share * wide
        corners = [
            (x - w, base),
            (x + w, base),
            (foot + wide, size),
            (foot - wide, size),
        ]
        draw.polygon(corners, fill=light)
