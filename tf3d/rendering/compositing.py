"""Objects over backgrounds, with soft edges (Sec. 3.3 of the multi-view paper)."""

from __future__ import annotations

import numpy as np

from tf3d.compilation import compiled

OBJECT_BLUR = (0.2, 0.6)  # px, standard deviation of the Gaussian on the object
MASK_BLUR = (1.0, 1.3)  # px, on its mask


@compiled(fastmath=True)
def _premultiplied(rgb, alpha, margin, out):
    """Colour times coverage, and coverage; the margin repeats the outermost pixels."""
    height, width = alpha.shape
    for y in range(out.shape[0]):
        row = min(max(y - margin, 0), height - 1)
        for x in range(out.shape[1]):
            column = min(max(x - margin, 0), width - 1)
            weight = alpha[row, column]
            for c in range(3):
                out[y, x, c] = rgb[row, column, c] * weight
            out[y, x, 3] = weight


@compiled(fastmath=True)
def _blur(padded, sigma, reach, out):
    """Separable Gaussian; `padded` has a margin of at least `reach` around `out`."""
    height, width, channels = out.shape
    margin = (padded.shape[0] - height) // 2
    taps = np.empty(reach + 1, np.float32)
    for i in range(reach + 1):
        taps[i] = np.exp(-0.5 * (i / sigma) ** 2)
    taps /= 2 * taps.sum() - taps[0]
    source = padded.reshape(padded.shape[0], -1)
    target = out.reshape(height, -1)
    row = np.empty(source.shape[1], np.float32)
    for y in range(height):
        middle = source[y + margin]
        for x in range(row.shape[0]):
            row[x] = taps[0] * middle[x]
        for i in range(1, reach + 1):
            weight = taps[i]
            above, below = source[y + margin - i], source[y + margin + i]
            for x in range(row.shape[0]):
                row[x] += weight * (above[x] + below[x])
        start = margin * channels
        for x in range(width * channels):
            target[y, x] = taps[0] * row[start + x]
        for i in range(1, reach + 1):
            weight = taps[i]
            left, right = start - i * channels, start + i * channels
            for x in range(width * channels):
                target[y, x] += weight * (row[left + x] + row[right + x])


@compiled(fastmath=True)
def _foreground(wide, soft, out):
    """Colour of the object, carried outwards under its blurred mask, premultiplied."""
    height, width = out.shape[:2]
    for y in range(height):
        for x in range(width):
            alpha = wide[y, x, 3]
            source = soft if soft[y, x, 3] > 0.02 else wide
            scale = alpha / max(source[y, x, 3], np.float32(1e-6))
            for c in range(3):
                value = source[y, x, c] * scale * np.float32(255)
                out[y, x, c] = np.uint8(min(max(value, 0), 255) + np.float32(0.5))
            out[y, x, 3] = np.uint8(alpha * np.float32(255) + np.float32(0.5))


