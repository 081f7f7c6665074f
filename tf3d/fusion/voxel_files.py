"""Voxels to files: NumPy's `.npy` and binvox."""

from __future__ import annotations

import os

import numpy as np

from tf3d.files import replacing
from tf3d.fusion.voxel_surface import THRESHOLD, check_threshold, split_voxels
from tf3d.fusion.writers import check_suffix

VOXEL_SUFFIXES = (".npy", ".binvox")
LONGEST_RUN = 255


def write_voxels(
    voxels: np.ndarray, path: str | os.PathLike[str], threshold: float = THRESHOLD
) -> None:
    """Writes voxels; the extension chooses the format.

    `.npy` holds the array as it is, float32. `.binvox` holds whether each voxel reaches
    the threshold, by run lengths; the file's x, y and z are the world's (Z up), and its
    translation and scale place it in the cube [-1/2, 1/2]³.

    Args:
      voxels: occupancy `[n, n, n]` in [0, 1] on the world axes x, y, z, or
        `[n, n, n, 4]`, RGB and occupancy.
      path: ends in one of `VOXEL_SUFFIXES`; a file that is there is replaced.
      threshold: of binvox, between 0 and 1.

    Raises:
      InputError: if the extension is unknown, the threshold out of range, or the file
        cannot be written.
      ValueError: if the voxels have another shape or values.
    """
    suffix = check_suffix(path, VOXEL_SUFFIXES, "voxel grid")
    check_threshold(threshold)
    occupancy, _ = split_voxels(voxels)
    with replacing(path) as temporary:
        if suffix == ".npy":
            with temporary.open("wb") as file:
                np.save(file, np.asarray(voxels, np.float32), allow_pickle=False)
        else:
            temporary.write_bytes(_binvox(occupancy >= threshold))


def _binvox(occupied: np.ndarray) -> bytes:
    """A binvox file: y runs fastest, then z, then x; value and length of each run."""
    size = len(occupied)
    header = f"#binvox 1\ndim {size} {size} {size}\n"
    header += "translate -0.5 -0.5 -0.5\nscale 1\ndata\n"
    values = occupied.transpose(0, 2, 1).ravel().astype(np.uint8)
    starts = np.concatenate([[0], np.flatnonzero(np.diff(values)) + 1])
    lengths = np.diff(np.concatenate([starts, [values.size]]))
    runs = bytearray()
    for value, length in zip(values[starts].tolist(), lengths.tolist(), strict=True):
        full, rest = divmod(length, LONGEST_RUN)
        runs += bytes((value, LONGEST_RUN)) * full
        if rest:
            runs += bytes((value, rest))
    return header.encode("ascii") + bytes(runs)
