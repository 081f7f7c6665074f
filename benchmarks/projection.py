"""The projection of voxels against PyTorch's and TensorFlow Graphics' sampling.

    PYTHONPATH=. python benchmarks/projection.py --graphics graphics
    PYTHONPATH=. python benchmarks/projection.py --growth --graphics graphics
    PYTHONPATH=. python benchmarks/projection.py --rounds 3 --elevation  # a quick look

Forward and gradient in voxels and azimuth (with --elevation in that too) of the same
random voxels: 28³, batch 64, or with --growth 16³ to 128³ at batch 64 and batch 1 to
512 at 28³, as far as memory goes. Ours as a `tf.function`, plain and compiled by XLA;
`grid_sample` and a sum along the rays in PyTorch; `trilinear.interpolate` and
`visual_hull.render` in TensorFlow Graphics, as a `tf.function`. The latter from the
folder of

    pip install --no-deps --target graphics tensorflow-graphics==2021.12.3

Where JAX is installed, also ours under it: on a GPU, that and PyTorch are enough.

Each runs in a process of its own, since the thread pools of both libraries would
disturb each other, and they take turns: A B C A B C ... Their losses and gradients are
compared before anything is timed; results stay where they are computed. Prints the
milliseconds of each (median, least), and how many times as long as the better of ours
each peer takes. On a GPU, where PyTorch and JAX or TensorFlow see one, also the share
of its bandwidth that reading and writing voxels and gradients once would take
(--bandwidth, GB/s). Two minutes on 2 cores, with --growth some fifteen.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")  # as the commands do

OURS = ("tf3d", "tf3d XLA", "tf3d JAX")
# Arrays of the size of the voxels that each holds at the same time, about.
MEMORY = dict.fromkeys(OURS, 10) | {"torch grid_sample": 16, "TF Graphics": 90}
MEMORY_TILTED = MEMORY | dict.fromkeys(OURS, 40)
# A run returns the loss and the gradients, once they are computed.
Run = Callable[[], list[Any]]


def make_inputs(size: int, batch: int, elevation: bool) -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    voxels = rng.uniform(0, 0.1, (batch, size, size, size, 1))
    angles = rng.uniform((-3, -0.7), (3, 0.7), (batch, 2)).T[: 1 + elevation]
    return [x.astype(np.float32) for x in (voxels, *angles)]


def make_tensorflow(
    project: Callable[..., Any], inputs: list[np.ndarray], jit_compile: bool
) -> Run:
    import tensorflow as tf

    tensors = [tf.constant(x) for x in inputs]

    @tf.function(jit_compile=jit_compile)
    def step(*tensors: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(tensors)
            loss = tf.reduce_sum(tf.square(project(*tensors)))
        return [loss, *tape.gradient(loss, tensors)]

    return lambda: [x.numpy() for x in step(*tensors)]


def make_ours(inputs: list[np.ndarray], jit_compile: bool) -> Run:
    from tf3d.layers import Projection

    return make_tensorflow(Projection(), inputs, jit_compile)


def make_jax(inputs: list[np.ndarray]) -> Run:
    os.environ["KERAS_BACKEND"] = "jax"
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    import jax

    from tf3d.layers import Projection

    project = Projection()

    def loss(*tensors: Any) -> Any:
        return jax.numpy.sum(project(*tensors) ** 2)

    step = jax.jit(jax.value_and_grad(loss, argnums=tuple(range(len(inputs)))))
    tensors = [jax.numpy.asarray(x) for x in inputs]

    def run() -> list[Any]:
        value, gradients = jax.block_until_ready(step(*tensors))
        return [value, *gradients]

    return run


def make_graphics(inputs: list[np.ndarray]) -> Run:
    import tensorflow as tf
    from tensorflow_graphics.math.interpolation import trilinear
    from tensorflow_graphics.rendering.volumetric import visual_hull

    size = inputs[0].shape[1]
    axis = tf.linspace(-1.0, 1.0, size)
    x, y, z = (a[None] for a in tf.meshgrid(axis, axis, axis, indexing="ij"))

    def project(voxels: Any, azimuth: Any, elevation: Any = None) -> Any:
        level, high = x, z
        if elevation is not None:
            cosine, sine = _cosine_sine(tf, elevation)
            level, high = x * cosine - z * sine, x * sine + z * cosine
        cosine, sine = _cosine_sine(tf, azimuth)
        points = [level * cosine - y * sine, level * sine + y * cosine]
        points = tf.stack([*points, tf.broadcast_to(high, points[0].shape)], -1)
        points = tf.reshape((points + 1) * ((size - 1) / 2), (len(voxels), -1, 3))
        # A border of zeros, since points outside are clamped to the border.
        padded = tf.pad(voxels, [(0, 0), *[(1, 1)] * 3, (0, 0)])
        values = trilinear.interpolate(padded, points + 1)
        images = visual_hull.render(tf.reshape(values, voxels.shape), axis=0)
        return tf.reverse(tf.transpose(images, (0, 2, 1, 3)), [1])

    return make_tensorflow(project, inputs, False)


def _cosine_sine(library: Any, angle: Any) -> tuple[Any, Any]:
    angle = angle[:, None, None, None]
    return library.cos(angle), library.sin(angle)


def make_torch(inputs: list[np.ndarray]) -> Run:
    import torch

    device = "cuda" if torch.cuda.is_available() else "cpu"
    # PyTorch's voxels: [batch, channel, x, y, z].
    voxels = torch.from_numpy(np.moveaxis(inputs[0], -1, 1).copy())
    tensors = [t.to(device) for t in (voxels, *map(torch.from_numpy, inputs[1:]))]
    for tensor in tensors:
        tensor.requires_grad_()
    axis = torch.linspace(-1, 1, inputs[0].shape[1], device=device)
    x, y, z = (a[None] for a in torch.meshgrid(axis, axis, axis, indexing="ij"))

    def project(voxels: Any, azimuth: Any, elevation: Any = None) -> Any:
        level, high = x, z
        if elevation is not None:
            cosine, sine = _cosine_sine(torch, elevation)
            level, high = x * cosine - z * sine, x * sine + z * cosine
        cosine, sine = _cosine_sine(torch, azimuth)
        points = [level * cosine - y * sine, level * sine + y * cosine]
        # The last axis of the voxels comes first in the points.
        grid = torch.stack([high.expand_as(points[0]), points[1], points[0]], -1)
        values = torch.nn.functional.grid_sample(voxels, grid, align_corners=True)
        return 1 - torch.exp(-values.sum(2))

    def run() -> list[Any]:
        loss = project(*tensors).square().sum()
        gradients = torch.autograd.grad(loss, tensors)
        if device == "cuda":
            torch.cuda.synchronize()
        return [loss.detach(), *gradients]

    return run


MAKERS: dict[str, Callable[[list[np.ndarray]], Run]] = {
    "tf3d": lambda inputs: make_ours(inputs, False),
    "tf3d XLA": lambda inputs: make_ours(inputs, True),
    "tf3d JAX": make_jax,
    "torch grid_sample": make_torch,
    "TF Graphics": make_graphics,
}


def work(name: str) -> None:
    """Answers lines on standard input: a new size, or a number of runs to time."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # What libraries print is no answer.
    run: Run | None = None
    for line in sys.stdin:
        request = json.loads(line)
        if "size" in request:
            run = MAKERS[name](make_inputs(**request))
            loss, *gradients = run()
            answer = [float(loss), *(_norm(gradient) for gradient in gradients)]
        else:
            answer = []
            for _ in range(request["count"]):
                start = time.perf_counter()
                run()
                answer.append(time.perf_counter() - start)
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def _norm(gradient: Any) -> float:
    if hasattr(gradient, "cpu"):  # PyTorch's may be on another device
        gradient = gradient.cpu()
    return float(np.linalg.norm(np.asarray(gradient)))


