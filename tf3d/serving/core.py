"""The server without a network: models in, predictions out. gRPC and REST call it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING

import numpy as np

from tf3d.serving.signatures import Signature

if TYPE_CHECKING:
    from tensorflow.core.protobuf.meta_graph_pb2 import SignatureDef

DEFAULT_SIGNATURE = "serving_default"


@dataclasses.dataclass(frozen=True)
class Prediction:
    """An answer.

    Attributes:
      outputs: by the signature's names; strings are object arrays of `bytes`.
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


@dataclasses.dataclass(frozen=True)
class VersionStatus:
    """The state of one version, as `ModelService.GetModelStatus` tells it.

    Attributes:
      version: its number.
      state: "START", "LOADING", "AVAILABLE", "UNLOADING" or "END".
      code: OK, or why it ended (a number of `Code`).
      message: empty, or why it ended.
    """

    version: int
    state: str
    code: int = 0
    message: str = ""


class ModelServer:
    """Serves the versions of one or several SavedModels.

    All methods may be called from any thread, and raise `ServingError`:
    NOT_FOUND for a model or version that is not there, INVALID_ARGUMENT for a label,
    inputs or outputs that do not fit, FAILED_PRECONDITION for a signature that is not
    there, DEADLINE_EXCEEDED, CANCELLED, RESOURCE_EXHAUSTED or UNAVAILABLE (the queue is
    full; the server is stopping).
    """

    def model_names(self) -> list[str]:
        """Names of the models that are configured, loaded or not."""
        raise NotImplementedError

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
        raise NotImplementedError

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
        raise NotImplementedError

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
        raise NotImplementedError

    def metadata(
        self, model: str, *, version: int | None = None, label: str | None = None
    ) -> Metadata:
        """The signature definitions of a version."""
        raise NotImplementedError

    def status(
        self, model: str, *, version: int | None = None, label: str | None = None
    ) -> list[VersionStatus]:
        """The state of every known version, newest first, or of the one named."""
        raise NotImplementedError
