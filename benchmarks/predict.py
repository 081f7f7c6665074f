"""How long a picture takes to become a mesh: a whole process, and once loaded.

    PYTHONPATH=. python benchmarks/predict.py
    PYTHONPATH=. python benchmarks/predict.py --model runs/cars --image photo.jpg

The whole process is `tf3d predict IMAGE --views 6 --mesh out.ply` in a new interpreter.
The first run is printed apart: on a fresh installation it also compiles what Numba then
keeps, and reads the libraries from disk. Then `tf3d --help`, and in this process one
picture after another with the model loaded: six views predicted, the mesh fused and
written. With --profile, also what a start imports and what takes the warm time.
"""

from __future__ import annotations

import argparse
import contextlib
import cProfile
import os
import pathlib
import pstats
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")  # as the commands do

ROOT = pathlib.Path(__file__).resolve().parents[1]
IMAGE = ROOT / "docs" / "images" / "car.png"


def tf3d_command() -> list[str]:
    """The installed `tf3d` of this interpreter, else the checkout's."""
    script = shutil.which("tf3d", path=os.fspath(pathlib.Path(sys.executable).parent))
    if script:
        return [script]
    return [sys.executable, "-c", "from cli.main import main; main(prog_name='tf3d')"]


def run_process(arguments: Sequence[str], folder: pathlib.Path) -> float:
    """Seconds of a whole process; ends the benchmark where it fails."""
    start = time.perf_counter()
    done = subprocess.run(arguments, cwd=folder, capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments)}:\n{done.stdout}{done.stderr}")
    return seconds


def show(name: str, values: Sequence[float]) -> None:
    extent = f"({min(values):.2f} {max(values):.2f})"
    print(f"{name:44} {statistics.median(values):6.2f} s {extent}", flush=True)


def measure_processes(arguments: argparse.Namespace, folder: pathlib.Path) -> None:
    """Prints the wall time of whole processes."""
    tf3d = tf3d_command()
    command = [*tf3d, "predict", os.fspath(arguments.image), "--views", "6"]
    command += ["--mesh", "out.ply", "--model", arguments.model]
    show("tf3d predict, first run", [run_process(command, folder)])
    show(
        f"tf3d predict, {arguments.runs} runs",
        [run_process(command, folder) for _ in range(arguments.runs)],
    )
    show(
        f"tf3d --help, {arguments.runs} runs",
        [run_process([*tf3d, "--help"], folder) for _ in range(arguments.runs)],
    )


def measure_loaded(arguments: argparse.Namespace, folder: pathlib.Path) -> None:
    """Prints the time a picture takes once the model is loaded, stage by stage."""
    start = time.perf_counter()
    import tf3d
    from tf3d.fusion import fuse, fusion_viewpoints, write_surface

    model = tf3d.load(arguments.model)
    show("import and load", [time.perf_counter() - start])
    seconds: dict[str, list[float]] = {}

    @contextlib.contextmanager
    def timed(stage: str):
        begin = time.perf_counter()
        yield
        seconds.setdefault(stage, []).append(time.perf_counter() - begin)

    def once() -> None:
        with timed("an image once loaded"):
            with timed("  read and crop"):
                picture = model.prepare(arguments.image)
            with timed("  encode"):
                code = model.encode(picture[None], photo=True)[0]
            with timed("  6 views"):
                model.decode(code, tf3d.orbit(6))
            with timed("  views to fuse"):
                views = model.decode(code, fusion_viewpoints())
            with timed("  fuse"):
                surface = fuse(views)
            with timed("  write"):
                write_surface(surface, folder / "out.ply")

    once()
    show("first image", seconds["an image once loaded"])
    seconds.clear()
    for _ in range(arguments.images):
        once()
    order = ["an image once loaded"]
    for stage in order + [stage for stage in seconds if stage not in order]:
        show(stage, seconds[stage])
    if arguments.profile:
        profile(once, arguments.images)


def profile(run: Callable[[], None], count: int) -> None:
    """Prints where the warm path spends its time."""
    profiler = cProfile.Profile()
    profiler.enable()
    for _ in range(count):
        run()
    profiler.disable()
    print(f"\n{count} images, by a function's own time:")
    pstats.Stats(profiler).strip_dirs().sort_stats("tottime").print_stats(15)


def profile_imports(arguments: argparse.Namespace, folder: pathlib.Path) -> None:
    """Prints what a cold `tf3d predict` imports, as far as it takes over 0.1 s."""
    code = "from cli.main import main; main(prog_name='tf3d')"
    command = [sys.executable, "-X", "importtime", "-c", code, "predict"]
    command += [os.fspath(arguments.image), "--mesh", os.fspath(folder / "out.ply")]
    command += ["--model", arguments.model, "--quiet"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    print("\nimports over 0.1 s (cumulative):")
    pattern = re.compile(r"import time:\s+\d+ \|\s+(\d+) \| (.*)")
    for microseconds, name in pattern.findall(done.stderr):
        if int(microseconds) > 100_000:
            print(f"  {int(microseconds) / 1e6:6.2f} s {name}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="multiview-cars", help="a name or a path")
    parser.add_argument("--image", type=pathlib.Path, default=IMAGE)
    parser.add_argument("--runs", type=int, default=5, help="whole processes")
    parser.add_argument("--images", type=int, default=10, help="once loaded")
    parser.add_argument("--profile", action="store_true")
    arguments = parser.parse_args()
    arguments.image = arguments.image.resolve()
    # Processes run in a folder of their own: a path must hold there, too.
    if pathlib.Path(arguments.model).exists():
        arguments.model = os.fspath(pathlib.Path(arguments.model).resolve())
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        measure_processes(arguments, folder)
        measure_loaded(arguments, folder)
        if arguments.profile:
            profile_imports(arguments, folder)


if __name__ == "__main__":
    main()
