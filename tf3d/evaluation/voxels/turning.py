"""Voxels turned about the vertical axis, mirrored, and compared at every turn.

All turns are about the middle of the grid, counter-clockwise seen from above, as the
azimuth grows: turned by δ, voxels look from azimuth a + δ as they did from a. A mirror
image is V(-x), which looks from azimuth -a as V does from a.
"""

from __future__ import annotations

import numpy as np

from tf3d.compilation import compiled

TURNS = 72  # 5 degrees apart
STEPS = 256


def turns(count: int = TURNS) -> np.ndarray:
    """Evenly spaced angles in radians from 0, `[count]`."""
    return np.arange(count) * (2 * np.pi / count)


def turn_voxels(
    voxels: np.ndarray, angle_radians: float, mirror: bool = False
) -> np.ndarray:
    """Voxels (mirrored first, if asked to) turned about the vertical axis.

    Args:
      voxels: `[x, y, z]`; between them bilinear, outside the grid empty.
      angle_radians: of the turn.
      mirror: whether V(-x) is turned.

    Returns:
      `[x, y, z]` float32.

    Raises:
      ValueError: if the voxels have another shape.
    """
    voxels = np.asarray(voxels, np.float32)
    _check_grids(voxels[None], "voxels")
    result = np.empty_like(voxels)
    _turn(
        np.ascontiguousarray(voxels),
        np.cos(angle_radians),
        np.sin(angle_radians),
        bool(mirror),
        result,
    )
    return result


def overlaps(
    predicted: np.ndarray,
    truth: np.ndarray,
    which: np.ndarray,
    angles_radians: np.ndarray,
    thresholds: np.ndarray,
) -> np.ndarray:
    """Intersection over union of the truth with predictions at every turn.

    Args:
      predicted: occupancy `[n, x, y, z]`, turned softly, and only then compared with
        the thresholds.
      truth: `[m, x, y, z]` bool.
      which: `[n]` index of each prediction's truth.
      angles_radians: `[k]` by which predictions are turned.
      thresholds: `[t]`, ascending; a voxel above is occupied.

    Returns:
      `[n, 2, k, t]` float32, the second axis being plain and mirrored; 1 where both are
      empty.

    Raises:
      ValueError: if shapes do not fit or the thresholds do not ascend.
    """
    predicted = np.ascontiguousarray(predicted, np.float32)
    truth = np.ascontiguousarray(truth, np.bool_)
    which = np.asarray(which, np.int64)
    thresholds = np.asarray(thresholds, np.float32)
    _check_grids(predicted, "predicted")
    _check_grids(truth, "truth")
    if truth.shape[1:] != predicted.shape[1:]:
        raise ValueError(
            "Expected predicted and truth on equal grids. "
            f"Received: predicted={predicted.shape}, truth={truth.shape}"
        )
    if which.shape != (len(predicted),) or not (
        (which >= 0).all() and (which < len(truth)).all()
    ):
        raise ValueError(
            f"Expected an index below {len(truth)} for each of {len(predicted)} "
            f"predictions. Received: which={which.shape}"
        )
    ascending = thresholds.ndim == 1 and (np.diff(thresholds) > 0).all()
    if not ascending or not len(thresholds) or thresholds[0] < 0:
        raise ValueError(
            "Expected ascending thresholds [t], none below 0. "
            f"Received: thresholds={thresholds}"
        )
    angles = np.atleast_1d(np.asarray(angles_radians, np.float64))
    shape = (len(predicted), 2, len(angles), len(thresholds) + 1)
    both, filled = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    cosines, sines = np.cos(angles), np.sin(angles)
    # With a voxel's value in steps, its level is found at once.
    first = np.searchsorted(thresholds, np.arange(STEPS + 1) / STEPS - 1e-6)
    _count(predicted, truth, which, cosines, sines, thresholds, first, both, filled)
    # A voxel at level l is above the first l thresholds.
    both, filled = (
        np.cumsum(x[..., ::-1], axis=-1)[..., -2::-1] for x in (both, filled)
    )
    total = truth.reshape(len(truth), -1).sum(axis=1)[which][:, None, None, None]
    union = filled + total - both
    result = np.where(union > 0, both / np.maximum(union, 1), 1.0)
    return result.astype(np.float32)


