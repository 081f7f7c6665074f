"""Writes projection_golden.npz with TensorFlow Graphics, the oracle of the projection.

    pip install --no-deps --target graphics tensorflow-graphics==2021.12.3
    PYTHONPATH=graphics python tests/layers/make_projection_golden.py

The committed file was made by this script with TensorFlow Graphics 2021.12.3 and
TensorFlow 2.21.0. From a front view, `visual_hull.render` alone along x, its [y, z]
image turned into rows along -z. From others, `trilinear.interpolate` at points along
the rays on the grid with a border of zeros, since it clamps points outside to the
border, and `visual_hull.render` along the rays.
"""

import pathlib

import numpy as np
from tensorflow_graphics.math.interpolation import trilinear
from tensorflow_graphics.rendering.volumetric import visual_hull

SIZE = 7
DISTANCE, FIELD_OF_VIEW = 2.0, 30.0


def rays(azimuth: float, elevation: float, perspective: bool) -> np.ndarray:
    """`[ray step, column, row from below, 3]` in units of the grid."""
    centred = np.arange(SIZE) - (SIZE - 1) / 2
    x, y, z = np.meshgrid(centred, centred, centred, indexing="ij")
    if perspective:
        # 2 tan(angle / 2) wide at distance 1, SIZE pixels across.
        pixel = 2 * np.tan(np.radians(FIELD_OF_VIEW) / 2) / SIZE
        away = DISTANCE * (SIZE - 1) - x
        y, z = y * pixel * away, z * pixel * away
    cosine, sine = np.cos(elevation), np.sin(elevation)
    x, z = x * cosine - z * sine, x * sine + z * cosine
    cosine, sine = np.cos(azimuth), np.sin(azimuth)
    x, y = x * cosine - y * sine, x * sine + y * cosine
    return np.stack([x, y, z], axis=-1) + (SIZE - 1) / 2


def upright(images: np.ndarray) -> np.ndarray:
    """From `[batch, y, z, channels]` to rows along -z and columns along y."""
    return np.swapaxes(np.asarray(images), 1, 2)[:, ::-1]


def oblique(voxels, azimuth, elevation, perspective=False):
    padded = np.pad(voxels, [(0, 0), *[(1, 1)] * 3, (0, 0)])
    points = np.stack([rays(a, e, perspective) for a, e in zip(azimuth, elevation)])
    points = (points + 1).reshape(len(voxels), -1, 3).astype(np.float32)
    values = np.asarray(trilinear.interpolate(padded, points))
    return upright(visual_hull.render(values.reshape(voxels.shape), axis=0))


def main() -> None:
    rng = np.random.default_rng(0)
    voxels = rng.uniform(0, 0.5, (3, SIZE, SIZE, SIZE, 2)).astype(np.float32)
    azimuth = np.float32([0.4, 2.5, -1.3])
    elevation = np.float32([0.3, -0.6, 1.1])
    np.savez_compressed(
        pathlib.Path(__file__).with_name("projection_golden.npz"),
        voxels=voxels,
        azimuth=azimuth,
        elevation=elevation,
        front=upright(visual_hull.render(voxels, axis=0)),
        turned=oblique(voxels, azimuth, 0 * elevation),
        tilted=oblique(voxels, azimuth, elevation),
        perspective=oblique(voxels, azimuth, elevation, perspective=True),
    )


if __name__ == "__main__":
    main()
