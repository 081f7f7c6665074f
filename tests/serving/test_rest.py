import base64
import concurrent.futures
import gzip
import http.client
import json
import shutil
import socket
import ssl
import subprocess
import threading
import time
import zlib

import numpy as np
import pytest
import tensorflow as tf

from tf3d.serving.core import ModelServer
from tf3d.serving.repository import Repository, VersionPolicy
from tf3d.serving.rest import RestLimits, RestServer

STRING = tf.TensorSpec([None], tf.string)


class Plain(tf.Module):
    """Nobody's model: several signatures, a string input, one that waits."""

    def __init__(self, slope):
        super().__init__()
        self.slope = tf.Variable(slope, dtype=tf.float32)

    @tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32, "x")])
    def line(self, x):
        return {"y": self.slope * x, "sum": tf.reduce_sum(x, axis=1)}

    @tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32, "x")])
    def one(self, x):
        return {"y": self.slope * x}

    @tf.function(
        input_signature=[STRING, tf.TensorSpec([None], tf.int64, "times")],
    )
    def repeat(self, text, times):
        repeated = tf.map_fn(
            lambda pair: tf.strings.reduce_join(tf.fill([pair[1]], pair[0])),
            (text, times),
            fn_output_signature=tf.string,
        )
        return {"text": repeated, "text_bytes": repeated}

    @tf.function(input_signature=[tf.TensorSpec([], tf.float32, "seconds")])
    def total(self, seconds):
        return {"total": seconds}

    @tf.function(input_signature=[STRING])
    def decode(self, image):
        size = tf.shape(tf.io.decode_png(image[0], channels=3))
        return {"size": size[None]}


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "plain"
    for version, slope in ((1, 2.0), (3, 4.0)):
        model = Plain(slope)
        signatures = {
            "serving_default": model.line,
            "one": model.one,
            "repeat": model.repeat,
            "total": model.total,
            "decode": model.decode,
        }
        tf.saved_model.save(model, str(folder / str(version)), signatures)
    return folder


@pytest.fixture(scope="module")
def core(models):
    repository = Repository(
        {"plain": [models], "empty": [models.parent / "none"]},
        policy=VersionPolicy(all=True),
        labels={"plain": {"stable": 1}},
    )
    server = ModelServer(repository)
    server.start()
    yield server
    server.stop(5)


@pytest.fixture(scope="module")
def rest(core):
    server = RestServer(
        core, port=0, limits=RestLimits(body_bytes=2**20, seconds=5), grace=2
    )
    server.start()
    yield server
    server.stop()


