"""Thousands of malformed requests: what a server answers, and whether it stays well.

    PYTHONPATH=. python benchmarks/serving_faults.py
    PYTHONPATH=. python benchmarks/serving_faults.py --count 10000 --seed 1

Starts `tf3d serve` on a SavedModel made here with plain TensorFlow, sends it malformed
requests over gRPC and REST, and prints how each kind was answered. Answers to good
requests are compared before, between and after, and the server's memory is read
(Linux). Ends with 1 if a malformed request was answered with what is no client's
mistake, or one of the good ones differently.
"""

from __future__ import annotations

import argparse
import collections
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# A test imports this file from elsewhere.
sys.path.insert(0, os.fspath(pathlib.Path(__file__).parent))

import grpc
import numpy as np
import rest_faults
import tensorflow as tf
from tensorflow.core.framework import types_pb2
from tensorflow_serving.apis import get_model_metadata_pb2, predict_pb2

ROOT = pathlib.Path(__file__).resolve().parents[1]
MODEL = "stranger"
PREDICT = "/tensorflow.serving.PredictionService/Predict"
METADATA = "/tensorflow.serving.PredictionService/GetModelMetadata"
STATUS = "/tensorflow.serving.ModelService/GetModelStatus"
# What a client's mistake may be answered with.
EXPECTED = {"INVALID_ARGUMENT", "NOT_FOUND", "FAILED_PRECONDITION", "UNIMPLEMENTED"}

Case = tuple[str, str, bytes]  # kind, method, message


class Stranger(tf.Module):
    """Numbers, strings, pictures, and sizes that are not free."""

    def __init__(self) -> None:
        super().__init__()
        self.factor = tf.Variable(2.0)

    @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32, "x")])
    def scale(self, x):
        return {"y": x * self.factor}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "image_bytes")])
    def picture(self, image_bytes):
        def mean(data):
            image = tf.io.decode_image(data, expand_animations=False)
            return tf.reduce_mean(tf.cast(image, tf.float32))

        return {"mean": tf.map_fn(mean, image_bytes, fn_output_signature=tf.float32)}

    @tf.function(input_signature=[tf.TensorSpec([2, 2], tf.float64, "matrix")])
    def trace(self, matrix):
        return {"trace": tf.linalg.trace(matrix)}


def write_model(folder: pathlib.Path) -> None:
    """Writes version 1 of the model that is asked."""
    module = Stranger()
    signatures = {
        "serving_default": module.scale,
        "picture": module.picture,
        "trace": module.trace,
    }
    tf.saved_model.save(module, os.fspath(folder / "1"), signatures=signatures)


# --- malformed requests over gRPC ---


def good_request() -> predict_pb2.PredictRequest:
    """Six numbers to double."""
    request = predict_pb2.PredictRequest()
    request.model_spec.name = MODEL
    values = np.arange(6, dtype=np.float32).reshape(2, 3)
    request.inputs["x"].CopyFrom(tf.make_tensor_proto(values))
    return request


def _spec(rng: np.random.Generator) -> predict_pb2.PredictRequest:
    request = good_request()
    spec = request.model_spec
    match rng.integers(6):
        case 0:
            request.ClearField("model_spec")
        case 1:
            names = [
                "",
                "nobody",
                "../stranger",
                "/etc/passwd",
                "stranger/1",
                "x" * 999,
            ]
            spec.name = str(rng.choice(names))
        case 2:
            spec.version.value = int(rng.choice([0, 2, -1, 2**63 - 1, -(2**63)]))
        case 3:
            spec.version_label = str(rng.choice(["", "stable", "../1", "\0", "é" * 99]))
        case 4:
            spec.signature_name = str(rng.choice(["none", "Picture", "\n", "s" * 9999]))
        case _:
            spec.signature_name = "__saved_model_init_op"
    return request


def _names(rng: np.random.Generator) -> predict_pb2.PredictRequest:
    request = good_request()
    proto = request.inputs["x"]
    match rng.integers(5):
        case 0:
            request.inputs.clear()
        case 1:
            request.inputs[str(rng.choice(["y", "X", "", "x ", "n" * 9999]))].CopyFrom(
                proto
            )
        case 2:
            request.inputs["image"].CopyFrom(proto)
            del request.inputs["x"]
        case 3:
            request.output_filter.append(str(rng.choice(["x", "", "Y", "o" * 9999])))
        case _:
            request.output_filter.extend(["y", "y"])
    return request


