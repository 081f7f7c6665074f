"""One loaded version of a SavedModel."""

from __future__ import annotations

import os
import pathlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import tensorflow as tf
from google.protobuf import text_format
from google.protobuf.message import DecodeError
from tensorflow.core.protobuf import saved_model_pb2
from tensorflow.core.protobuf.meta_graph_pb2 import MetaGraphDef
from tensorflow_serving.apis import prediction_log_pb2

from tf3d.serving.errors import Code, ServingError
from tf3d.serving.signatures import Signature, check_inputs, read_signature
from tf3d.serving.tensor_protos import to_array

SERVE_TAG = "serve"
INIT_SIGNATURE = "__saved_model_init_op"
WARM_UP_FILE = pathlib.PurePath("assets.extra", "tf_serving_warmup_requests")
MAX_WARM_UP_RECORDS = 1000
WHERE = re.compile(
    r"\s*(Graph execution error:|Detected at node|<stack traces|\d+ root error)"
)


class Servable:
    """A SavedModel that answers.

    Attributes:
      model: the name that it is served by.
      version: of it.
      signature_defs: name -> protobuf, as the file has them.
      signatures: name -> what it takes and gives; only those that can be served.
    """

    def __init__(self, path: str | os.PathLike[str], model: str, version: int) -> None:
        """Loads a SavedModel and runs its warm-up requests.

        Args:
          path: its folder.
          model: the name that it is served by.
          version: of it.

        Raises:
          ServingError: with what is wrong with the files.
        """
        folder = pathlib.Path(path)
        self.model = model
        self.version = version
        graph = _serve_graph(folder)
        self.signature_defs = dict(graph.signature_def)
        self.signatures: dict[str, Signature] = {}
        self._functions: dict[str, Any] = {}
        self._unsupported: dict[str, str] = {}
        try:
            # Not in strategy scopes, not on a chosen device: TensorFlow places.
            self._loaded = tf.saved_model.load(os.fspath(folder), tags=[SERVE_TAG])
            self._bind()
            for number, request in enumerate(_warm_up_requests(folder)):
                self._warm_up(number, request)
        except ServingError:
            raise
        except tf.errors.OpError as error:
            raise _status(error) from error
        except Exception as error:  # a damaged file fails in many ways
            raise ServingError(
                Code.INTERNAL, f"cannot be loaded: {type(error).__name__}: {error}"
            ) from error

    def signature(self, name: str) -> Signature:
        """A signature by name.

        Raises:
          ServingError: FAILED_PRECONDITION if there is none, UNIMPLEMENTED if it takes
            or gives what cannot be sent.
        """
        if name in self._unsupported:
            raise ServingError(Code.UNIMPLEMENTED, self._unsupported[name])
        if name not in self.signatures:
            raise ServingError(
                Code.FAILED_PRECONDITION,
                f'Serving signature key "{name[:100]}" not found.',
            )
        return self.signatures[name]

    def run(
        self, signature: Signature, inputs: Mapping[str, np.ndarray]
    ) -> dict[str, np.ndarray]:
        """Runs a signature on inputs that `check_inputs` let through.

        Returns:
          All outputs by name, read-only; strings as object arrays of `bytes`.

        Raises:
          ServingError: with TensorFlow's own code and message.
        """
        try:
            tensors = {
                name: tf.constant(array, dtype=signature.inputs[name].dtype)
                for name, array in inputs.items()
            }
            outputs = self._functions[signature.name](**tensors)
            return {name: _as_array(tensor) for name, tensor in outputs.items()}
        except tf.errors.OpError as error:
            raise _status(error) from error
        except (TypeError, ValueError) as error:
            raise ServingError(
                Code.INVALID_ARGUMENT, _first_line(str(error))
            ) from error
        except MemoryError as error:
            raise ServingError(Code.RESOURCE_EXHAUSTED, "out of memory") from error

    def _bind(self) -> None:
        for name, definition in self.signature_defs.items():
            if name == INIT_SIGNATURE or name not in self._loaded.signatures:
                continue
            try:
                defaults = {
                    key: to_array(proto, key)
                    for key, proto in definition.defaults.items()
                }
                signature = read_signature(name, definition, defaults)
            except (ServingError, ValueError, TypeError) as error:
                self._unsupported[name] = f"Signature {name} is not served: {error}"
                continue
            self.signatures[name] = signature
            self._functions[name] = self._loaded.signatures[name]

    def _warm_up(self, number: int, request: Any) -> None:
        try:
            name = request.model_spec.signature_name or "serving_default"
            signature = self.signature(name)
            arrays = {
                key: to_array(proto, key) for key, proto in request.inputs.items()
            }
            self.run(signature, check_inputs(signature, arrays))
        except ServingError as error:
            raise ServingError(
                error.code, f"warm-up request {number}: {error.message}"
            ) from error


