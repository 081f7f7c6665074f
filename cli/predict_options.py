"""What the commands that turn photos into meshes and views share."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from tf3d.prediction.report import Report

PATH = click.Path(path_type=pathlib.Path)


class Viewpoint(click.ParamType):
    """AZIMUTH,ELEVATION,DISTANCE."""

    name = "AZ,EL,R"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[float, float, float]:
        if isinstance(value, tuple):
            return value
        try:
            azimuth, elevation, distance = (float(part) for part in value.split(","))
        except ValueError:
            self.fail(f"{value!r} is not three numbers AZ,EL,R, as in 30,20,2.")
        return azimuth, elevation, distance


images = click.argument(
    "images", nargs=-1, required=True, type=PATH, metavar="IMAGE..."
)
OPTIONS = (
    click.option(
        "--views",
        type=click.IntRange(1, 360),
        default=6,
        show_default=True,
        help="How many views to predict, evenly around the object.",
    ),
    click.option(
        "--elevation",
        type=click.FloatRange(-90, 90),
        default=20.0,
        show_default=True,
        help="Of these views, degrees.",
    ),
    click.option(
        "--viewpoint",
        "viewpoints",
        type=Viewpoint(),
        multiple=True,
        help="A view of your own instead: degrees, degrees, distance. Repeat for more.",
    ),
    click.option("--mesh", type=PATH, help="Write a mesh: .ply, .obj, .glb or .stl."),
    click.option("--cloud", type=PATH, help="Write a point cloud: .ply."),
    click.option(
        "--images",
        "folder",
        type=PATH,
        help="Write the views into a folder: RGB, 16-bit depth and mask as PNG; of a "
        "voxel model RGB and projection.",
    ),
    click.option(
        "--turntable", type=PATH, help="Write a film of an orbit: .gif or .mp4."
    ),
    click.option("--voxels", type=PATH, help="Write a voxel grid: .npy or .binvox."),
    click.option(
        "--method",
        type=click.Choice(["poisson", "tsdf", "tgv"]),
        help="How views become a surface.  [default: the best measured]",
    ),
    click.option(
        "--crop",
        type=click.Choice(["auto", "none"]),
        default="auto",
        show_default=True,
        help="Frame the object, or take the whole picture. Both pad, none stretches.",
    ),
    click.option(
        "--mask", type=PATH, help="A cut-out of the object: a picture, white inside."
    ),
    click.option(
        "--refine/--no-refine",
        default=True,
        show_default=True,
        help="Fit what is predicted to the picture, where the model can; or take what "
        "the network answers at once.",
    ),
    click.option(
        "--threshold",
        type=click.FloatRange(0, 1, min_open=True, max_open=True),
        help="Occupancy at a voxel model's surface.  [default: 0.05]",
    ),
    click.option(
        "--length",
        type=click.FloatRange(min=0, min_open=True),
        metavar="METRES",
        help="The object's length along x, for a mesh in metres.",
    ),
    click.option(
        "--seed",
        type=click.IntRange(0, 2**32 - 1),
        default=0,
        show_default=True,
        help="Of all random generators.",
    ),
    click.option("--json", "as_json", is_flag=True, help="Report as JSON."),
    click.option("--quiet", is_flag=True, help="Report nothing but errors."),
)


def options(command: Callable[..., None]) -> Callable[..., None]:
    """Adds every option but those that say which model."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def run(
    images: tuple[pathlib.Path, ...],
    views: int,
    elevation: float,
    viewpoints: tuple[tuple[float, float, float], ...],
    mesh: pathlib.Path | None,
    cloud: pathlib.Path | None,
    folder: pathlib.Path | None,
    turntable: pathlib.Path | None,
    voxels: pathlib.Path | None,
    method: str | None,
    crop: str,
    mask: pathlib.Path | None,
    refine: bool,
    threshold: float | None,
    length: float | None,
    seed: int,
    as_json: bool,
    quiet: bool,
    **which: Any,
) -> None:
    """Predicts from photos, and reports.

    Args:
      **which: `model` or `open_network`, as `predict_files` takes them. The others are
        the options.
    """
    from tf3d.errors import InputError
    from tf3d.geometry import as_viewpoints, orbit
    from tf3d.prediction.batch import predict_files
    from tf3d.prediction.outputs import Outputs
    from tf3d.prediction.photos import photo_paths

    paths = photo_paths(list(images))
    outputs = Outputs(mesh, cloud, folder, turntable, voxels)
    if not outputs.any():
        name = f"{paths[0].stem}.ply" if len(paths) == 1 else "mesh.ply"
        outputs = Outputs(mesh=pathlib.Path(name))
    try:
        wanted = as_viewpoints(viewpoints) if viewpoints else orbit(views, elevation)
    except ValueError as error:
        raise InputError(f"--viewpoint: {error}") from error
    chatty = not (as_json or quiet)
    record: dict[str, Any] = {}

    def loaded(name: str, seconds: float) -> None:
        record.update(model=name, load_seconds=round(seconds, 3))
        if chatty:
            click.echo(f"{name}: loaded in {seconds:.1f} s")

    def done(report: Report) -> None:
        if chatty and report.error is None:
            for line in describe(report, method):
                click.echo(line)

    reports = predict_files(
        paths,
        outputs,
        viewpoints=wanted,
        method=method,
        crop=crop,
        mask=mask,
        refine=refine,
        length=length,
        threshold=threshold,
        seed=seed,
        loaded=loaded,
        done=done,
        **which,
    )
    if as_json:
        record["images"] = [as_record(report) for report in reports]
        click.echo(json.dumps(record, indent=2))
    failures = [report.error for report in reports if report.error]
    if failures:
        raise InputError("\n".join(failures))


def describe(report: Report, method: str | None) -> list[str]:
    """A few lines on what was done, what was written and how long it took."""
    seconds = report.seconds
    total = report.views + report.fused_views + report.frames
    parts = [
        f"read in {seconds['read']:.2f} s",
        f"{total} views predicted in {seconds['predict']:.2f} s",
    ]
    if not report.fused_views and "fuse" in seconds:
        parts.append(f"surface in {seconds['fuse']:.2f} s")
    if report.fused_views:
        how = f" by {method}" if method else ""
        parts.append(
            f"{report.fused_views} of them fused{how} in {seconds['fuse']:.2f} s"
        )
    lines = [f"{report.image}: {', '.join(parts)}"]
    if report.surface is not None:
        surface = report.surface
        size = " x ".join(f"{value:.3g}" for value in surface["size"])
        lines.append(
            f"  surface of {surface['vertices']:,} vertices and "
            f"{surface['faces']:,} faces, {size} (x, y, z)"
        )
    names = ", ".join(str(path) for path in report.written)
    lines.append(f"  wrote {names} in {seconds['write']:.2f} s")
    if any(path.suffix.lower() == ".stl" for path in report.written):
        lines.append("  (STL holds no colours: use .ply, .obj or .glb for these)")
    return lines


def as_record(report: Report) -> dict[str, Any]:
    """A report for programs."""
    return {
        "image": str(report.image),
        "views": report.views,
        "fused_views": report.fused_views,
        "frames": report.frames,
        "surface": report.surface,
        "written": [str(path) for path in report.written],
        "seconds": {key: round(value, 4) for key, value in report.seconds.items()},
        "error": report.error,
    }
