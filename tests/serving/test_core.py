import asyncio
import threading
import time

import numpy as np
import pytest

from tf3d.serving.batching import BatchingOptions
from tf3d.serving.core import ModelServer
from tf3d.serving.errors import Code, ServingError
from tf3d.serving.repository import Repository, VersionPolicy

X = np.arange(6, dtype=np.float32).reshape(2, 3)


@pytest.fixture(scope="module")
def server(stranger):
    repository = Repository(
        {"stranger": [stranger]},
        policy=VersionPolicy(all=True),
        labels={"stranger": {"stable": 1}},
    )
    server = ModelServer(repository, poll_seconds=60)
    server.start()
    yield server
    server.stop(5)


def test_predictions_by_version_and_label(server):
    newest = server.predict("stranger", {"x": X})
    assert (newest.model, newest.version) == ("stranger", 2)
    assert newest.signature == "serving_default"
    np.testing.assert_array_equal(newest.outputs["y"], 3 * X)
    for which in ({"version": 1}, {"label": "stable"}):
        older = server.predict("stranger", {"x": X}, **which)
        assert older.version == 1
        np.testing.assert_array_equal(older.outputs["y"], 2 * X)


def test_only_the_outputs_asked_for(server):
    answer = server.predict("stranger", {"x": X}, output_filter=["sum"])
    assert list(answer.outputs) == ["sum"]


def test_metadata_and_status(server):
    metadata = server.metadata("stranger", label="stable")
    assert metadata.version == 1
    assert {"serving_default", "label"} <= set(metadata.signature_defs)
    assert [s.version for s in server.status("stranger")] == [2, 1]
    assert server.model_names() == ["stranger"]
    assert server.signature("stranger", "trace").inputs["matrix"].shape == (2, 2)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"model": "none"}, Code.NOT_FOUND),
        ({"version": 7}, Code.NOT_FOUND),
        ({"label": "none"}, Code.INVALID_ARGUMENT),
        ({"signature": "none"}, Code.FAILED_PRECONDITION),
        ({"inputs": {}}, Code.INVALID_ARGUMENT),
        ({"inputs": {"x": X.astype(float)}}, Code.INVALID_ARGUMENT),
        ({"output_filter": ["none"]}, Code.INVALID_ARGUMENT),
        ({"deadline": 0.0}, Code.DEADLINE_EXCEEDED),
    ],
)
def test_requests_that_are_refused_hold_nothing(server, arguments, code):
    with pytest.raises(ServingError) as caught:
        server.predict(**{"model": "stranger", "inputs": {"x": X}, **arguments})
    assert caught.value.code == code
    versions = server._repository._versions["stranger"]
    assert all(entry.users == 0 for entry in versions.values())


def test_a_failing_row_is_not_its_neighbours_fault(server):
    good = np.full((1, 2), 4, np.float32)
    futures = [
        server.submit("stranger", {"x": good * sign}, signature="positive")
        for sign in (1, 1, -1, 1)
    ]
    errors = [future.exception(20) for future in futures]
    assert [error is None for error in errors] == [True, True, False, True]
    assert errors[2].code == Code.INVALID_ARGUMENT
    for future in (futures[0], futures[3]):
        np.testing.assert_array_equal(future.result().outputs["root"], [[2, 2]])


def test_rows_that_know_of_each_other_are_kept_apart(server):
    inputs = [np.float32([n, n + 2]) for n in range(6)]
    futures = [server.submit("stranger", {"x": x}, signature="centre") for x in inputs]
    for future in futures:
        np.testing.assert_array_equal(future.result(20).outputs["centred"], [-1, 1, 0])


def test_inputs_of_unequal_rows_are_the_models_to_refuse(server):
    text = np.array([b"a"], object)
    with pytest.raises(ServingError) as caught:
        server.predict(
            "stranger", {"text": text, "times": np.int32([1, 2])}, signature="label"
        )
    assert caught.value.code == Code.INVALID_ARGUMENT


def test_answers_can_be_awaited(server):
    async def ask():
        future = server.submit("stranger", {"x": X})
        return await asyncio.wrap_future(future)

    np.testing.assert_array_equal(asyncio.run(ask()).outputs["y"], 3 * X)


class Slow:
    """Takes the place of `Servable.run`, and waits at a gate."""

    def __init__(self, monkeypatch):
        from tf3d.serving.servable import Servable

        self.entered, self.gate = threading.Semaphore(0), threading.Event()
        self.runs = 0
        run = Servable.run

        def slow(servable, signature, inputs):
            self.runs += 1
            self.entered.release()
            assert self.gate.wait(20)
            return run(servable, signature, inputs)

        monkeypatch.setattr(Servable, "run", slow)


@pytest.fixture
def small(stranger):
    server = ModelServer(Repository({"stranger": [stranger]}), poll_seconds=60)
    server.start()
    yield server
    server.stop(5)


def test_a_deadline_while_it_runs(small, monkeypatch):
    slow = Slow(monkeypatch)
    with pytest.raises(ServingError) as caught:
        small.predict("stranger", {"x": X}, deadline=time.monotonic() + 0.05)
    assert caught.value.code == Code.DEADLINE_EXCEEDED
    slow.gate.set()


def test_an_answer_nobody_waits_for_is_not_computed(small, monkeypatch):
    slow = Slow(monkeypatch)
    first = small.submit("stranger", {"x": X})
    assert slow.entered.acquire(timeout=20)
    second = small.submit("stranger", {"x": X})
    assert second.cancel()
    assert small._under_way == 1
    slow.gate.set()
    first.result(20)
    small.stop(5)
    assert slow.runs == 1


def test_cancelling_what_runs_harms_nobody(small, monkeypatch):
    slow = Slow(monkeypatch)
    first = small.submit("stranger", {"x": X})
    assert slow.entered.acquire(timeout=20)
    first.cancel()
    slow.gate.set()
    np.testing.assert_array_equal(
        small.predict("stranger", {"x": X}).outputs["y"], 3 * X
    )


def test_stopping_lets_what_runs_end_and_refuses_the_rest(small, monkeypatch):
    slow = Slow(monkeypatch)
    first = small.submit("stranger", {"x": X})
    assert slow.entered.acquire(timeout=20)
    stopping = threading.Thread(target=small.stop)
    stopping.start()
    while not small._stopping.is_set():
        time.sleep(0.01)
    with pytest.raises(ServingError) as caught:
        small.submit("stranger", {"x": X})
    assert caught.value.code == Code.UNAVAILABLE
    assert stopping.is_alive()
    slow.gate.set()
    stopping.join(20)
    assert first.result(0).version == 2
    assert {s.state for s in small.status("stranger")} == {"END"}


def test_a_full_queue(stranger, monkeypatch):
    server = ModelServer(
        Repository({"stranger": [stranger]}), BatchingOptions(max_queue=1)
    )
    server.start()
    slow = Slow(monkeypatch)
    futures = [server.submit("stranger", {"x": X})]
    assert slow.entered.acquire(timeout=20)
    futures.append(server.submit("stranger", {"x": X}))
    with pytest.raises(ServingError) as caught:
        server.submit("stranger", {"x": X})
    assert caught.value.code == Code.UNAVAILABLE
    slow.gate.set()
    for future in futures:
        future.result(20)
    server.stop(5)
