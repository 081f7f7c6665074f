"""Trainings of voxel models one after the other, measured, kept, and taken up again.

What `voxel_objectives.py` and `voxel_poses.py` have in common. Each training has a
process of its own, so that its memory is given back, and a folder; its figures go into
one JSON file as soon as it is measured. Stopped at any time, the same command goes on:
finished trainings are skipped, a broken one resumes from its last checkpoint.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import functools
import json
import multiprocessing
import os
import pathlib
import platform
import shlex
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from tf3d.errors import InputError
from tf3d.files import replacing

REPORT_SECONDS = 30.0
PROCESSOR = f"{os.cpu_count()} CPU cores, {platform.machine()}"
# What stands for folders of this machine.
PLACES = {"--data-root": "DATA", "--real": "MESHES"}


@dataclasses.dataclass(frozen=True)
class Job:
    """One training.

    Attributes:
      name: of its folder and of its figures.
      config: a shipped config's name.
      steps: optimiser steps.
      seed: of everything random.
      data: overrides the config's.
      data_dir: of the data.
      texturizer: overrides the config's.
      settings: "KEY=VALUE" over the config.
    """

    name: str
    config: str
    steps: int
    seed: int = 0
    data: str | None = None
    data_dir: str | None = None
    texturizer: bool | None = None
    settings: tuple[str, ...] = ()

    @property
    def identity(self) -> dict[str, Any]:
        """What tells the same training from another: all but where the data lie."""
        content = dataclasses.asdict(self)
        del content["data_dir"]
        return {**content, "settings": list(self.settings)}


Measure = Callable[[Job, pathlib.Path], dict[str, float]]


def add_arguments(
    parser: argparse.ArgumentParser, runs: str, results: str, steps: int
) -> None:
    """The options of both commands."""
    parser.add_argument("--steps", type=int, default=steps)
    parser.add_argument("--runs", type=pathlib.Path, default=pathlib.Path(runs))
    parser.add_argument("--results", type=pathlib.Path, default=pathlib.Path(results))
    parser.add_argument(
        "--set", dest="settings", action="append", default=[], metavar="KEY=VALUE"
    )
    parser.add_argument("--only", nargs="+", help="names of trainings")
    parser.add_argument(
        "--table", action="store_true", help="train nothing, print what there is"
    )


def add_scene_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of commands that measure on views of shapes."""
    parser.add_argument("--real", help="a folder of meshes")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--shapes", type=int, default=240, help="generated, to test on")
    parser.add_argument("--views", type=int, default=2, help="of each")


def on_scenes(
    measure: Callable[..., dict[str, float]], arguments: argparse.Namespace
) -> Measure:
    """What `run_jobs` calls, from a function that takes these options, too."""
    names = ("real", "shapes", "views")
    return functools.partial(measure, **{n: getattr(arguments, n) for n in names})


def read_results(path: pathlib.Path, part: str = "runs") -> dict[str, Any]:
    """What is measured so far, by the name of the training; or another part."""
    if not path.is_file():
        return {}
    return json.loads(path.read_text("utf-8")).get(part, {})


def write_results(path: pathlib.Path, **content: Any) -> None:
    """Writes figures with the command for them all, the day and the machines."""
    runs = content.get("runs", {}).values()
    machines = {run.get("machine", PROCESSOR) for run in runs} or {PROCESSOR}
    origin = {
        "command": _command(sys.argv),
        "date": datetime.date.today().isoformat(),
        "machine": "; ".join(sorted(machines)),
    }
    with replacing(path) as temporary:
        text = json.dumps({**origin, **content}, indent=1) + "\n"
        temporary.write_text(text, "utf-8")


def _machine() -> str:
    """What trains in this process; a GPU's memory is taken by who asks."""
    if os.environ.get("KERAS_BACKEND") != "jax":
        return PROCESSOR
    import jax

    devices = {d.device_kind for d in jax.devices() if d.platform != "cpu"}
    return ", ".join([PROCESSOR, *sorted(devices), "JAX"])


def _command(words: Sequence[str]) -> str:
    """As a reader can type it, who has the data elsewhere and wants all trainings."""
    told = [f"benchmarks/{pathlib.Path(words[0]).name}"]
    option = None
    for before, word in zip(words, words[1:]):
        option = word if word.startswith("--") else option
        if option != "--only":
            told.append(PLACES.get(before, shlex.quote(word)))
    return " ".join(["PYTHONPATH=. python", *told])