def _check_grids(grids: np.ndarray, name: str) -> None:
    if grids.ndim != 4 or not grids.shape[1] == grids.shape[2] == grids.shape[3]:
        raise ValueError(
            f"Expected {name} of shape [n, size, size, size]. "
            f"Received: {name}={grids.shape}"
        )


@compiled
def _place(i, j, cosine, sine, mirror, size):  # pragma: no cover
    """The corner and the fractions of the place that turns into (i, j)."""
    middle = (size - 1) / 2
    x, y = i - middle, j - middle
    u = cosine * x + sine * y
    w = -sine * x + cosine * y
    if mirror:
        u = -u
    u, w = u + middle, w + middle
    # Quarter turns hit the grid's points up to rounding.
    if abs(u - round(u)) < 1e-6:
        u = float(round(u))
    if abs(w - round(w)) < 1e-6:
        w = float(round(w))
    a, b = int(np.floor(u)), int(np.floor(w))
    return a, b, np.float32(u - a), np.float32(w - b)


@compiled
def _column(voxels, a, b, fu, fw, column):  # pragma: no cover
    """The turned column; returns whether anything can be in it."""
    size = voxels.shape[0]
    found = False
    for k in range(size):
        column[k] = 0
    for da in range(2):
        for db in range(2):
            p, q = a + da, b + db
            weight = (fu if da else 1 - fu) * (fw if db else 1 - fw)
            if 0 <= p < size and 0 <= q < size and weight > 0:
                found = True
                for k in range(size):
                    column[k] += weight * voxels[p, q, k]
    return found


@compiled
def _turn(voxels, cosine, sine, mirror, result):  # pragma: no cover
    size = voxels.shape[0]
    for i in range(size):
        for j in range(size):
            a, b, fu, fw = _place(i, j, cosine, sine, mirror, size)
            _column(voxels, a, b, fu, fw, result[i, j])


@compiled
def _fullest(voxels):  # pragma: no cover
    """The fullest voxel of each column, with an empty margin around the grid."""
    size = voxels.shape[0]
    result = np.zeros((size + 3, size + 3), np.float32)
    for i in range(size):
        for j in range(size):
            for k in range(size):
                result[i + 1, j + 1] = max(result[i + 1, j + 1], voxels[i, j, k])
    return result


@compiled
def _count(  # pragma: no cover
    predicted, truth, which, cosines, sines, thresholds, first, both, filled
):
    """Counts voxels by the number of thresholds that they are above."""
    size = predicted.shape[1]
    column = np.zeros(size, np.float32)
    for n in range(predicted.shape[0]):
        fullest = _fullest(predicted[n])
        for m in range(2):
            for t in range(len(cosines)):
                for i in range(size):
                    for j in range(size):
                        a, b, fu, fw = _place(i, j, cosines[t], sines[t], m == 1, size)
                        if a < -1 or b < -1 or a >= size or b >= size:
                            continue
                        most = max(
                            max(fullest[a + 1, b + 1], fullest[a + 1, b + 2]),
                            max(fullest[a + 2, b + 1], fullest[a + 2, b + 2]),
                        )
                        if most <= thresholds[0]:
                            continue
                        _column(predicted[n], a, b, fu, fw, column)
                        for k in range(size):
                            value = column[k]
                            if value <= thresholds[0]:
                                continue
                            level = first[min(len(first) - 1, int(value * STEPS))]
                            while level < len(thresholds) and value > thresholds[level]:
                                level += 1
                            filled[n, m, t, level] += 1
                            if truth[which[n], i, j, k]:
                                both[n, m, t, level] += 1
