"""Pictures of an evaluation: input, reconstruction, and the shape from other sides."""

from __future__ import annotations

import pathlib

import numpy as np

from tf3d.evaluation.pictures import write_png
from tf3d.evaluation.voxels.inference import as_floats
from tf3d.evaluation.voxels.scenes import Scenes
from tf3d.prediction import VoxelReconstructor

COLUMNS = 12
SIDES = (0.0, 45.0, 90.0, 135.0)  # degrees from the picture's own azimuth
LARGER = 3
GAP = 2


def write_pictures(
    network: VoxelReconstructor,
    images: np.ndarray,
    folder: pathlib.Path,
    scenes: Scenes | None = None,
) -> None:
    """Writes `shapes.png`: a column an image, spread evenly over them.

    From the top: the image, the model's final picture, its projection, the projection
    from 45, 90 and 135 degrees beside the image's own side, and with the truth the true
    shape, projected alike, from the same four sides.

    Args:
      network: the model.
      images: `[n, size, size, channels]` as `infer` takes them.
      folder: made where it is missing.
      scenes: that the images come from, where the truth is known.
    """
    count = min(len(images), COLUMNS)
    places = np.unique(np.linspace(0, len(images) - 1, count).round().astype(int))
    columns = [_column(network, images[i], scenes, i) for i in places]
    folder.mkdir(parents=True, exist_ok=True)
    write_png(folder / "shapes.png", np.concatenate(columns, axis=1))


def _column(
    network: VoxelReconstructor, image: np.ndarray, scenes: Scenes | None, place: int
) -> np.ndarray:
    picture = as_floats(image[None])
    azimuth, elevation = (float(angle[0]) for angle in network.pose(picture))
    voxels = network.decode(network.encode(picture)[0])
    seen = network.look(voxels, azimuth + np.array(SIDES), elevation)
    tiles = [picture[0], seen.picture[0], *seen.projection]
    if scenes is not None:
        truth = scenes.voxels[scenes.which[place]].astype(np.float32)
        if network.channels == 3:
            truth = np.repeat(truth[..., None], 4, axis=-1)
        sides = scenes.degrees[place] + np.array(SIDES)
        tiles += list(network.look(truth, sides).projection)
    rows = []
    for tile in tiles:
        tile = np.repeat(tile, 3, axis=-1) if tile.shape[-1] == 1 else tile
        tile = np.repeat(np.repeat(tile, LARGER, axis=0), LARGER, axis=1)
        rows.append(np.pad(tile, ((0, GAP), (0, GAP), (0, 0)), constant_values=0.4))
    return np.concatenate(rows)
