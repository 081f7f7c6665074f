"""What fusion makes: coloured points and coloured closed surfaces. World axes, Z up."""

from __future__ import annotations

import dataclasses

import numpy as np


def _checked(name: str, array: np.ndarray, dtype: type, count: int | None = None):
    array = np.asarray(array, dtype)
    if array.ndim != 2 or array.shape[1] != 3:
        raise ValueError(
            f"Expected {name} of shape [n, 3]. Received: shape={array.shape}"
        )
    if count is not None and len(array) != count:
        raise ValueError(
            f"Expected {count} {name}, one a point. Received: {len(array)}"
        )
    return array


@dataclasses.dataclass
class PointCloud:
    """Points on the object's surface.

    Attributes:
      points: `[n, 3]` float32 world coordinates.
      colors: `[n, 3]` float32 sRGB in [0, 1].
      normals: `[n, 3]` float32 unit vectors, towards the camera that saw the point.
    """

    points: np.ndarray
    colors: np.ndarray
    normals: np.ndarray

    def __post_init__(self) -> None:
        self.points = _checked("points", self.points, np.float32)
        self.colors = _checked("colors", self.colors, np.float32, len(self.points))
        self.normals = _checked("normals", self.normals, np.float32, len(self.points))

    def __len__(self) -> int:
        return len(self.points)


@dataclasses.dataclass
class Surface:
    """A triangle surface with one colour a vertex.

    Attributes:
      vertices: `[v, 3]` float32 world coordinates.
      faces: `[f, 3]` int32, counter-clockwise seen from outside.
      colors: `[v, 3]` float32 sRGB in [0, 1].
    """

    vertices: np.ndarray
    faces: np.ndarray
    colors: np.ndarray

    def __post_init__(self) -> None:
        self.vertices = _checked("vertices", self.vertices, np.float32)
        self.faces = _checked("faces", self.faces, np.int32)
        self.colors = _checked("colors", self.colors, np.float32, len(self.vertices))

    @property
    def face_colors(self) -> np.ndarray:
        """`[f, 3]`: the mean colour of each face's corners."""
        return self.colors[self.faces].mean(axis=1)

    @property
    def vertex_normals(self) -> np.ndarray:
        """`[v, 3]` outward unit normals, the faces' weighted by their area."""
        corners = self.vertices[self.faces]
        face = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        index = self.faces.ravel()
        normal = np.stack(
            [
                np.bincount(index, np.repeat(face[:, axis], 3), len(self.vertices))
                for axis in range(3)
            ],
            axis=-1,
        )
        length = np.linalg.norm(normal, axis=1, keepdims=True)
        return (normal / np.maximum(length, 1e-20)).astype(np.float32)
