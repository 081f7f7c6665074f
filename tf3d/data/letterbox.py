"""What surrounds a photo that does not fill its square: its own edge, blurred."""

from __future__ import annotations

import numpy as np
import PIL.Image
import PIL.ImageFilter

BLUR = 1 / 16  # of the square's side: standard deviation of the Gaussian


def surroundings(picture: np.ndarray, size: int, top: int, left: int) -> np.ndarray:
    """A square around a picture: its outermost pixels go on, and are blurred.

    Args:
      picture: `[height, width, 3]` uint8.
      size: of the square, pixels.
      top: row of the square at which the picture begins.
      left: likewise, column.

    Returns:
      `[size, size, 3]` uint8, blurred where the picture belongs, too.

    Raises:
      ValueError: if the picture does not lie within the square.
    """
    height, width = picture.shape[:2]
    margins = ((top, size - height - top), (left, size - width - left), (0, 0))
    if min(map(min, margins)) < 0:
        raise ValueError(
            f"Expected a picture within {size}×{size} pixels. Received: "
            f"{height}×{width} at row {top} and column {left}"
        )
    edge = PIL.Image.fromarray(np.pad(picture, margins, mode="edge"))
    return np.asarray(edge.filter(PIL.ImageFilter.GaussianBlur(size * BLUR)))


__all__ = ["surroundings"]