class Worker:
    """A process that runs one of the projections."""

    def __init__(self, name: str, graphics: pathlib.Path | None) -> None:
        paths = [os.environ.get("PYTHONPATH", "")]
        if graphics and name == "TF Graphics":
            paths.append(str(graphics.resolve()))
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--worker", name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))},
            text=True,
        )

    def ask(self, **request: Any) -> list[float] | None:
        """None if the process has died: no such library, or not enough memory."""
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return None
        answer = self.process.stdout.readline()
        return json.loads(answer) if answer else None

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


def compare(
    names: list[str], size: int, batch: int, options: argparse.Namespace
) -> dict[str, list[float]]:
    """Times all on one size, in turns.

    Returns:
      Seconds of each run, by name; those that ran out of memory are left out.
    """
    memory = MEMORY_TILTED if options.elevation else MEMORY
    workers, checks = {}, {}
    for name in names:
        needed = memory[name] * batch * size**3 * 4 / 1e9
        if needed > options.memory:
            print(f"  {name}: left out, some {needed:.1f} GB", flush=True)
            continue
        worker = Worker(name, options.graphics)
        checks[name] = worker.ask(size=size, batch=batch, elevation=options.elevation)
        if checks[name] is None:
            print(f"  {name}: left out, its process ended", flush=True)
            worker.end()
            del checks[name]
        else:
            workers[name] = worker
    for name, check in checks.items():
        first = next(iter(checks.values()))
        if not np.allclose(check, first, rtol=2e-3):
            raise SystemExit(f"{name} computes {check}, others {first}.")
    seconds: dict[str, list[float]] = {name: [] for name in workers}
    for turn in range(options.rounds + 1):
        for name, worker in workers.items():
            found = worker.ask(count=options.burst)
            if turn:  # The first round warms up.
                seconds[name] += found
    for worker in workers.values():
        worker.end()
    return seconds


