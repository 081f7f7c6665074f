import concurrent.futures
import importlib.util
import pathlib
import shutil
import threading
import time

import grpc
import numpy as np
import pytest
import tensorflow as tf
from grpc_health.v1 import health_pb2, health_pb2_grpc
from tensorflow_serving.apis import (
    classification_pb2,
    get_model_metadata_pb2,
    get_model_status_pb2,
    model_service_pb2_grpc,
    prediction_service_pb2_grpc,
)

from tf3d.serving.core import ModelServer
from tf3d.serving.grpc_service import GrpcOptions, GrpcServer
from tf3d.serving.repository import Repository, VersionPolicy
from tf3d.serving.servable import Servable

X = np.arange(6, dtype=np.float32).reshape(2, 3)
FAULTS = pathlib.Path(__file__).parents[2] / "benchmarks" / "serving_faults.py"


class Client:
    """The official stubs on a channel."""

    def __init__(self, port, **options):
        self.channel = grpc.insecure_channel(
            f"127.0.0.1:{port}",
            options=[
                ("grpc.max_receive_message_length", -1),
                ("grpc.max_send_message_length", -1),
            ],
        )
        self.prediction = prediction_service_pb2_grpc.PredictionServiceStub(
            self.channel
        )
        self.models = model_service_pb2_grpc.ModelServiceStub(self.channel)
        self.health = health_pb2_grpc.HealthStub(self.channel)

    def predict(self, request, timeout=30):
        return self.prediction.Predict(request, timeout=timeout)


def refusal(call, *arguments, **named):
    with pytest.raises(grpc.RpcError) as caught:
        call(*arguments, **named)
    return caught.value.code(), caught.value.details()


@pytest.fixture(scope="module")
def start():
    """Starts servers on free ports: gives core, port and client."""
    started = []

    def start(base, policy=None, labels=None, poll_seconds=60.0, **options):
        repository = Repository(
            {"stranger": [base]}, policy=policy, labels={"stranger": labels or {}}
        )
        core = ModelServer(repository, poll_seconds=poll_seconds)
        server = GrpcServer(core, GrpcOptions(port=0, **options))
        server.start()
        core.start()
        client = Client(server.port)
        started.append((core, server, client))
        return core, server, client

    yield start
    for core, server, client in started:
        client.channel.close()
        server.stop(5)
        core.stop(5)


@pytest.fixture(scope="module")
def served(stranger, start):
    return start(stranger, VersionPolicy(all=True), {"stable": 1})


@pytest.fixture(scope="module")
def client(served):
    return served[2]


@pytest.fixture
def gate(monkeypatch):
    """Closes `Servable.run`: gives the gate and a count of who has come to it."""
    entered, opened = threading.Semaphore(0), threading.Event()
    run = Servable.run

    def slow(servable, signature, inputs):
        entered.release()
        assert opened.wait(20)
        return run(servable, signature, inputs)

    monkeypatch.setattr(Servable, "run", slow)
    yield opened, entered
    opened.set()


def test_predictions(client, make_request):
    response = client.predict(make_request(x=X))
    assert response.model_spec.name == "stranger"
    assert response.model_spec.version.value == 2
    assert response.model_spec.signature_name == "serving_default"
    np.testing.assert_array_equal(tf.make_ndarray(response.outputs["y"]), 3 * X)
    np.testing.assert_array_equal(response.outputs["sum"].float_val, [3, 12])


@pytest.mark.parametrize("which", [{"version": 1}, {"label": "stable"}])
def test_versions_and_labels(client, make_request, which):
    response = client.predict(make_request(x=X, **which))
    assert response.model_spec.version.value == 1
    np.testing.assert_array_equal(tf.make_ndarray(response.outputs["y"]), 2 * X)


def test_strings_and_filters(client, make_request):
    text = np.array([b"a", b"b"])
    request = make_request(signature="label", text=text, times=np.int32([1, 2]))
    assert list(client.predict(request).outputs["text"].string_val) == [b"a-1", b"b-2"]
    outputs = client.predict(make_request(x=X, filters=["sum"])).outputs
    assert list(outputs) == ["sum"]


def test_without_a_free_batch(client, make_request):
    response = client.predict(make_request(signature="trace", matrix=np.eye(2)))
    assert response.outputs["trace"].double_val == [2]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"model": "nobody"}, "NOT_FOUND"),
        ({"model": "../stranger"}, "NOT_FOUND"),
        ({"version": 9}, "NOT_FOUND"),
        ({"version": -1}, "NOT_FOUND"),
        ({"label": "none"}, "INVALID_ARGUMENT"),
        ({"label": ""}, "INVALID_ARGUMENT"),
        ({"signature": "none"}, "FAILED_PRECONDITION"),
        ({"filters": ["none"]}, "INVALID_ARGUMENT"),
        ({"x": X.astype(int)}, "INVALID_ARGUMENT"),
        ({"x": X[:, :2]}, "INVALID_ARGUMENT"),
        ({"z": X}, "INVALID_ARGUMENT"),
    ],
)
def test_mistakes(client, make_request, changes, code):
    assert refusal(client.predict, make_request(**{"x": X, **changes}))[0].name == code


