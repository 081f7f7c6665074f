"""The bare training step against the same network written in PyTorch.

    PYTHONPATH=. python benchmarks/train_step.py
    PYTHONPATH=. python benchmarks/train_step.py --bursts 2 --steps 2   # a quick look

The paper's network (preset "multiview", codes of 1024) with the paper's loss and Adam,
batches of 64 pictures of 128 x 128 in memory, in float32 and in bfloat16, against
PyTorch with its two memory layouts. Each runs in a process of its own, since the thread
pools of both libraries would disturb each other, and they take turns: A B C A B C ...
All start from the same weights; the losses of the first steps are printed side by side.

Prints the samples/s of each (median over bursts), and at each precision the ratio of
ours to the better of PyTorch's layouts. About three minutes on 2 cores.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")  # as the commands do

CODE_WIDTH = 1024
SIZE = 128
RATE = 1e-4
RUNS = {
    "tf3d float32": ("tf3d", "float32", "nhwc"),
    "torch float32 NCHW": ("torch", "float32", "nchw"),
    "torch float32 channels_last": ("torch", "float32", "nhwc"),
    "tf3d bfloat16": ("tf3d", "bfloat16", "nhwc"),
    "torch bfloat16 NCHW": ("torch", "bfloat16", "nchw"),
    "torch bfloat16 channels_last": ("torch", "bfloat16", "nhwc"),
}
# A runner takes a number of steps and returns their losses once the last is done.
Runner = Callable[[int], list[float]]


def make_batch(size: int, seed: int = 0) -> dict[str, np.ndarray]:
    """A batch as the pipeline gives it: discs with a depth, uint8 and float16."""
    rng = np.random.default_rng(seed)
    grid = np.stack(np.meshgrid(*[np.linspace(-1, 1, SIZE)] * 2))
    radius = rng.uniform(0.3, 0.8, (size, 1, 1))
    inside = (grid**2).sum(0)[None] < radius**2
    color = rng.integers(0, 256, (size, 1, 1, 3))
    rgb = np.where(inside[..., None], color, 128).astype(np.uint8)
    noise = rng.integers(0, 256, rgb.shape)
    viewpoint = rng.uniform((0, -10, 1.7), (360, 40, 2.3), (size, 3))
    return {
        "image": np.where(inside[..., None], color, noise).astype(np.uint8),
        "viewpoint": viewpoint.astype(np.float32),
        "rgb": rgb,
        "depth": np.where(inside, 2.0, 0.0).astype(np.float16),
        "alpha": np.where(inside, 255, 0).astype(np.uint8),
    }


# --- ours ---


def tf3d_runner(
    batch: dict[str, np.ndarray], precision: str, weights: pathlib.Path
) -> tuple[Runner, int]:
    """Our step; returns it and the number of parameters."""
    import tensorflow as tf

    from tf3d.models import MultiViewObjective
    from tf3d.training.optimizers import FusedAdam
    from tf3d.training.steps import make_step

    model = build_model(precision)
    with np.load(weights) as values:
        model.set_weights([values[f"arr_{i}"] for i in range(len(values.files))])
    objective = MultiViewObjective(depth_range=model.depth_range)
    step = make_step(model, objective, FusedAdam(RATE))
    tensors = {key: tf.constant(value) for key, value in batch.items()}
    inputs = {key: tensors[key] for key in ("image", "viewpoint")}
    targets = {key: tensors[key] for key in ("rgb", "depth", "alpha")}

    def run(steps: int) -> list[float]:
        totals = [step(inputs, targets)["total"] for _ in range(steps)]
        return [float(total) for total in totals]

    return run, model.count_params()


def build_model(precision: str) -> Any:
    import keras

    from tf3d.models import build_multiview

    keras.utils.set_random_seed(0)
    policy = "float32" if precision == "float32" else "mixed_bfloat16"
    model = build_multiview("multiview", code_width=CODE_WIDTH, dtype=policy)
    model.build()
    return model


# --- the peer ---


def torch_runner(
    batch: dict[str, np.ndarray], precision: str, weights: pathlib.Path, layout: str
) -> tuple[Runner, int]:
    """The same step as one writes it in PyTorch."""
    import torch
    from torch.nn import functional

    torch.manual_seed(0)
    network = torch_network()
    load_weights(network, weights)
    memory = torch.channels_last if layout == "nhwc" else torch.contiguous_format
    network = network.to(memory_format=memory)
    optimizer = torch.optim.Adam(network.parameters(), RATE, eps=1e-7, fused=True)
    # Torch pads strided convolutions more at the start, TensorFlow at the end: inputs
    # turned by 180°, once and outside the clock, make the two the same.
    image = np.ascontiguousarray(batch["image"][:, ::-1, ::-1])
    data = {k: torch.from_numpy(v) for k, v in {**batch, "image": image}.items()}
    for key in ("image", "rgb"):
        data[key] = data[key].permute(0, 3, 1, 2).contiguous(memory_format=memory)
    near, far = 0.1, 5.0
    low = precision != "float32"

    def step() -> Any:
        optimizer.zero_grad(set_to_none=True)
        image = data["image"].float() / 255
        rgb = data["rgb"].float() / 255
        depth = data["depth"].float()
        alpha = data["alpha"].float() / 255
        with torch.autocast("cpu", torch.bfloat16, enabled=low):
            raw = network(image, data["viewpoint"])
        raw = torch.tanh(raw.float())
        error = raw[:, :3] - (rgb - 0.5) * 1.5
        output = near + (far - near) * (raw[:, 3] / 0.75 + 1) / 2
        depth = torch.where(alpha >= 0.5, depth, far)
        loss = (error**2).sum(1).mean()
        loss = loss + 0.1 * functional.l1_loss(output, depth) * (1.5 / (far - near))
        loss.backward()
        optimizer.step()
        return loss.detach()

    def run(steps: int) -> list[float]:
        totals = [step() for _ in range(steps)]
        return [float(total) for total in totals]

    return run, sum(p.numel() for p in network.parameters())


def torch_network() -> Any:
    """The paper's network as a torch module."""
    import torch
    from torch import nn

    encoder = ((5, 3, 32), (5, 32, 32), (5, 32, 64), (3, 64, 128), (3, 128, 256))
    decoder = ((3, 256, 128), (3, 128, 64), (5, 64, 32), (5, 32, 32), (5, 32, 4))

    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.encoder = nn.ModuleList(
                nn.Conv2d(i, o, k, 2, k // 2) for k, i, o in encoder
            )
            self.code = nn.Linear(4096, CODE_WIDTH)
            self.viewpoint = nn.ModuleList(nn.Linear(i, 64) for i in (5, 64, 64))
            self.joint = nn.ModuleList(
                nn.Linear(i, o)
                for i, o in (
                    (CODE_WIDTH + 64, CODE_WIDTH),
                    (CODE_WIDTH, CODE_WIDTH),
                    (CODE_WIDTH, 4096),
                )
            )
            self.decoder = nn.ModuleList(
                nn.ConvTranspose2d(i, o, k, 2, k // 2, output_padding=1)
                for k, i, o in decoder
            )
            self.activation = nn.LeakyReLU(0.2, inplace=True)

        def forward(self, image: Any, viewpoint: Any) -> Any:
            x = (image - 0.5) * 1.5
            for layer in self.encoder:
                x = self.activation(layer(x))
            channels_last = x.is_contiguous(memory_format=torch.channels_last)
            x = self.activation(self.code(x.flatten(1)))
            angles = torch.deg2rad(viewpoint[:, :2])
            distance = (viewpoint[:, 2:] - 2.0) / 0.3
            v = torch.cat([angles.sin(), angles.cos(), distance], 1)
            for layer in self.viewpoint:
                v = self.activation(layer(v))
            x = torch.cat([x, v], 1)
            for layer in self.joint:
                x = self.activation(layer(x))
            x = x.view(-1, 256, 4, 4)
            if channels_last:
                x = x.contiguous(memory_format=torch.channels_last)
            for layer in self.decoder[:-1]:
                x = self.activation(layer(x))
            return self.decoder[-1](x)

    return Network()


def load_weights(network: Any, path: pathlib.Path) -> None:
    """Copies our weights; on inputs turned by 180° the torch network is then ours."""
    import torch

    with np.load(path) as file:
        values = [file[f"arr_{i}"] for i in range(len(file.files))]
    # In the order of our layers: encoder, code, viewpoint, joint, decoder.
    layers = [*network.encoder, network.code, *network.viewpoint, *network.joint]
    layers += list(network.decoder)
    for layer, kernel, bias in zip(layers, values[::2], values[1::2], strict=True):
        if isinstance(layer, torch.nn.Conv2d):
            kernel = kernel[::-1, ::-1].transpose(3, 2, 0, 1)
        elif isinstance(layer, torch.nn.ConvTranspose2d):
            kernel = kernel[::-1, ::-1].transpose(2, 3, 0, 1)
        elif layer is network.code:
            # Flattened [4, 4, 256] becomes [256, 4, 4], turned.
            kernel = kernel.reshape(4, 4, 256, -1)[::-1, ::-1].transpose(3, 2, 0, 1)
            kernel = kernel.reshape(len(kernel), -1)
        elif layer is network.joint[-1]:
            # Our decoder works on turned pictures.
            kernel = kernel.reshape(-1, 4, 4, 256)[:, ::-1, ::-1].transpose(3, 1, 2, 0)
            kernel = kernel.reshape(4096, -1)
            bias = bias.reshape(4, 4, 256)[::-1, ::-1].transpose(2, 0, 1).ravel()
        else:
            kernel = kernel.T
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(np.ascontiguousarray(kernel)))
            layer.bias.copy_(torch.from_numpy(np.ascontiguousarray(bias)))


# --- processes that take turns ---


def work(arguments: argparse.Namespace) -> None:
    """In a process of its own: for each line of input, that many steps."""
    library, precision, layout = RUNS[arguments.worker]
    batch = make_batch(arguments.batch_size)
    weights = pathlib.Path(arguments.weights)
    if library == "tf3d":
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(arguments.threads)
        run, parameters = tf3d_runner(batch, precision, weights)
    else:
        import torch

        torch.set_num_threads(arguments.threads)
        run, parameters = torch_runner(batch, precision, weights, layout)
    losses = run(1) + run(2)
    print(json.dumps({"parameters": parameters, "losses": losses}), flush=True)
    for line in sys.stdin:
        steps = int(line)
        run(1)  # caches and threads are another's after its turn
        start = time.perf_counter()
        run(steps)
        print(json.dumps(time.perf_counter() - start), flush=True)


class Worker:
    """One of `RUNS` in its own process.

    Args:
      name: a key of `RUNS`.
      arguments: of the command line.
      folder: holds weights.npz, and gets the worker's log.
    """

    def __init__(
        self, name: str, arguments: argparse.Namespace, folder: pathlib.Path
    ) -> None:
        command = [sys.executable, __file__, "--worker", name]
        command += ["--weights", os.fspath(folder / "weights.npz")]
        command += ["--batch-size", str(arguments.batch_size)]
        command += ["--threads", str(arguments.threads)]
        self._log = folder / f"{name}.log"
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env={**os.environ, "OMP_NUM_THREADS": str(arguments.threads)},
            )
        self.start = self._read()

    def _read(self) -> Any:
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(self._log.read_text())
        return json.loads(line)

    def burst(self, steps: int) -> float:
        """Seconds for so many steps."""
        self._process.stdin.write(f"{steps}\n")
        self._process.stdin.flush()
        return self._read()

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait()


