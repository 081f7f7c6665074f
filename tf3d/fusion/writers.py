"""Surfaces and clouds to files: PLY, OBJ, STL in world axes, GLB with Y up."""

from __future__ import annotations

import os
import pathlib
from typing import TYPE_CHECKING, Any

import numpy as np

from tf3d.errors import InputError
from tf3d.files import replacing
from tf3d.fusion.records import PointCloud, Surface

if TYPE_CHECKING:
    import trimesh

SURFACE_SUFFIXES = (".ply", ".obj", ".glb", ".stl")
CLOUD_SUFFIXES = (".ply",)
# glTF: Y up, the front towards +Z. World x, y, z become glTF's z, x, y.
TO_GLTF = np.array([[0, 1, 0], [0, 0, 1], [1, 0, 0]], np.float32)


def check_suffix(
    path: str | os.PathLike[str], allowed: tuple[str, ...], what: str
) -> str:
    """The path's extension in lower case, or an InputError if it is not allowed."""
    suffix = pathlib.Path(path).suffix.lower()
    if suffix not in allowed:
        raise InputError(
            f"Cannot write a {what} to {path}: the extension {suffix or '(none)'} is "
            f"unknown. Use {', '.join(allowed)}."
        )
    return suffix


def check_surface_path(path: str | os.PathLike[str]) -> str:
    """The path's extension in lower case, if a surface can be written there.

    Raises:
      InputError: if the extension is none of `SURFACE_SUFFIXES`.
    """
    return check_suffix(path, SURFACE_SUFFIXES, "surface")


def check_cloud_path(path: str | os.PathLike[str]) -> str:
    """The path's extension in lower case, if a cloud can be written there.

    Raises:
      InputError: if the extension is none of `CLOUD_SUFFIXES`.
    """
    return check_suffix(path, CLOUD_SUFFIXES, "point cloud")


def scaled(points: np.ndarray, length: float | None) -> np.ndarray:
    """Points scaled so that their bounding box is `length` long along X.

    X runs from the object's back to its front, so a car's `length` is what its papers
    call so. The origin stays where it is.

    Args:
      points: `[n, 3]` world coordinates.
      length: metres; None leaves the points alone.

    Returns:
      `[n, 3]` float32: metres, or world units if `length` is None.

    Raises:
      InputError: if the length is not positive and finite.
    """
    if length is None:
        return points
    if not (np.isfinite(length) and length > 0):
        raise InputError(f"The length must be a positive number of metres: {length}.")
    extent = float(np.ptp(points[:, 0])) if len(points) else 0.0
    if extent <= 0:
        raise InputError("Cannot scale: the object has no extent along X.")
    return (points * (length / extent)).astype(np.float32)


def _bytes(colors: np.ndarray) -> np.ndarray:
    """Colours in [0, 1] as opaque bytes `[n, 4]`."""
    out = np.full((len(colors), 4), 255, np.uint8)
    out[:, :3] = np.rint(np.clip(colors, 0, 1) * 255)
    return out


def _linear_bytes(colors: np.ndarray) -> np.ndarray:
    """As `_bytes`, in linear light: glTF's vertex colours are linear, not sRGB."""
    colors = np.clip(colors, 0, 1)
    linear = np.where(
        colors <= 0.04045, colors / 12.92, ((colors + 0.055) / 1.055) ** 2.4
    )
    return _bytes(linear)


def _write_obj(vertices: np.ndarray, surface: Surface, path: pathlib.Path) -> None:
    """OBJ with its common extension for vertex colours: `v x y z r g b`."""
    rows = np.concatenate([vertices, np.clip(surface.colors, 0, 1)], axis=1)
    with path.open("w", encoding="ascii", newline="\n") as file:
        file.write("# Z up, front towards +X; v x y z r g b\n")
        line = "v %.6f %.6f %.6f %.4f %.4f %.4f\n"
        file.write((line * len(rows)) % tuple(rows.ravel().tolist()))
        faces = (surface.faces + 1).ravel().tolist()
        file.write(("f %d %d %d\n" * len(surface.faces)) % tuple(faces))


def _matt(tree: dict[str, Any]) -> None:
    """Gives a glTF tree a matt material: the default one is metal, nearly black."""
    matt = {"metallicFactor": 0.0, "roughnessFactor": 0.9}
    tree["materials"] = [{"pbrMetallicRoughness": matt}]
    for mesh in tree["meshes"]:
        for primitive in mesh["primitives"]:
            primitive["material"] = 0


def _trimesh(
    vertices: np.ndarray, faces: np.ndarray, colors: np.ndarray
) -> trimesh.Trimesh:
    import trimesh

    return trimesh.Trimesh(vertices, faces, vertex_colors=colors, process=False)


def write_surface(
    surface: Surface, path: str | os.PathLike[str], *, length: float | None = None
) -> None:
    """Writes a surface; the extension chooses the format.

    PLY, OBJ and STL keep the world's axes: Z up, front towards +X. GLB has Y up and
    the front towards +Z, as glTF demands, and its colours in linear light. STL holds no
    colours.

    Args:
      surface: what to write.
      path: ends in one of `SURFACE_SUFFIXES`; a file that is there is replaced.
      length: metres from back to front, along X; without it the units are the world's,
        in which the true object's bounding box has a diagonal of 1.

    Raises:
      InputError: if the extension is unknown, the length not positive, or the file
        cannot be written.
    """
    suffix = check_surface_path(path)
    vertices = scaled(surface.vertices, length)
    with replacing(path) as temporary:
        if suffix == ".obj":
            _write_obj(vertices, surface, temporary)
        elif suffix == ".glb":
            colors = _linear_bytes(surface.colors)
            mesh = _trimesh(vertices @ TO_GLTF.T, surface.faces, colors)
            temporary.write_bytes(
                mesh.export(file_type="glb", tree_postprocessor=_matt)
            )
        else:
            mesh = _trimesh(vertices, surface.faces, _bytes(surface.colors))
            temporary.write_bytes(mesh.export(file_type=suffix[1:]))


def write_cloud(
    cloud: PointCloud, path: str | os.PathLike[str], *, length: float | None = None
) -> None:
    """Writes points with normals and colours as binary PLY, in world axes.

    Args:
      cloud: what to write.
      path: ends in `.ply`; a file that is there is replaced.
      length: as in `write_surface`.

    Raises:
      InputError: as `write_surface`.
    """
    check_cloud_path(path)
    fields = [(name, "<f4") for name in ("x", "y", "z", "nx", "ny", "nz")]
    fields += [(name, "u1") for name in ("red", "green", "blue")]
    rows = np.empty(len(cloud), fields)
    numbers = np.concatenate([scaled(cloud.points, length), cloud.normals], axis=1)
    for index, (name, _) in enumerate(fields[:6]):
        rows[name] = numbers[:, index]
    for index, (name, _) in enumerate(fields[6:]):
        rows[name] = _bytes(cloud.colors)[:, index]
    kinds = {"<f4": "float", "u1": "uchar"}
    properties = "".join(f"property {kinds[kind]} {name}\n" for name, kind in fields)
    header = (
        "ply\nformat binary_little_endian 1.0\ncomment Z up, front towards +X\n"
        f"element vertex {len(cloud)}\n{properties}end_header\n"
    )
    with replacing(path) as temporary:
        temporary.write_bytes(header.encode("ascii") + rows.tobytes())
