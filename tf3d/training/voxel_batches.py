"""Batches of images from one set, or from several in fixed shares."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def shares_of_batch(shares: Sequence[float], batch_size: int) -> list[int]:
    """Whole numbers of images, in these proportions, that sum to the batch size.

    Each source gets at least one.

    Raises:
      ValueError: if there are more sources than images in a batch.
    """
    if len(shares) > batch_size:
        raise ValueError(
            "Expected a batch of at least one image a source. "
            f"Received: sources={len(shares)}, batch_size={batch_size}"
        )
    exact = np.asarray(shares, float) / sum(shares) * batch_size
    counts = np.maximum(np.floor(exact).astype(int), 1)
    while counts.sum() != batch_size:
        surplus = counts - exact
        if counts.sum() < batch_size:
            counts[np.argmin(surplus)] += 1
        else:
            counts[np.argmax(np.where(counts > 1, surplus, -np.inf))] -= 1
    return counts.tolist()


class ImageBatches:
    """The k-th batch of a run, for any k: a resumed run goes on where it was.

    Every set is gone through in an order of its own, shuffled anew for each pass.

    Args:
      sets: uint8 images `[count, size, size, channels]` of each source.
      shares: images of a batch, relative to the other sources.
      batch_size: images of a batch.
      seed: of the orders.
    """

    def __init__(
        self,
        sets: Sequence[np.ndarray],
        shares: Sequence[float],
        batch_size: int,
        seed: int = 0,
    ) -> None:
        if not sets or any(len(images) == 0 for images in sets):
            raise ValueError("Expected at least one image in every set.")
        self.sets, self.seed = sets, seed
        self.counts = shares_of_batch(shares, batch_size)
        self._orders: dict[int, tuple[int, np.ndarray]] = {}

    def __getitem__(self, index: int) -> np.ndarray:
        parts = []
        for which, (images, count) in enumerate(zip(self.sets, self.counts)):
            places = np.arange(index * count, (index + 1) * count)
            rows = [
                self._order(which, int(epoch))[
                    places[places // len(images) == epoch] % len(images)
                ]
                for epoch in np.unique(places // len(images))
            ]
            parts.append(images[np.concatenate(rows)])
        # No shuffling across sets: a learned pose's slots then belong to one set each.
        return np.concatenate(parts)

    def _order(self, which: int, epoch: int) -> np.ndarray:
        known = self._orders.get(which)
        if known is None or known[0] != epoch:
            rng = np.random.default_rng([self.seed, which, epoch])
            known = (epoch, rng.permutation(len(self.sets[which])))
            self._orders[which] = known
        return known[1]