def report(
    seconds: dict[str, list[float]], size: int, batch: int, options: argparse.Namespace
) -> None:
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    best = min((medians[name] for name in OURS if name in medians), default=None)
    for name, median in medians.items():
        row = (
            f"  {name:18} {1e3 * median:9.2f} ms  least {1e3 * min(seconds[name]):9.2f}"
        )
        if best and name not in OURS:
            row += f"  {median / best:6.1f} times the better of ours"
        if options.bandwidth:
            # Voxels read forward and backward, their gradient written.
            share = 3 * batch * size**3 * 4 / median / (options.bandwidth * 1e9)
            row += f"  {share:6.1%} of the bandwidth"
        print(row, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--graphics", type=pathlib.Path, help="TensorFlow Graphics")
    parser.add_argument("--growth", action="store_true", help="other sizes and batches")
    parser.add_argument("--sizes", type=int, nargs="+", help="at batch 64, no others")
    parser.add_argument("--batches", type=int, nargs="+", help="at 28³, no others")
    parser.add_argument("--elevation", action="store_true", help="tilted views")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--burst", type=int, default=5, help="runs in a turn")
    parser.add_argument("--memory", type=float, default=8.0, help="GB at most")
    parser.add_argument("--bandwidth", type=float, help="of the GPU, GB/s")
    parser.add_argument("--worker", choices=MAKERS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        return work(options.worker)
    if options.rounds < 1 or options.burst < 1:
        parser.error("--rounds and --burst must be at least 1.")
    names = [n for n in MAKERS if n != "TF Graphics" or options.graphics]
    cases = [(size, 64) for size in options.sizes or ()]
    cases += [(28, batch) for batch in options.batches or ()]
    cases = cases or [(28, 64)]
    if options.growth:
        cases += [(size, 64) for size in (16, 32, 64, 128)]
        cases += [(28, batch) for batch in (1, 8, 512)]
    for size, batch in cases:
        print(f"{size}³, batch {batch}", flush=True)
        report(compare(names, size, batch, options), size, batch, options)
    return None


if __name__ == "__main__":
    main()
