"""Compiles the kernels of the default fusion in a process of its own.

Numba compiles them at first use after installation and keeps the result; the seconds
that this takes pass while another process loads TensorFlow.
"""

from __future__ import annotations

import pathlib
import subprocess
import sys

import numpy as np

from tf3d.fusion.coloring import _gather_colors
from tf3d.fusion.fuse import fuse, fusion_viewpoints
from tf3d.geometry import Views, intrinsics

SIZE = 32


def is_compiled() -> bool:
    """Whether an earlier process has left the kernels compiled.

    The last one that `fuse` calls stands for all.
    """
    folder = pathlib.Path(_gather_colors.stats.cache_path)
    return any(folder.glob("coloring._gather_colors-*.nbi"))


def compile_kernels() -> None:
    """Fuses a ball in another process, if nobody has yet; waits for it."""
    if not is_compiled():
        # -P: the package that runs here, not one that the working folder may hold.
        command = [sys.executable, "-P", "-m", "tf3d.fusion.warm_up"]
        subprocess.run(command, check=False, capture_output=True)


def ball(radius: float = 0.4) -> Views:
    """Exact views of a ball at the origin, of the types that models predict."""
    viewpoints = fusion_viewpoints()
    focal = intrinsics(SIZE)[0, 0]
    place = (np.arange(SIZE) + 0.5 - SIZE / 2) / focal
    squared = place[None, :] ** 2 + place[:, None] ** 2 + 1
    distance = viewpoints[0, 2]
    # The nearer root of |t · ray - centre| = radius, with the ray's depth 1.
    root = distance**2 - squared * (distance**2 - radius**2)
    mask = np.repeat((root > 0)[None], len(viewpoints), axis=0)
    depth = (distance - np.sqrt(np.maximum(root, 0))) / squared
    rgb = np.full((*mask.shape, 3), 0.5, np.float32)
    return Views(viewpoints, rgb, np.where(mask, depth, 0), mask)


if __name__ == "__main__":
    fuse(ball())
