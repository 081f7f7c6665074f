"""A pool of rendered views that training draws pairs from while it is renewed.

What batch n holds depends on the seed and on n alone: workers render ahead, but views
enter in order, and each view stays for the same number of draws. So a run resumes where
it was, by rendering again what the pool held.
"""

from __future__ import annotations

import collections
import concurrent.futures
import concurrent.futures.process
import dataclasses
import functools
import multiprocessing
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tf3d.data.bundles import Bundle
from tf3d.errors import InputError
from tf3d.rendering.compositing import composite_into, mirror_into

# Bundles of views; a pool with a `_compose_batch` of its own may hold other things.
Render = Callable[[int], tuple[Any, np.ndarray]]
Batch = tuple[dict[str, np.ndarray], dict[str, np.ndarray]]
INPUTS_ALONE = ("livery", "letterbox")  # settings that only an `InputPool` heeds
# How far a fit's viewpoint is off, standard deviations: degrees, degrees, world units.
ASTRAY = np.array([1.5, 1.5, 0.02], np.float32)
BEHIND = 10  # niceness of processes that render, above training's


@dataclasses.dataclass(frozen=True)
class PoolSettings:
    """How training draws from rendered views.

    Attributes:
      batch_size: pairs of views in a batch.
      shapes: how many shapes' views the pool holds at a time.
      first_shapes: how many are rendered before the first batch; the pool then grows to
        `shapes` before any view leaves it. By default all.
      views: views of each shape.
      reuse: how often a view is drawn, on average, before it is replaced; each pair
        draws two.
      clutter: share of inputs over a background; the rest is over plain grey.
      mirror: whether half of the pairs are mirrored left to right.
      shift: greatest shift of the input, in pixels at 128.
      tone: greatest relative change of each channel's gain and gamma in the input.
      livery: share of the inputs of an `InputPool` whose object is painted over.
      letterbox: share of the inputs of an `InputPool` that are cut to a photo framed on
        its object, and padded as such a photo is.
      streets: share of the inputs of an `InputPool` whose object throws a shadow on the
        ground. Of those over a background this share, times `input_views.COMPANY`, has
        another object behind its own.
      seen: whether inputs come with the viewpoint that they are seen from, as far off
        as a fit's is (`ASTRAY`).
      workers: rendering processes; 0 renders in this one.
      seed: of all draws.
    """

    batch_size: int = 64
    shapes: int = 256
    views: int = 16
    reuse: float = 6.0
    clutter: float = 0.85
    mirror: bool = True
    shift: int = 4
    tone: float = 0.1
    livery: float = 0.0
    letterbox: float = 0.0
    streets: float = 0.0
    seen: bool = False
    first_shapes: int | None = None
    workers: int = 1
    seed: int = 0

    @property
    def shapes_per_batch(self) -> float:
        """How many shapes enter the pool with each batch."""
        return 2 * self.batch_size / (self.views * self.reuse)


