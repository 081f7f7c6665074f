import concurrent.futures
import pathlib
import socket
import threading
import time

import grpc
import numpy as np
import pytest
from tensorflow_serving.apis import get_model_status_pb2, model_service_pb2_grpc

from tf3d.errors import InputError
from tf3d.serving.client import ATTEMPTS, Client, RequestError
from tf3d.serving.core import ModelServer
from tf3d.serving.errors import Code
from tf3d.serving.grpc_service import GrpcOptions, GrpcServer
from tf3d.serving.lifecycle import TlsFiles
from tf3d.serving.repository import Repository, VersionPolicy


@pytest.fixture(scope="module")
def core(stranger):
    repository = Repository(
        {"stranger": [stranger]},
        policy=VersionPolicy(all=True),
        labels={"stranger": {"old": 1}},
    )
    server = ModelServer(repository)
    server.start()
    yield server
    server.stop(5)


@pytest.fixture(scope="module")
def address(core):
    server = GrpcServer(core, GrpcOptions(port=0, max_message_bytes=2**24))
    server.start()
    yield f"127.0.0.1:{server.port}"
    server.stop(1)


@pytest.fixture(scope="module")
def client(address):
    with Client(address, timeout=20) as client:
        yield client


X = np.float32([[1, 2, 3]])


def refused(call, code, *words):
    with pytest.raises(RequestError) as caught:
        call()
    assert caught.value.code == code
    for word in words:
        assert word in str(caught.value)


def test_predict(client):
    outputs = client.predict("stranger", {"x": X})
    assert set(outputs) == {"y", "sum"}
    np.testing.assert_array_equal(outputs["y"], 3 * X)
    assert outputs["y"].dtype == np.float32
    np.testing.assert_array_equal(outputs["sum"], [6])


def test_versions_labels_and_a_choice_of_outputs(client):
    for which in ({"version": 1}, {"label": "old"}):
        outputs = client.predict("stranger", {"x": X}, outputs=["y"], **which)
        assert set(outputs) == {"y"}
        np.testing.assert_array_equal(outputs["y"], 2 * X)


@pytest.mark.parametrize("text", [["a", "b"], [b"a", b"b"], np.array(["a", "b"])])
def test_strings(client, text):
    inputs = {"text": text, "times": np.int32([1, 2])}
    outputs = client.predict("stranger", inputs, signature="label")
    assert outputs["text"].tolist() == [b"a-1", b"b-2"]


def test_signatures(client):
    signatures = client.signatures("stranger", version=1)
    assert {"serving_default", "label", "trace"} <= set(signatures)
    assert signatures["serving_default"].inputs["x"].shape == (None, 3)
    assert signatures["label"].inputs["text"].dtype.name == "string"
    assert signatures["trace"].outputs["trace"].shape == ()


def test_status(client):
    states = client.status("stranger")
    assert [(s.version, s.state, s.code) for s in states] == [
        (2, "AVAILABLE", 0),
        (1, "AVAILABLE", 0),
    ]
    assert [s.version for s in client.status("stranger", label="old")] == [1]


def test_large_messages(address):
    inputs = {"x": np.ones((400_000, 3), np.float32)}  # beyond gRPC's own 4 MB
    with Client(address) as client:
        assert client.predict("stranger", inputs)["y"].shape == (400_000, 3)
    with Client(address, max_message_bytes=2**20) as client:
        refused(
            lambda: client.predict("stranger", inputs),
            *(Code.RESOURCE_EXHAUSTED, "message size"),
        )


@pytest.mark.parametrize(
    ("model", "inputs", "settings", "code", "words"),
    [
        ("nobody", {"x": X}, {}, Code.NOT_FOUND, "nobody"),
        ("stranger", {"x": X}, {"version": 9}, Code.NOT_FOUND, "9"),
        ("stranger", {"x": X}, {"label": "new"}, Code.INVALID_ARGUMENT, "new"),
        ("stranger", {"z": X}, {}, Code.INVALID_ARGUMENT, "z"),
        ("stranger", {"x": X[:, :2]}, {}, Code.INVALID_ARGUMENT, "x"),
        ("stranger", {"x": np.float64(X)}, {}, Code.INVALID_ARGUMENT, "float"),
    ],
)
def test_refusals(client, model, inputs, settings, code, words):
    refused(lambda: client.predict(model, inputs, **settings), code, words)


