"""What `tf3d predict` does with a voxel model."""

from __future__ import annotations

import json
import pathlib

import numpy as np

from tf3d.errors import InputError
from tf3d.files import replacing
from tf3d.geometry import orbit
from tf3d.prediction.outputs import Outputs
from tf3d.prediction.pictures import (
    FRAMES,
    TURNTABLE_ELEVATION,
    write_film,
    write_rgb,
)
from tf3d.prediction.report import Predicted, Report
from tf3d.prediction.voxel_reconstructor import (
    VoxelReconstructor,
    VoxelViews,
    check_visible,
)

FILM_SIDE = 224  # pixels; films of 28 would be thumbnails


def check_voxel_outputs(name: str, outputs: Outputs, method: str | None) -> None:
    """Raises an InputError if something is asked for that voxels do not give."""
    if outputs.cloud is not None:
        raise InputError(
            f"--cloud: {name} is a voxel model, and its points have no depth maps to "
            "come from. Use --mesh or --voxels."
        )
    if method is not None:
        raise InputError(
            f"--method {method}: {name} is a voxel model; nothing is fused. "
            "Leave the option out."
        )


def predict_voxels(
    network: VoxelReconstructor,
    picture: np.ndarray,
    place: Outputs,
    report: Report,
    viewpoints: np.ndarray | None,
    threshold: float | None,
) -> Predicted:
    """Everything that is to be written of a picture.

    Args:
      network: the model.
      picture: prepared, `[size, size, channels]`.
      place: says what is wanted.
      report: gets times and counts.
      viewpoints: `[n, 3]`; their distances mean nothing to parallel rays.
      threshold: of occupancy, for mesh and binvox; the paper's by default.

    Returns:
      The results.

    Raises:
      InputError: if the model sees nothing.
    """
    from tf3d.fusion import THRESHOLD, voxel_surface

    result = Predicted(threshold=THRESHOLD if threshold is None else threshold)
    with report.timed("predict"):
        voxels = network.decode(network.encode(picture[None])[0])
        result.voxels = voxels if place.voxels else None
        if place.images:
            wanted = np.asarray(orbit(6) if viewpoints is None else viewpoints)
            result.views = network.look(voxels, wanted[:, 0], wanted[:, 1])
            report.views = len(result.views)
            check_visible(result.views, str(report.image))
            azimuth, elevation = network.pose(picture[None])
            result.input = (picture, float(azimuth[0]), float(elevation[0]))
        if place.turntable:
            turn = orbit(FRAMES, TURNTABLE_ELEVATION)
            result.film = network.look(voxels, turn[:, 0], turn[:, 1])
            report.frames = len(result.film)
            check_visible(result.film, str(report.image))
    if place.mesh:
        with report.timed("fuse"):
            result.surface = voxel_surface(voxels, result.threshold)
    return result


def write_voxel_views(
    views: VoxelViews,
    source: tuple[np.ndarray, float, float],
    folder: pathlib.Path,
) -> None:
    """Writes views' pictures, the prepared input, and `views.json` about them.

    Args:
      views: n views.
      source: the prepared input picture, its azimuth and elevation in degrees.
      folder: for `input.png`, `00-rgb.png`, `00-projection.png`, `01-rgb.png`, …
    """
    picture, azimuth, elevation = source
    write_rgb(folder / "input.png", picture)
    records = []
    for index in range(len(views)):
        files = {kind: f"{index:02d}-{kind}.png" for kind in ("rgb", "projection")}
        write_rgb(folder / files["rgb"], views.picture[index])
        write_rgb(folder / files["projection"], views.projection[index])
        angles = {
            "azimuth": round(float(views.azimuths[index]), 4),
            "elevation": round(float(views.elevations[index]), 4),
        }
        records.append({**angles, **files})
    description = {
        "projection": "orthographic",
        "input": {
            "azimuth": round(azimuth, 2),
            "elevation": round(elevation, 2),
            "rgb": "input.png",
        },
        "views": records,
    }
    with replacing(folder / "views.json") as temporary:
        text = json.dumps(description, indent=2) + "\n"
        temporary.write_text(text, encoding="utf-8")


def write_voxel_film(path: pathlib.Path, views: VoxelViews) -> None:
    """Writes final pictures as a film, enlarged to a size that can be looked at."""
    frames = views.picture
    if frames.shape[-1] == 1:
        frames = np.repeat(frames, 3, axis=-1)
    write_film(path, frames, -(-FILM_SIDE // frames.shape[1]))
