"""Batches of one or several image sets in given shares, the same for a batch's number.

A batch is a function of seed and number alone, so a run that stops at batch n goes on
at n + 1 without replaying what came before. Within a batch each set keeps its slots,
the first set's first: what a model learns per slot stays with one kind of picture.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from tf3d.data.images.image_set import ImageSet
from tf3d.errors import InputError

if TYPE_CHECKING:
    import tensorflow as tf

SHARES = (16, 16, 32)


class Batches:
    """Batches by number.

    Args:
      sets: of one size and number of channels.
      shares: how many pictures of each set a batch takes; default 64 of one, 16 + 16 +
        32 of three, else as equal parts of 64 as can be.
      seed: of the order. Each set is shuffled anew whenever it has been gone through.

    Raises:
      InputError: if the shares or the sets do not fit together.
    """

    def __init__(
        self,
        sets: Sequence[ImageSet],
        shares: Sequence[int] | None = None,
        seed: int = 0,
    ) -> None:
        if not sets:
            raise InputError("Expected at least one image set. Received: none.")
        if shares is None:
            shares = default_shares(len(sets))
        if len(shares) != len(sets) or min(shares) < 1:
            raise InputError(
                f"Expected {len(sets)} shares of at least 1, one a set. "
                f"Received: shares={tuple(shares)}"
            )
        formats = {(one.size, one.channels) for one in sets}
        if len(formats) > 1:
            raise InputError(
                "Expected image sets of one size and number of channels. Received: "
                + ", ".join(f"{one.name} {one.images.shape[1:]}" for one in sets)
            )
        self.sets = tuple(sets)
        self.shares = tuple(int(share) for share in shares)
        self.seed = seed
        self._orders: dict[tuple[int, int], np.ndarray] = {}

    @property
    def batch_size(self) -> int:
        """Pictures in a batch."""
        return sum(self.shares)

    @property
    def per_epoch(self) -> int:
        """Batches until as many pictures have passed as the sets hold together."""
        return max(1, sum(map(len, self.sets)) // self.batch_size)

    def indices(self, number: int) -> list[np.ndarray]:
        """Which pictures of each set batch `number` (from 0) takes."""
        if number < 0:
            raise ValueError(f"Expected number >= 0. Received: number={number}")
        result = []
        for k, (one, share) in enumerate(zip(self.sets, self.shares)):
            place = np.arange(number * share, (number + 1) * share)
            rounds, offset = np.divmod(place, len(one))
            chosen = np.empty(share, np.int64)
            for epoch in np.unique(rounds):
                here = rounds == epoch
                chosen[here] = self._order(k, int(epoch))[offset[here]]
            result.append(chosen)
        return result

    def _order(self, k: int, epoch: int) -> np.ndarray:
        key = (k, epoch)
        if key not in self._orders:
            # A batch looks at two epochs of a set at most, unless the set is tiny.
            stale = [old for old in self._orders if old[0] == k]
            for old in stale[:-1]:
                del self._orders[old]
            rng = np.random.default_rng([self.seed, k, epoch])
            self._orders[key] = rng.permutation(len(self.sets[k]))
        return self._orders[key]

    def batch(self, number: int) -> dict[str, np.ndarray]:
        """Batch `number`, from 0.

        Returns:
          "image" `[b, size, size, channels]` float32 in [0, 1]; "set" and "index"
          `[b]` int32: from which set, and which of its pictures.
        """
        chosen = self.indices(number)
        images = [one.floats(index) for one, index in zip(self.sets, chosen)]
        return {
            "image": np.concatenate(images),
            "set": np.repeat(np.arange(len(self.sets), dtype=np.int32), self.shares),
            "index": np.concatenate(chosen).astype(np.int32),
        }

    def iterate(self, start: int = 0) -> Iterator[dict[str, np.ndarray]]:
        """Batches from number `start` on, without end."""
        return map(self.batch, itertools.count(start))

    def dataset(self, start: int = 0, stop: int | None = None) -> tf.data.Dataset:
        """The batches from `start` to before `stop` (None: endless), prefetched."""
        import tensorflow as tf

        one = self.sets[0]
        picture = (self.batch_size, one.size, one.size, one.channels)
        signature = {
            "image": tf.TensorSpec(picture, tf.float32),
            "set": tf.TensorSpec((self.batch_size,), tf.int32),
            "index": tf.TensorSpec((self.batch_size,), tf.int32),
        }
        length = None if stop is None else max(0, stop - start)

        def batches() -> Iterator[dict[str, np.ndarray]]:
            return itertools.islice(self.iterate(start), length)

        dataset = tf.data.Dataset.from_generator(batches, output_signature=signature)
        if length is not None:
            dataset = dataset.apply(tf.data.experimental.assert_cardinality(length))
        return dataset.prefetch(2)


def default_shares(sets: int, batch_size: int = 64) -> tuple[int, ...]:
    """The paper's 16 + 16 + 32 for three sets of a batch of 64, else equal shares."""
    if sets == 3 and batch_size == sum(SHARES):
        return SHARES
    each, rest = divmod(batch_size, sets)
    return tuple(each + (k < rest) for k in range(sets))