def compare(arguments: argparse.Namespace) -> None:
    """Lets all runs take turns and prints what they did."""
    names = [n for n, run in RUNS.items() if run[1] in arguments.precisions]
    seconds: dict[str, list[float]] = {name: [] for name in names}
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        model = build_model("float32")
        np.savez(folder / "weights.npz", *model.get_weights())
        workers = {name: Worker(name, arguments, folder) for name in names}
        for _ in range(arguments.bursts):
            for name in names:
                seconds[name].append(workers[name].burst(arguments.steps))
        for worker in workers.values():
            worker.close()
    print(
        f"batch {arguments.batch_size}, {SIZE} x {SIZE}, {arguments.threads} threads, "
        f"{arguments.bursts} bursts of {arguments.steps} steps each\n"
    )
    samples = arguments.steps * arguments.batch_size
    speed = {n: samples / statistics.median(values) for n, values in seconds.items()}
    print(f"{'':28} {'samples/s':>9} {'(min max)':>13} {'parameters':>11}  losses")
    for name in names:
        start, values = workers[name].start, seconds[name]
        losses = " ".join(f"{loss:.5f}" for loss in start["losses"])
        extent = f"({samples / max(values):.0f} {samples / min(values):.0f})"
        print(
            f"{name:28} {speed[name]:9.1f} {extent:>13} {start['parameters']:11,}  "
            f"{losses}"
        )
    counts = {worker.start["parameters"] for worker in workers.values()}
    if len(counts) != 1:
        raise SystemExit(f"The networks differ in size: {counts}")
    print()
    for precision in arguments.precisions:
        peers = [n for n in names if RUNS[n][:2] == ("torch", precision)]
        best = max(peers, key=speed.get)
        ratio = speed[f"tf3d {precision}"] / speed[best]
        print(f"{precision}: tf3d / {best} = {ratio:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bursts", type=int, default=8, help="of each, in turn")
    parser.add_argument("--steps", type=int, default=10, help="in a burst")
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument(
        "--precisions",
        nargs="+",
        default=["float32", "bfloat16"],
        choices=["float32", "bfloat16"],
    )
    parser.add_argument("--worker", choices=RUNS, help=argparse.SUPPRESS)
    parser.add_argument("--weights", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    work(arguments) if arguments.worker else compare(arguments)


if __name__ == "__main__":
    main()
