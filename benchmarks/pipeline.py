"""Training with live rendering and compositing against the bare step.

    PYTHONPATH=. python benchmarks/pipeline.py --reuse 8 4 2 1
    PYTHONPATH=. python benchmarks/pipeline.py --shapes 16 --steps 4 --rounds 2

One model and one compiled step, fed in turns from batches in memory and from the
pipeline that `tf3d train` uses (workers that render, the pool of views, compositing,
tf.data). Each burst on the pipeline begins with untimed steps that use up what the
workers had rendered ahead in the meantime, and before each burst in memory there is a
pause in which they come to rest.

Prints for each --reuse (how often a view is drawn before it goes) the samples/s of
both, their ratio, and the freshly rendered views/s; then what the parts cost in
processor time. About six minutes for four values on 2 cores.
"""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import os
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")  # as the commands do

IN_MEMORY = 8  # batches
PIECES = 12  # shapes that the parts are timed on


def make_training(config: Any) -> Callable[..., dict[str, Any]]:
    """The model's step as `tf3d train` makes it."""
    import keras

    from tf3d.models import MultiViewObjective, build_multiview
    from tf3d.training.optimizers import FusedAdam
    from tf3d.training.precision import policy
    from tf3d.training.run import ADVERSARIAL
    from tf3d.training.steps import make_step

    keras.utils.set_random_seed(config.seed)
    wanted = policy(config.precision)
    model = build_multiview(config.model, **config.network, dtype=wanted)
    model.build()
    settings = config.objective.model_dump(exclude=set(ADVERSARIAL))
    if not model.mask_output:
        settings |= {"mask_weight": 0.0, "masked_depth": False}
    objective = MultiViewObjective(
        **settings,
        depth_range=model.depth_range,
        relative_depth=model.relative_depth,
    )
    print(
        f"{config.model}, {wanted}, batch {config.batch_size}, "
        f"{model.image_size} x {model.image_size}, {os.cpu_count()} processors, "
        f"{config.data.workers} rendering worker(s)"
    )
    return make_step(model, objective, FusedAdam(1e-4))


def burst(step: Callable[..., Any], batches: Iterator[Any], count: int) -> float:
    """Seconds of so many steps, each with its terms read as training does."""
    start = time.perf_counter()
    for _ in range(count):
        terms = step(*next(batches))
        for value in terms.values():
            float(value)
    return time.perf_counter() - start


def pool_settings(config: Any, reuse: float, **changes: Any) -> Any:
    from tf3d.data.pool import PoolSettings

    data = config.data
    names = ("shapes", "views", "clutter", "mirror", "shift", "tone", "workers")
    settings = {name: getattr(data, name) for name in names}
    settings |= {"batch_size": config.batch_size, "seed": config.seed, "reuse": reuse}
    return PoolSettings(**{**settings, **changes})


def compare(
    config: Any, render: Any, step: Any, reuse: float, arguments: argparse.Namespace
) -> None:
    """Prints one row: both speeds, their ratio, fresh views/s."""
    import tensorflow as tf

    from tf3d.data.pipeline import dataset
    from tf3d.data.pool import ViewPool

    pool = ViewPool(render, pool_settings(config, reuse))
    try:
        pool.fill()
        live = iter(dataset(pool, config.phases[-1].image_size))
        held = [next(live) for _ in range(IN_MEMORY)]
        held = [tf.nest.map_structure(tf.identity, batch) for batch in held]
        memory = itertools.cycle(held)
        burst(step, memory, 3)
        # What workers and tf.data have ready after a pause, at most.
        spare = (
            4
            + 2
            + int(
                np.ceil(
                    (8 + 4 * pool.settings.shapes_per_batch)
                    / pool.settings.shapes_per_batch
                )
            )
        )
        seconds: dict[str, list[float]] = {"memory": [], "live": []}
        fresh = []
        for _ in range(arguments.rounds):
            time.sleep(arguments.pause)
            burst(step, memory, 2)
            seconds["memory"].append(burst(step, memory, arguments.steps))
            burst(step, live, min(spare, arguments.spare))
            before = pool.rendered_views
            seconds["live"].append(burst(step, live, arguments.steps))
            fresh.append((pool.rendered_views - before) / seconds["live"][-1])
    finally:
        pool.close()
    samples = arguments.steps * config.batch_size
    memory_speed, live_speed = (
        samples / statistics.median(seconds[name]) for name in ("memory", "live")
    )
    ratios = [m / v for m, v in zip(seconds["memory"], seconds["live"])]
    print(
        f"{reuse:>6g} {memory_speed:>14.1f} {live_speed:>14.1f} "
        f"{live_speed / memory_speed:>6.2f} ({min(ratios):.2f} {max(ratios):.2f}) "
        f"{statistics.median(fresh):>12.1f}",
        flush=True,
    )


