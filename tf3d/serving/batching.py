"""Runs requests of several clients together."""

from __future__ import annotations

import collections
import dataclasses
import os
import threading
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from concurrent.futures import Future

import numpy as np

from tf3d.serving.errors import Code, ServingError

Arrays = dict[str, np.ndarray]
Run = Callable[[Mapping[str, np.ndarray]], Arrays]

MAX_IDLE_QUEUES = 64  # their estimates of the load are kept
# Of the time that the last batch ran: how long a silence ends the wait for its clients,
# and how long that wait may be in all.
SILENCE, PATIENCE = 1 / 16, 1 / 4


@dataclasses.dataclass(frozen=True)
class BatchingOptions:
    """How requests are put together.

    Attributes:
      max_batch: most rows of a batch; a larger request runs alone. 1 runs every
        request alone.
      delay: seconds of silence that a request waits for others while the load of the
        last moments says that others will come; 0 for no waiting. After a batch that
        took long it is 1/16 of that, and the whole wait at most 1/4.
      max_queue: most requests that wait, over all models.
      workers: batches that run at the same time.
    """

    max_batch: int = 32
    delay: float = 0.002
    max_queue: int = 1000
    workers: int = max(2, min(os.cpu_count() or 2, 8))

    def __post_init__(self) -> None:
        if min(self.max_batch, self.max_queue, self.workers) < 1 or self.delay < 0:
            raise ValueError(
                "Expected max_batch, max_queue and workers of at least 1 and a delay "
                f"of at least 0. Received: {self}"
            )


@dataclasses.dataclass(eq=False)
class _Request:
    inputs: Mapping[str, np.ndarray]
    rows: int  # 0: runs alone
    run: Run
    deadline: float | None
    future: Future[Arrays]
    since: float


class _Queue:
    """Requests that may run together, and how many are expected to wait at a time."""

    def __init__(self) -> None:
        self.waiting: collections.deque[_Request] = collections.deque()
        self.rows = 0  # that wait
        self.running = 0  # batches
        self.expected = 1  # requests that were under way when the last batch ended
        self.ended_at = 0.0
        self.took = 0.0  # seconds that batch ran
        self.arrived_at = 0.0

    def add(self, request: _Request) -> None:
        """Appends a request."""
        self.waiting.append(request)
        self.rows += request.rows
        self.arrived_at = request.since

    def due(self, options: BatchingOptions) -> float:
        """When the next batch starts if nothing changes; infinity if not until then.

        What runs alone, or fills a batch, starts as soon as there is a worker. Else
        there is one batch at a time: what comes meanwhile makes the next one. A lone
        client's request starts at once; where more were under way a moment ago, those
        that wait do so for the others.

        Others come back one by one, once their answers are packed and sent. A batch
        that starts in the midst of that is a small one, and competes with it for the
        processor. So every arrival says that more will follow; silence, that none will.
        """
        if not self.waiting:
            return float("inf")
        head = self.waiting[0]
        if not head.rows or self.rows >= options.max_batch:
            return head.since
        if self.running:
            return float("inf")
        if len(self.waiting) >= self.expected or not options.delay:
            return head.since
        silence = max(options.delay, self.took * SILENCE)
        patience = max(options.delay, self.took * PATIENCE)
        return min(
            max(self.arrived_at, self.ended_at) + silence,
            max(head.since, self.ended_at) + patience,
        )

    def take(self, options: BatchingOptions) -> list[_Request]:
        """Removes the requests of the next batch."""
        batch = [self.waiting.popleft()]
        rows = batch[0].rows
        while (
            rows
            and self.waiting
            and self.waiting[0].rows
            and rows + self.waiting[0].rows <= options.max_batch
        ):
            batch.append(self.waiting.popleft())
            rows += batch[-1].rows
        self.rows -= rows
        self.running += 1
        return batch

    def ended(self, size: int, started_at: float) -> None:
        """Notes that a batch of so many requests has ended.

        Its clients are likely to come back: they and who waits already are the next
        batch.
        """
        self.running -= 1
        self.expected = size + len(self.waiting)
        self.ended_at = time.monotonic()
        self.took = self.ended_at - started_at