def test_a_request_without_a_model(client, make_request):
    request = make_request(x=X)
    request.ClearField("model_spec")
    code, details = refusal(client.predict, request)
    assert (code.name, details) == ("INVALID_ARGUMENT", "Missing ModelSpec")


def metadata_request(*fields, **which):
    request = get_model_metadata_pb2.GetModelMetadataRequest(metadata_field=fields)
    request.model_spec.name = which.get("model", "stranger")
    return request


def test_metadata(client):
    ask = client.prediction.GetModelMetadata
    response = ask(metadata_request("signature_def"), timeout=30)
    assert response.model_spec.version.value == 2
    definitions = get_model_metadata_pb2.SignatureDefMap()
    assert response.metadata["signature_def"].Unpack(definitions)
    definition = definitions.signature_def["serving_default"]
    assert definition.inputs["x"].dtype == tf.float32.as_datatype_enum
    for bad in (metadata_request(), metadata_request("signature_def", "weights")):
        assert refusal(ask, bad)[0].name == "INVALID_ARGUMENT"
    bad = metadata_request("signature_def", model="nobody")
    assert refusal(ask, bad)[0].name == "NOT_FOUND"


def test_status(client):
    request = get_model_status_pb2.GetModelStatusRequest()
    request.model_spec.name = "stranger"
    states = client.models.GetModelStatus(request, timeout=30).model_version_status
    available = get_model_status_pb2.ModelVersionStatus.AVAILABLE
    assert [(s.version, s.state) for s in states] == [(2, available), (1, available)]
    request.model_spec.version.value = 7
    assert refusal(client.models.GetModelStatus, request)[0].name == "NOT_FOUND"


def test_other_methods_are_unimplemented(client):
    request = classification_pb2.ClassificationRequest()
    assert refusal(client.prediction.Classify, request)[0].name == "UNIMPLEMENTED"


def test_health(served, client):
    server = served[1]
    kinds = health_pb2.HealthCheckResponse

    def health(service=""):
        request = health_pb2.HealthCheckRequest(service=service)
        return client.health.Check(request, timeout=30).status

    server.set_serving(True)
    assert health() == health("tensorflow.serving.PredictionService") == kinds.SERVING
    server.set_serving(False)
    assert health() == kinds.NOT_SERVING
    unknown = health_pb2.HealthCheckRequest(service="nobody")
    assert refusal(client.health.Check, unknown)[0].name == "NOT_FOUND"


def test_messages_larger_than_grpcs_own_limit(client, make_request):
    x = np.random.default_rng(0).random((500_000, 3), np.float32)
    response = client.predict(make_request(x=x, filters=["y"]))
    np.testing.assert_allclose(tf.make_ndarray(response.outputs["y"]), 3 * x)


def test_messages_larger_than_the_servers_limit(stranger, start, make_request):
    _, _, client = start(stranger, max_message_bytes=100_000)
    large = make_request(x=np.ones((10_000, 3), "f"))
    assert refusal(client.predict, large)[0].name == "RESOURCE_EXHAUSTED"
    # Small to ask, large to answer: 8,000 rows of one repeated value.
    growing = make_request(x=np.ones((1, 3), "f"))
    growing.inputs["x"].tensor_shape.dim[0].size = 8_000
    growing.inputs["x"].ClearField("tensor_content")
    growing.inputs["x"].float_val.append(1)
    code, details = refusal(client.predict, growing)
    assert code.name == "RESOURCE_EXHAUSTED"
    assert "ask for fewer rows" in details
    # And no more is filled than may be sent.
    growing.inputs["x"].tensor_shape.dim[0].size = 80_000
    assert refusal(client.predict, growing)[0].name == "INVALID_ARGUMENT"
    client.predict(make_request(x=X))


def test_a_deadline_passes_and_the_server_goes_on(client, make_request, gate):
    opened, _ = gate
    code, _ = refusal(client.predict, make_request(x=X), timeout=0.1)
    assert code.name == "DEADLINE_EXCEEDED"
    opened.set()
    client.predict(make_request(x=X))


def test_the_servers_own_time_limit(stranger, start, make_request, gate):
    _, _, client = start(stranger, timeout=0.1)
    assert refusal(client.predict, make_request(x=X))[0].name == "DEADLINE_EXCEEDED"


def test_a_client_that_hangs_up_is_not_computed_for(served, make_request, gate):
    core, _, client = served
    opened, entered = gate
    first = client.prediction.Predict.future(make_request(x=X), timeout=30)
    assert entered.acquire(timeout=20)
    gone = [
        client.prediction.Predict.future(make_request(x=X), timeout=30)
        for _ in range(5)
    ]
    wait_until(lambda: core._under_way == 6)
    for call in gone:
        call.cancel()
    wait_until(lambda: core._under_way == 1)
    opened.set()
    first.result()
    client.predict(make_request(x=X))
    assert entered.acquire(timeout=20)  # the last one
    assert not entered.acquire(blocking=False)


