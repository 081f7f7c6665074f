"""Reads mesh files: OBJ, GLB, glTF, DAE, OFF, PLY and STL, colours and textures too."""

from __future__ import annotations

import dataclasses
import pathlib
import re
from typing import Any

import numpy as np

from tf3d.errors import InputError
from tf3d.shapes.assets import Assets, as_texture
from tf3d.shapes.mesh import Mesh, concatenate
from tf3d.shapes.orientation import outward_flips

MAX_FACES = 2_000_000
PLAIN = 0.6  # sRGB grey of what has no colour
_TYRE = 0.12  # of a wheel whose picture is missing
_UP_AXES = {".obj": "y", ".glb": "y", ".gltf": "y", ".dae": "y"}  # others: z
# A cyclic exchange of axes keeps the handedness; from the file's axes to ours.
_AXES = {"x": [1, 2, 0], "y": [2, 0, 1], "z": [0, 1, 2]}


def load_mesh(
    path: str | pathlib.Path, *, up: str = "auto", front: float = 0.0
) -> Mesh:
    """Reads a mesh file as one mesh in world axes, not normalised.

    All objects of the file are merged at the places that the file gives them. Faces
    without area and doubled ones are dropped, and all are turned outward. Missing
    materials and textures leave plain colours. Everything is opaque.

    Args:
      path: .obj, .glb, .gltf, .dae, .off, .ply or .stl.
      up: the file's up axis: "x", "y", "z", or "auto" for what the format prescribes
        (DAE names its own; OBJ and glTF: y; others: z).
      front: azimuth in degrees at which the file's front lies once up is Z. An up axis
        of y turns (x, y, z) into (z, x, y), one of x into (y, z, x); so a y-up file
        with its front towards +z has 0, towards +x 90, towards -z 180.

    Raises:
      InputError: if there is no usable mesh in the file.
    """
    path = pathlib.Path(path)
    suffix = path.suffix.lower()
    scale = 1.0
    if suffix == ".dae":
        own_up, scale = _collada_axes(path)
    else:
        own_up = _UP_AXES.get(suffix, "z")
    pieces = _read(path, suffix)
    mesh = _shared_textures(concatenate(pieces, path.stem))
    _check(mesh, path)
    turn = np.radians(-front)
    rotation = np.array(
        [
            [np.cos(turn), -np.sin(turn), 0],
            [np.sin(turn), np.cos(turn), 0],
            [0, 0, 1],
        ]
    )
    vertices = mesh.vertices[:, _AXES[own_up if up == "auto" else up]] * scale
    mesh = dataclasses.replace(mesh, vertices=vertices @ rotation.T)
    mesh = _clean(mesh, path)
    return _outward(mesh)


def _read(path: pathlib.Path, suffix: str) -> list[Mesh]:
    """The file's objects, each as a mesh in the file's axes."""
    if not path.is_file():
        raise InputError(f"There is no mesh file {path}.")
    if path.stat().st_size == 0:
        raise InputError(f"{path} is empty. Export the mesh again.")
    if suffix == ".off":
        from tf3d.shapes.off import read_off

        return [read_off(path)]
    import trimesh

    assets = Assets(path)
    try:
        with path.open("rb") as file:
            scene = trimesh.load_scene(
                file, file_type=suffix[1:], resolver=assets, process=False
            )
    except Exception as error:  # trimesh and its readers raise anything
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(
            f"{path} cannot be read as {suffix[1:].upper()}: {reason}. "
            "Export the mesh again, or leave the file out."
        ) from error
    pieces = []
    for node in scene.graph.nodes_geometry:
        transform, key = scene.graph[node]
        geometry = scene.geometry[key]
        if len(getattr(geometry, "faces", ())):
            pieces.append(_piece(geometry, transform, str(key), suffix, assets, path))
    if not pieces:
        raise InputError(
            f"{path} has no faces. Export the mesh with its triangles, or leave the "
            "file out."
        )
    return pieces


