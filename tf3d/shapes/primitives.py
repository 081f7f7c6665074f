"""Closed solids that the procedural generators are put together from.

Every function returns a closed `Mesh` of one colour and one part whose faces look
outward (counter-clockwise seen from outside). Lengths are in whatever unit the caller
uses; generators normalise the whole object at the end.
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import ArrayLike

from tf3d.shapes.mesh import Mesh

GREY = (0.5, 0.5, 0.5)
_AXES = {"x": 0, "y": 1, "z": 2}


def solid(
    vertices: ArrayLike, faces: ArrayLike, color: ArrayLike = GREY, part: str = "body"
) -> Mesh:
    """A closed mesh of one colour, turned inside out if its faces look inward.

    Args:
      vertices: `[v, 3]`.
      faces: `[f, 3]`, consistently oriented.
      color: sRGB in [0, 1].
      part: the part's name.
    """
    vertices = np.asarray(vertices, np.float64)
    faces = np.asarray(faces, np.int32)
    if signed_volume(vertices, faces) < 0:
        faces = faces[:, ::-1]
    colors = np.empty((len(faces), 3), np.float32)
    colors[:] = color
    return Mesh(vertices, faces, colors, part_names=(part,))


def signed_volume(vertices: np.ndarray, faces: np.ndarray) -> float:
    """The enclosed volume; negative where the faces look inward."""
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    ab = np.stack(
        [
            a[:, 1] * b[:, 2] - a[:, 2] * b[:, 1],
            a[:, 2] * b[:, 0] - a[:, 0] * b[:, 2],
            a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0],
        ],
        axis=1,
    )
    return float((ab * c).sum() / 6)


def place(
    mesh: Mesh,
    *,
    rotation: ArrayLike | None = None,
    translation: ArrayLike = (0, 0, 0),
    mirror: str | None = None,
) -> Mesh:
    """A moved copy: mirrored, then rotated, then translated.

    Args:
      mesh: stays as it is.
      rotation: `[3, 3]`, or None.
      translation: `[3]`.
      mirror: an axis to negate ("x", "y" or "z"); the faces stay outward.
    """
    vertices = mesh.vertices.astype(np.float64)
    faces = mesh.faces
    if mirror is not None:
        vertices[:, _AXES[mirror]] *= -1
        faces = faces[:, ::-1]
    if rotation is not None:
        vertices = vertices @ np.asarray(rotation, np.float64).T
    vertices = vertices + np.asarray(translation, np.float64)
    return Mesh(vertices, faces, mesh.face_colors, mesh.face_parts, mesh.part_names)


def rotation(axis: str, degrees: float) -> np.ndarray:
    """The right-handed rotation matrix `[3, 3]` about "x", "y" or "z"."""
    i = _AXES[axis]
    j, k = (i + 1) % 3, (i + 2) % 3
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    matrix = np.eye(3)
    matrix[j, j] = matrix[k, k] = cos
    matrix[j, k], matrix[k, j] = -sin, sin
    return matrix


def box(
    center: ArrayLike, size: ArrayLike, color: ArrayLike = GREY, part: str = "body"
) -> Mesh:
    """An axis-aligned box of 12 triangles; `size` holds its full edge lengths."""
    vertices, faces = _unit_box()
    vertices = vertices * (np.asarray(size, np.float64) / 2) + np.asarray(center)
    return solid(vertices, faces, color, part)


def rounded_box(
    center: ArrayLike,
    size: ArrayLike,
    bevel: float,
    color: ArrayLike = GREY,
    part: str = "body",
) -> Mesh:
    """A box with chamfered edges and corners, 44 triangles.

    Args:
      center: `[3]`.
      size: `[3]` full edge lengths.
      bevel: cut off at each edge; at most 45 % of the shortest edge is used.
      color: sRGB.
      part: the part's name.
    """
    half = np.asarray(size, np.float64) / 2
    bevel = float(min(bevel, 0.9 * half.min()))
    signs, axes, faces = _unit_chamfered_box()
    # Three vertices at each corner, each on one of the three faces that meet there.
    inset = np.full((24, 3), bevel)
    inset[np.arange(24), axes] = 0
    return solid(signs * (half - inset) + np.asarray(center), faces, color, part)


def grid_faces(rows: int, columns: int, *, wrap: bool = False) -> np.ndarray:
    """Triangles of a row-major grid of vertices, two a cell.

    Args:
      rows: vertices down.
      columns: vertices across.
      wrap: join the last column to the first.

    Returns:
      `[2 * cells, 3]` int32; the two triangles of a cell follow each other, cells in
      row-major order.
    """
    return _grid_faces(rows, columns, wrap).copy()


def loft(sections: ArrayLike, color: ArrayLike = GREY, part: str = "body") -> Mesh:
    """A closed solid through a sequence of closed polygons, with fans as caps.

    Args:
      sections: `[n, m, 3]`: n >= 2 polygons of m >= 3 points, corresponding in order.
        The two end polygons should be star-shaped about their mean.
      color: sRGB.
      part: the part's name.

    Raises:
      ValueError: if the shape is another.
    """
    sections = np.asarray(sections, np.float64)
    if sections.ndim != 3 or sections.shape[2] != 3 or min(sections.shape[:2]) < 2:
        raise ValueError(
            f"Expected sections of shape [n, m, 3]. Received: shape={sections.shape}"
        )
    n, m, _ = sections.shape
    ends = sections[[0, -1]].mean(axis=1)
    vertices = np.concatenate([sections.reshape(-1, 3), ends])
    return solid(vertices, _loft_faces(n, m), color, part)


def revolve(
    start: ArrayLike,
    end: ArrayLike,
    profile: ArrayLike,
    color: ArrayLike = GREY,
    part: str = "body",
    *,
    segments: int = 16,
) -> Mesh:
    """A solid of revolution about the line from `start` to `end`.

    Args:
      start: `[3]`.
      end: `[3]`.
      profile: `[k, 2]` of (t, radius): t = 0 at `start`, 1 at `end`; radii above 0.
        The two ends are closed by flat fans.
      color: sRGB.
      part: the part's name.
      segments: around.
    """
    start, end = np.asarray(start, np.float64), np.asarray(end, np.float64)
    profile = np.asarray(profile, np.float64)
    u, v = _frame(end - start)
    angle = np.arange(segments) * (2 * np.pi / segments)
    circle = np.cos(angle)[:, None] * u + np.sin(angle)[:, None] * v
    centres = start + profile[:, :1] * (end - start)
    sections = centres[:, None] + profile[:, 1, None, None] * circle
    return loft(sections, color, part)


def cylinder(
    start: ArrayLike,
    end: ArrayLike,
    radius: float,
    color: ArrayLike = GREY,
    part: str = "body",
    *,
    end_radius: float | None = None,
    segments: int = 16,
    bevel: float = 0.0,
) -> Mesh:
    """A cylinder or cone frustum between two points.

    Args:
      start: `[3]` centre of one end.
      end: `[3]` centre of the other.
      radius: at `start`.
      color: sRGB.
      part: the part's name.
      end_radius: at `end`; default `radius`.
      segments: around.
      bevel: chamfer at both rims, in length units.
    """
    end_radius = radius if end_radius is None else end_radius
    length = float(np.linalg.norm(np.subtract(end, start)))
    bevel = min(bevel, 0.45 * length, 0.9 * radius, 0.9 * end_radius)
    profile = [(0, radius), (1, end_radius)]
    if bevel > 0:
        t = bevel / length
        profile = [
            (0, radius - bevel),
            (t, radius),
            (1 - t, end_radius),
            (1, end_radius - bevel),
        ]
    return revolve(start, end, profile, color, part, segments=segments)


def ellipsoid(
    center: ArrayLike,
    radii: ArrayLike,
    color: ArrayLike = GREY,
    part: str = "body",
    *,
    segments: int = 12,
    rings: int = 7,
) -> Mesh:
    """An axis-aligned ellipsoid with half-axes `radii` `[3]` (a number: a ball)."""
    angle = np.linspace(0.06, np.pi - 0.06, rings)
    profile = np.stack([(1 - np.cos(angle)) / 2, np.sin(angle)], axis=1)
    ball = revolve((0, 0, -1), (0, 0, 1), profile, color, part, segments=segments)
    ball.vertices = (
        ball.vertices * np.broadcast_to(radii, 3) + np.asarray(center)
    ).astype(np.float32)
    return ball


def tube(
    points: ArrayLike,
    radius: float | ArrayLike,
    color: ArrayLike = GREY,
    part: str = "body",
    *,
    segments: int = 8,
    closed: bool = False,
    scale: tuple[float, float] = (1.0, 1.0),
) -> Mesh:
    """A round (or elliptic) tube along a polyline.

    Args:
      points: `[n, 3]`, neighbours apart from each other.
      radius: one for all or `[n]`.
      color: sRGB.
      part: the part's name.
      segments: around.
      closed: join the last point to the first.
      scale: of the section along its two directions.
    """
    points = np.asarray(points, np.float64)
    n = len(points)
    radius = np.broadcast_to(np.asarray(radius, np.float64), n)
    step = np.roll(points, -1, axis=0) - points
    step /= np.linalg.norm(step, axis=1, keepdims=True) + 1e-300
    before = np.roll(step, 1, axis=0)
    if not closed:
        step[-1], before[0] = before[-1], step[0]
    tangent = step + before
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True) + 1e-300
    u = np.empty_like(points)
    u[0] = _frame(tangent[0])[0]
    # Carrying the first direction along keeps the tube from twisting.
    for k in range(1, n):
        u[k] = u[k - 1] - tangent[k] * (u[k - 1] @ tangent[k])
        u[k] /= np.linalg.norm(u[k])
    v = np.cross(tangent, u)
    # A mitre: the section widens at a bend, so that the tube keeps its thickness.
    mitre = 1 / np.clip(np.sqrt((1 + (step * before).sum(axis=1)) / 2), 0.6, 1)
    angle = np.arange(segments) * (2 * np.pi / segments)
    across = scale[0] * np.cos(angle)[:, None] * u[:, None]
    across = across + scale[1] * np.sin(angle)[:, None] * v[:, None]
    sections = points[:, None] + (radius * mitre)[:, None, None] * across
    if not closed:
        return loft(sections, color, part)
    faces = grid_faces(n + 1, segments, wrap=True) % (n * segments)
    return solid(sections.reshape(-1, 3), faces, color, part)


def extrude(
    polygon: ArrayLike,
    axis: str,
    low: float,
    high: float,
    color: ArrayLike = GREY,
    part: str = "body",
) -> Mesh:
    """A prism over a simple polygon, concave ones included.

    Args:
      polygon: `[n, 2]` in the plane of the two other axes, in cyclic order: "x" takes
        (y, z), "y" takes (z, x), "z" takes (x, y).
      axis: the direction of extrusion.
      low: where the prism begins on the axis.
      high: where it ends.
      color: sRGB.
      part: the part's name.
    """
    polygon = np.asarray(polygon, np.float64)
    if polygon_area(polygon) < 0:
        polygon = polygon[::-1]
    n, i = len(polygon), _AXES[axis]
    vertices = np.empty((2 * n, 3))
    vertices[:, (i + 1) % 3] = np.tile(polygon[:, 0], 2)
    vertices[:, (i + 2) % 3] = np.tile(polygon[:, 1], 2)
    vertices[:n, i], vertices[n:, i] = low, high
    cap = triangulate(polygon)
    here = np.arange(n)
    after = (here + 1) % n
    faces = np.concatenate(
        [
            cap[:, ::-1],
            cap + n,
            np.stack([here, after, after + n], axis=1),
            np.stack([here, after + n, here + n], axis=1),
        ]
    )
    return solid(vertices, faces, color, part)


def polygon_area(polygon: np.ndarray) -> float:
    """The signed area of a polygon `[n, 2]`, positive counter-clockwise."""
    x, y = polygon[:, 0], polygon[:, 1]
    return float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum() / 2)


def triangulate(polygon: ArrayLike) -> np.ndarray:
    """Triangles of a simple polygon by clipping ears.

    Args:
      polygon: `[n, 2]`, counter-clockwise, without holes.

    Returns:
      `[n - 2, 3]` int32, counter-clockwise.
    """
    points = [(float(x), float(y)) for x, y in np.asarray(polygon)]

    def cross(a: int, b: int, c: int) -> float:
        (ax, ay), (bx, by), (cx, cy) = points[a], points[b], points[c]
        return (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)

    left = list(range(len(points)))
    triangles = []
    while len(left) > 3:
        for k in range(len(left)):
            a, b, c = left[k - 1], left[k], left[(k + 1) % len(left)]
            if cross(a, b, c) <= 1e-14:
                continue
            if not any(
                cross(a, b, p) >= 0 and cross(b, c, p) >= 0 and cross(c, a, p) >= 0
                for p in left
                if p not in (a, b, c)
            ):
                break
        else:  # only slivers are left: any corner will do
            k = 0
            a, b, c = left[-1], left[0], left[1]
        triangles.append((a, b, c))
        del left[k]
    triangles.append(tuple(left))
    return np.asarray(triangles, np.int32)


def _frame(direction: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two unit vectors that complete a direction to a right-handed frame."""
    w = direction / np.linalg.norm(direction)
    aside = np.zeros(3)
    aside[np.argmin(np.abs(w))] = 1
    u = np.cross(aside, w)
    u /= np.linalg.norm(u)
    return u, np.cross(w, u)