class Clock:
    """Processor time by name."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def call(self, name: str, run: Callable[..., Any], *values: Any) -> Any:
        start = time.process_time()
        result = run(*values)
        spent = time.process_time() - start
        self.seconds[name] = self.seconds.get(name, 0.0) + spent
        return result


def render_piecewise(render: Any, k: int, clock: Clock) -> None:
    """What `LiveRendering` does for one shape, part by part."""
    from tf3d.geometry import random_viewpoints
    from tf3d.rendering import (
        BACKGROUND,
        Renderer,
        clutter,
        foreground,
        random_lights,
        studio_lights,
    )

    rng = np.random.default_rng([render.seed, 0, k])
    mesh = clock.call("shape: mesh", render.mesh, rng)
    renderer = clock.call("shape: normals and buffers", Renderer, mesh, render.size)
    for viewpoint in random_viewpoints(render.views, rng):
        clock.call("view: rasterise", renderer.look, viewpoint)
        depth, alpha = clock.call("view: depth, coverage", renderer.depth_and_alpha)
        color, _ = clock.call("view: light input", renderer.shade, random_lights(rng))
        clock.call("view: soft edges", foreground, color, alpha, rng)
        color, _ = clock.call("view: light target", renderer.shade, studio_lights())

        def target(color: Any = color, alpha: Any = alpha, depth: Any = depth) -> None:
            weight = alpha[..., None]
            picture = color * weight + np.float32(BACKGROUND) * (1 - weight)
            (picture * np.float32(255) + np.float32(0.5)).astype(np.uint8)
            (alpha * np.float32(255) + np.float32(0.5)).astype(np.uint8)
            depth.astype(np.float16)

        clock.call("view: target to bytes", target)
    for _ in range(2):
        clock.call("shape: backgrounds", clutter, rng, round(render.size * 1.25))


def report_parts(config: Any, render: Any, batches: int = 20) -> None:
    """Prints the processor time of a draw and of rendering."""
    from tf3d.data.pool import ViewPool

    settings = pool_settings(config, 1e9, workers=0, shapes=2 * PIECES)
    pool = ViewPool(render, settings)
    pool.fill()
    pool.draw()
    start, wall = time.process_time(), time.perf_counter()
    for _ in range(batches):
        pool.draw()
    spent = 1e3 * (time.process_time() - start) / batches
    wall = 1e3 * (time.perf_counter() - wall) / batches
    plain = ViewPool(render, dataclasses.replace(settings, clutter=0.0, tone=0.0))
    plain._slots, plain._backgrounds = pool._slots, pool._backgrounds
    plain._entered = plain._submitted = pool._entered
    start = time.process_time()
    for _ in range(batches):
        plain.draw()
    plain_spent = 1e3 * (time.process_time() - start) / batches
    print(
        f"\ndrawing a batch of {settings.batch_size}: {spent:.1f} ms of processor "
        f"({wall:.1f} ms wall; {plain_spent:.1f} ms over plain grey)"
    )
    clock = Clock()
    start = time.process_time()
    for k in range(PIECES):
        render(k)
    whole = time.process_time() - start
    for k in range(PIECES):
        render_piecewise(render, k, clock)
    views = PIECES * render.views
    print(f"rendering: {1e3 * whole / views:.2f} ms of processor a view, of which")
    for name, seconds in sorted(clock.seconds.items(), key=lambda item: -item[1]):
        print(f"  {name:<28} {1e3 * seconds / views:6.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", default="multiview-cars")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--reuse", type=float, nargs="+", default=[8.0])
    parser.add_argument("--rounds", type=int, default=5, help="bursts of each, in turn")
    parser.add_argument("--steps", type=int, default=40, help="in a burst")
    parser.add_argument("--pause", type=float, default=2.0, help="seconds")
    parser.add_argument("--spare", type=int, default=1000, help=argparse.SUPPRESS)
    parser.add_argument("--shapes", type=int, help="in the pool; the config's if left")
    arguments = parser.parse_args()

    from tf3d.training.config import read_config
    from tf3d.training.sources import open_renderers

    settings = list(arguments.set)
    if arguments.shapes:
        settings.append(f"data.shapes={arguments.shapes}")
    config = read_config(arguments.config, settings)
    render, _ = open_renderers(config, config.phases[-1], print)
    step = make_training(config)
    print(
        f"{'reuse':>6} {'bare samples/s':>14} {'live samples/s':>14} "
        f"{'ratio':>6} {'(min max)':>11} {'fresh views/s':>13}"
    )
    for reuse in arguments.reuse:
        compare(config, render, step, reuse, arguments)
    report_parts(config, render)


if __name__ == "__main__":
    main()
