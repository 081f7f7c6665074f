"""The gRPC services of TensorFlow Serving, and gRPC's own health checking."""

from __future__ import annotations

import dataclasses
import functools
import logging
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any

import grpc
from google.protobuf.message import DecodeError, Message
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    get_model_status_pb2,
    model_service_pb2,
    predict_pb2,
    prediction_service_pb2,
)

from tf3d.serving.channels import channel_options
from tf3d.serving.core import ModelServer, Prediction
from tf3d.serving.errors import Code, ServingError
from tf3d.serving.tensor_protos import length_prefix, to_array, to_wire

PREDICTION_SERVICE = prediction_service_pb2.DESCRIPTOR.services_by_name[
    "PredictionService"
].full_name
MODEL_SERVICE = model_service_pb2.DESCRIPTOR.services_by_name["ModelService"].full_name
SIGNATURE_DEF = "signature_def"
OUTPUTS_FIELD = predict_pb2.PredictResponse.DESCRIPTOR.fields_by_name["outputs"].number

STATUS_CODES = {code.value[0]: code for code in grpc.StatusCode}

log = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class GrpcOptions:
    """The port and its limits.

    Attributes:
      host: to bind to.
      port: 0 for any that is free.
      max_message_bytes: of a request, and of an answer.
      concurrency: most calls at a time; one more gets RESOURCE_EXHAUSTED.
      timeout: seconds that a call takes at most, whatever its deadline.
      credentials: for TLS.
    """

    host: str = "127.0.0.1"
    port: int = 8500
    max_message_bytes: int = 128 << 20
    concurrency: int = 256
    timeout: float = 300.0
    credentials: grpc.ServerCredentials | None = None


class _Malformed:
    """In place of a message whose bytes are none."""


class GrpcServer:
    """PredictionService, ModelService and Health on a port."""

    def __init__(self, server: ModelServer, options: GrpcOptions | None = None) -> None:
        """Binds the port.

        Args:
          server: that answers.
          options: the port and its limits.

        Raises:
          OSError: if the port is taken.
        """
        self._server = server
        self._options = options or GrpcOptions()
        limit = self._options.max_message_bytes
        self._grpc = grpc.server(
            ThreadPoolExecutor(self._options.concurrency, thread_name_prefix="grpc"),
            maximum_concurrent_rpcs=self._options.concurrency,
            options=[
                *channel_options(limit),
                # A second server on the port is an error, not half of its requests.
                ("grpc.so_reuseport", 0),
                # Clients that ask for a sign of life are not sent away for it.
                ("grpc.http2.min_ping_interval_without_data_ms", 5000),
                ("grpc.keepalive_permit_without_calls", 1),
            ],
        )
        self._health = health.HealthServicer()
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._grpc)
        self.set_serving(False)
        self._add_services()
        self.port = self._bind()

    def start(self) -> None:
        """Answers from now on."""
        self._grpc.start()

    def set_serving(self, serving: bool) -> None:
        """What health checks are told."""
        kinds = health_pb2.HealthCheckResponse
        state = kinds.SERVING if serving else kinds.NOT_SERVING
        for service in ("", PREDICTION_SERVICE, MODEL_SERVICE):
            self._health.set(service, state)

    def stop(self, grace: float = 30.0) -> None:
        """Takes no new call, waits for those under way at most `grace` seconds."""
        self._health.enter_graceful_shutdown()
        self._grpc.stop(grace).wait()

    def _bind(self) -> int:
        options = self._options
        host = f"[{options.host}]" if ":" in options.host else options.host
        address = f"{host}:{options.port}"
        try:
            if options.credentials is None:
                port = self._grpc.add_insecure_port(address)
            else:
                port = self._grpc.add_secure_port(address, options.credentials)
        except RuntimeError as error:
            raise OSError(f"Cannot listen on {address}.") from error
        if not port:
            raise OSError(f"Cannot listen on {address}.")
        return port

    def _add_services(self) -> None:
        services = {
            PREDICTION_SERVICE: {
                "Predict": (self._predict, predict_pb2.PredictRequest),
                "GetModelMetadata": (
                    self._metadata,
                    get_model_metadata_pb2.GetModelMetadataRequest,
                ),
            },
            MODEL_SERVICE: {
                "GetModelStatus": (
                    self._status,
                    get_model_status_pb2.GetModelStatusRequest,
                )
            },
        }
        # Other methods, such as Classify, are answered UNIMPLEMENTED by gRPC.
        self._grpc.add_generic_rpc_handlers(
            tuple(
                grpc.method_handlers_generic_handler(
                    service,
                    {
                        name: grpc.unary_unary_rpc_method_handler(
                            _answering(method),
                            request_deserializer=_parser(kind),
                            response_serializer=_serialized,
                        )
                        for name, (method, kind) in methods.items()
                    },
                )
                for service, methods in services.items()
            )
        )

    def _predict(
        self, request: predict_pb2.PredictRequest, context: grpc.ServicerContext
    ) -> bytes:
        model, which = _model(request)
        spec = request.model_spec
        left = self._options.timeout
        if context.time_remaining() is not None:
            left = min(left, context.time_remaining())
        inputs = {
            name: to_array(proto, name, self._options.max_message_bytes)
            for name, proto in request.inputs.items()
        }
        future = self._server.submit(
            model,
            inputs,
            signature=spec.signature_name,
            output_filter=request.output_filter,
            deadline=time.monotonic() + left,
            **which,
        )
        context.add_callback(future.cancel)  # of a client that hung up
        try:
            prediction = future.result(left)
        except FutureTimeout:
            future.cancel()
            raise ServingError(Code.DEADLINE_EXCEEDED, "Deadline exceeded.") from None
        return _response(prediction, self._options.max_message_bytes)

    def _metadata(
        self,
        request: get_model_metadata_pb2.GetModelMetadataRequest,
        context: grpc.ServicerContext,
    ) -> get_model_metadata_pb2.GetModelMetadataResponse:
        model, which = _model(request)
        if not request.metadata_field:
            raise ServingError(
                Code.INVALID_ARGUMENT,
                "GetModelMetadataRequest must specify at least one metadata_field",
            )
        for field in request.metadata_field:
            if field != SIGNATURE_DEF:
                raise ServingError(
                    Code.INVALID_ARGUMENT,
                    f"Metadata field {field[:100]} is not supported",
                )
        metadata = self._server.metadata(model, **which)
        definitions = get_model_metadata_pb2.SignatureDefMap()
        for name, definition in metadata.signature_defs.items():
            definitions.signature_def[name].CopyFrom(definition)
        response = get_model_metadata_pb2.GetModelMetadataResponse()
        response.model_spec.name = metadata.model
        response.model_spec.version.value = metadata.version
        response.metadata[SIGNATURE_DEF].Pack(definitions)
        return response

    def _status(
        self,
        request: get_model_status_pb2.GetModelStatusRequest,
        context: grpc.ServicerContext,
    ) -> get_model_status_pb2.GetModelStatusResponse:
        model, which = _model(request)
        response = get_model_status_pb2.GetModelStatusResponse()
        states = get_model_status_pb2.ModelVersionStatus.State
        for status in self._server.status(model, **which):
            entry = response.model_version_status.add()
            entry.version = status.version
            entry.state = states.Value(status.state)
            entry.status.error_code = status.code
            entry.status.error_message = status.message
        return response