def _serve_graph(folder: pathlib.Path) -> MetaGraphDef:
    """The graph with the tag "serve", of which only the signatures are of use here."""
    saved = saved_model_pb2.SavedModel()
    binary, text = folder / "saved_model.pb", folder / "saved_model.pbtxt"
    try:
        if binary.is_file() or not text.is_file():
            saved.ParseFromString(binary.read_bytes())
        else:
            text_format.Parse(text.read_text(encoding="utf-8"), saved)
    except FileNotFoundError as error:
        raise ServingError(
            Code.NOT_FOUND, f"no saved_model.pb in version folder {folder.name}"
        ) from error
    except OSError as error:
        raise ServingError(
            Code.INTERNAL, f"cannot read {binary.name}: {error.strerror}"
        ) from error
    except (DecodeError, text_format.ParseError, ValueError) as error:
        raise ServingError(
            Code.DATA_LOSS, f"saved_model.pb of version {folder.name} is damaged"
        ) from error
    for graph in saved.meta_graphs:
        if set(graph.meta_info_def.tags) == {SERVE_TAG}:
            return graph
    raise ServingError(
        Code.NOT_FOUND, "Could not find meta graph def matching supplied tags: serve"
    )


def _warm_up_requests(folder: pathlib.Path) -> Iterator[Any]:
    path = folder / WARM_UP_FILE
    if not path.is_file():
        return
    records = tf.data.TFRecordDataset(os.fspath(path)).take(MAX_WARM_UP_RECORDS)
    for record in records.as_numpy_iterator():
        log = prediction_log_pb2.PredictionLog()
        try:
            log.ParseFromString(record)
        except DecodeError as error:
            raise ServingError(
                Code.DATA_LOSS, f"{WARM_UP_FILE} holds no PredictionLog"
            ) from error
        if log.WhichOneof("log_type") == "predict_log":
            yield log.predict_log.request


def _as_array(tensor: tf.Tensor) -> np.ndarray:
    if not isinstance(tensor, tf.Tensor):
        raise ServingError(Code.UNIMPLEMENTED, "An output is no dense tensor.")
    if tensor.dtype != tf.string:
        try:
            # TensorFlow's own memory, read-only; `numpy()` would copy it.
            return np.asarray(memoryview(tensor))
        except ValueError:  # NumPy lends no memory of a type it does not know
            pass
    value = tensor.numpy()
    if isinstance(value, bytes):  # a string without dimensions
        scalar = np.empty((), object)
        scalar[()] = value
        return scalar
    return np.asarray(value)


def _status(error: tf.errors.OpError) -> ServingError:
    known = error.error_code in set(Code)
    code = Code(error.error_code) if known else Code.UNKNOWN
    return ServingError(code, _first_line(error.message))


def _first_line(message: str) -> str:
    """What went wrong: TensorFlow's message, without where in the graph."""
    for line in message.splitlines():
        if line.strip() and not WHERE.match(line):
            return line.strip()[:1000]
    return "no message"
