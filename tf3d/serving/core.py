"""The server without a network: models in, predictions out. gRPC and REST call it."""

from __future__ import annotations

import dataclasses
import functools
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as FutureTimeout
from typing import TYPE_CHECKING

import numpy as np

from tf3d.serving.batching import Arrays, Batcher, BatchingOptions
from tf3d.serving.errors import Code, ServingError
from tf3d.serving.repository import Repository, VersionStatus
from tf3d.serving.servable import Servable
from tf3d.serving.signatures import (
    Signature,
    batch_rows,
    check_inputs,
    check_outputs,
)

if TYPE_CHECKING:
    from tensorflow.core.protobuf.meta_graph_pb2 import SignatureDef

DEFAULT_SIGNATURE = "serving_default"

log = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Prediction:
    """An answer.

    Attributes:
      outputs: by the signature's names, read-only; strings are object arrays of
        `bytes`.
      model: that answered.
      version: of it.
      signature: that ran.
    """

    outputs: dict[str, np.ndarray]
    model: str
    version: int
    signature: str


@dataclasses.dataclass(frozen=True)
class Metadata:
    """What a version of a model takes and gives.

    Attributes:
      model: its name.
      version: of it.
      signature_defs: name -> protobuf, as the SavedModel has them.
    """

    model: str
    version: int
    signature_defs: dict[str, SignatureDef]