def wait_until(condition):
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_more_calls_than_allowed(stranger, start, make_request, gate):
    _, _, client = start(stranger, concurrency=2)
    opened, entered = gate
    running = [
        client.prediction.Predict.future(make_request(x=X), timeout=30)
        for _ in range(2)
    ]
    assert entered.acquire(timeout=20)
    time.sleep(0.2)
    assert refusal(client.predict, make_request(x=X))[0].name == "RESOURCE_EXHAUSTED"
    opened.set()
    for call in running:
        call.result()


def test_two_hundred_clients_at_once(served, make_request):
    port = served[1].port
    barrier = threading.Barrier(200)

    def ask(number):
        with grpc.insecure_channel(
            f"127.0.0.1:{port}", options=[("grpc.use_local_subchannel_pool", 1)]
        ) as channel:
            stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
            barrier.wait(60)
            x = np.full((1, 3), number, np.float32)
            response = stub.Predict(make_request(x=x), timeout=60)
            return tf.make_ndarray(response.outputs["y"])

    with concurrent.futures.ThreadPoolExecutor(200) as pool:
        for number, y in enumerate(pool.map(ask, range(200))):
            np.testing.assert_array_equal(y, np.full((1, 3), 3 * number))


def test_versions_change_under_load_without_a_failed_request(
    tmp_path, write_stranger, start, make_request
):
    base = tmp_path / "stranger"
    write_stranger(base / "1", 1.0)
    core, _, client = start(base, poll_seconds=0.1)
    stop, seen, failures = threading.Event(), [], []

    def ask():
        while not stop.is_set():
            try:
                response = client.predict(make_request(x=X))
            except grpc.RpcError as error:
                failures.append(error)
                continue
            version = response.model_spec.version.value
            seen.append(version)
            if not np.array_equal(
                tf.make_ndarray(response.outputs["y"]), np.float32(version) * X
            ):
                failures.append(version)

    clients = [threading.Thread(target=ask) for _ in range(4)]
    for thread in clients:
        thread.start()
    try:
        for version in (2, 3):
            # Written beside and renamed, as one should.
            write_stranger(tmp_path / "beside", float(version))
            (tmp_path / "beside").rename(base / str(version))
            wait_until(lambda v=version: seen and seen[-1] == v)
        # A broken one must not replace the good one.
        shutil.copytree(base / "3", tmp_path / "beside")
        (tmp_path / "beside" / "saved_model.pb").write_bytes(b"\xff" * 100)
        (tmp_path / "beside").rename(base / "4")
        wait_until(lambda: core.status("stranger")[0].state == "END")
        count = len(seen)
        wait_until(lambda: len(seen) > count + 10)
        assert seen[-1] == 3
    finally:
        stop.set()
        for thread in clients:
            thread.join()
    assert not failures
    assert sorted(set(seen)) == [1, 2, 3]
    states = {s.version: s.state for s in core.status("stranger")}
    assert states == {4: "END", 3: "AVAILABLE", 2: "END", 1: "END"}


def test_stopping_lets_calls_under_way_end(stranger, start, make_request, gate):
    core, server, client = start(stranger)
    opened, entered = gate
    call = client.prediction.Predict.future(make_request(x=X), timeout=30)
    assert entered.acquire(timeout=20)
    stopping = threading.Thread(target=server.stop, args=(20,))
    stopping.start()
    time.sleep(0.2)
    assert refusal(client.predict, make_request(x=X))[0].name == "UNAVAILABLE"
    opened.set()
    np.testing.assert_array_equal(tf.make_ndarray(call.result().outputs["y"]), 3 * X)
    stopping.join(20)
    assert not stopping.is_alive()


def test_a_port_that_is_taken(served):
    core, server, _ = served
    with pytest.raises(OSError, match="Cannot listen"):
        GrpcServer(core, GrpcOptions(port=server.port))


def test_malformed_requests_are_the_clients_mistakes(tmp_path, start, monkeypatch):
    monkeypatch.syspath_prepend(str(FAULTS.parent))  # for what it imports
    spec = importlib.util.spec_from_file_location("serving_faults", FAULTS)
    faults = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(faults)
    faults.write_model(tmp_path)
    _, server, _ = start(tmp_path)
    address = f"127.0.0.1:{server.port}"
    before = faults.ask_grpc(address)
    result = faults.send_grpc(address, 2200, np.random.default_rng(0), threads=8)
    assert set(faults.KINDS) < set(result)
    for kind, counter in result.items():
        assert set(counter) <= faults.EXPECTED, (kind, counter)
    assert faults.ask_grpc(address) == before