def _piece(
    geometry: Any,
    transform: np.ndarray,
    name: str,
    suffix: str,
    assets: Assets,
    path: pathlib.Path,
) -> Mesh:
    """One object of a trimesh scene."""
    faces = np.asarray(geometry.faces, np.int64)
    vertices = np.asarray(geometry.vertices, np.float64)
    _check_indices(faces, len(vertices), path)
    vertices = vertices @ transform[:3, :3].T + transform[:3, 3]
    if np.linalg.det(transform[:3, :3]) < 0:  # a mirror image turns faces around
        faces = faces[:, ::-1]
    visual = geometry.visual
    kind = getattr(visual, "kind", None)
    colors = np.full((len(faces), 3), PLAIN, np.float32)
    texture, uv = None, None
    if kind == "texture":
        material = visual.material
        name = str(getattr(material, "name", None) or name)
        image, color = _material(material, suffix, bool(assets.missing))
        if visual.uv is not None and len(visual.uv) == len(vertices):
            uv = np.asarray(visual.uv, np.float32)[faces]
            uv = np.where(np.isfinite(uv), uv, 0)
            texture = None if image is None else as_texture(image)
        if texture is not None or image is None or color is None:
            colors[:] = PLAIN if color is None else color
        else:
            colors[:] = _mean_color(image, color)
        tint = visual.vertex_attributes.get("color")
        if tint is not None and len(tint) == len(vertices):
            tint = np.asarray(tint)[:, :3][faces].mean(axis=1) / 255
            colors *= _encode(tint) if suffix in (".glb", ".gltf") else tint
    elif kind == "face":
        colors = np.asarray(visual.face_colors, np.float32)[:, :3] / 255
    elif kind == "vertex":
        tint = np.asarray(visual.vertex_colors, np.float32)[:, :3] / 255
        colors = tint[faces].mean(axis=1)
        if suffix in (".glb", ".gltf"):
            colors = _encode(colors)
    return Mesh(
        vertices,
        faces,
        np.clip(colors, 0, 1),
        part_names=(name,),
        uv=None if texture is None else uv,
        face_textures=None if texture is None else np.zeros(len(faces), np.int32),
        textures=() if texture is None else (texture,),
        name=name,
    )


def _material(
    material: Any, suffix: str, some_missing: bool
) -> tuple[Any, np.ndarray | None]:
    """A material's picture and its sRGB colour (to multiply the picture with)."""
    name = str(getattr(material, "name", None) or "")
    if hasattr(material, "baseColorFactor"):  # glTF, and how trimesh reads DAE
        image = material.baseColorTexture
        factor = material.baseColorFactor
        color = None if factor is None else np.asarray(factor, np.float64)[:3]
        if color is not None:
            color = color / 255 if np.asarray(factor).dtype == np.uint8 else color
            if suffix in (".glb", ".gltf"):  # glTF's factors are linear light
                color = _encode(color)
        elif image is not None:
            color = np.ones(3)
        if suffix == ".dae" and image is None and some_missing:
            color = _unpictured(name, color)
        return image, color
    image = getattr(material, "image", None)
    # trimesh stands a white picture in for materials that it could not find.
    if image is not None and "file_path" in image.info:
        # Kd ought to multiply the picture, but exporters leave any default there
        # (3ds Max .588, others 0), and viewers ignore it.
        return image, np.ones(3)
    color = np.full(3, PLAIN)
    if "kd" in getattr(material, "kwargs", {}):
        color = np.asarray(material.diffuse, np.float64)[:3] / 255
    return None, _unpictured(name, color) if some_missing else color


def _unpictured(name: str, color: np.ndarray | None) -> np.ndarray | None:
    """The colour of a material whose picture may be missing: tyres are dark."""
    if re.search("wheel|tyre|tire", name, re.IGNORECASE):
        return np.full(3, _TYRE)
    return color


def _mean_color(image: Any, color: np.ndarray) -> np.ndarray:
    """For a picture without texture coordinates: its mean."""
    picture = as_texture(image)
    return color if picture is None else picture.mean(axis=(0, 1)) / 255 * color


def _encode(linear: np.ndarray) -> np.ndarray:
    """Linear light to sRGB (IEC 61966-2-1)."""
    linear = np.clip(np.asarray(linear, np.float64), 0, 1)
    power = 1.055 * linear ** (1 / 2.4) - 0.055
    return np.where(linear <= 0.0031308, linear * 12.92, power)


def _collada_axes(path: pathlib.Path) -> tuple[str, float]:
    """The up axis and the unit in metres that a COLLADA file's head names."""
    try:
        with path.open("rb") as file:
            head = file.read(1 << 16).decode("utf-8", "replace")
    except OSError as error:
        raise InputError(f"Cannot read {path}: {error.strerror}.") from error
    up = re.search(r"<up_axis>\s*([XYZ])_UP", head)
    unit = re.search(r"<unit\b[^>]*\bmeter\s*=\s*[\"']([0-9.eE+-]+)", head)
    try:
        scale = float(unit.group(1)) if unit else 1.0
    except ValueError:
        scale = 1.0
    good = np.isfinite(scale) and scale > 0
    return (up.group(1).lower() if up else "y"), (scale if good else 1.0)


def _check_indices(faces: np.ndarray, vertices: int, path: pathlib.Path) -> None:
    if len(faces) and (faces.min() < 0 or faces.max() >= vertices):
        raise InputError(
            f"{path}: a face names a vertex that is not there (of {vertices}). "
            "The file is broken: export the mesh again, or leave it out."
        )


