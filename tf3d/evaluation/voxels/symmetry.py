"""How ring-shaped voxels are: what stays of them when they are turned."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tf3d.evaluation.voxels.turning import overlaps, turn_voxels, turns
from tf3d.fusion import THRESHOLD

ANGLES = 24


def ring_overlap(voxels: np.ndarray, threshold: float = 0.5) -> np.ndarray:
    """IoU of shapes with themselves turned about the vertical axis, over all turns.

    Turns of 15, 30, ... 345 degrees. Turning a shape on a grid costs a little, so that
    a ring has about 0.9, not 1.

    Args:
      voxels: occupancy `[n, x, y, z]`.
      threshold: of occupancy.

    Returns:
      `[n]` in [0, 1].
    """
    voxels = np.asarray(voxels, np.float32)
    solid = voxels > threshold
    angles = turns(ANGLES)[1:]
    # One at a time, against itself as it stands.
    iou = overlaps(
        np.where(solid, np.float32(1), np.float32(0)),
        solid,
        np.arange(len(solid)),
        angles,
        np.array([0.5]),
    )
    return iou[:, 0, :, 0].mean(axis=1)


def ring_share(voxels: np.ndarray) -> np.ndarray:
    """Share of voxels' energy Σv² that is in their mean over all turns.

    Without a threshold: 1 for what looks alike from everywhere.

    Args:
      voxels: occupancy `[n, x, y, z]`.

    Returns:
      `[n]` in [0, 1]; 1 for empty voxels.
    """
    result = []
    for shape in np.asarray(voxels, np.float32):
        energy = float((shape**2).sum())
        mean = ring_mean(shape)
        # The mean is a projection: its product with the shape is its own energy.
        inside = float((mean * shape).sum())
        result.append(min(1.0, inside / energy) if energy > 0 else 1.0)
    return np.array(result)


def picture_share(voxels: np.ndarray, gain: float = 1.0) -> np.ndarray:
    """Share of the energy of level projections that is in their mean over azimuths.

    What a viewer can see of a ring: voxels of one sum along every ray pass, however
    they share it out among themselves.

    Args:
      voxels: occupancy `[n, x, y, z]`.
      gain: density of a full voxel.

    Returns:
      `[n]` in [0, 1]; 1 for what shows one picture from everywhere, or nothing.
    """
    from keras import ops

    from tf3d.layers import project_voxels

    azimuths = turns(ANGLES).astype(np.float32)
    result = []
    for shape in np.asarray(voxels, np.float32):
        alike = np.broadcast_to(shape[..., None], (ANGLES, *shape.shape, 1))
        pictures = ops.convert_to_numpy(project_voxels(alike, azimuths, gain=gain))
        energy = float((pictures**2).sum())
        inside = ANGLES * float((pictures.mean(axis=0) ** 2).sum())
        result.append(min(1.0, inside / energy) if energy > 0 else 1.0)
    return np.array(result)


def ring_mean(voxels: np.ndarray) -> np.ndarray:
    """The mean of voxels `[x, y, z]` over all turns about the vertical axis."""
    return np.mean([turn_voxels(voxels, angle) for angle in turns(ANGLES)], axis=0)


def evaluate_symmetry(
    predicted: np.ndarray, truth: np.ndarray, threshold: float
) -> Iterator[tuple[str, float]]:
    """Yields how ring-shaped predicted and true shapes are, as means.

    Args:
      predicted: occupancy `[n, x, y, z]`.
      truth: `[m, x, y, z]` bool.
      threshold: of predicted occupancy, the one that suits the model.

    Yields:
      "overlap/network" (at the threshold), "overlap/network_shown" (at the default one
      of shown voxels), "overlap/truth", "share/network", "share/truth".
    """
    yield "overlap/network", float(ring_overlap(predicted, threshold).mean())
    yield "overlap/network_shown", float(ring_overlap(predicted, THRESHOLD).mean())
    yield "overlap/truth", float(ring_overlap(truth).mean())
    yield "share/network", float(ring_share(predicted).mean())
    yield "share/truth", float(ring_share(truth).mean())
