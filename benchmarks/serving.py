"""How many requests `tf3d serve` answers, and how fast, against the bare SavedModel.

    PYTHONPATH=. python benchmarks/serving.py
    PYTHONPATH=. python benchmarks/serving.py --views 6 --rounds 1

Three processes: `tf3d serve` with batching, `tf3d serve --max-batch 1`, and one that
calls the same SavedModel in a loop, one request after another and in full batches. They
take turns, so that what else the machine does meets all of them; medians over rounds.

The clients live in this process. Each has a connection of its own, sends its next
request when it has the last answer, and does not unpack it: their work takes cores from
the server, and is to be little. The loop turns its outputs into NumPy arrays, as a
caller would, and has the kernels that `tf3d serve` asks TensorFlow for, since they are
not what is compared (--plain-kernels: those that TensorFlow takes by itself). A request
is one picture with --views viewpoints. Processor time of a row, of the server (or loop)
and of the clients, is what a busy machine changes least.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import dataclasses
import json
import math
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[1]
MODEL = "multiview-cars"
WARM_UP = 0.5  # seconds at the start of a burst that are not counted
PREDICT = "/tensorflow.serving.PredictionService/Predict"


def inputs(rows: int, views: int) -> dict[str, np.ndarray]:
    from tf3d.geometry import orbit

    images = np.random.default_rng(0).random((rows, 128, 128, 3), np.float32)
    viewpoints = np.repeat(orbit(views)[None], rows, axis=0).astype(np.float32)
    return {"images": images, "viewpoints": viewpoints}


# --- the bare model, in a process of its own ---


def serve_own(folder: pathlib.Path, views: int, plain: bool) -> None:
    """Answers lines "ROWS SECONDS" with seconds per call, as JSON."""
    from tf3d.kernels import prefer_onednn

    if not plain:
        prefer_onednn()
    import tensorflow as tf

    function = tf.saved_model.load(os.fspath(folder)).signatures["serving_default"]

    def call(arrays: dict[str, np.ndarray]) -> None:
        outputs = function(**{key: tf.constant(a) for key, a in arrays.items()})
        for value in outputs.values():
            value.numpy()

    print("ready", flush=True)
    for line in sys.stdin:
        rows, seconds = line.split()
        arrays = inputs(int(rows), views)
        call(arrays)
        times: list[float] = []
        end = time.perf_counter() + float(seconds)
        while time.perf_counter() < end or len(times) < 3:
            start = time.perf_counter()
            call(arrays)
            times.append(time.perf_counter() - start)
        print(json.dumps(times), flush=True)


class Own:
    """The process that calls the SavedModel in a loop."""

    def __init__(self, folder: pathlib.Path, views: int, plain: bool) -> None:
        command = [sys.executable, __file__, "--own", str(folder)]
        command += ["--views", str(views), *(["--plain-kernels"] if plain else [])]
        self.process = subprocess.Popen(
            command,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def ready(self) -> None:
        assert self.process.stdout.readline() == "ready\n", "the model did not load"

    def run(self, rows: int, seconds: float) -> Burst:
        start = cpu_seconds(self.process.pid)
        self.process.stdin.write(f"{rows} {seconds}\n")
        self.process.stdin.flush()
        times = json.loads(self.process.stdout.readline())
        # One call more than are timed.
        count = rows * (len(times) + 1)
        cpu = (cpu_seconds(self.process.pid) - start) * 1000 / count
        return Burst(times, rows * len(times) / sum(times), cpu)

    def stop(self) -> None:
        self.process.stdin.close()
        self.process.wait()


# --- servers and clients ---


@contextlib.contextmanager
def server(
    models: pathlib.Path, *options: str
) -> Iterator[Callable[[], tuple[str, int]]]:
    """Runs `tf3d serve`; yields a function that waits for its address."""
    code = "from cli.main import main; main(prog_name='tf3d')"
    command = [sys.executable, "-c", code, "serve", os.fspath(models), *options]
    command += ["--grpc-port", "0", "--rest-port", "0"]
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, text=True
        )

        def address() -> tuple[str, int]:
            for line in process.stdout:
                if match := re.match(r"gRPC (\S+:\d+)", line):
                    return match[1], process.pid
            errors.seek(0)
            raise SystemExit(f"tf3d serve did not start:\n{errors.read()}")

        try:
            yield address
        finally:
            process.terminate()
            process.wait()


@dataclasses.dataclass
class Burst:
    """What a burst of requests took.

    Attributes:
      times: seconds of each answer that came in time.
      rows: answered in a second.
      cpu: processor milliseconds per row of who answered.
      client_cpu: and of who asked.
    """

    times: list[float]
    rows: float
    cpu: float
    client_cpu: float = 0.0


def cpu_seconds(process: int) -> float:
    """Of a process so far; not-a-number where there is no /proc."""
    try:
        text = pathlib.Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return math.nan
    ticks = text.rpartition(")")[2].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def burst(target: tuple[str, int], body: bytes, clients: int, seconds: float) -> Burst:
    """So many clients at once ask a server, an address and a process."""
    start, client_start = cpu_seconds(target[1]), time.process_time()
    times, count = asyncio.run(load(target[0], body, clients, seconds))
    cpu = (cpu_seconds(target[1]) - start) * 1000 / count
    client_cpu = (time.process_time() - client_start) * 1000 / count
    return Burst(times, len(times) / seconds, cpu, client_cpu)


async def load(
    address: str, body: bytes, clients: int, seconds: float
) -> tuple[list[float], int]:
    """Seconds of the answers within the window, and how many there were in all."""
    import grpc

    from tf3d.serving.channels import channel_options

    options = [*channel_options(2**28), ("grpc.use_local_subchannel_pool", 1)]
    times: list[float] = []
    count = 0
    begin = time.perf_counter() + WARM_UP

    async def one() -> None:
        nonlocal count
        async with grpc.aio.insecure_channel(address, options) as channel:
            call = channel.unary_unary(PREDICT)
            while (start := time.perf_counter()) < begin + seconds:
                await call(body, timeout=60)
                count += 1
                if begin <= (now := time.perf_counter()) <= begin + seconds:
                    times.append(now - start)

    await asyncio.gather(*(one() for _ in range(clients)))
    return times, count


def request(views: int) -> bytes:
    import tensorflow as tf
    from tensorflow_serving.apis import predict_pb2

    message = predict_pb2.PredictRequest()
    message.model_spec.name = MODEL
    for name, array in inputs(1, views).items():
        message.inputs[name].CopyFrom(tf.make_tensor_proto(array))
    return message.SerializeToString()


def percentiles(times: list[float]) -> str:
    if not times:
        return "no request ended in time"
    p50, p95, p99 = np.percentile(times, (50, 95, 99)) * 1000
    return f"p50 {p50:6.1f}  p95 {p95:6.1f}  p99 {p99:6.1f} ms"


def export(folder: pathlib.Path) -> None:
    import tf3d
    from tf3d.export.saved_model import export_saved_model

    export_saved_model(tf3d.load(MODEL).model, folder / MODEL, 1, name=MODEL)


def measure(
    arguments: argparse.Namespace, models: pathlib.Path
) -> dict[str, list[Burst]]:
    """Rounds of everything, by name."""
    seconds = arguments.seconds
    own = Own(models / MODEL / "1", arguments.views, arguments.plain_kernels)
    results: dict[str, list[Burst]] = {}

    def note(name: str, result: Burst) -> None:
        results.setdefault(name, []).append(result)

    with server(models) as batched, server(models, "--max-batch", "1") as single:
        body = request(arguments.views)
        targets = {"batched": batched(), "unbatched": single()}
        own.ready()
        for _ in range(arguments.rounds):
            note("loop", own.run(1, seconds))
            for clients in arguments.clients:
                # Many clients wait longer.
                window = seconds * max(1, clients / 64)
                for kind, target in targets.items():
                    if kind == "batched" or clients in (1, 32):
                        note(f"{kind} {clients}", burst(target, body, clients, window))
            note("batch", own.run(arguments.batch, seconds))
    own.stop()
    return results


def report(results: dict[str, list[Burst]]) -> None:
    """Prints medians over rounds, and the ratios."""

    def median(name: str, kind: str) -> float:
        return statistics.median(getattr(burst, kind) for burst in results[name])

    def p50(name: str) -> float:
        return statistics.median(
            statistics.median(burst.times) for burst in results[name] if burst.times
        )

    titles = {"loop": "SavedModel in a loop", "batch": "SavedModel in batches"}
    for name, bursts in results.items():
        times = [seconds for burst in bursts for seconds in burst.times]
        title = titles.get(name) or f"{name} clients"
        print(
            f"{title:22} {median(name, 'rows'):6.1f} rows/s  {percentiles(times)}  "
            f"processor {median(name, 'cpu'):5.1f} + {median(name, 'client_cpu'):4.1f} "
            "ms/row"
        )
    print("\nratios (of medians over rounds):")
    ratio = p50("batched 1") / p50("loop") if "batched 1" in results else math.nan
    print(f"p50, one client / loop                   {ratio:.2f}")
    if "batched 32" in results:
        many, own = (median(name, "rows") for name in ("batched 32", "batch"))
        single = median("unbatched 32", "rows")
        print(f"32 clients, batched / unbatched          {many / single:.2f}")
        print(f"32 clients, batched / model's own batch  {many / own:.2f}")
        alone = median("loop", "rows")
        print(f"model's own batch / loop                 {own / alone:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--views", type=int, default=1, help="of each request")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 8, 32, 128])
    parser.add_argument("--batch", type=int, default=32, help="rows of the bare model")
    parser.add_argument("--seconds", type=float, default=1.0, help="of each burst")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--models", type=pathlib.Path, help=f"a folder with {MODEL}/1; else exported"
    )
    parser.add_argument(
        "--plain-kernels",
        action="store_true",
        help="the bare model computes with what TensorFlow chooses by itself",
    )
    parser.add_argument("--own", type=pathlib.Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.own:
        serve_own(arguments.own, arguments.views, arguments.plain_kernels)
        return
    with tempfile.TemporaryDirectory() as temporary:
        models = arguments.models or pathlib.Path(temporary)
        if arguments.models is None:
            export(models)
        report(measure(arguments, models.resolve()))


if __name__ == "__main__":
    main()
