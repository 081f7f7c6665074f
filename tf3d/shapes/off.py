"""Reads OFF files as they occur: ModelNet's one-line heads, colours of either kind."""

from __future__ import annotations

import pathlib
import re

import numpy as np

from tf3d.errors import InputError
from tf3d.shapes.mesh import Mesh

_PLAIN = 0.6


def read_off(path: pathlib.Path) -> Mesh:
    """Reads an OFF file; polygons become fans of triangles.

    The head may hold the counts too ("OFF490 518 0", as in ModelNet40). Colours are
    read from faces, or from vertices (COFF), as numbers up to 1 or up to 255.

    Args:
      path: the file.

    Raises:
      InputError: if it is no such file or stops early.
    """
    try:
        text = path.read_bytes().decode("ascii", "replace")
    except OSError as error:
        raise InputError(f"Cannot read {path}: {error.strerror}.") from error
    lines = [line.split("#", 1)[0].split() for line in text.splitlines()]
    lines = [words for words in lines if words]
    head = re.match(r"(ST)?(C?)(N?)OFF(.*)", lines[0][0]) if lines else None
    if head is None:
        raise InputError(f"{path} does not begin with OFF. Leave the file out.")
    try:
        return _parse(lines, head, path)
    except InputError:
        raise
    except (ValueError, IndexError, OverflowError) as error:
        raise InputError(
            f"{path} stops early or holds something else than numbers. "
            "Export the mesh again, or leave the file out."
        ) from error


def _parse(lines: list[list[str]], head: re.Match[str], path: pathlib.Path) -> Mesh:
    rest = ([head.group(4)] if head.group(4) else []) + lines[0][1:]
    body = lines[1:]
    if not rest:
        rest, body = body[0], body[1:]
    vertex_count, face_count = int(rest[0]), int(rest[1])
    if vertex_count < 0 or face_count < 0 or len(body) < vertex_count + face_count:
        raise ValueError("too few lines")
    rows = [[float(word) for word in words] for words in body[:vertex_count]]
    vertices = np.array([row[:3] for row in rows], np.float64).reshape(-1, 3)
    vertex_colors = None
    if head.group(2):
        skip = 6 if head.group(3) else 3
        vertex_colors = _colors([row[skip : skip + 3] for row in rows])
    faces, face_colors = [], []
    for words in body[vertex_count : vertex_count + face_count]:
        size = int(words[0])
        corners = [int(word) for word in words[1 : size + 1]]
        if len(corners) < size:
            raise ValueError("a face stops early")
        color = [float(word) for word in words[size + 1 : size + 4]]
        for k in range(1, size - 1):
            faces.append((corners[0], corners[k], corners[k + 1]))
            face_colors.append(color if len(color) == 3 else None)
    triangles = np.array(faces, np.int64).reshape(-1, 3)
    if len(triangles) and not (0 <= triangles.min() <= triangles.max() < vertex_count):
        raise InputError(
            f"{path}: a face names a vertex that is not there (of {vertex_count}). "
            "The file is broken: export the mesh again, or leave it out."
        )
    colors = np.full((len(triangles), 3), _PLAIN)
    if vertex_colors is not None:
        colors = vertex_colors[triangles].mean(axis=1)
    own = np.array([color is not None for color in face_colors], bool)
    if own.any():
        colors[own] = _colors([color for color in face_colors if color is not None])
    return Mesh(vertices, triangles, colors, name=path.stem)


def _colors(rows: list[list[float]]) -> np.ndarray:
    colors = np.array(rows, np.float64).reshape(-1, 3)
    if colors.size and colors.max() > 1:
        colors = colors / 255
    return np.clip(colors, 0, 1)
