"""What the rasteriser wants of a mesh, worked out once for all its views."""

from __future__ import annotations

import dataclasses

import numpy as np

from tf3d.compilation import compiled
from tf3d.shapes.mesh import Mesh

MAX_TEXTURE = 256  # px; more would alias at the sizes that the networks see


def srgb_to_linear(values: np.ndarray) -> np.ndarray:
    """SRGB in [0, 1] to linear light (IEC 61966-2-1)."""
    values = np.asarray(values, np.float32)
    return np.where(
        values <= 0.04045,
        values / 12.92,
        ((np.maximum(values, 0) + 0.055) / 1.055) ** 2.4,
    ).astype(np.float32)


def linear_to_srgb(values: np.ndarray) -> np.ndarray:
    """Linear light to sRGB in [0, 1] (IEC 61966-2-1)."""
    values = np.clip(np.asarray(values, np.float32), 0, 1)
    return np.where(
        values <= 0.0031308, values * 12.92, 1.055 * values ** (1 / 2.4) - 0.055
    ).astype(np.float32)


@dataclasses.dataclass(frozen=True)
class Surfaces:
    """Flat arrays for the kernels.

    Attributes:
      corners: `[f, 3, 3]` float32 world coordinates.
      normals: `[f, 3, 3]` float32 unit normals of the corners, smooth within a part.
      colors: `[f, 3]` float32 linear RGB.
      uv: `[f, 3, 2]` float32, or one dummy row where nothing is textured.
      textures: `[f]` int32 index into `texture_table`, -1 for none.
      texels: `[n, 3]` float32 linear RGB of all textures one after the other.
      texture_table: `[t, 3]` int64: first texel, height, width.
    """

    corners: np.ndarray
    normals: np.ndarray
    colors: np.ndarray
    uv: np.ndarray
    textures: np.ndarray
    texels: np.ndarray
    texture_table: np.ndarray


@compiled
def _smooth_normals(weighted, unit, group, order, start, cosine):  # pragma: no cover
    """Corner normals: area-weighted over faces of the group within the crease angle."""
    count = unit.shape[0]
    result = np.empty((count, 3, 3), np.float32)
    for face in range(count):
        for corner in range(3):
            g = group[face, corner]
            x, y, z = np.float32(0), np.float32(0), np.float32(0)
            for k in range(start[g], start[g + 1]):
                other = order[k] // 3
                dot = (
                    unit[face, 0] * unit[other, 0]
                    + unit[face, 1] * unit[other, 1]
                    + unit[face, 2] * unit[other, 2]
                )
                if dot >= cosine:
                    x += weighted[other, 0]
                    y += weighted[other, 1]
                    z += weighted[other, 2]
            length = np.sqrt(x * x + y * y + z * z)
            if length < 1e-12:
                result[face, corner] = unit[face]
            else:
                result[face, corner, 0] = x / length
                result[face, corner, 1] = y / length
                result[face, corner, 2] = z / length
    return result


@compiled
def _members(group, count):  # pragma: no cover
    """The positions of each group's members in order, and where each group begins."""
    start = np.zeros(count + 1, np.int64)
    for k in range(group.size):
        start[group[k] + 1] += 1
    for g in range(count):
        start[g + 1] += start[g]
    place = start[:-1].copy()
    order = np.empty(group.size, np.int64)
    for k in range(group.size):
        order[place[group[k]]] = k
        place[group[k]] += 1
    return order, start


def corner_normals(mesh: Mesh, crease: float = 40.0) -> np.ndarray:
    """Normals that are smooth across faces which meet at less than the crease angle.

    Args:
      mesh: its vertices may be doubled (as exporters do); equal places count as one.
      crease: degrees.

    Returns:
      `[f, 3, 3]` float32.
    """
    corners = mesh.corners
    weighted = np.cross(
        corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    ).astype(np.float32)
    length = np.linalg.norm(weighted, axis=1, keepdims=True)
    unit = np.divide(weighted, length, out=np.zeros_like(weighted), where=length > 0)
    grid = np.round(mesh.vertices * 1e5).astype(np.int64) + (1 << 20)
    key = (grid[:, 0] << 42) + (grid[:, 1] << 21) + grid[:, 2]
    places, inverse = np.unique(key, return_inverse=True)
    group = inverse.reshape(-1)[mesh.faces]
    order, start = _members(group.ravel(), len(places))
    cosine = np.float32(np.cos(np.radians(crease)))
    return _smooth_normals(weighted, unit, group, order, start, cosine)


def _texture_arrays(mesh: Mesh) -> tuple[np.ndarray, np.ndarray]:
    texels, table, first = [], [], 0
    for texture in mesh.textures:
        step = max(1, int(np.ceil(max(texture.shape[:2]) / MAX_TEXTURE)))
        linear = srgb_to_linear(texture[..., :3] / np.float32(255))
        if step > 1:
            height, width = (max(step, n // step * step) for n in linear.shape[:2])
            linear = np.resize(linear[:height, :width], (height, width, 3))
            linear = linear.reshape(height // step, step, width // step, step, 3)
            linear = linear.mean(axis=(1, 3))
        table.append((first, linear.shape[0], linear.shape[1]))
        first += linear.shape[0] * linear.shape[1]
        texels.append(linear.reshape(-1, 3))
    if not texels:
        return np.zeros((1, 3), np.float32), np.zeros((1, 3), np.int64)
    return np.concatenate(texels).astype(np.float32), np.array(table, np.int64)


def prepare(mesh: Mesh, crease: float = 40.0) -> Surfaces:
    """Works out what all views of a mesh share.

    Args:
      mesh: with at least one face.
      crease: faces that meet at more than this angle (degrees) keep a hard edge.

    Raises:
      ValueError: if the mesh has no faces.
    """
    if len(mesh.faces) == 0:
        raise ValueError(f"{mesh.name}: the mesh has no faces")
    textured = mesh.uv is not None and mesh.face_textures is not None
    texels, table = _texture_arrays(mesh)
    return Surfaces(
        corners=np.ascontiguousarray(mesh.corners, np.float32),
        normals=corner_normals(mesh, crease),
        colors=srgb_to_linear(mesh.face_colors),
        uv=np.asarray(mesh.uv, np.float32)
        if textured
        else np.zeros((1, 3, 2), np.float32),
        textures=np.asarray(mesh.face_textures, np.int32)
        if textured
        else np.full(len(mesh.faces), -1, np.int32),
        texels=texels,
        texture_table=table,
    )