def run_jobs(
    jobs: Sequence[Job], runs: pathlib.Path, results: pathlib.Path, measure: Measure
) -> dict[str, Any]:
    """Trains and measures what is not done yet.

    Args:
      jobs: in the order of training.
      runs: folder of the trainings' folders.
      results: the JSON file; written anew after each training.
      measure: gives a finished training's figures by name; a module's function.

    Returns:
      All that is measured, by name: the job's `identity`, seconds, values.

    Raises:
      InputError: if a folder or the file holds a training of other settings.
      SystemExit: if a training fails.
    """
    done = read_results(results)
    for job in jobs:
        if job.name in done and done[job.name]["job"] != job.identity:
            raise InputError(
                f"{results} holds {job.name} with other settings: "
                f"{done[job.name]['job']}. Choose another --results and --runs."
            )
    left = [job for job in jobs if job.name not in done]
    print(f"{len(jobs) - len(left)} of {len(jobs)} trainings are done.", flush=True)
    context = multiprocessing.get_context("spawn")
    for index, job in enumerate(left):
        folder = runs / job.name
        arguments = (job, folder, measure, len(left) - index - 1)
        process = context.Process(target=_work, args=arguments)
        process.start()
        _wait(process)
        if process.exitcode:
            raise SystemExit(f"{job.name} failed; the same command goes on with it.")
        done[job.name] = json.loads((folder / "measured.json").read_text("utf-8"))
        write_results(results, runs=done)
    return done


def _wait(process: multiprocessing.process.BaseProcess) -> None:
    try:
        process.join()
    except KeyboardInterrupt:
        process.join()  # Ctrl-C reaches it as well: it writes a checkpoint first
        raise SystemExit("Stopped; the same command goes on.") from None


def _work(job: Job, folder: pathlib.Path, measure: Measure, others: int) -> None:
    """Trains and measures one job; `measured.json` in its folder says that it is."""
    try:
        seconds = _train(job, folder, others)
        started = time.monotonic()
        values = {name: round(value, 6) for name, value in measure(job, folder).items()}
    except InputError as error:
        raise SystemExit(f"{job.name}: {error}") from error
    print(f"{job.name}: measured in {time.monotonic() - started:.0f} s", flush=True)
    content = {
        "job": job.identity,
        "machine": _machine(),
        "seconds": round(seconds),
        "values": values,
    }
    with replacing(folder / "measured.json") as temporary:
        temporary.write_text(json.dumps(content), "utf-8")


def _train(job: Job, folder: pathlib.Path, others: int) -> float:
    """Returns the seconds of training."""
    from tf3d.training.voxel_config import VoxelConfig, read_voxel_config
    from tf3d.training.voxel_options import VoxelOptions, configure_voxels
    from tf3d.training.voxel_run import VoxelRun

    config: VoxelConfig = configure_voxels(
        VoxelOptions(
            config=job.config,
            data=job.data,
            data_dir=job.data_dir,
            texturizer=job.texturizer,
            settings=job.settings,
            steps=job.steps,
            seed=job.seed,
        )
    )
    stored = folder / "config.yaml"
    if stored.is_file() and read_voxel_config(str(stored)) != config:
        raise InputError(f"{folder} holds a training of other settings. Remove it.")
    if (folder / "model.keras").is_file():
        return 3600 * json.loads((folder / "training.json").read_text("utf-8"))["hours"]
    run = VoxelRun(config, folder, lambda line: print(line, flush=True))
    if (folder / "checkpoint.npz").is_file():
        run.resume()
    else:
        run.start()
    run.save(run.train(_Reporter(job, run.step, others)))
    return run.seconds


class _Reporter:
    """Prints how far a training is, and how long it and the others may take."""

    def __init__(self, job: Job, step: int, others: int) -> None:
        self.job, self.first, self.others = job, step, others
        self.started = self.said = time.monotonic()

    def __call__(self, progress: Any) -> None:
        now = time.monotonic()
        if now - self.said < REPORT_SECONDS and progress.step < progress.total:
            return
        self.said = now
        each = (now - self.started) / max(1, progress.step - self.first)
        own = each * (progress.total - progress.step)
        every = own + each * progress.total * self.others
        print(
            f"{self.job.name}: step {progress.step} of {progress.total}, loss "
            f"{progress.terms['total']:.2f}, {own / 60:.0f} min left, with the "
            f"{self.others} others {every / 3600:.1f} h",
            flush=True,
        )
