"""Batches for a network that knows shapes by their number."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tf3d.data.pool import Batch, PoolSettings, Render, ViewPool


class IdentityPool(ViewPool):
    """Single views with their shape's number in the place of an input picture.

    Args:
      render: gives bundles with names.
      settings: how to draw; nothing is mirrored, since that is another shape.
      names: of all shapes; the number is the place among them.
      first_batch: where to go on after an interruption.
    """

    def __init__(
        self,
        render: Render,
        settings: PoolSettings,
        names: Sequence[str],
        first_batch: int = 0,
    ) -> None:
        super().__init__(render, settings, first_batch)
        self._numbers = {name: number for number, name in enumerate(names)}

    def _compose_batch(self, rng: np.random.Generator) -> Batch:
        settings, drawn = self.settings, []
        for _ in range(settings.batch_size):
            bundle = self._slots[rng.integers(self._present)]
            drawn.append((bundle, rng.integers(len(bundle))))
        numbers = [self._numbers[bundle.name] for bundle, _ in drawn]
        targets = {
            name: np.stack([getattr(bundle, name)[view] for bundle, view in drawn])
            for name in ("rgb", "depth", "alpha")
        }
        viewpoints = np.stack([bundle.viewpoints[view] for bundle, view in drawn])
        return {
            "identity": np.array(numbers, np.int32),
            "viewpoint": viewpoints.astype(np.float32),
        }, targets