def _check(mesh: Mesh, path: pathlib.Path) -> None:
    """Raises InputError for what no later step could mend."""
    if len(mesh.faces) == 0:
        raise InputError(
            f"{path} has no faces. Export the mesh with its triangles, or leave the "
            "file out."
        )
    if len(mesh.faces) > MAX_FACES:
        raise InputError(
            f"{path} has {len(mesh.faces):,} faces, more than {MAX_FACES:,}. "
            "Simplify it first."
        )
    _check_indices(mesh.faces, len(mesh.vertices), path)
    used = mesh.vertices[mesh.faces.ravel()]
    if not np.isfinite(used).all():
        raise InputError(
            f"{path} has coordinates that are not finite numbers (NaN or infinite). "
            "Export the mesh again, or leave the file out."
        )
    if not np.linalg.norm(np.ptp(used, axis=0)) > 1e-12:
        raise InputError(
            f"{path}: all its vertices lie in one place. Leave the file out."
        )


def _shared_textures(mesh: Mesh) -> Mesh:
    """Keeps one of each picture that several objects bring."""
    if len(mesh.textures) < 2:
        return mesh
    places: dict[tuple[tuple[int, ...], bytes], int] = {}
    kept: list[np.ndarray] = []
    index = []
    for texture in mesh.textures:
        key = (texture.shape, texture.tobytes())
        if key not in places:
            places[key] = len(kept)
            kept.append(texture)
        index.append(places[key])
    table = np.array([*index, -1], np.int32)  # the last is for -1: no texture
    return dataclasses.replace(
        mesh, textures=tuple(kept), face_textures=table[mesh.face_textures]
    )


def _clean(mesh: Mesh, path: pathlib.Path) -> Mesh:
    """Joins vertices at one place; drops faces without area."""
    low = mesh.vertices.min(axis=0)
    used = mesh.vertices[mesh.faces.ravel()]
    diagonal = float(np.linalg.norm(np.ptp(used, axis=0)))
    grid = np.round((mesh.vertices.astype(np.float64) - low) / diagonal * 1e6)
    usable = np.isfinite(grid).all(axis=1) & (np.abs(grid) < 1e15).all(axis=1)
    grid = np.where(usable[:, None], grid, -1).astype(np.int64)
    _, first, inverse = np.unique(grid, axis=0, return_index=True, return_inverse=True)
    vertices = mesh.vertices[first]
    faces = inverse.reshape(-1)[mesh.faces]
    corners = vertices[faces].astype(np.float64)
    edges = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    keep = np.linalg.norm(edges, axis=1) > 1e-14 * diagonal**2
    if not keep.any():
        raise InputError(f"{path}: none of its faces has an area. Leave it out.")
    return _selected(dataclasses.replace(mesh, vertices=vertices, faces=faces), keep)


def _selected(mesh: Mesh, keep: np.ndarray) -> Mesh:
    """Some of the faces, with the vertices that they use."""
    used, faces = np.unique(mesh.faces[keep], return_inverse=True)
    return dataclasses.replace(
        mesh,
        vertices=mesh.vertices[used],
        faces=faces.reshape(-1, 3).astype(np.int32),
        face_colors=mesh.face_colors[keep],
        face_parts=mesh.face_parts[keep],
        uv=None if mesh.uv is None else mesh.uv[keep],
        face_textures=None if mesh.face_textures is None else mesh.face_textures[keep],
    )


def _outward(mesh: Mesh) -> Mesh:
    """Turns faces outward and drops the doubles, keeping those that were right."""
    _, place, uses = np.unique(
        np.sort(mesh.faces, axis=1), axis=0, return_inverse=True, return_counts=True
    )
    place = place.reshape(-1)
    first = np.zeros(len(uses), np.int64)
    first[place[::-1]] = np.arange(len(place))[::-1]
    flips = np.zeros(len(mesh.faces), bool)
    flips[first] = outward_flips(mesh.vertices, mesh.faces[first])
    if (uses > 1).any():
        # Of an outer and an inner skin on the same vertices the outer one stays.
        wanted = mesh.face_normals[first] * np.where(flips[first], -1, 1)[:, None]
        agrees = np.einsum("fi,fi->f", mesh.face_normals, wanted[place]) > 0
        better = np.flatnonzero(agrees)[::-1]
        chosen = first.copy()
        chosen[place[better]] = better
        flips[chosen] = ~agrees[chosen]
        first = np.sort(chosen)
    else:
        first = np.sort(first)
    faces = mesh.faces.copy()
    faces[flips] = faces[flips][:, ::-1]
    uv = None
    if mesh.uv is not None:
        uv = mesh.uv.copy()
        uv[flips] = uv[flips][:, ::-1]
    keep = np.zeros(len(faces), bool)
    keep[first] = True
    return _selected(dataclasses.replace(mesh, faces=faces, uv=uv), keep)
