"""Signed distance to a silhouette, finer than a pixel: where coverage crosses 1/2."""

from __future__ import annotations

import numpy as np

from tf3d.compilation import compiled
from tf3d.geometry import FAINT

REACH = 4  # pixels; beyond it the distance is only known to be at least that
NEARBY = 1 / 64  # of a picture's width: how far a thin part's coverage is spread
LEAST_PEAK = 2 * FAINT  # of a part that counts: where it falls to half, depth is known


@compiled
def _crossing(a: float, b: float) -> float:
    """Where between two pixels, as a part of the way, the coverage is 1/2."""
    return (0.5 - a) / (b - a)


@compiled
def _draw(distance, reach, row0, column0, row1, column1):
    """Lowers the squared distances around one piece of contour."""
    size = distance.shape[0]
    along_row, along_column = row1 - row0, column1 - column0
    squared = along_row * along_row + along_column * along_column
    top = max(0, int(min(row0, row1)) - reach)
    bottom = min(size - 1, int(max(row0, row1)) + 1 + reach)
    left = max(0, int(min(column0, column1)) - reach)
    right = min(size - 1, int(max(column0, column1)) + 1 + reach)
    for row in range(top, bottom + 1):
        for column in range(left, right + 1):
            part = 0.0
            if squared > 1e-12:
                part = (row - row0) * along_row + (column - column0) * along_column
                part = min(1.0, max(0.0, part / squared))
            down = row - row0 - part * along_row
            across = column - column0 - part * along_column
            here = down * down + across * across
            if here < distance[row, column]:
                distance[row, column] = here


@compiled
def _signed_distance(alpha, reach, out):
    size = alpha.shape[0]
    out[:] = reach * reach
    rows = np.empty(4)
    columns = np.empty(4)
    for i in range(size - 1):
        for j in range(size - 1):
            a, b = alpha[i, j], alpha[i, j + 1]
            c, d = alpha[i + 1, j], alpha[i + 1, j + 1]
            inside_a, inside_b = a >= 0.5, b >= 0.5
            inside_c, inside_d = c >= 0.5, d >= 0.5
            found = 0
            if inside_a != inside_b:
                rows[found], columns[found] = i, j + _crossing(a, b)
                found += 1
            if inside_a != inside_c:
                rows[found], columns[found] = i + _crossing(a, c), j
                found += 1
            if inside_c != inside_d:
                rows[found], columns[found] = i + 1, j + _crossing(c, d)
                found += 1
            if inside_b != inside_d:
                rows[found], columns[found] = i + _crossing(b, d), j + 1
                found += 1
            # Four crossings are a saddle: the pairs (0, 1) and (2, 3) cut off the
            # corners a and d, which is one of its two readings.
            for pair in range(0, found, 2):
                _draw(
                    out,
                    reach,
                    rows[pair],
                    columns[pair],
                    rows[pair + 1],
                    columns[pair + 1],
                )
    for i in range(size):
        for j in range(size):
            value = np.sqrt(out[i, j])
            out[i, j] = -value if alpha[i, j] >= 0.5 else value


def sharpened(alpha: np.ndarray) -> np.ndarray:
    """Coverage relative to the most nearby, so that thin parts count.

    A network that does not know to the pixel where a thin part is spreads its coverage:
    a chair's leg may reach 1/2 in no pixel, and every silhouette would carve it away.
    Beside the most nearby its contour is where it falls to half of its own height. By
    solid parts the most nearby is 1, and nothing changes.

    Args:
      alpha: `[n, size, size]` coverage in [0, 1].

    Returns:
      `[n, size, size]` coverage in [0, 1], nowhere less than before.
    """
    from scipy.ndimage import maximum_filter

    reach = max(1, round(alpha.shape[-1] * NEARBY))
    most = maximum_filter(alpha, (1, 2 * reach + 1, 2 * reach + 1))
    return np.clip(alpha / np.clip(most, LEAST_PEAK, 1), 0, 1)


def silhouette_distance(alpha: np.ndarray, reach: int = REACH) -> np.ndarray:
    """Distance of each pixel's centre from the silhouette's contour.

    The contour is where the bilinearly interpolated coverage is 1/2. The frame's edge
    is no contour: where the object leaves the picture, nothing is known.

    Args:
      alpha: `[n, size, size]` coverage in [0, 1].
      reach: distances are cut to this many pixels.

    Returns:
      `[n, size, size]` float32 pixels, negative on the object.

    Raises:
      ValueError: if the shape is wrong.
    """
    alpha = np.asarray(alpha, np.float32)
    if alpha.ndim != 3 or alpha.shape[1] != alpha.shape[2]:
        raise ValueError(
            f"Expected alpha of shape [n, size, size]. Received: shape={alpha.shape}"
        )
    distance = np.empty_like(alpha)
    for index in range(len(alpha)):
        _signed_distance(alpha[index], reach, distance[index])
    return distance