def ask(server, method, path, body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    if isinstance(body, dict):
        body = json.dumps(body)
    try:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        answer = json.loads(response.read())
        assert response.headers["Content-Type"].startswith("application/json")
        return response.status, answer
    finally:
        connection.close()


def predict(server, body, path="/v1/models/plain", **settings):
    return ask(server, "POST", f"{path}:predict", body, **settings)


def check_error(answer, status, words):
    assert answer[0] == status, answer
    assert set(answer[1]) == {"error"}
    assert words in answer[1]["error"]
    assert len(answer[1]["error"]) < 1000


# --- what it answers ---


def test_rows(rest):
    assert predict(rest, {"instances": [[1, 2], [3, 4]]}) == (
        200,
        {"predictions": [{"y": [4, 8], "sum": 3}, {"y": [12, 16], "sum": 7}]},
    )


def test_columns_versions_and_labels(rest):
    body = {"signature_name": "one", "inputs": {"x": [[1, 2]]}}
    for part, slope in (
        ("", 4),
        ("/versions/3", 4),
        ("/versions/1", 2),
        ("/labels/stable", 2),
    ):
        answer = predict(rest, body, f"/v1/models/plain{part}")
        assert answer == (200, {"outputs": [[slope, 2 * slope]]})


def test_strings_and_bytes(rest):
    rows = [{"text": "ä", "times": 2}, {"text": {"b64": "/w=="}, "times": 1}]
    status, answer = predict(rest, {"signature_name": "repeat", "instances": rows})
    assert status == 200
    assert answer["predictions"] == [
        {
            "text": "ää",
            "text_bytes": {"b64": base64.b64encode("ää".encode()).decode()},
        },
        {"text": {"b64": "/w=="}, "text_bytes": {"b64": "/w=="}},
    ]


def test_a_scalar(rest):
    body = {"signature_name": "total", "inputs": 3}
    assert predict(rest, body) == (200, {"outputs": 3.0})


def test_status(rest):
    status, answer = ask(rest, "GET", "/v1/models/plain")
    assert status == 200
    ok = {"error_code": "OK", "error_message": ""}
    assert answer == {
        "model_version_status": [
            {"version": "3", "state": "AVAILABLE", "status": ok},
            {"version": "1", "state": "AVAILABLE", "status": ok},
        ]
    }
    for part in ("versions/1", "labels/stable"):
        _, answer = ask(rest, "GET", f"/v1/models/plain/{part}")
        assert [s["version"] for s in answer["model_version_status"]] == ["1"]


def test_metadata(rest):
    status, answer = ask(rest, "GET", "/v1/models/plain/versions/1/metadata")
    assert status == 200
    assert answer["model_spec"] == {
        "name": "plain",
        "signature_name": "",
        "version": "1",
    }
    definitions = answer["metadata"]["signature_def"]["signature_def"]
    x = definitions["one"]["inputs"]["x"]
    assert x["dtype"] == "DT_FLOAT"
    assert [dim["size"] for dim in x["tensor_shape"]["dim"]] == ["-1", "2"]
    assert definitions["one"]["method_name"] == "tensorflow/serving/predict"


def test_names_may_be_percent_encoded_and_paths_of_any_case(rest):
    assert ask(rest, "GET", "/V1/Models/%70lain")[0] == 200


def test_health(rest, core, models):
    check_error(ask(rest, "GET", "/healthz"), 503, "empty")


def test_health_of_a_server_that_is_ready(models):
    core = ModelServer(Repository({"plain": [models]}))
    server = RestServer(core, port=0)
    server.start()
    try:
        check_error(ask(server, "GET", "/healthz"), 503, "plain")
        core.start()
        assert ask(server, "GET", "/healthz") == (200, {"status": "SERVING"})
    finally:
        server.stop()
        core.stop(1)


# --- what it refuses ---


@pytest.mark.parametrize(
    ("method", "path", "status", "words"),
    [
        ("GET", "/", 404, "Not found"),
        ("GET", "/v2/models/plain", 404, "Not found"),
        ("POST", "/healthz", 404, "Not found"),
        ("GET", "/v1/", 400, "Malformed request: GET /v1/"),
        ("GET", "/v1/models", 400, "Missing model name"),
        ("GET", "/v1/models/metadata/", 400, "Malformed request"),
        ("GET", "/v1/models/plain:predict", 400, "Malformed request"),
        ("POST", "/v1/models/plain", 400, "Malformed request"),
        ("PUT", "/v1/models/plain:predict", 400, "Malformed request"),
        ("DELETE", "/v1/models/plain", 400, "Malformed request: DELETE"),
        ("POST", "/v1/models/plain:train", 400, "Malformed request"),
        ("POST", "/v1/models/plain:classify", 501, "classify"),
        ("GET", "/v1/models/plain/versions/x", 400, "Malformed request"),
        ("GET", "/v1/models/plain/versions/9", 404, "9"),
        ("GET", f"/v1/models/plain/versions/{2**63}", 400, "numeric"),
        ("GET", "/v1/models/plain/versions/" + "9" * 5000, 400, "numeric"),
        ("GET", "/v1/models/plain/labels/new", 400, "new"),
        ("GET", "/v1/models/nobody", 404, "nobody"),
        ("GET", "/v1/models/nobody/metadata", 404, "nobody"),
        ("GET", "/v1/models/..", 404, ".."),
        ("GET", "/v1/models/%2e%2e%2fplain", 404, "../plain"),
        ("GET", "/v1/models/%2Fetc%2Fpasswd", 404, "passwd"),
        ("GET", "/v1/models/../../../etc/passwd", 400, "Malformed request"),
        ("GET", "/v1/models/%00", 404, "not"),
        ("GET", "/v1/models/" + "a" * 4000, 404, "not"),
    ],
)
def test_paths(rest, method, path, status, words):
    check_error(ask(rest, method, path), status, words)


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"", 400, "empty"),
        (b"{", 400, "Parse error"),
        (b"\xff\xfe", 400, "Parse error"),
        ({}, 400, "Missing 'inputs'"),
        ({"inputs": [[1, 2]], "signature_name": "none"}, 400, "none"),
        ({"inputs": [[1, 2]], "signature_name": 1}, 400, "string"),
        ({"inputs": [[1, 2, 3]]}, 400, "x"),
        ({"inputs": [1, 2]}, 400, "x"),
        ({"inputs": [["a", "b"]]}, 400, "expected type"),
        ({"inputs": {"z": 1}}, 400, "Missing named input"),
        ({"inputs": [{"b64": "*"}], "signature_name": "decode"}, 400, "base64"),
        ({"inputs": ["no image"], "signature_name": "decode"}, 400, "PNG"),
        ({"instances": [[1, 2]], "signature_name": "total"}, 400, ""),
        (b'{"inputs": ' + b"[" * 300_000 + b"]" * 300_000 + b"}", 400, "deep"),
    ],
)
def test_bodies(rest, body, status, words):
    check_error(predict(rest, body), status, words)


