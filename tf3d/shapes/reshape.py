"""Gives a mesh other proportions, so that the few meshes of a folder stand for more.

Left and right stay mirror images, up stays up and the front stays in front: what
changes is length, width and height, and how each is shared out, such as bonnet against
cabin, or sills against windows.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from tf3d.shapes.mesh import Mesh

_STRETCH = (0.25, 0.15, 0.25)  # of length, width and height, of the natural logarithm
_BENDS = ((1, 0.2), (2, 0.12))  # waves along an axis, and the greatest local stretch
_TAPER = 0.12  # of the width, from one end to the other and from bottom to top
_LEAN = 0.15  # of the top, forwards or backwards, by height


def reshape(mesh: Mesh, rng: np.random.Generator) -> Mesh:
    """The same object in other proportions.

    Length and height change by a smooth factor of 0.68 to 1.32 from place to place, so
    that no part turns over, and on the whole by a factor of up to 1.28 either way (the
    width by 1.16).

    Args:
      mesh: normalised, front towards +X.
      rng: the source of the proportions.

    Returns:
      A new mesh, normalised, that shares all but the vertices.
    """
    half = np.abs(mesh.vertices).max(axis=0).astype(np.float64)
    half = np.maximum(half, 1e-6)
    x, y, z = (mesh.vertices / half).T
    high, along = _bent(z, rng), _bent(x, rng)
    width = 1 + _TAPER * (rng.uniform(-1, 1) * x + rng.uniform(-1, 1) * z)
    lean = _LEAN * rng.uniform(-1, 1) * z * half[2] / half[0]
    stretch = np.exp([rng.uniform(-most, most) for most in _STRETCH])
    vertices = np.stack([along + lean, y * width, high], axis=1) * half * stretch
    return dataclasses.replace(mesh, vertices=vertices).normalized()


def _bent(u: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Places along an axis in [-1, 1], pushed along it; their order stays."""
    result = u.astype(np.float64)
    for waves, most in _BENDS:
        slope, phase = most * rng.uniform(-1, 1), rng.uniform(0, 2 * np.pi)
        result += slope * np.sin(np.pi * waves * u + phase) / (np.pi * waves)
    return result


__all__ = ["reshape"]