class Batcher:
    """Queues requests by what may run together, and runs them on a few threads."""

    def __init__(self, options: BatchingOptions | None = None) -> None:
        """Starts the threads.

        Args:
          options: how requests are put together.
        """
        self.options = options or BatchingOptions()
        self._queues: collections.OrderedDict[Hashable, _Queue] = (
            collections.OrderedDict()
        )
        self._changed = threading.Condition()
        self._count = 0  # requests that wait
        self._stopped = False
        self._workers = [
            threading.Thread(target=self._work, name=f"batch-{number}", daemon=True)
            for number in range(self.options.workers)
        ]
        for worker in self._workers:
            worker.start()

    def submit(
        self,
        key: Hashable,
        run: Run,
        inputs: Mapping[str, np.ndarray],
        rows: int,
        deadline: float | None = None,
    ) -> Future[Arrays]:
        """Queues a request.

        Args:
          key: of servable and signature; requests of one key share `run`.
          run: name -> array to name -> array, all with rows first.
          inputs: checked; the shapes of their rows are added to the key.
          rows: the first dimension of each input; 0 for what must run alone.
          deadline: on the clock of `time.monotonic()`.

        Returns:
          The outputs, to come. Its exceptions are `ServingError`.

        Raises:
          ServingError: UNAVAILABLE if too many wait or the batcher has stopped.
        """
        if self.options.max_batch == 1:
            rows = 0
        shapes = tuple(sorted((name, a.shape[1:]) for name, a in inputs.items()))
        full_key = (key, shapes if rows else None)
        now = time.monotonic()
        request = _Request(inputs, rows, run, deadline, Future(), now)
        with self._changed:
            if self._stopped:
                raise ServingError(Code.UNAVAILABLE, "The server is stopping.")
            if self._count >= self.options.max_queue:
                raise ServingError(
                    Code.UNAVAILABLE,
                    "The batch scheduling queue to which this task was submitted is "
                    "full.",
                )
            if full_key not in self._queues:
                self._forget_idle()
                self._queues[full_key] = _Queue()
            self._queues.move_to_end(full_key)
            queue = self._queues[full_key]
            queue.add(request)
            self._count += 1
            if queue.due(self.options) <= now or len(queue.waiting) == 1:
                self._changed.notify()
        return request.future

    def stop(self, grace: float | None = None) -> None:
        """Runs what waits, then ends the threads.

        Args:
          grace: seconds to wait at most for each; None for as long as it takes.
        """
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        for worker in self._workers:
            worker.join(grace)

    def _forget_idle(self) -> None:
        idle = [
            key
            for key, queue in self._queues.items()
            if not queue.waiting and not queue.running
        ]
        for key in idle[: max(0, len(idle) - MAX_IDLE_QUEUES)]:
            del self._queues[key]

    def _work(self) -> None:
        while True:
            with self._changed:
                queue = self._next_queue()
                if queue is None:
                    return
                batch = queue.take(self.options)
                self._count -= len(batch)
                # Another worker may have another batch to start.
                self._changed.notify()
            started_at = time.monotonic()
            try:
                _run_batch(batch)
            finally:
                with self._changed:
                    queue.ended(len(batch), started_at)

    def _next_queue(self) -> _Queue | None:
        """Waits for the queue whose turn it is; None when stopped and empty."""
        while True:
            now = time.monotonic()
            queue, due = None, float("inf")
            for candidate in self._queues.values():
                at = candidate.due(self.options)
                if self._stopped and candidate.waiting:
                    at = candidate.waiting[0].since
                if at < due:
                    queue, due = candidate, at
            if queue is not None and due <= now:
                return queue
            if self._stopped and self._count == 0:
                return None
            self._changed.wait(None if queue is None else due - now)


def _run_batch(batch: Sequence[_Request]) -> None:
    """Runs requests together and answers each; alone where together fails."""
    live = [request for request in batch if _start(request)]
    if not live:
        return
    if len(live) > 1:
        try:
            parts = _run_together(live)
        except Exception:  # one may be at fault: each gets its own answer
            parts = None
        if parts is not None:
            for request, part in zip(live, parts):
                request.future.set_result(part)
            return
    for request in live:
        try:
            request.future.set_result(request.run(request.inputs))
        except ServingError as error:
            request.future.set_exception(error)
        except Exception as error:
            request.future.set_exception(
                ServingError(Code.INTERNAL, f"{type(error).__name__}: {error}")
            )


def _start(request: _Request) -> bool:
    """Whether anyone still waits for the answer."""
    if not request.future.set_running_or_notify_cancel():
        return False
    if request.deadline is not None and time.monotonic() >= request.deadline:
        request.future.set_exception(
            ServingError(Code.DEADLINE_EXCEEDED, "Deadline exceeded in the queue.")
        )
        return False
    return True


def _run_together(requests: Sequence[_Request]) -> list[Arrays] | None:
    """The outputs of each request, or None where the outputs' rows are not theirs."""
    inputs = {
        name: np.concatenate([request.inputs[name] for request in requests])
        for name in requests[0].inputs
    }
    outputs = requests[0].run(inputs)
    ends = np.cumsum([request.rows for request in requests])
    if any(not a.ndim or a.shape[0] != ends[-1] for a in outputs.values()):
        return None
    return [
        {name: array[end - request.rows : end] for name, array in outputs.items()}
        for request, end in zip(requests, ends)
    ]
