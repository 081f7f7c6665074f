"""Batches of inputs alone, with what is known of them: mask and viewpoint."""

from __future__ import annotations

import numpy as np

from tf3d.data.letterbox import surroundings
from tf3d.data.pool import Batch, ViewPool

MOST_PAINT = 0.9  # share of the paint in a painted object's colours
# Between a photo's edge and the object, over the object's extent. Some photos cut it.
MARGIN = (-0.03, 0.15)


class InputPool(ViewPool):
    """Inputs as the multi-view network gets them, and their masks and viewpoints."""

    def _compose_batch(self, rng: np.random.Generator) -> Batch:
        """Draws a batch.

        Returns:
          inputs `{"image": [b, s, s, 3] uint8}` and targets `{"alpha": [b, s / 2,
          s / 2] uint8, "viewpoint": [b, 3] float32}`.
        """
        settings = self.settings
        size, count = self._slots[0].size, settings.batch_size
        image = np.empty((count, size, size, 3), np.uint8)
        alpha = np.empty((count, size // 2, size // 2), np.uint8)
        viewpoint = np.empty((count, 3), np.float32)
        for i in range(count):
            bundle = self._slots[rng.integers(self._present)]
            view = rng.integers(len(bundle))
            mirror = bool(settings.mirror and rng.integers(2))
            front = bundle.front[view]
            if settings.livery and rng.random() < settings.livery:
                front = self._painted(front, rng)
            shift = self._compose(front, mirror, rng, image[i])
            covered = bundle.front[view][:, :: -1 if mirror else 1, 3]
            covered = _shifted(covered, *shift)
            if settings.letterbox and rng.random() < settings.letterbox:
                covered = _letterboxed(image[i], covered, rng)
            alpha[i] = _halved(covered)
            viewpoint[i] = bundle.viewpoints[view]
            viewpoint[i, 0] *= -1 if mirror else 1
        return {"image": image}, {"alpha": alpha, "viewpoint": viewpoint}

    def _painted(self, front: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """A view whose object wears a background's colours, in its own light and shade.

        Generated cars have a colour for each part. Real ones have liveries, dirt and
        reflections, and what is the car has to be told without its colours.
        """
        pictures = self._backgrounds[rng.integers(self._present)]
        size = front.shape[0]
        row, column = rng.integers(pictures.shape[1] - size + 1, size=2)
        paint = pictures[rng.integers(len(pictures))]
        paint = paint[row : row + size, column : column + size].astype(np.float32)
        color = front[..., :3].astype(np.float32)
        covered = front[..., 3:].astype(np.float32) / 255
        light = color.mean(axis=-1, keepdims=True)
        usual = light.sum() / max(covered.sum(), 1.0)
        amount = rng.uniform(0, MOST_PAINT)
        worn = np.minimum(paint * light / max(usual, 1.0), 255 * covered)
        result = front.copy()
        result[..., :3] = np.rint((1 - amount) * color + amount * worn)
        return result


def _letterboxed(
    picture: np.ndarray, covered: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Cuts an input to a photo framed on its object, as `tf3d predict` pads one.

    A photo that is wider than high lies between bands that continue its edge, blurred.
    Whoever has never seen such bands takes the sharp part for the object.

    Args:
      picture: `[size, size, 3]` uint8, cut in place.
      covered: `[size, size]` uint8, the object's coverage.
      rng: the source of the margins.

    Returns:
      `[size, size]`, the coverage of what is left of the object.
    """
    size, inside, ends = len(picture), covered >= 128, []
    if not inside.any():
        return covered
    for axis in (1, 0):
        seen = np.flatnonzero(inside.any(axis=axis))
        first, last = seen[0], seen[-1] + 1
        before, after = np.rint(rng.uniform(*MARGIN, size=2) * (last - first))
        ends.append(
            slice(max(0, first - int(before)), max(first + 1, last + int(after)))
        )
    window = tuple(ends)
    photo, left = picture[window].copy(), np.zeros_like(covered)
    picture[:] = surroundings(photo, size, window[0].start, window[1].start)
    picture[window], left[window] = photo, covered[window]
    return left


def _shifted(picture: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """Moved down and to the right; what comes in is empty."""
    height, width = picture.shape
    out = np.zeros_like(picture)
    target = (
        slice(max(0, rows), height + min(0, rows)),
        slice(max(0, columns), width + min(0, columns)),
    )
    source = (
        slice(max(0, -rows), height + min(0, -rows)),
        slice(max(0, -columns), width + min(0, -columns)),
    )
    out[target] = picture[source]
    return out


def _halved(picture: np.ndarray) -> np.ndarray:
    """Each 2×2 block's mean."""
    height, width = picture.shape
    blocks = picture.reshape(height // 2, 2, width // 2, 2).astype(np.float32)
    return np.rint(blocks.mean(axis=(1, 3))).astype(np.uint8)
