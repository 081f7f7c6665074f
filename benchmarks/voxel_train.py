"""The training step of the voxel autoencoder against what the processor can do.

    PYTHONPATH=. python benchmarks/voxel_train.py
    PYTHONPATH=. python benchmarks/voxel_train.py --rounds 2 --no-forms  # a quick look

The final model (µ-VAE, learned azimuth, texturizer, 28 x 28, batches of 64 pictures in
memory) with both its optimisers, in float32 and in bfloat16, and in the same rounds a
large matrix product in both. Prints images/s, the operations per image counted from the
layers, and the share of the matrix product's rate that these make; then the
milliseconds of each layer, forward and gradient; then each form of the transposed
convolutions; then the decoder, forward and gradient, against the same in PyTorch, in a
process of its own, since idle thread pools of one library slow the other. Medians over
rounds, in which all take turns, and the least. One to two minutes on 2 cores.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")  # as the commands do

PRECISIONS = {"float32": "float32", "bfloat16": "mixed_bfloat16"}
BATCH, SIZE, WIDTHS, LATENT = 64, 28, (128, 64), 20
PRODUCT = 2048  # rows and columns of the matrices
Run = Callable[[], Any]


def race(runs: dict[str, Run], rounds: int) -> dict[str, list[float]]:
    """Seconds of each, which take turns; the first two rounds are not counted."""
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(rounds + 2):
        for name, run in runs.items():
            start = time.perf_counter()
            elapsed = run()
            if not isinstance(elapsed, float):
                elapsed = time.perf_counter() - start
            if number >= 2:
                seconds[name].append(elapsed)
    return seconds


def milliseconds(values: list[float]) -> str:
    return f"{1e3 * statistics.median(values):8.1f}  {1e3 * min(values):8.1f}"


# --- what is timed ---


def make_model(precision: str) -> Any:
    import keras

    from tf3d.models.voxels import build_voxel_autoencoder

    keras.utils.set_random_seed(0)
    model = build_voxel_autoencoder(
        "mu-vae",
        "learned",
        True,
        pose_settings={"slots": BATCH},
        dtype=PRECISIONS[precision],
    )
    model.build()
    return model


def step_run(model: Any) -> Run:
    """The whole step, as `tf3d train` takes it."""
    import keras

    from tf3d.models.voxels import VoxelObjective
    from tf3d.training.voxel_config import VoxelConfig
    from tf3d.training.voxel_steps import VoxelOptimizers, make_voxel_step

    objective = VoxelObjective("mu-vae")
    optimizers = VoxelOptimizers(VoxelConfig(), model, objective, None)
    generator = keras.random.SeedGenerator(0)
    step = make_voxel_step(model, objective, None, optimizers, generator)
    images = np.random.default_rng(0).random((BATCH, SIZE, SIZE, 1), np.float32)
    return lambda: step(images)["total"].numpy()


def gradient_run(layer: Callable[..., Any], inputs: list[Any], variables: Any) -> Run:
    """Forward, and the gradient in the inputs and the variables."""
    import tensorflow as tf

    @tf.function(jit_compile=False)
    def run(*inputs: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = layer(*inputs)
        # Of itself, so that the forward pass is not left out.
        sources = [list(inputs), variables]
        return outputs, tape.gradient(outputs, sources, output_gradients=outputs)

    return lambda: run(*inputs)[0][0].numpy() is None


def product_run(precision: str) -> Run:
    import tensorflow as tf

    values = np.random.default_rng(0).normal(size=(2, PRODUCT, PRODUCT))
    a, b = tf.cast(values, precision)
    product = tf.function(tf.matmul)
    return lambda: product(a, b)[0, :1].numpy() is None


def layer_runs(model: Any) -> dict[str, Run]:
    """Each layer that takes time on inputs of its shapes."""
    import tensorflow as tf

    rng = np.random.default_rng(0)
    dtype, decoder = model.compute_dtype, model.decoder

    def of(layer: Any, *shape: int, kind: str = dtype, **call: Any) -> Run:
        x = tf.cast(rng.normal(size=(BATCH, *shape)), kind)
        variables = [v.value for v in layer.trainable_variables]
        return gradient_run(lambda x: layer(x, **call), [x], variables)

    runs = {
        "encoder": of(model.encoder, SIZE, SIZE, 1, kind="float32", training=True),
        "decoder: dense": of(decoder.grid, LATENT),
    }
    size = decoder.small
    for norm, up, width in zip(decoder.norms, decoder.ups, WIDTHS, strict=True):
        shape = (size, size, size, width)
        runs[f"decoder: {norm.name}"] = of(norm, *shape, training=True)
        runs[f"decoder: {up.name}"] = of(up, *shape)
        size *= 2
    voxels = tf.constant(rng.uniform(0, 0.1, (BATCH, SIZE, SIZE, SIZE, 1)), tf.float32)
    azimuth = tf.constant(rng.uniform(-3, 3, BATCH), tf.float32)
    runs["projection"] = gradient_run(model.projection, [voxels, azimuth], [])
    runs["texturizer"] = of(model.texturizer, SIZE, SIZE, 1, kind="float32")
    return runs


def form_runs(precision: str) -> dict[str, Run]:
    """Each form of both up-convolutions; no zeros inserted in the large one."""
    import tensorflow as tf

    from tf3d.layers.up_convolution_3d import FORMS, UpConvolution3D

    rng, runs = np.random.default_rng(0), {}
    for size, width, filters in ((7, 128, 64), (14, 64, 1)):
        x = tf.cast(rng.normal(size=(BATCH, size, size, size, width)), precision)
        for form in FORMS:
            if form == "zero_insertion" and filters > 1:
                continue
            layer = UpConvolution3D(filters, form, dtype=PRECISIONS[precision])
            layer.build(x.shape)
            variables = [v.value for v in layer.trainable_variables]
            name = f"{size}³·{width} → {2 * size}³·{filters} {form}, {precision}"
            runs[name] = gradient_run(layer, [x], variables)
    return runs


def decoder_run(model: Any) -> Run:
    import tensorflow as tf

    codes = tf.constant(np.random.default_rng(0).normal(size=(BATCH, LATENT)))
    variables = [v.value for v in model.decoder.trainable_variables]
    codes = tf.cast(codes, tf.float32)
    return gradient_run(lambda x: model.decoder(x, training=True), [codes], variables)


# --- operations ---


def operations(model: Any) -> dict[str, float]:
    """Multiplications and additions of a step for one image, from the layers' shapes.

    A product's gradient costs it twice again, in the input and in the weights; the
    first layer's input needs none. Up-convolutions count the taps that fall into the
    result.
    """
    counts: dict[str, float] = {}
    size, channels = model.image_size, model.channels
    total = 0.0
    for index, layer in enumerate(model.encoder.convolutions):
        size = -(-size // 2)
        total += (3 if index else 2) * 2 * size**2 * 9 * channels * layer.filters
        channels = layer.filters
    total += 3 * 2 * model.encoder.features * 2 * model.latent
    counts["encoder"] = total
    decoder = model.decoder
    counts["decoder: dense"] = 6.0 * math.prod(decoder.grid.kernel.shape)
    size = decoder.small
    for up, width in zip(decoder.ups, decoder.widths, strict=True):
        taps = (3 * size - 1) ** 3  # tap 2 of the last voxel falls outside
        counts[f"decoder: {up.name}"] = 6.0 * taps * width * up.filters
        size *= 2
    counts["projection"] = 6.0 * size**4
    texturizer = model.texturizer
    for layer in (texturizer.hidden, texturizer.picture):
        count = 6.0 * math.prod(layer.kernel.shape)
        counts["texturizer"] = counts.get("texturizer", 0) + count
    return counts


# --- the peer ---


def torch_decoder(precision: str, threads: int) -> Run:
    """The same decoder as one writes it in PyTorch."""
    import torch
    from torch import nn

    torch.set_num_threads(threads)
    torch.manual_seed(0)
    small = SIZE // 4
    network = nn.Sequential(
        nn.Linear(LATENT, small**3 * WIDTHS[0], bias=False),
        nn.Unflatten(1, (WIDTHS[0], small, small, small)),
        nn.BatchNorm3d(WIDTHS[0]),
        nn.LeakyReLU(0.2),
        nn.ConvTranspose3d(*WIDTHS, 3, 2, 1, output_padding=1, bias=False),
        nn.BatchNorm3d(WIDTHS[1]),
        nn.LeakyReLU(0.2),
        nn.ConvTranspose3d(WIDTHS[1], 1, 3, 2, 1, output_padding=1),
    )
    codes = torch.randn(BATCH, LATENT, requires_grad=True)

    def run() -> None:
        network.zero_grad(set_to_none=True)
        with torch.autocast("cpu", torch.bfloat16, enabled=precision != "float32"):
            voxels = network(codes)
        voxels = torch.sigmoid(voxels.float())
        voxels.backward(voxels.detach())

    return run


def work(arguments: argparse.Namespace) -> None:
    """In a process of its own: a line of input, one run, a line of seconds."""
    run = torch_decoder(arguments.worker, arguments.threads)
    print("ready", flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        run()
        print(json.dumps(time.perf_counter() - start), flush=True)


class Peer:
    """PyTorch's decoder at one precision; calling it runs it once."""

    def __init__(self, precision: str, threads: int) -> None:
        command = [sys.executable, __file__, "--worker", precision]
        self._process = subprocess.Popen(
            [*command, "--threads", str(threads)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._read()

    def _read(self) -> str:
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("PyTorch is missing or failed: pip install '.[bench]'")
        return line

    def __call__(self) -> float:
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return float(json.loads(self._read()))

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait()


# --- tables ---


def report_steps(models: dict[str, Any], rounds: int) -> None:
    runs: dict[str, Run] = {}
    for precision, model in models.items():
        runs[f"product {precision}"] = product_run(precision)
        runs[f"step {precision}"] = step_run(model)
    seconds = race(runs, rounds)
    counts = operations(next(iter(models.values())))
    total = sum(counts.values())
    print(f"GFLOP an image: {total / 1e9:.3f}")
    for name, count in counts.items():
        print(f"  {name:24} {count / 1e9:.3f}")
    rates = {
        precision: 2 * PRODUCT**3 / statistics.median(seconds[f"product {precision}"])
        for precision in models
    }
    for precision, rate in rates.items():
        best = 2 * PRODUCT**3 / min(seconds[f"product {precision}"]) / 1e9
        print(f"product {precision:9} {rate / 1e9:6.0f} GFLOP/s, best {best:.0f}")
    print(f"{'step':10} images/s    best  GFLOP/s  share of the product's rate")
    for precision in models:
        values = seconds[f"step {precision}"]
        speed = BATCH / statistics.median(values)
        shares = ", ".join(
            f"{speed * total / rate:.0%} of {name}" for name, rate in rates.items()
        )
        best = BATCH / min(values)
        made = speed * total / 1e9
        print(f"{precision:10} {speed:8.0f} {best:7.0f} {made:8.0f}  {shares}")


def report(title: str, runs: dict[str, Run], rounds: int) -> None:
    print(f"\n{title + ': ms':44}   median     least", flush=True)
    for name, values in race(runs, rounds).items():
        print(f"{name:44} {milliseconds(values)}", flush=True)


def compare(arguments: argparse.Namespace) -> None:
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(arguments.threads)
    tf.get_logger().setLevel("ERROR")  # a graph for each layer is meant
    models = {precision: make_model(precision) for precision in PRECISIONS}
    report_steps(models, 2 * arguments.rounds)
    for precision, model in models.items():
        title = f"layer, forward + gradient, {precision}"
        report(title, layer_runs(model), arguments.rounds)
    if arguments.forms:
        for precision in PRECISIONS:
            title = "up-convolution, forward + gradient"
            report(title, form_runs(precision), arguments.rounds)
    if arguments.torch:
        peers = {p: Peer(p, arguments.threads) for p in PRECISIONS}
        runs: dict[str, Run] = {}
        for precision, model in models.items():
            runs[f"tf3d {precision}"] = decoder_run(model)
            runs[f"torch {precision}"] = peers[precision]
        report("decoder, forward + gradient", runs, arguments.rounds)
        for peer in peers.values():
            peer.close()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=6, help="twice that for steps")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--forms", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--torch", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--worker", choices=PRECISIONS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        work(arguments)
    else:
        compare(arguments)


if __name__ == "__main__":
    main()