def _dtype(rng: np.random.Generator) -> predict_pb2.PredictRequest:
    request = good_request()
    proto = request.inputs["x"]
    match rng.integers(4):
        case 0:
            other = rng.choice(["f8", "i4", "i8", "u1", "?", "c8", "f2", "S3"])
            proto.CopyFrom(tf.make_tensor_proto(np.ones((2, 3)).astype(other)))
        case 1:  # other dtypes than the content's, references and none at all
            numbers = [
                n for n in types_pb2.DataType.values() if n != types_pb2.DT_FLOAT
            ]
            proto.dtype = int(rng.choice(numbers))
        case 2:
            proto.dtype = int(rng.integers(200, 2**31))
        case _:
            text = [[b"1", b"2", b"3"]]
            proto.CopyFrom(tf.make_tensor_proto(text, tf.string))
    return request


def _shape(rng: np.random.Generator) -> predict_pb2.PredictRequest:
    request = good_request()
    proto = request.inputs["x"]
    sizes = {
        0: [10**9],
        1: [10**9, 3],
        2: [2**62, 2**62],
        3: [-1, 3],
        4: [-2, -3],
        5: [2, 4],
        6: [3],
        7: [],
        8: [1] * int(rng.integers(3, 400)),
        9: [2, 3, 1],
        10: [0, 2**62],
        11: [2**31, 2**32, 3],
    }[int(rng.integers(13)) % 12]
    if rng.integers(2):  # values one by one in place of bytes
        proto.ClearField("tensor_content")
        proto.float_val.extend([1.0] * int(rng.integers(1, 3)))
    proto.tensor_shape.ClearField("dim")
    for size in sizes:
        proto.tensor_shape.dim.add(size=size)
    if not rng.integers(20):
        proto.tensor_shape.unknown_rank = True
    return request


def _size(rng: np.random.Generator) -> predict_pb2.PredictRequest:
    request = good_request()
    proto = request.inputs["x"]
    match rng.integers(4):
        case 0:
            proto.tensor_content = bytes(int(rng.choice([1, 23, 25, 10**5])))
        case 1:
            proto.ClearField("tensor_content")
        case 2:
            proto.ClearField("tensor_content")
            proto.float_val.extend([1.0] * int(rng.integers(7, 99)))
        case _:
            proto.ClearField("tensor_content")
            proto.double_val.extend([1.0] * 6)
    return request


def _picture(rng: np.random.Generator) -> predict_pb2.PredictRequest:
    request = predict_pb2.PredictRequest()
    request.model_spec.name = MODEL
    request.model_spec.signature_name = "picture"
    png = bytearray(tf.io.encode_png(np.zeros((9, 9, 3), np.uint8)).numpy())
    match rng.integers(4):
        case 0:
            data = rng.bytes(int(rng.integers(0, 999)))
        case 1:
            data = bytes(png[: rng.integers(0, len(png) - 12)])
        case 2:
            png[rng.integers(0, 26)] ^= 255  # signature and header
            data = bytes(png)
        case _:
            data = rest_faults.picture_bomb()
    request.inputs["image_bytes"].CopyFrom(tf.make_tensor_proto([data]))
    return request


def _truncated(rng: np.random.Generator) -> bytes:
    whole = good_request().SerializeToString(deterministic=True)
    return whole[: rng.integers(1, len(whole) - 1)]


def _noise(rng: np.random.Generator) -> bytes:
    # A tag of wire type 7 is none: the rest may be anything.
    return b"\xff" + rng.bytes(int(rng.integers(0, 999)))


KINDS: dict[str, Callable[[np.random.Generator], object]] = {
    "model, version or signature": _spec,
    "names of inputs or outputs": _names,
    "dtypes": _dtype,
    "shapes": _shape,
    "sizes": _size,
    "pictures that are none": _picture,
    "truncated messages": _truncated,
    "bytes that are no message": _noise,
}


def malformed_grpc(rng: np.random.Generator) -> Iterator[Case]:
    """Malformed messages without end: kind, method and bytes."""
    while True:
        for kind, make in KINDS.items():
            made = make(rng)
            if not isinstance(made, bytes):
                made = made.SerializeToString()
            yield kind, PREDICT, made
        request = get_model_metadata_pb2.GetModelMetadataRequest()
        request.model_spec.name = str(rng.choice([MODEL, "nobody", ""]))
        if rng.integers(2):
            request.metadata_field.append("weights")
        yield "metadata and status", METADATA, request.SerializeToString()
        yield "metadata and status", STATUS, bytes([0xFF, *rng.bytes(9)])
        yield "unknown methods", f"{PREDICT}{rng.integers(99)}", b""


