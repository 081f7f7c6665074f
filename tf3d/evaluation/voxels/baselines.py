"""What a shape is guessed to be without a model: hulls and mean shapes."""

from __future__ import annotations

import numpy as np

from tf3d.evaluation.voxels.scenes import Scenes

DEPTHS = (0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0)  # of a slab, shares of the grid


def hulls(
    images: np.ndarray, depth: float = 1.0, background: float = 0.0
) -> np.ndarray:
    """The visual hull of one view: what the picture shows, all along the rays.

    Nothing is beyond the ball of diameter 1 that every normalised shape is in. The
    hull stands as the camera sees it: its azimuth is 0.

    Args:
      images: `[n, size, size, channels]` in [0, 1].
      depth: share of the grid, about its middle, that is filled.
      background: brightness of what is empty.

    Returns:
      `[n, x, y, z]` float32 in [0, 1]: how far the brightest channel stands out from
      the background, so that the silhouette's threshold can be chosen later.

    Raises:
      ValueError: if the images are not square, or the depth is not in (0, 1].
    """
    if images.ndim != 4 or images.shape[1] != images.shape[2]:
        raise ValueError(
            f"Expected images [n, size, size, channels]. Received: shape={images.shape}"
        )
    if not 0 < depth <= 1:
        raise ValueError(f"Expected depth above 0, up to 1. Received: depth={depth}")
    size = images.shape[1]
    mask = np.abs(images - background).max(axis=-1)
    # Rows run along -z, columns along +y.
    mask = np.transpose(mask[:, ::-1], (0, 2, 1)).astype(np.float32)
    place = (np.arange(size) + 0.5) / size - 0.5
    x, y, z = np.meshgrid(place, place, place, indexing="ij")
    inside = (np.abs(x) <= depth / 2) & (x**2 + y**2 + z**2 <= 0.25)
    return mask[:, None] * inside.astype(np.float32)


def mean_shape(scenes: Scenes) -> np.ndarray:
    """The mean of the true shapes, `[x, y, z]` float32."""
    return scenes.voxels.mean(axis=0, dtype=np.float64).astype(np.float32)


def kinds_of_shapes(scenes: Scenes) -> np.ndarray:
    """The kind of each shape, `[m]`."""
    kinds = np.zeros(len(scenes.voxels), np.int64)
    kinds[scenes.which] = scenes.kind
    return kinds


def mean_shapes_of_kinds(scenes: Scenes, kinds: tuple[str, ...]) -> np.ndarray:
    """The mean of the true shapes of each kind, for who is told the kind.

    Args:
      scenes: with shapes of known kinds.
      kinds: wanted; one that is not among the scenes' gets the mean of all.

    Returns:
      `[kinds, x, y, z]` float32.
    """
    own = kinds_of_shapes(scenes)
    overall = mean_shape(scenes)
    result = []
    for name in kinds:
        among = np.array([scenes.kinds[i] == name for i in own])
        if among.any():
            mean = scenes.voxels[among].mean(axis=0, dtype=np.float64)
            result.append(mean.astype(np.float32))
        else:
            result.append(overall)
    return np.stack(result)
