"""Fixtures of the servers' and the client's tests.

The SavedModels are nobody's: made with plain TensorFlow, as a stranger would.
"""

import pathlib
import shutil
import subprocess

import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2


class Stranger(tf.Module):
    """Several signatures, a string input, one without a free batch dimension."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = tf.Variable(factor)

    @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32, "x")])
    def scale(self, x):
        return {"y": x * self.factor, "sum": tf.reduce_sum(x, axis=1)}

    @tf.function(
        input_signature=[
            tf.TensorSpec([None], tf.string, "text"),
            tf.TensorSpec([None], tf.int32, "times"),
        ]
    )
    def label(self, text, times):
        return {"text": tf.strings.join([text, tf.as_string(times)], "-")}

    @tf.function(input_signature=[tf.TensorSpec([2, 2], tf.float64, "matrix")])
    def trace(self, matrix):
        return {"trace": tf.linalg.trace(matrix)}

    @tf.function(input_signature=[tf.TensorSpec([None, None], tf.float32, "x")])
    def positive(self, x):
        # A row that is not positive fails the whole batch.
        with tf.control_dependencies([tf.debugging.assert_positive(x)]):
            return {"root": tf.sqrt(x)}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, "x")])
    def centre(self, x):
        # Its rows know of each other, and there is one more of them.
        return {"centred": tf.concat([x - tf.reduce_mean(x), [0.0]], 0)}


def _write_stranger(folder: pathlib.Path, factor: float = 2.0) -> pathlib.Path:
    module = Stranger(factor)
    signatures = {
        "serving_default": module.scale,
        "label": module.label,
        "trace": module.trace,
        "positive": module.positive,
        "centre": module.centre,
    }
    tf.saved_model.save(module, str(folder), signatures=signatures)
    return folder


@pytest.fixture(scope="session")
def write_stranger():
    """Writes a version: a folder, and the factor that tells it from others."""
    return _write_stranger


@pytest.fixture(scope="session")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A base path with the versions 1, which doubles, and 2, which triples."""
    base = tmp_path_factory.mktemp("models") / "stranger"
    _write_stranger(base / "1", 2.0)
    _write_stranger(base / "2", 3.0)
    return base


@pytest.fixture(scope="session")
def make_request():
    """Makes a PredictRequest of arrays."""

    def make(
        model="stranger", signature="", version=None, label=None, filters=(), **arrays
    ):
        request = predict_pb2.PredictRequest()
        request.model_spec.name = model
        request.model_spec.signature_name = signature
        if version is not None:
            request.model_spec.version.value = version
        if label is not None:
            request.model_spec.version_label = label
        request.output_filter.extend(filters)
        for name, array in arrays.items():
            proto = tf.make_tensor_proto(np.asarray(array))
            request.inputs[name].CopyFrom(proto)
        return request

    return make


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """Paths of a certificate for localhost, signed by itself, and of its key."""
    if not shutil.which("openssl"):
        pytest.skip("there is no openssl")
    folder = tmp_path_factory.mktemp("tls")
    paths = {name: str(folder / f"{name}.pem") for name in ("certificate", "key")}
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes"]
    command += ["-days", "2", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    command += ["-out", paths["certificate"], "-keyout", paths["key"]]
    subprocess.run(command, check=True, capture_output=True)
    return paths