def call_raw(channel: grpc.Channel, method: str, message: bytes) -> tuple[str, bytes]:
    """The status and the answer of bytes sent as they are."""
    call = channel.unary_unary(method)
    try:
        return "OK", call(message, timeout=60)
    except grpc.RpcError as error:
        return error.code().name, b""


def send_grpc(
    address: str, count: int, rng: np.random.Generator, threads: int = 16
) -> dict[str, collections.Counter]:
    """Sends malformed messages; how many of each kind got which status."""
    cases = [case for _, case in zip(range(count), malformed_grpc(rng))]
    result: dict[str, collections.Counter] = {}
    with (
        grpc.insecure_channel(address) as channel,
        concurrent.futures.ThreadPoolExecutor(threads) as pool,
    ):
        codes = pool.map(lambda case: call_raw(channel, *case[1:])[0], cases)
        for (kind, _, _), code in zip(cases, codes):
            result.setdefault(kind, collections.Counter())[code] += 1
    return result


def ask_grpc(address: str) -> bytes:
    """The answer to a good request."""
    message = good_request().SerializeToString(deterministic=True)
    with grpc.insecure_channel(address) as channel:
        code, answer = call_raw(channel, PREDICT, message)
    if code != "OK":
        raise SystemExit(f"A good request was answered {code}.")
    proto = predict_pb2.PredictResponse.FromString(answer).outputs["y"]
    return proto.SerializeToString(deterministic=True)


# --- the server, from outside ---


class Served:
    """A `tf3d serve` process on a folder."""

    def __init__(self, folder: pathlib.Path) -> None:
        code = "from cli.main import main; main(prog_name='tf3d')"
        command = [sys.executable, "-u", "-c", code, "serve", os.fspath(folder)]
        command += ["--grpc-port", "0", "--rest-port", "0"]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        lines = []
        for line in self.process.stdout or ():
            lines.append(line)
            if line.startswith("Ready"):
                break
        text = "".join(lines)
        found = re.search(r"gRPC (\S+)\nREST (http://[^/]+)/", text)
        if not found:
            raise SystemExit(f"The server did not start:\n{text}")
        self.grpc_address, self.rest_address = found[1], found[2]

    def megabytes(self) -> float:
        """Resident memory."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) / 1024

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(60)


def ask(served: Served) -> tuple[bytes, ...]:
    """The answers to a good request over both protocols."""
    request = rest_faults.post(rest_faults.GOOD)
    return ask_grpc(served.grpc_address), *rest_faults.ask_rest(
        served.rest_address, request
    )


def report(
    name: str, result: dict[str, collections.Counter], seconds: float
) -> list[str]:
    """Prints a protocol's answers; returns those that were none of a mistake's."""
    count = sum(counter.total() for counter in result.values())
    print(f"{name}: {count} malformed requests in {seconds:.0f} s")
    wrong = []
    for kind, counter in result.items():
        codes = ", ".join(f"{code} {number}" for code, number in counter.most_common())
        print(f"  {kind:30} {codes}", flush=True)
        bad = set(counter) - EXPECTED - rest_faults.EXPECTED
        wrong += [f"{name}: {kind}: {code} {counter[code]}" for code in sorted(bad)]
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=10_000, help="of all protocols")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    rng = np.random.default_rng(arguments.seed)
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as temporary:
        write_model(pathlib.Path(temporary) / MODEL)
        served = Served(pathlib.Path(temporary))
        try:
            # A first round, so that memory is compared once everything has run.
            send_grpc(served.grpc_address, 500, rng)
            rest_faults.send_rest(
                served.rest_address, 500, rng, rest_faults.picture_bomb()
            )
            before, memory = ask(served), served.megabytes()
            print(f"memory of the server before: {memory:.0f} MB")
            protocols = {
                "gRPC": lambda n: send_grpc(served.grpc_address, n, rng),
                "REST": lambda n: rest_faults.send_rest(
                    served.rest_address, n, rng, rest_faults.picture_bomb()
                ),
            }
            for name, send in protocols.items():
                start = time.perf_counter()
                result = send(arguments.count // len(protocols))
                wrong += report(name, result, time.perf_counter() - start)
                if ask(served) != before:
                    wrong.append(f"{name}: a good request is answered differently")
                print(f"memory of the server: {served.megabytes():.0f} MB", flush=True)
        finally:
            served.stop()
    print("\n".join(wrong) or "every one answered as a client's mistake; answers equal")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
