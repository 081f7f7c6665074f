"""Batches of inputs alone, with what is known of them: mask and viewpoint."""

from __future__ import annotations

import numpy as np

from tf3d.data.letterbox import surroundings
from tf3d.data.pool import Batch, ViewPool
from tf3d.rendering import ground_shadow
from tf3d.rendering.compositing import composite_into

MOST_PAINT = 0.9  # share of the paint in a painted object's colours
# Between a photo's edge and the object, over the object's extent. Some photos cut it.
MARGIN = (-0.03, 0.15)
# How many inputs over a background have another object behind their own, for each that
# throws a shadow; how far it is moved aside and down, over the picture's side.
COMPANY = 0.5
ASIDE, DOWNWARDS = (0.35, 0.8), (-0.25, 0.05)
_IDENTITY = np.tile(np.arange(256, dtype=np.uint8), (3, 1))


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
            if settings.streets and rng.random() < settings.streets:
                front = _shadowed(
                    front, bundle.depth[view], bundle.viewpoints[view], rng
                )
            shift = self._compose(front, mirror, rng, image[i])
            covered = bundle.front[view][:, :: -1 if mirror else 1, 3]
            covered = _shifted(covered, *shift)
            if settings.letterbox and rng.random() < settings.letterbox:
                covered = _letterboxed(image[i], covered, rng)
            alpha[i] = _halved(covered)
            viewpoint[i] = bundle.viewpoints[view]
            viewpoint[i, 0] *= -1 if mirror else 1
        return {"image": image}, {"alpha": alpha, "viewpoint": viewpoint}

    def _behind(self, rng: np.random.Generator) -> np.ndarray:
        """Draws a background, perhaps with another object that stands aside."""
        background = super()._behind(rng)
        streets = self.settings.streets
        if not streets or rng.random() >= streets * COMPANY:
            return background
        bundle = self._slots[rng.integers(self._present)]
        front = bundle.front[rng.integers(len(bundle))]
        size = len(front)
        if rng.integers(2):  # farther away
            small = front[::2, ::2]
            front = np.zeros_like(front)
            start = (size - len(small)) // 2
            front[start : start + len(small), start : start + len(small)] = small
        aside = rng.uniform(*ASIDE) * rng.choice([-1, 1])
        shift = np.rint(size * np.array([rng.uniform(*DOWNWARDS), aside]))
        row, column = rng.integers(np.array(background.shape[:2]) - size + 1)
        result = background.copy()
        part = result[row : row + size, column : column + size]
        mirror = bool(rng.integers(2))
        composite_into(
            front, part.copy(), 0, 0, mirror, shift.astype(np.int64), _IDENTITY, part
        )
        return result

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


def _shadowed(
    front: np.ndarray,
    depth: np.ndarray,
    viewpoint: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """A cut-out with the object's shadow: black, and as opaque as it is dark."""
    shadow = ground_shadow(depth, viewpoint, rng)
    result = front.copy()
    alpha = front[..., 3].astype(np.float32)
    result[..., 3] = np.rint(alpha + shadow * (255 - alpha))
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