def test_unknown_models_and_versions(rest):
    body = {"instances": [[1, 2]]}
    check_error(predict(rest, body, "/v1/models/nobody"), 404, "nobody")
    check_error(predict(rest, body, "/v1/models/plain/versions/7"), 404, "7")
    check_error(predict(rest, body, "/v1/models/empty"), 404, "empty")


def test_a_scalar_makes_no_rows(rest):
    # One row: the signature takes a scalar, which rows cannot give.
    body = {"signature_name": "total", "instances": [1]}
    check_error(predict(rest, body), 400, "")


# --- limits ---


def test_large_bodies(rest):
    body = b" " * (2**20 + 1)
    check_error(predict(rest, body), 413, "larger than")
    pieces = (b" " * 2**16 for _ in range(20))  # sent without a length
    check_error(predict(rest, pieces), 413, "larger than")
    assert rest.api._held == 0


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_compressed_bodies_are_measured_decompressed(rest, encoding):
    pack = gzip.compress if encoding == "gzip" else zlib.compress
    headers = {"Content-Encoding": encoding}
    body = pack(b'{"signature_name": "one", "inputs": [[1, 2]]}')
    assert predict(rest, body, headers=headers)[0] == 200
    bomb = pack(b" " * (200 * 2**20))
    assert len(bomb) < 2**20
    check_error(predict(rest, bomb, headers=headers), 413, "larger than")
    assert rest.api._held == 0


def test_bodies_that_are_not_compressed_as_they_say(rest):
    good = gzip.compress(b'{"signature_name": "one", "inputs": [[1, 2]]}')
    for body in (b"{}", good[:20] + b"\0" * 30):
        answer = predict(rest, body, headers={"Content-Encoding": "gzip"})
        check_error(answer, 400, "cannot be read")
    assert rest.api._held == 0


def test_bodies_that_are_held_at_once(core):
    limits = RestLimits(body_bytes=2**20, held_bytes=1000)
    server = RestServer(core, port=0, limits=limits)
    server.start()
    try:
        check_error(predict(server, b" " * 2000), 429, "large requests")
        assert predict(server, {"instances": [[1, 2]]})[0] == 200
    finally:
        server.stop()


class Slow:
    """A server whose answers come when it is told, or not at all."""

    def __init__(self, core):
        self.core = core
        self.futures = []

    def signature(self, *arguments, **settings):
        return self.core.signature(*arguments, **settings)

    def model_names(self):
        return self.core.model_names()

    def status(self, *arguments, **settings):
        return self.core.status(*arguments, **settings)

    def submit(self, **request):
        self.futures.append(concurrent.futures.Future())
        return self.futures[-1]


@pytest.fixture
def slow(core):
    fake = Slow(core)
    limits = RestLimits(requests=2, seconds=1.0)
    server = RestServer(fake, port=0, limits=limits, grace=3)
    server.start()
    yield server, fake
    server.stop()


BODY = {"signature_name": "one", "instances": [[1, 2]]}