class ModelServer:
    """Serves the versions of one or several SavedModels.

    All methods may be called from any thread, and raise `ServingError`:
    NOT_FOUND for a model or version that is not there, INVALID_ARGUMENT for a label,
    inputs or outputs that do not fit, FAILED_PRECONDITION for a signature that is not
    there, DEADLINE_EXCEEDED, CANCELLED, RESOURCE_EXHAUSTED or UNAVAILABLE (the queue is
    full; the server is stopping).

    >>> server = ModelServer(Repository({"cars": ["saved_models/multiview-cars"]}))
    >>> server.start()
    >>> server.predict("cars", {"images": images, "viewpoints": viewpoints}).outputs
    """

    def __init__(
        self,
        repository: Repository,
        batching: BatchingOptions | None = None,
        *,
        poll_seconds: float = 2.0,
    ) -> None:
        """Puts the parts together; nothing is loaded yet.

        Args:
          repository: of the models.
          batching: how requests are put together.
          poll_seconds: between looks at the folders.
        """
        self._repository = repository
        self._batcher = Batcher(batching)
        self._poll_seconds = poll_seconds
        self._stopping = threading.Event()
        self._poller = threading.Thread(target=self._poll, name="poll", daemon=True)
        self._idle = threading.Condition()
        self._under_way = 0

    def start(self, after_poll: Callable[[], None] = lambda: None) -> None:
        """Loads what there is, then follows the folders from a thread.

        Args:
          after_poll: called after every look at the folders.
        """
        self._after_poll = after_poll
        self._repository.poll()
        after_poll()
        self._poller.start()

    def stop(self, grace: float = 30.0) -> None:
        """Refuses new requests, waits for those under way, and unloads.

        Args:
          grace: seconds to wait at most.
        """
        self._stopping.set()
        with self._idle:
            self._idle.wait_for(lambda: not self._under_way, grace)
        self._batcher.stop(grace)
        self._repository.unload_all()

    def model_names(self) -> list[str]:
        """Names of the models that are configured, loaded or not."""
        return self._repository.model_names()

    def signature(
        self,
        model: str,
        signature: str = "",
        *,
        version: int | None = None,
        label: str | None = None,
    ) -> Signature:
        """Names, dtypes and shapes of a signature's inputs and outputs.

        Args:
          model: its name.
          signature: empty for "serving_default".
          version: None for the latest that is available.
          label: of a version, in place of `version`.
        """
        with self._repository.acquire(model, version, label) as servable:
            return servable.signature(signature or DEFAULT_SIGNATURE)

    def predict(
        self,
        model: str,
        inputs: Mapping[str, np.ndarray],
        *,
        signature: str = "",
        version: int | None = None,
        label: str | None = None,
        output_filter: Sequence[str] = (),
        deadline: float | None = None,
    ) -> Prediction:
        """Runs a signature, together with others' requests where that is faster.

        Args:
          model: its name.
          inputs: name -> array of the signature's dtype and a shape that fits it.
            Strings are object arrays of `bytes` (or `str`, taken as UTF-8).
          signature: empty for "serving_default".
          version: None for the latest that is available.
          label: of a version, in place of `version`.
          output_filter: names of the outputs wanted; empty for all.
          deadline: on the clock of `time.monotonic()`; None for none.
        """
        future = self.submit(
            model,
            inputs,
            signature=signature,
            version=version,
            label=label,
            output_filter=output_filter,
            deadline=deadline,
        )
        try:
            left = None if deadline is None else max(0, deadline - time.monotonic())
            return future.result(left)
        except FutureTimeout:
            future.cancel()
            raise ServingError(Code.DEADLINE_EXCEEDED, "Deadline exceeded.") from None
        except CancelledError:
            raise ServingError(Code.CANCELLED, "The request was cancelled.") from None

    def submit(
        self,
        model: str,
        inputs: Mapping[str, np.ndarray],
        *,
        signature: str = "",
        version: int | None = None,
        label: str | None = None,
        output_filter: Sequence[str] = (),
        deadline: float | None = None,
    ) -> Future[Prediction]:
        """As `predict`, without waiting: `asyncio.wrap_future` makes it awaitable.

        What is wrong with the request is raised here; what goes wrong later is the
        future's exception, a `ServingError`, too. Cancelling the future drops a request
        that has not started.
        """
        if self._stopping.is_set():
            raise ServingError(Code.UNAVAILABLE, "The server is stopping.")
        if deadline is not None and time.monotonic() >= deadline:
            raise ServingError(Code.DEADLINE_EXCEEDED, "Deadline exceeded.")
        entry, servable = self._repository.take(model, version, label)
        answer: Future[Prediction] = Future()
        try:
            what = servable.signature(signature or DEFAULT_SIGNATURE)
            arrays = check_inputs(what, inputs)
            wanted = check_outputs(what, output_filter)
            # The servable stays alive in `run` until the last batch has it.
            work = self._batcher.submit(
                (id(servable), what.name),
                functools.partial(servable.run, what),
                arrays,
                batch_rows(what, arrays),
                deadline,
            )
        except BaseException:
            self._repository.release(entry)
            raise
        with self._idle:
            self._under_way += 1

        def finish(done: Future[Arrays]) -> None:
            self._repository.release(entry)
            _settle(answer, done, servable, what, wanted)
            with self._idle:
                self._under_way -= 1
                self._idle.notify_all()

        # Cancelling the answer drops the work, if it has not started.
        answer.add_done_callback(lambda a: a.cancelled() and work.cancel())
        work.add_done_callback(finish)
        return answer

    def metadata(
        self, model: str, *, version: int | None = None, label: str | None = None
    ) -> Metadata:
        """The signature definitions of a version."""
        with self._repository.acquire(model, version, label) as servable:
            return Metadata(model, servable.version, servable.signature_defs)

    def status(
        self, model: str, *, version: int | None = None, label: str | None = None
    ) -> list[VersionStatus]:
        """The state of every known version, newest first, or of the one named."""
        return self._repository.status(model, version, label)

    def _poll(self) -> None:
        while not self._stopping.wait(self._poll_seconds):
            try:
                self._repository.poll()
                self._after_poll()
            except Exception:  # what loads goes on; the next look may fare better
                log.exception("Looking for new versions failed.")


def _settle(
    answer: Future[Prediction],
    done: Future[Arrays],
    servable: Servable,
    signature: Signature,
    wanted: Sequence[str],
) -> None:
    """Hands a run's outcome to who waits, unless they have left."""
    if done.cancelled() or not answer.set_running_or_notify_cancel():
        return
    error = done.exception()
    if error is not None:
        answer.set_exception(error)
        return
    arrays = done.result()
    missing = [name for name in wanted if name not in arrays]
    if missing:
        answer.set_exception(
            ServingError(Code.INTERNAL, f"The model gave no output {missing[0]}.")
        )
        return
    outputs = {name: arrays[name] for name in wanted}
    answer.set_result(
        Prediction(outputs, servable.model, servable.version, signature.name)
    )
