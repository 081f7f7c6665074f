import threading
import time

import numpy as np
import pytest

from tf3d.serving.batching import Batcher, BatchingOptions, _Queue, _Request
from tf3d.serving.errors import Code, ServingError


class Model:
    """Doubles; remembers its batches, and waits at the gate where it is closed."""

    def __init__(self):
        self.batches = []
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Semaphore(0)

    def __call__(self, inputs):
        self.batches.append(len(inputs["x"]))
        self.entered.release()
        assert self.gate.wait(20)
        if (inputs["x"] < 0).any():
            raise ServingError(Code.INVALID_ARGUMENT, "negative")
        if (inputs["x"] == 99).any():
            raise ZeroDivisionError
        return {"y": 2 * inputs["x"]}


def rows(*values):
    return {"x": np.array(values, np.float32)}


@pytest.fixture
def model():
    return Model()


@pytest.fixture
def make():
    batchers = []

    def make(**options):
        batchers.append(Batcher(BatchingOptions(**{"delay": 0.01, **options})))
        return batchers[-1]

    yield make
    for batcher in batchers:
        batcher.stop(20)


def submit(batcher, model, *values, key="k", **options):
    return batcher.submit(key, model, rows(*values), len(values), **options)


def held(batcher, model):
    """A first request that is being run until the gate opens."""
    model.gate.clear()
    future = submit(batcher, model, 0)
    assert model.entered.acquire(timeout=20)
    return future


def test_a_lone_request_runs_alone(make, model):
    batcher = make(delay=30)  # that it would wait for, if it waited
    for value in range(3):
        future = submit(batcher, model, value, value + 1)
        np.testing.assert_array_equal(
            future.result(20)["y"], [2 * value, 2 * value + 2]
        )
    assert model.batches == [2, 2, 2]


def test_what_comes_meanwhile_runs_together_and_is_split(make, model):
    batcher = make()
    first = held(batcher, model)
    others = [submit(batcher, model, *range(n)) for n in (1, 3, 2)]
    model.gate.set()
    first.result(20)
    for count, future in zip((1, 3, 2), others):
        np.testing.assert_array_equal(future.result(20)["y"], 2.0 * np.arange(count))
    assert model.batches == [1, 6]


def test_after_a_crowd_the_first_waits_for_the_others(make, model):
    batcher = make(delay=20)
    first = held(batcher, model)
    others = [submit(batcher, model, n) for n in range(3)]
    model.gate.set()
    first.result(20)
    # Four were under way a moment ago: three wait, the fourth sets them off.
    for _ in range(2):
        time.sleep(0.05)
        assert not any(future.done() for future in others)
        others.append(submit(batcher, model, 3))
        for future in others:
            future.result(10)
        others = [submit(batcher, model, n) for n in range(3)]
    submit(batcher, model, 3)
    assert model.batches[:3] == [1, 4, 4]


def test_who_stays_alone_waits_no_longer_than_the_delay_and_once(make, model):
    batcher = make(delay=0.05)
    first = held(batcher, model)
    others = [submit(batcher, model, n) for n in range(3)]
    model.gate.set()
    for future in (first, *others):
        future.result(20)
    submit(batcher, model, 1).result(20)
    batcher.options.__dict__["delay"] = 30  # frozen, but not for this test
    submit(batcher, model, 1).result(20)
    assert model.batches == [1, 3, 1, 1]


def arrive(queue, at):
    queue.add(_Request({}, 1, None, None, None, at))


@pytest.mark.parametrize(
    ("took", "silence", "patience"), [(1.6, 0.1, 0.4), (0.001, 0.01, 0.01)]
)
def test_arrivals_lengthen_the_wait_and_a_limit_ends_it(took, silence, patience):
    options, queue = BatchingOptions(delay=0.01), _Queue()
    queue.expected, queue.ended_at, queue.took = 20, 100, took
    assert queue.due(options) == float("inf")
    # Who has waited since before the end does so from the end on.
    arrive(queue, 99)
    assert queue.due(options) == pytest.approx(100 + silence)
    arrive(queue, 100.05)
    assert queue.due(options) == pytest.approx(min(100.05 + silence, 100 + patience))
    arrive(queue, 100.39)
    assert queue.due(options) == pytest.approx(100 + patience)
    # The crowd is gone: a later one waits once.
    queue.take(options)
    queue.ended(3, time.monotonic() - took)
    arrive(queue, now := queue.ended_at + 60)
    assert queue.due(options) == pytest.approx(now + silence, abs=1e-2)


def test_nobody_waits_where_the_delay_is_zero():
    options, queue = BatchingOptions(delay=0), _Queue()
    queue.expected, queue.ended_at, queue.took = 20, 100, 8.0
    arrive(queue, 100.5)
    assert queue.due(options) == 100.5


def test_no_batch_is_larger_than_the_limit(make, model):
    batcher = make(max_batch=4, workers=1)
    held(batcher, model)
    futures = [submit(batcher, model, *range(n)) for n in (3, 1, 2, 3, 9)]
    model.gate.set()
    for future in futures:
        future.result(20)
    # The one of nine is larger than any batch, and runs alone.
    assert sorted(model.batches[1:]) == [2, 3, 4, 9]


