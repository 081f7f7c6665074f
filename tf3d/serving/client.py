"""A client of TensorFlow Serving's gRPC API, be it `tf3d serve` or another server."""

from __future__ import annotations

import os
import pathlib
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tf3d.errors import InputError
from tf3d.serving.channels import channel_options
from tf3d.serving.errors import Code

if TYPE_CHECKING:
    import grpc

    from tf3d.serving.core import VersionStatus
    from tf3d.serving.signatures import Signature

MAX_MESSAGE_BYTES = 256 << 20
TIMEOUT = 60.0  # seconds
ATTEMPTS = 4  # of a request, while the server is unavailable
FIRST_PAUSE = 0.1  # seconds before the second attempt; doubles with each


class RequestError(InputError):
    """A request without an answer.

    Attributes:
      code: the canonical status.
    """

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code


class Client:
    """Asks a server for predictions. Threads may share one.

    Example:

    ```python
    with Client("localhost:8500") as client:
        client.wait_until_ready("multiview-cars")
        views = client.predict(
            "multiview-cars", {"images": images, "viewpoints": viewpoints}
        )["rgb"]
    ```

    Args:
      address: "HOST:PORT" of the server's gRPC port.
      tls: True to trust the system's certificate authorities, or the PEM file of those
        to trust instead. Without it nothing is encrypted.
      certificate: PEM files of this client's certificate and its key, where the server
        wants to see one.
      max_message_bytes: the largest request and answer.
      timeout: seconds that a request may take, its retries included.

    Raises:
      InputError: if the address or the certificate is unusable.
    """

    def __init__(
        self,
        address: str,
        *,
        tls: bool | str | os.PathLike[str] = False,
        certificate: tuple[str | os.PathLike[str], str | os.PathLike[str]]
        | None = None,
        max_message_bytes: int = MAX_MESSAGE_BYTES,
        timeout: float = TIMEOUT,
    ) -> None:
        check_address(address)
        # The official stubs import TensorFlow, which takes seconds.
        import grpc
        from tensorflow_serving.apis import (
            model_service_pb2_grpc,
            prediction_service_pb2_grpc,
        )

        self.address, self.timeout = address, timeout
        options = channel_options(max_message_bytes)
        if tls or certificate:
            own, key = certificate or (None, None)
            credentials = grpc.ssl_channel_credentials(
                _read_pem(tls, "CERTIFICATE") if tls not in (True, False) else None,
                _read_pem(key, "PRIVATE KEY") if key else None,
                _read_pem(own, "CERTIFICATE") if own else None,
            )
            self._channel = grpc.secure_channel(address, credentials, options)
        else:
            self._channel = grpc.insecure_channel(address, options)
        self._predictions = prediction_service_pb2_grpc.PredictionServiceStub(
            self._channel
        )
        self._models = model_service_pb2_grpc.ModelServiceStub(self._channel)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection."""
        self._channel.close()

    def predict(
        self,
        model: str,
        inputs: Mapping[str, Any],
        *,
        signature: str = "",
        version: int | None = None,
        label: str | None = None,
        outputs: Sequence[str] = (),
        timeout: float | None = None,
    ) -> dict[str, np.ndarray]:
        """Runs a signature of a model.

        Args:
          model: its name on the server.
          inputs: name -> array of the dtype that the signature takes; strings as `str`,
            `bytes` or arrays of them.
          signature: empty for "serving_default".
          version: of the model; the server's choice by default.
          label: of a version, instead of its number.
          outputs: names of those wanted; all by default.
          timeout: seconds, instead of the client's.

        Returns:
          Arrays by name; strings as object arrays of `bytes`.

        Raises:
          RequestError: if the server is not reached, or refuses.
        """
        import tensorflow as tf
        from tensorflow_serving.apis import predict_pb2

        from tf3d.serving.tensor_protos import to_array

        request = predict_pb2.PredictRequest(output_filter=outputs)
        _name_model(request.model_spec, model, version, label)
        request.model_spec.signature_name = signature
        for name, value in inputs.items():
            request.inputs[name].CopyFrom(tf.make_tensor_proto(value))
        response = self._call(self._predictions.Predict, request, model, timeout)
        return {name: to_array(proto, name) for name, proto in response.outputs.items()}

    def signatures(
        self, model: str, *, version: int | None = None, label: str | None = None
    ) -> dict[str, Signature]:
        """What a model takes and gives, by the names of its signatures.

        Raises:
          RequestError: if the server is not reached, or has no such model.
        """
        from tensorflow_serving.apis import get_model_metadata_pb2

        from tf3d.serving.signatures import read_signature
        from tf3d.serving.tensor_protos import to_array

        request = get_model_metadata_pb2.GetModelMetadataRequest(
            metadata_field=["signature_def"]
        )
        _name_model(request.model_spec, model, version, label)
        response = self._call(
            self._predictions.GetModelMetadata, request, model, self.timeout
        )
        definitions = get_model_metadata_pb2.SignatureDefMap()
        response.metadata["signature_def"].Unpack(definitions)
        found = {}
        for name, definition in definitions.signature_def.items():
            try:
                defaults = {
                    key: to_array(proto, key)
                    for key, proto in definition.defaults.items()
                }
                found[name] = read_signature(name, definition, defaults)
            except Exception:  # one that takes what cannot be sent
                continue
        return found

    def status(
        self,
        model: str,
        *,
        version: int | None = None,
        label: str | None = None,
        timeout: float | None = None,
    ) -> list[VersionStatus]:
        """The states of a model's versions, as the server orders them.

        Raises:
          RequestError: if the server is not reached, or has no such model.
        """
        from tensorflow_serving.apis import get_model_status_pb2

        from tf3d.serving.core import VersionStatus

        request = get_model_status_pb2.GetModelStatusRequest()
        _name_model(request.model_spec, model, version, label)
        response = self._call(self._models.GetModelStatus, request, model, timeout)
        names = get_model_status_pb2.ModelVersionStatus.State
        return [
            VersionStatus(
                version=int(status.version),
                state=names.Name(status.state),
                code=int(status.status.error_code),
                message=status.status.error_message,
            )
            for status in response.model_version_status
        ]

    def wait_until_ready(self, model: str, timeout: float = TIMEOUT) -> int:
        """Waits until a version of a model is available.

        Args:
          model: its name on the server.
          timeout: seconds to wait at most.

        Returns:
          The newest version that is available.

        Raises:
          RequestError: DEADLINE_EXCEEDED if none became available.
        """
        end = time.monotonic() + timeout
        why = "it has not answered"
        while (left := end - time.monotonic()) > 0:
            try:
                states = self.status(model, timeout=min(left, 5.0))
            except RequestError as error:
                if error.code not in WAITING:
                    raise
                why = str(error)
            else:
                ready = [s.version for s in states if s.state == "AVAILABLE"]
                if ready:
                    return max(ready)
                why = ", ".join(
                    f"version {s.version}: {s.state} {s.message}".strip()
                    for s in states
                )
            time.sleep(min(0.2, max(0.0, end - time.monotonic())))
        raise RequestError(
            Code.DEADLINE_EXCEEDED,
            f"{model} at {self.address} is not available after {timeout:g} s: {why}",
        )

    def _call(
        self, method: Callable[..., Any], request: Any, model: str, limit: float | None
    ) -> Any:
        """Calls, and calls again while the server is unavailable."""
        import grpc

        limit = self.timeout if limit is None else limit
        end, pause = time.monotonic() + limit, FIRST_PAUSE
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return method(request, timeout=max(end - time.monotonic(), 1e-3))
            except grpc.RpcError as error:
                again = (
                    error.code() == grpc.StatusCode.UNAVAILABLE
                    and attempt < ATTEMPTS
                    and time.monotonic() + pause < end
                )
                if not again:
                    raise self._explained(error, model, limit) from error
            except ValueError as error:  # of a channel that was closed
                raise InputError(f"The client of {self.address}: {error}") from error
            time.sleep(pause)
            pause *= 2
        raise AssertionError("unreachable")

    def _explained(
        self, error: grpc.RpcError, model: str, limit: float
    ) -> RequestError:
        code = Code(error.code().value[0])
        details = (error.details() or code.name).strip()[:500]
        where = f"the server at {self.address}"
        sentences = {
            Code.UNAVAILABLE: f"No answer from {where}: {details}. Check the address "
            "(the gRPC port, not REST's) and that the server runs.",
            Code.DEADLINE_EXCEEDED: f"No answer from {where} within {limit:g} s. "
            "It may be busy: try again, or give it more time.",
            Code.NOT_FOUND: f"Of {where}, {model} is not to be had: {details}.",
            Code.RESOURCE_EXHAUSTED: f"Too much for {where}, or for this client's "
            f"limit of message size: {details}.",
            Code.UNIMPLEMENTED: f"What answers at {self.address} does not speak "
            f"TensorFlow Serving's gRPC protocol, or not all of it: {details}.",
        }
        usual = f"From {where}, asked for {model}: {code.name}: {details}"
        return RequestError(code, sentences.get(code, usual))


# While a server starts, or loads a model that it was just given.
WAITING = (Code.UNAVAILABLE, Code.NOT_FOUND, Code.DEADLINE_EXCEEDED)


def check_address(address: str) -> None:
    """Raises an InputError unless an address is HOST:PORT."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise InputError(
            f"The server's address {address!r} is not HOST:PORT, as in localhost:8500."
        )


def _name_model(spec: Any, model: str, version: int | None, label: str | None) -> None:
    spec.name = model
    if version is not None:
        spec.version.value = version
    elif label is not None:
        spec.version_label = label


def _read_pem(path: str | os.PathLike[str], kind: str) -> bytes:
    try:
        pem = pathlib.Path(path).read_bytes()
    except OSError as error:
        raise InputError(
            f"The file {path} cannot be read: {error.strerror}."
        ) from error
    if f"{kind}-----".encode() not in pem:
        raise InputError(f"The file {path} holds no {kind.lower()} in the PEM format.")
    return pem
