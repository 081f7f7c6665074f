"""The same work on many shapes, in a few processes."""

from __future__ import annotations

import concurrent.futures
import multiprocessing
from collections.abc import Callable, Iterator
from typing import TypeVar

T = TypeVar("T")


def map_in_workers(
    run: Callable[[int], T], count: int, workers: int, chunk: int = 16
) -> Iterator[T]:
    """Yields `run(0)` to `run(count - 1)` in order.

    Args:
      run: picklable where there are workers.
      count: how many calls.
      workers: processes; 0 runs in this one.
      chunk: calls handed to a process at a time.
    """
    if workers < 1 or count <= chunk:
        yield from map(run, range(count))
        return
    # Spawned, not forked: the caller may hold threads of TensorFlow or Open3D.
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(workers, context) as pool:
        try:
            yield from pool.map(run, range(count), chunksize=chunk)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