@functools.lru_cache(maxsize=256)
def _grid_faces(rows: int, columns: int, wrap: bool) -> np.ndarray:
    i = np.arange(rows - 1)[:, None]
    j = np.arange(columns if wrap else columns - 1)[None]
    a = i * columns + j
    b = i * columns + (j + 1) % columns
    faces = np.stack([a, a + columns, b, b, a + columns, b + columns], axis=-1)
    return faces.reshape(-1, 3).astype(np.int32)


@functools.lru_cache(maxsize=256)
def _loft_faces(n: int, m: int) -> np.ndarray:
    here = np.arange(m)
    after = (here + 1) % m
    first = np.stack([here, after, np.full(m, n * m)], axis=1)
    base = (n - 1) * m
    last = np.stack([base + after, base + here, np.full(m, n * m + 1)], axis=1)
    return np.concatenate([_grid_faces(n, m, True), first, last]).astype(np.int32)


@functools.lru_cache(maxsize=1)
def _unit_box() -> tuple[np.ndarray, np.ndarray]:
    square = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
    vertices = np.array([(x, y, z) for z in (-1, 1) for x, y in square], np.float64)
    quads = [(3, 2, 1, 0), (4, 5, 6, 7)]
    quads += [(k, (k + 1) % 4, (k + 1) % 4 + 4, k + 4) for k in range(4)]
    faces = [t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))]
    return vertices, np.array(faces, np.int32)


