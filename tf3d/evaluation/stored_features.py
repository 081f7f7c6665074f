"""Arrays in files larger than memory, read in blocks."""

from __future__ import annotations

import math
import pathlib

import numpy as np


class StoredFeatures:
    """An array `[views, count, ...]` in an `.npy` file.

    Blocks are read, not mapped: what was read before does not stay in the process's
    memory. Picklable, so that workers can read, too.

    Args:
      path: of the file, in C order.
    """

    def __init__(self, path: pathlib.Path) -> None:
        mapped = np.load(path, mmap_mode="r")
        if mapped.ndim < 2 or not mapped.flags.c_contiguous:
            raise ValueError(
                "Expected an array [views, count, ...] in C order. "
                f"Received: {path} of shape {mapped.shape}"
            )
        self.path = path
        self.shape: tuple[int, ...] = mapped.shape
        self._dtype = mapped.dtype
        self._offset = mapped.offset

    @property
    def views(self) -> int:
        """The first axis' length."""
        return self.shape[0]

    def block(self, view: int, start: int, stop: int) -> np.ndarray:
        """`array[view, start:stop]`, read now.

        Raises:
          IndexError: if there is no such view or start.
        """
        views, count, *rest = self.shape
        if not (0 <= view < views and 0 <= start < count):
            raise IndexError(f"{self.path} has no item {start} of view {view}.")
        length = min(stop, count) - start
        width = math.prod(rest)
        place = (view * count + start) * width * self._dtype.itemsize
        found = np.fromfile(
            self.path, self._dtype, length * width, offset=self._offset + place
        )
        return found.reshape(length, *rest)