def _model(request: Any) -> tuple[str, dict[str, Any]]:
    """The model's name, and its version or label as keyword arguments."""
    if not request.HasField("model_spec"):
        raise ServingError(Code.INVALID_ARGUMENT, "Missing ModelSpec")
    spec = request.model_spec
    choice = spec.WhichOneof("version_choice")
    if choice == "version":
        return spec.name, {"version": spec.version.value}
    if choice == "version_label":
        return spec.name, {"label": spec.version_label}
    return spec.name, {}


def _response(prediction: Prediction, max_bytes: int) -> bytes:
    """A serialized PredictResponse.

    Protobuf would copy every value three times; here they are put in their place once.
    """
    pieces: list[bytes | memoryview] = [
        _spec(prediction.model, prediction.version, prediction.signature)
    ]
    for name, array in prediction.outputs.items():
        tensor = to_wire(array)
        key = name.encode()
        # An entry of a map is a message with the key in field 1, the value in field 2.
        entry = [length_prefix(1, len(key)), key]
        entry += [length_prefix(2, sum(map(len, tensor))), *tensor]
        pieces += [length_prefix(OUTPUTS_FIELD, sum(map(len, entry))), *entry]
    size = sum(map(len, pieces))
    if size > max_bytes:
        raise ServingError(
            Code.RESOURCE_EXHAUSTED,
            f"The answer has {size} bytes, the most are {max_bytes}: ask for fewer "
            "rows or outputs.",
        )
    return b"".join(pieces)


@functools.lru_cache(1024)
def _spec(model: str, version: int, signature: str) -> bytes:
    """The part of a PredictResponse that tells who answered."""
    response = predict_pb2.PredictResponse()
    response.model_spec.name = model
    response.model_spec.version.value = version
    response.model_spec.signature_name = signature
    return response.SerializeToString()


def _serialized(message: Message | bytes) -> bytes:
    return message if isinstance(message, bytes) else message.SerializeToString()


def _parser(kind: type[Message]) -> Callable[[bytes], Message | _Malformed]:
    def parse(data: bytes) -> Message | _Malformed:
        try:
            return kind.FromString(data)
        except DecodeError:
            return _Malformed()

    return parse


def _answering(
    method: Callable[..., Message | bytes],
) -> Callable[..., Message | bytes]:
    """The method, with errors as statuses."""

    def answer(
        request: Message | _Malformed, context: grpc.ServicerContext
    ) -> Message | bytes:
        try:
            if isinstance(request, _Malformed):
                raise ServingError(
                    Code.INVALID_ARGUMENT, "The bytes are no message of this method."
                )
            return method(request, context)
        except ServingError as error:
            code, message = error.code, error.message
        except CancelledError:
            code, message = Code.CANCELLED, "The request was cancelled."
        except MemoryError:
            code, message = Code.RESOURCE_EXHAUSTED, "out of memory"
        except Exception:  # a bug: the client learns nothing of the inside
            log.exception("A call failed.")
            code, message = Code.INTERNAL, "Internal error."
        # Details travel in a header, which must stay small.
        context.abort(STATUS_CODES[int(code)], message[:2000])
        raise AssertionError("abort returns never")

    return answer
