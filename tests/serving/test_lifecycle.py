import json
import os
import pathlib
import signal
import socket
import ssl
import threading
import time
import urllib.request

import grpc
import numpy as np
import pytest
import tensorflow as tf
from grpc_health.v1 import health_pb2, health_pb2_grpc
from tensorflow_serving.apis import prediction_service_pb2_grpc

from tf3d.errors import InputError
from tf3d.serving.core import ModelServer
from tf3d.serving.lifecycle import Endpoint, Endpoints, Signals, TlsFiles, available
from tf3d.serving.repository import Repository

X = np.arange(6, dtype=np.float32).reshape(2, 3)


@pytest.fixture
def start():
    started = []

    def start(base, begin=True, **options):
        core = ModelServer(Repository({"stranger": [base]}), poll_seconds=0.1)
        options = {"grpc_port": 0, "rest_port": 0, "grace": 5.0, **options}
        endpoint = Endpoint(core, Endpoints(**options))
        if begin:
            endpoint.start()
            started.append(endpoint)
        return core, endpoint

    yield start
    for endpoint in started:
        endpoint.stop()


def predict(channel, request):
    stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
    return tf.make_ndarray(stub.Predict(request, timeout=30).outputs["y"])


def health(channel):
    request = health_pb2.HealthCheckRequest()
    return health_pb2_grpc.HealthStub(channel).Check(request, timeout=30).status


def test_both_ports_give_the_same_answer(stranger, start, make_request):
    core, endpoint = start(stranger)
    assert available(core) == {"stranger": [2]}
    with grpc.insecure_channel(f"127.0.0.1:{endpoint.grpc_port}") as channel:
        by_grpc = predict(channel, make_request(x=X))
    body = json.dumps({"instances": X.tolist()}).encode()
    url = f"http://127.0.0.1:{endpoint.rest_port}/v1/models/stranger:predict"
    with urllib.request.urlopen(url, body, timeout=30) as response:
        predictions = json.load(response)["predictions"]
    np.testing.assert_array_equal(by_grpc, [row["y"] for row in predictions])


def test_one_port_alone(stranger, start):
    _, endpoint = start(stranger, rest_port=None)
    assert endpoint.grpc_port and endpoint.rest_port is None
    _, endpoint = start(stranger, grpc_port=None)
    assert endpoint.rest_port and endpoint.grpc_port is None


def test_health_follows_the_models(tmp_path, write_stranger, start):
    kinds = health_pb2.HealthCheckResponse
    _, endpoint = start(tmp_path / "later")
    with grpc.insecure_channel(f"127.0.0.1:{endpoint.grpc_port}") as channel:
        assert health(channel) == kinds.NOT_SERVING
        write_stranger(tmp_path / "beside")
        (tmp_path / "later").mkdir()
        (tmp_path / "beside").rename(tmp_path / "later" / "1")
        end = time.monotonic() + 20
        while health(channel) != kinds.SERVING:
            assert time.monotonic() < end
            time.sleep(0.05)


def test_only_this_machine_is_listened_to(stranger, start):
    _, endpoint = start(stranger)
    others = {
        entry[4][0]
        for entry in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
    } - {"127.0.0.1", "127.0.1.1"}
    for host in others:
        for port in (endpoint.grpc_port, endpoint.rest_port):
            with pytest.raises(OSError):
                socket.create_connection((host, port), timeout=5)
    assert others or endpoint.grpc_port  # a machine without another address


@pytest.mark.parametrize("which", ["grpc", "rest"])
def test_a_port_that_is_taken(stranger, start, which):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(InputError, match=f"{port}.*choose another with --{which}"):
            start(stranger, **{f"{which}_port": port})


def test_tls_on_both_ports(stranger, start, make_request, certificate):
    tls = TlsFiles(certificate["certificate"], certificate["key"])
    _, endpoint = start(stranger, tls=read(tls))
    authority = pathlib.Path(certificate["certificate"]).read_bytes()
    credentials = grpc.ssl_channel_credentials(authority)
    address = f"localhost:{endpoint.grpc_port}"
    with grpc.secure_channel(address, credentials) as channel:
        np.testing.assert_array_equal(predict(channel, make_request(x=X)), 3 * X)
    with grpc.insecure_channel(address) as channel, pytest.raises(grpc.RpcError):
        predict(channel, make_request(x=X))
    context = ssl.create_default_context(cafile=certificate["certificate"])
    url = f"https://localhost:{endpoint.rest_port}/v1/models/stranger"
    with urllib.request.urlopen(url, timeout=30, context=context) as response:
        assert response.status == 200


def test_clients_must_show_a_certificate(stranger, start, make_request, certificate):
    tls = TlsFiles(*(certificate[n] for n in ("certificate", "key", "certificate")))
    _, endpoint = start(stranger, tls=read(tls))
    pem = {n: pathlib.Path(path).read_bytes() for n, path in certificate.items()}
    address = f"localhost:{endpoint.grpc_port}"
    anyone = grpc.ssl_channel_credentials(pem["certificate"])
    with grpc.secure_channel(address, anyone) as channel:
        with pytest.raises(grpc.RpcError):
            predict(channel, make_request(x=X))
    known = grpc.ssl_channel_credentials(
        pem["certificate"], pem["key"], pem["certificate"]
    )
    with grpc.secure_channel(address, known) as channel:
        np.testing.assert_array_equal(predict(channel, make_request(x=X)), 3 * X)
    context = ssl.create_default_context(cafile=certificate["certificate"])
    url = f"https://localhost:{endpoint.rest_port}/v1/models/stranger"
    with pytest.raises(OSError):
        urllib.request.urlopen(url, timeout=30, context=context)


def read(tls):
    paths = (tls.certificate, tls.key, tls.client_ca)
    return TlsFiles(*(path and pathlib.Path(path) for path in paths))


def test_files_that_are_no_certificates(stranger, start, tmp_path):
    for name in ("cert.pem", "key.pem"):
        (tmp_path / name).write_text("text")
    tls = TlsFiles(tmp_path / "cert.pem", tmp_path / "key.pem")
    with pytest.raises(InputError, match="cert.pem and .*key.pem cannot be used"):
        start(stranger, begin=False, tls=tls)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_are_waited_for(number):
    before = {n: signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)}
    try:
        signals = Signals()
        threading.Timer(0.05, os.kill, (os.getpid(), number)).start()
        signals.wait()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), number)
            time.sleep(5)
    finally:
        for n, handler in before.items():
            signal.signal(n, handler)