def foreground(
    rgb: np.ndarray, alpha: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """A cut-out with soft edges.

    The object is blurred a little, its mask a little more. The object's colour is
    carried outwards under the mask's soft edge, so that no fringe of the old background
    shows.

    Args:
      rgb: `[size, size, 3]` float in [0, 1], colour of the covered part of each pixel.
      alpha: `[size, size]` float coverage.
      rng: draws the blurs: σ 0.2–0.6 px for the object, 1–1.3 px for the mask.

    Returns:
      `[size, size, 4]` uint8, colour premultiplied by the last channel.
    """
    if rgb.shape != (*alpha.shape, 3):
        raise ValueError(
            f"Expected rgb of shape {(*alpha.shape, 3)}. Received: shape={rgb.shape}"
        )
    # The paper's sizes are for 128 px.
    scale = alpha.shape[0] / 128
    near, reach = (
        max(1, int(np.ceil(2.5 * blur[1] * scale))) for blur in (OBJECT_BLUR, MASK_BLUR)
    )
    out = np.zeros((*alpha.shape, 4), np.uint8)
    rows, columns = np.flatnonzero(alpha.any(axis=1)), np.flatnonzero(alpha.any(axis=0))
    if not len(rows):
        return out
    # Beyond the blur's reach there is nothing to work out.
    top, bottom = max(0, rows[0] - reach), min(len(alpha), rows[-1] + 1 + reach)
    left = max(0, columns[0] - reach)
    right = min(alpha.shape[1], columns[-1] + 1 + reach)
    rgb, alpha = rgb[top:bottom, left:right], alpha[top:bottom, left:right]
    height, width = alpha.shape
    # An object that the frame cuts goes on beyond it.
    padded = np.empty((height + 2 * reach, width + 2 * reach, 4), np.float32)
    _premultiplied(rgb, alpha, reach, padded)
    soft, wide = (np.empty((height, width, 4), np.float32) for _ in range(2))
    _blur(padded, np.float32(rng.uniform(*OBJECT_BLUR) * scale), near, soft)
    _blur(padded, np.float32(rng.uniform(*MASK_BLUR) * scale), reach, wide)
    _foreground(wide, soft, out[top:bottom, left:right])
    return out


@compiled
def composite_into(front, background, row, column, mirror, shift, tone, out):
    """Lays a premultiplied cut-out over a part of a background.

    Args:
      front: `[size, size, 4]` uint8, premultiplied.
      background: `[h, w, 3]` uint8, at least `size` high and wide.
      row: of the background's part.
      column: likewise.
      mirror: whether the cut-out is mirrored left to right.
      shift: rows and columns that the cut-out moves by.
      tone: `[3, 256]` uint8, what each channel's values become.
      out: `[size, size, 3]` uint8, filled.
    """
    size = out.shape[0]
    step = -1 if mirror else 1
    start = size - 1 + shift[1] if mirror else -shift[1]
    for y in range(size):
        yy = y - shift[0]
        left, right = max(0, shift[1]), min(size, size + shift[1])
        if yy < 0 or yy >= size:
            left, right = size, size
        for x in range(size):
            xx = start + step * x
            if x < left or x >= right or front[yy, xx, 3] == 0:
                for c in range(3):
                    out[y, x, c] = tone[c, background[row + y, column + x, c]]
                continue
            rest = np.uint32(255 - front[yy, xx, 3])
            for c in range(3):
                under = np.uint32(background[row + y, column + x, c])
                under = np.uint32(under * rest + np.uint32(127))
                # A quotient by 255 that is exact below 2^16.
                under = np.uint32((under * np.uint32(32897)) >> np.uint32(23))
                value = np.uint32(under + np.uint32(front[yy, xx, c]))
                out[y, x, c] = tone[c, min(value, np.uint32(255))]


@compiled
def mirror_into(picture, out):
    """Copies a picture `[h, w, c]` mirrored left to right; NumPy is slow at it."""
    height, width, channels = out.shape
    for y in range(height):
        for x in range(width):
            for c in range(channels):
                out[y, x, c] = picture[y, width - 1 - x, c]


@compiled(fastmath=True)
def over_plain_into(rgb, alpha, level, out):
    """Lays a picture over a plain grey.

    Args:
      rgb: `[size, size, 3]` float32 in [0, 1], colour of the covered part of pixels.
      alpha: `[size, size]` float32 coverage.
      level: float32 in [0, 1], of the grey.
      out: `[size, size, 3]` uint8, filled.
    """
    scale, half = np.float32(255), np.float32(0.5)
    for y in range(out.shape[0]):
        for x in range(out.shape[1]):
            weight = alpha[y, x]
            under = level * (np.float32(1) - weight)
            for c in range(3):
                out[y, x, c] = np.uint8((rgb[y, x, c] * weight + under) * scale + half)


def composite(
    rgb: np.ndarray,
    alpha: np.ndarray,
    background: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """One picture of an object over a background.

    Args:
      rgb: `[size, size, 3]` float in [0, 1], colour of the covered part of each pixel.
      alpha: `[size, size]` float coverage.
      background: `[h, w, 3]` uint8, at least as large; a random part of it is taken.
      rng: the caller's generator.

    Returns:
      `[size, size, 3]` uint8.
    """
    size = alpha.shape[0]
    if min(background.shape[:2]) < size:
        raise ValueError(
            f"Expected a background of at least {size}×{size} px. "
            f"Received: shape={background.shape}"
        )
    out = np.empty((size, size, 3), np.uint8)
    row = int(rng.integers(background.shape[0] - size + 1))
    column = int(rng.integers(background.shape[1] - size + 1))
    identity = np.tile(np.arange(256, dtype=np.uint8), (3, 1))
    front = foreground(rgb, alpha, rng)
    shift = np.zeros(2, np.int64)
    composite_into(front, background, row, column, False, shift, identity, out)
    return out