def test_a_signature_that_is_not_there(client):
    with pytest.raises(RequestError, match="none"):
        client.predict("stranger", {"x": X}, signature="none")


@pytest.mark.parametrize(
    "address",
    ["", "localhost", "localhost:", "localhost:http", ":8500", "a:0", "a:1e9"],
)
def test_addresses(address):
    with pytest.raises(InputError, match="HOST:PORT"):
        Client(address)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_no_server():
    address = f"127.0.0.1:{free_port()}"
    with Client(address, timeout=5) as client:
        refused(
            lambda: client.predict("stranger", {"x": X}),
            *(Code.UNAVAILABLE, address, "server runs"),
        )
        refused(
            lambda: client.wait_until_ready("stranger", timeout=0.3),
            *(Code.DEADLINE_EXCEEDED, "not available after 0.3 s"),
        )


def test_a_server_that_speaks_something_else():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def answer():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                connection.close()

        threading.Thread(target=answer, daemon=True).start()
        with Client(f"127.0.0.1:{port}", timeout=2) as client:
            with pytest.raises(RequestError, match="No answer"):
                client.status("stranger")


def test_a_server_that_does_not_answer_in_time():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        with Client(address, timeout=0.2) as client:
            refused(
                lambda: client.status("stranger"),
                *(Code.DEADLINE_EXCEEDED, "within 0.2 s"),
            )


class Flaky(model_service_pb2_grpc.ModelServiceServicer):
    """Unavailable for the first few calls; then there is a version, later ready."""

    def __init__(self, failures):
        self.failures = failures
        self.calls = 0

    def GetModelStatus(self, request, context):  # noqa: N802
        self.calls += 1
        if self.calls <= self.failures:
            context.abort(grpc.StatusCode.UNAVAILABLE, "not yet")
        response = get_model_status_pb2.GetModelStatusResponse()
        response.model_version_status.add(
            version=4, state=10 * (1 + 2 * (self.calls > 4))
        )
        return response


@pytest.fixture
def flaky():
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(2))
    service = Flaky(0)
    model_service_pb2_grpc.add_ModelServiceServicer_to_server(service, server)
    service.port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield service
    server.stop(0).wait()


def test_a_server_that_is_unavailable_is_asked_again(flaky):
    with Client(f"127.0.0.1:{flaky.port}") as client:
        flaky.failures = ATTEMPTS - 1
        assert client.status("any")[0].version == 4
        flaky.calls, flaky.failures = 0, 100
        refused(lambda: client.status("any"), Code.UNAVAILABLE, "not yet")
        assert flaky.calls == ATTEMPTS


def test_wait_until_ready(flaky, client):
    flaky.failures = 2
    with Client(f"127.0.0.1:{flaky.port}") as waiting:
        assert waiting.wait_until_ready("any", timeout=20) == 4
    assert flaky.calls == 5
    assert client.wait_until_ready("stranger") == 2
    start = time.monotonic()
    refused(
        lambda: client.wait_until_ready("nobody", 0.5),
        *(Code.DEADLINE_EXCEEDED, "nobody"),
    )
    assert time.monotonic() - start < 10


def test_tls(core, certificate, tmp_path):
    both = tuple(pathlib.Path(certificate[key]) for key in ("certificate", "key"))
    files = TlsFiles(*both, client_ca=both[0])
    server = GrpcServer(core, GrpcOptions(port=0, credentials=files.grpc_credentials()))
    server.start()
    address = f"localhost:{server.port}"
    try:
        with Client(address, tls=both[0], certificate=both) as client:
            assert len(client.status("stranger")) == 2
        for settings in ({}, {"tls": True}, {"tls": both[0]}):
            with Client(address, timeout=2, **settings) as client:
                with pytest.raises(RequestError):
                    client.status("stranger")
    finally:
        server.stop(0)
    with pytest.raises(InputError, match="cannot be read"):
        Client(address, tls=tmp_path / "none.pem")
    with pytest.raises(InputError, match="holds no private key"):
        Client(address, tls=both[0], certificate=(both[0], both[0]))


def test_a_closed_client():
    client = Client("127.0.0.1:1")
    client.close()
    with pytest.raises(InputError, match="closed"):
        client.status("any")


def test_threads_share_a_client(client):
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        jobs = [
            pool.submit(client.predict, "stranger", {"x": k * X}) for k in range(100)
        ]
        for k, job in enumerate(jobs):
            np.testing.assert_array_equal(job.result()["y"], 3 * k * X)
