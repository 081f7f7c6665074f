"""Triangle meshes with a colour, and where there is one a texture, for each face."""

from __future__ import annotations

import dataclasses

import numpy as np


@dataclasses.dataclass
class Mesh:
    """A triangle mesh in world axes: Z up, front towards +X.

    Attributes:
      vertices: `[v, 3]` float32.
      faces: `[f, 3]` int32, counter-clockwise seen from outside.
      face_colors: `[f, 3]` float32 sRGB in [0, 1]; multiplies the texture where a face
        has one.
      face_parts: `[f]` int32, an index into `part_names`: faces of one part share a
        material, so repainting and smoothing treat them together.
      part_names: the parts' names, such as "body" or "window".
      uv: `[f, 3, 2]` float32 texture coordinates of each corner (v upwards), or None.
      face_textures: `[f]` int32, an index into `textures`, -1 for none; None for none.
      textures: pictures `[h, w, 3]` uint8, first row at the top.
      name: for reports.
    """

    vertices: np.ndarray
    faces: np.ndarray
    face_colors: np.ndarray
    face_parts: np.ndarray | None = None
    part_names: tuple[str, ...] = ("body",)
    uv: np.ndarray | None = None
    face_textures: np.ndarray | None = None
    textures: tuple[np.ndarray, ...] = ()
    name: str = "mesh"

    def __post_init__(self) -> None:
        self.vertices = np.asarray(self.vertices, np.float32)
        self.faces = np.asarray(self.faces, np.int32)
        self.face_colors = np.asarray(self.face_colors, np.float32)
        if self.face_parts is None:
            self.face_parts = np.zeros(len(self.faces), np.int32)
        self.face_parts = np.asarray(self.face_parts, np.int32)
        for name, array, width in (
            ("vertices", self.vertices, 3),
            ("faces", self.faces, 3),
            ("face_colors", self.face_colors, 3),
        ):
            if array.ndim != 2 or array.shape[1] != width:
                raise ValueError(
                    f"Expected {name} of shape [n, {width}]. "
                    f"Received: shape={array.shape}"
                )
        for name in ("face_colors", "face_parts"):
            if len(getattr(self, name)) != len(self.faces):
                raise ValueError(
                    f"Expected {len(self.faces)} {name}, one a face. "
                    f"Received: {len(getattr(self, name))}"
                )

    @property
    def corners(self) -> np.ndarray:
        """World coordinates of each face's corners, `[f, 3, 3]`."""
        return self.vertices[self.faces]

    @property
    def face_normals(self) -> np.ndarray:
        """Outward unit normals `[f, 3]`; zero for faces without area."""
        corners = self.corners
        normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        length = np.linalg.norm(normal, axis=1, keepdims=True)
        return np.divide(normal, length, out=np.zeros_like(normal), where=length > 0)

    def normalized(self) -> Mesh:
        """Centred on its bounding box, whose diagonal becomes 1.

        Raises:
          ValueError: if the mesh has no extent.
        """
        if len(self.faces) == 0:
            raise ValueError(f"{self.name}: the mesh has no faces")
        used = np.zeros(len(self.vertices), bool)
        used[self.faces.ravel()] = True
        # NumPy is slow along short rows.
        used = np.ascontiguousarray(self.vertices[used].T)
        low, high = used.min(axis=1), used.max(axis=1)
        diagonal = float(np.linalg.norm(high - low))
        if not np.isfinite(diagonal) or diagonal < 1e-12:
            raise ValueError(f"{self.name}: the mesh has no finite extent")
        vertices = (self.vertices - (low + high) / 2) / diagonal
        return dataclasses.replace(self, vertices=vertices)


def concatenate(meshes: list[Mesh], name: str = "mesh") -> Mesh:
    """One mesh of several; parts of the same name become one part.

    Args:
      meshes: at least one.
      name: of the result.

    Raises:
      ValueError: if the list is empty.
    """
    if not meshes:
        raise ValueError("Expected at least one mesh. Received: meshes=[]")
    names: list[str] = []
    vertices, faces, colors, parts, uv, face_textures = [], [], [], [], [], []
    textures: list[np.ndarray] = []
    offset = 0
    for mesh in meshes:
        index = []
        for part in mesh.part_names:
            if part not in names:
                names.append(part)
            index.append(names.index(part))
        vertices.append(mesh.vertices)
        faces.append(mesh.faces + offset)
        colors.append(mesh.face_colors)
        parts.append(np.asarray(index, np.int32)[mesh.face_parts])
        count = len(mesh.faces)
        uv.append(np.zeros((count, 3, 2), np.float32) if mesh.uv is None else mesh.uv)
        index = (
            np.full(count, -1, np.int32)
            if mesh.face_textures is None
            else np.where(
                mesh.face_textures >= 0, mesh.face_textures + len(textures), -1
            )
        )
        face_textures.append(index)
        textures.extend(mesh.textures)
        offset += len(mesh.vertices)
    return Mesh(
        np.concatenate(vertices),
        np.concatenate(faces),
        np.concatenate(colors),
        np.concatenate(parts),
        tuple(names),
        np.concatenate(uv) if textures else None,
        np.concatenate(face_textures).astype(np.int32) if textures else None,
        tuple(textures),
        name,
    )
