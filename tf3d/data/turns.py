"""Batches for a network that turns pictures by fixed steps."""

from __future__ import annotations

import numpy as np

from tf3d.data.pool import Batch, PoolSettings, Render, ViewPool
from tf3d.rendering import BACKGROUND

STAY = 0.1  # share of pairs that are not turned


class TurnPool(ViewPool):
    """A view over plain grey, and the views after 1, 2, ... steps around the object.

    All steps of a pair go the same way, as Yang et al. train; few pairs stay.

    Args:
      render: gives bundles whose views go around evenly; a step is from one to the
        next.
      settings: how to draw.
      steps: of a pair.
      first_batch: where to go on after an interruption.
    """

    def __init__(
        self,
        render: Render,
        settings: PoolSettings,
        steps: int = 1,
        first_batch: int = 0,
    ) -> None:
        super().__init__(render, settings, first_batch)
        self.steps = steps

    def _compose_batch(self, rng: np.random.Generator) -> Batch:
        settings = self.settings
        images, turns, rgb, alpha = [], [], [], []
        for _ in range(settings.batch_size):
            bundle = self._slots[rng.integers(self._present)]
            start = int(rng.integers(len(bundle)))
            turn = 0 if rng.random() < STAY else int(rng.choice((-1, 1)))
            views = (start + turn * np.arange(1, self.steps + 1)) % len(bundle)
            images.append(over_grey(bundle.front[start]))
            turns.append(np.full(self.steps, turn, np.int32))
            rgb.append(bundle.rgb[views])
            alpha.append(bundle.alpha[views])
        return (
            {"image": np.stack(images), "turns": np.stack(turns)},
            {"rgb": np.stack(rgb), "alpha": np.stack(alpha)},
        )


def over_grey(front: np.ndarray) -> np.ndarray:
    """A premultiplied cut-out `[..., 4]` uint8 over plain grey, `[..., 3]` uint8."""
    covered = front[..., 3:].astype(np.float32) / 255
    under = BACKGROUND * 255 * (1 - covered)
    return np.minimum(front[..., :3] + under + 0.5, 255).astype(np.uint8)