class ViewPool:
    """Batches of pairs from views that workers keep rendering.

    Args:
      render: `render(k)` gives the k-th shape's bundle and some backgrounds
        `[b, h, w, 3]` uint8; picklable where there are workers.
      settings: see `PoolSettings`.
      first_batch: where to go on after an interruption.
    """

    def __init__(
        self, render: Render, settings: PoolSettings, first_batch: int = 0
    ) -> None:
        self.settings = settings
        self.batch = first_batch
        self.rendered_views = 0
        self.failure: Exception | None = None
        self._render = render
        self._executor: concurrent.futures.ProcessPoolExecutor | None = None
        self._pending: collections.deque = collections.deque()
        # Shapes k, k + 1, ... of the pool; slot k % shapes.
        self._entered = max(0, self._due(first_batch) - settings.shapes)
        self._submitted = self._entered
        self._slots: list[Bundle | None] = [None] * settings.shapes
        self._backgrounds: list[np.ndarray | None] = [None] * settings.shapes

    def _due(self, batch: int) -> int:
        """How many shapes have entered the pool when a batch is drawn."""
        settings = self.settings
        first = settings.first_shapes or settings.shapes
        return min(first, settings.shapes) + int(batch * settings.shapes_per_batch)

    @property
    def _present(self) -> int:
        """How many shapes the pool holds."""
        return min(self._entered, self.settings.shapes)

    def _submit(self, limit: int) -> None:
        if self._executor is None and self.settings.workers > 0:
            self._executor = concurrent.futures.ProcessPoolExecutor(
                self.settings.workers,
                multiprocessing.get_context("spawn"),
                initializer=_start_worker,
            )
        while self._submitted < limit and len(self._pending) < 64:
            self._pending.append(self._started(self._submitted))
            self._submitted += 1

    def _started(self, index: int) -> Any:
        """The rendering of a shape: what a worker does, or a function to call."""
        if self._executor is None:
            return functools.partial(self._render, index)
        return self._executor.submit(self._render, index)

    def fill(self, progress: Callable[[int, int], None] | None = None) -> None:
        """Renders what the next batch needs.

        Args:
          progress: called with the number of shapes done and their total.
        """
        due = self._due(self.batch)
        total = due - self._entered
        done = 0
        while self._entered < due:
            self._submit(due + 4 * max(1, self.settings.workers))
            work = self._pending.popleft()
            bundle, backgrounds = self._result(work)
            self._keep(self._entered % self.settings.shapes, bundle, backgrounds)
            self._entered += 1
            self.rendered_views += len(bundle)
            done += 1
            if progress is not None:
                progress(done, total)
        # Keep the workers busy while the batch is drawn and trained on.
        if self.settings.workers:
            self._submit(due + 8 + int(4 * self.settings.shapes_per_batch))

    def _keep(self, slot: int, bundle: Bundle, backgrounds: np.ndarray) -> None:
        """Puts a shape's views into a slot of the pool."""
        self._slots[slot], self._backgrounds[slot] = bundle, backgrounds

    def _result(self, work: Any) -> tuple[Bundle, np.ndarray]:
        if callable(work):
            return work()
        try:
            return work.result()
        except concurrent.futures.process.BrokenProcessPool as error:
            raise InputError(
                "A process that renders views was ended from outside, perhaps for want "
                "of memory. Go on from the checkpoint with fewer data.workers or "
                "data.shapes."
            ) from error

    def draw(self) -> Batch:
        """The next batch, as uint8 and float16.

        Returns:
          inputs `{"image": [b, s, s, 3] uint8, "viewpoint": [b, 3] float32}`, where
          the settings say so with "seen" `[b, 3]` float32, and targets `{"rgb": uint8,
          "depth": float16 (0 outside), "alpha": uint8}`.
        """
        self.fill()
        rng = np.random.default_rng([self.settings.seed, 1, self.batch])
        self.batch += 1
        return self._compose_batch(rng)

    def _compose_batch(self, rng: np.random.Generator) -> Batch:
        """The batch that a generator draws from what the pool holds."""
        settings = self.settings
        size = self._slots[0].size
        count = settings.batch_size
        viewpoint, seen = (np.empty((count, 3), np.float32) for _ in range(2))
        pixels = count * size * size
        # One piece of memory: the system hands it out in large pages, at a fraction of
        # the cost of many small ones.
        memory = np.empty(9 * pixels, np.uint8)
        image, rgb = memory[: 6 * pixels].reshape(2, count, size, size, 3)
        depth = memory[6 * pixels : 8 * pixels].view(np.float16)
        depth = depth.reshape(count, size, size)
        alpha = memory[8 * pixels :].reshape(count, size, size)
        for i in range(count):
            bundle = self._slots[rng.integers(self._present)]
            a, b = rng.integers(len(bundle), size=2)
            mirror = bool(settings.mirror and rng.integers(2))
            self._compose(bundle.front[a], mirror, rng, image[i])
            step = -1 if mirror else 1
            if mirror:
                mirror_into(bundle.rgb[b], rgb[i])
            else:
                rgb[i] = bundle.rgb[b]
            depth[i] = bundle.depth[b][:, ::step]
            alpha[i] = bundle.alpha[b][:, ::step]
            viewpoint[i], seen[i] = bundle.viewpoints[b], bundle.viewpoints[a]
            viewpoint[i, 0] *= step
            seen[i, 0] *= step
        inputs = {"image": image, "viewpoint": viewpoint}
        if settings.seen:
            inputs["seen"] = seen + ASTRAY * rng.standard_normal(seen.shape, np.float32)
        return inputs, {"rgb": rgb, "depth": depth, "alpha": alpha}

    def _compose(
        self,
        front: np.ndarray,
        mirror: bool,
        rng: np.random.Generator,
        out: np.ndarray,
    ) -> np.ndarray:
        """Makes an input; returns the rows and columns that its object moved by."""
        size = out.shape[0]
        if rng.random() < self.settings.clutter:
            background = self._behind(rng)
        else:
            background = _plain(size)
        reach = int(round(self.settings.shift * size / 128))
        shift = rng.integers(-reach, reach + 1, size=2)
        row = rng.integers(background.shape[0] - size + 1)
        column = rng.integers(background.shape[1] - size + 1)
        composite_into(
            front, background, row, column, mirror, shift, self._tone(rng), out
        )
        return shift

    def _behind(self, rng: np.random.Generator) -> np.ndarray:
        """Draws a background."""
        pictures = self._backgrounds[rng.integers(self._present)]
        background = pictures[rng.integers(len(pictures))]
        return background[:, ::-1] if rng.integers(2) else background

    def _tone(self, rng: np.random.Generator) -> np.ndarray:
        amount = self.settings.tone
        gain = 1 + rng.uniform(-amount, amount) + rng.uniform(-amount, amount, 3) / 3
        gamma = 1 + rng.uniform(-amount, amount)
        levels = _levels() ** gamma
        table = np.minimum(levels[None] * gain[:, None] * 255 + 0.5, 255)
        return table.astype(np.uint8)

    def __iter__(self) -> Iterator[Batch]:
        while True:
            try:
                batch = self.draw()
            except Exception as error:
                # Through a tf.data generator only its text would come.
                self.failure = error
                raise
            yield batch

    def close(self) -> None:
        """Stops the workers."""
        if self._executor is not None:
            self._executor.shutdown(wait=False, cancel_futures=True)
            self._executor = None
        self._pending.clear()
        self._submitted = self._entered


@functools.cache
def _levels() -> np.ndarray:
    return np.linspace(0, 1, 256, dtype=np.float32)


@functools.cache
def _plain(size: int) -> np.ndarray:
    return np.full((size, size, 3), 128, np.uint8)


def _start_worker() -> None:
    """Leaves Ctrl-C to the parent, stands behind it, ends even if that is killed."""
    import os
    import signal
    import threading
    import time

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A step of training is as slow as its slowest thread.
    os.nice(BEHIND)
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