def test_a_limit_of_one_runs_each_alone(make, model):
    batcher = make(max_batch=1, workers=1)
    held(batcher, model)
    futures = [submit(batcher, model, n) for n in range(3)]
    model.gate.set()
    for future in futures:
        future.result(20)
    assert model.batches == [1, 1, 1, 1]


@pytest.mark.parametrize("difference", ["key", "shape", "alone"])
def test_what_differs_does_not_run_together(make, model, difference):
    batcher = make(workers=1)
    held(batcher, model)
    a = submit(batcher, model, 1)
    if difference == "key":
        b = submit(batcher, model, 2, key="other")
    elif difference == "shape":
        b = batcher.submit("k", model, {"x": np.ones((1, 2), "f")}, 1)
    else:
        b = batcher.submit("k", model, rows(2), 0)
    model.gate.set()
    a.result(20), b.result(20)
    assert model.batches == [1, 1, 1]


@pytest.mark.parametrize(("bad", "code"), [(-1, Code.INVALID_ARGUMENT), (99, Code(13))])
def test_an_error_is_its_own_requests_alone(make, model, bad, code):
    batcher = make()
    held(batcher, model)
    futures = [submit(batcher, model, value) for value in (1, bad, 3)]
    model.gate.set()
    np.testing.assert_array_equal(futures[0].result(20)["y"], [2])
    np.testing.assert_array_equal(futures[2].result(20)["y"], [6])
    error = futures[1].exception(20)
    assert isinstance(error, ServingError) and error.code == code


def test_outputs_whose_rows_are_not_the_inputs_are_not_split(make):
    def total(inputs):
        return {"sum": inputs["x"].sum(keepdims=True)}

    model = Model()
    batcher = make(workers=1)
    held(batcher, model)
    # Another key: both wait for the only worker.
    futures = [batcher.submit("t", total, rows(n), 1) for n in (1, 2)]
    model.gate.set()
    assert [future.result(20)["sum"][0] for future in futures] == [1, 2]


def test_a_full_queue_refuses(make, model):
    batcher = make(max_queue=2)
    held(batcher, model)
    futures = [submit(batcher, model, n) for n in range(2)]
    with pytest.raises(ServingError, match="queue .* is full") as caught:
        submit(batcher, model, 3)
    assert caught.value.code == Code.UNAVAILABLE
    model.gate.set()
    for future in futures:
        future.result(20)
    submit(batcher, model, 3).result(20)


def test_a_deadline_that_passed_in_the_queue(make, model):
    batcher = make()
    held(batcher, model)
    late = submit(batcher, model, 1, deadline=time.monotonic())
    good = submit(batcher, model, 2, deadline=time.monotonic() + 60)
    model.gate.set()
    assert late.exception(20).code == Code.DEADLINE_EXCEEDED
    np.testing.assert_array_equal(good.result(20)["y"], [4])
    assert model.batches == [1, 1]


def test_a_cancelled_request_does_not_run(make, model):
    batcher = make()
    first = held(batcher, model)
    gone, stays = submit(batcher, model, 1), submit(batcher, model, 2, 2)
    assert gone.cancel()
    assert not first.cancel()  # it runs
    model.gate.set()
    stays.result(20)
    assert model.batches == [1, 2]


def test_a_batch_of_cancelled_requests_is_none(make, model):
    batcher = make()
    held(batcher, model)
    assert submit(batcher, model, 1).cancel()
    model.gate.set()
    submit(batcher, model, 2, 2, key="other").result(20)
    assert 2 in model.batches and len(model.batches) == 2


def test_stopping_runs_what_waits_and_refuses_what_comes(make, model):
    batcher = make(delay=30, workers=1)
    held(batcher, model)
    future = submit(batcher, model, 5)
    stopping = threading.Thread(target=batcher.stop)
    stopping.start()
    model.gate.set()
    stopping.join(20)
    assert not stopping.is_alive()
    np.testing.assert_array_equal(future.result(0)["y"], [10])
    with pytest.raises(ServingError, match="stopping") as caught:
        submit(batcher, model, 1)
    assert caught.value.code == Code.UNAVAILABLE


def test_many_shapes_leave_no_queues_behind(make, model):
    batcher = make()
    for size in range(1, 200):
        inputs = {"x": np.ones((1, size), "f")}
        batcher.submit("k", model, inputs, 1).result(20)
    assert len(batcher._queues) < 100


def test_many_threads_get_their_own_answers(make, model):
    batcher = make(delay=0.001, max_batch=8)
    wrong = []

    def client(seed):
        rng = np.random.default_rng(seed)
        for _ in range(50):
            values = rng.integers(0, 90, rng.integers(1, 4))
            answer = submit(batcher, model, *values).result(20)["y"]
            if not np.array_equal(answer, 2 * values):
                wrong.append((values, answer))

    clients = [threading.Thread(target=client, args=(seed,)) for seed in range(8)]
    for thread in clients:
        thread.start()
    for thread in clients:
        thread.join()
    assert not wrong
    assert max(model.batches) <= 8 and len(model.batches) < 8 * 50


@pytest.mark.parametrize(
    "options", [{"max_batch": 0}, {"delay": -1}, {"max_queue": 0}, {"workers": 0}]
)
def test_options_that_make_no_sense(options):
    with pytest.raises(ValueError, match="Received"):
        BatchingOptions(**options)