def wait_for(condition):
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_deadline(slow):
    server, fake = slow
    check_error(predict(server, BODY), 504, "within 1 seconds")
    assert fake.futures[0].cancelled()


def test_a_client_that_sends_no_body_in_time(slow):
    server, _ = slow
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(
            b"POST /v1/models/plain:predict HTTP/1.1\r\nHost: a\r\n"
            b"Content-Length: 100\r\n\r\n{"
        )
        assert b" 504 " in client.recv(1000)


def test_requests_at_once_while_others_are_answered(slow):
    server, fake = slow
    with concurrent.futures.ThreadPoolExecutor() as pool:
        waiting = [pool.submit(predict, server, BODY) for _ in range(2)]
        wait_for(lambda: len(fake.futures) == 2)
        check_error(predict(server, BODY), 429, "Too many requests")
        assert [w.result()[0] for w in waiting] == [504, 504]
    assert ask(server, "GET", "/v1/models/plain")[0] == 200


def test_a_client_that_hangs_up_is_forgotten(slow):
    server, fake = slow
    body = json.dumps(BODY).encode()
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(
            b"POST /v1/models/plain:predict HTTP/1.1\r\nHost: a\r\n"
            b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
        )
        wait_for(lambda: fake.futures)
    wait_for(lambda: fake.futures[0].cancelled())
    wait_for(lambda: server.api._running == 0)


def test_an_unexpected_failure_tells_nothing(slow):
    server, fake = slow

    def submit(**request):
        raise OSError("/secret/path")

    fake.submit = submit
    assert predict(server, BODY) == (500, {"error": "Internal error."})


def test_stop_waits_for_requests_under_way(core):
    fake = Slow(core)
    server = RestServer(fake, port=0, grace=10)
    server.start()
    with concurrent.futures.ThreadPoolExecutor() as pool:
        answer = pool.submit(predict, server, BODY)
        wait_for(lambda: fake.futures)
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        time.sleep(0.1)
        fake.futures[0].set_result(
            core.predict(
                "plain", {"x": np.float32([[1, 2]])}, signature="one", version=1
            )
        )
        assert answer.result() == (200, {"predictions": [[2, 4]]})
        stopping.join()
    with pytest.raises(ConnectionRefusedError):
        predict(server, BODY)


def test_a_port_that_is_taken(rest, core):
    with pytest.raises(OSError, match="address"):
        RestServer(core, port=rest.port).start()


def test_many_clients(rest):
    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        jobs = [pool.submit(predict, rest, {"instances": [[k, 0]]}) for k in range(200)]
        for k, job in enumerate(jobs):
            assert job.result()[1]["predictions"][0]["y"] == [4 * k, 0]


# --- a client that everybody has ---

curl_only = pytest.mark.skipif(not shutil.which("curl"), reason="there is no curl")


def curl(*arguments):
    done = subprocess.run(
        ["curl", "-sS", "--max-time", "20", "--noproxy", "*", *arguments],
        capture_output=True,
        check=True,
    )
    return json.loads(done.stdout)


@curl_only
def test_curl(rest, tmp_path):
    url = f"http://127.0.0.1:{rest.port}/v1/models/plain"
    assert curl("-d", '{"instances": [[1.0, 2.0]]}', f"{url}:predict") == {
        "predictions": [{"y": [4, 8], "sum": 3}]
    }
    assert len(curl(url)["model_version_status"]) == 2
    picture = tf.io.encode_png(np.zeros((4, 6, 3), np.uint8)).numpy()
    request = tmp_path / "request.json"
    text = base64.b64encode(picture).decode()
    request.write_text(
        json.dumps({"signature_name": "decode", "instances": [{"b64": text}]})
    )
    assert curl("-d", f"@{request}", f"{url}:predict") == {"predictions": [[4, 6, 3]]}


@curl_only
def test_curl_over_tls(core, certificate):
    files = certificate
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files["certificate"], files["key"])
    server = RestServer(core, port=0, ssl_context=context)
    server.start()
    try:
        url = f"https://localhost:{server.port}/v1/models/plain"
        assert curl("--cacert", files["certificate"], url)
        with pytest.raises(subprocess.CalledProcessError):
            curl(url)
    finally:
        server.stop()