@functools.lru_cache(maxsize=1)
def _unit_chamfered_box() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Signs `[24, 3]`, the axis of each vertex's face `[24]`, faces `[44, 3]`."""
    corners = [(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]
    signs = np.repeat(np.array(corners, np.float64), 3, axis=0)
    axes = np.tile(np.arange(3), 8)
    index = {(c, a): 3 * k + a for k, c in enumerate(corners) for a in range(3)}
    polygons: list[list[int]] = []
    for a in range(3):
        b, c = (a + 1) % 3, (a + 2) % 3
        for s in (-1, 1):
            ring = []
            for p, q in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
                corner = [0, 0, 0]
                corner[a], corner[b], corner[c] = s, p, q
                ring.append(index[tuple(corner), a])
            polygons.append(ring)
            for t in (-1, 1):  # the edge along axis c between faces a and b
                ends = []
                for e in (-1, 1):
                    corner = [0, 0, 0]
                    corner[a], corner[b], corner[c] = s, t, e
                    ends.append(tuple(corner))
                polygons.append(
                    [index[ends[0], a], index[ends[0], b]]
                    + [index[ends[1], b], index[ends[1], a]]
                )
    polygons += [[index[c, 0], index[c, 1], index[c, 2]] for c in corners]
    inset = np.full((24, 3), 0.2)
    inset[np.arange(24), axes] = 0
    points = signs * (1 - inset)
    faces = []
    for ring in polygons:
        p = points[ring]
        outward = np.cross(p[1] - p[0], p[2] - p[0]) @ p.mean(axis=0)
        ring = ring if outward > 0 else ring[::-1]
        faces += [(ring[0], ring[k], ring[k + 1]) for k in range(1, len(ring) - 1)]
    return signs, axes, np.array(faces, np.int32)
