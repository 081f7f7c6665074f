"""Closed solids that chairs are built of, and the builder that collects them.

A solid is a pair `(vertices [v, 3], faces [f, 3])`, closed, its faces counter-clockwise
seen from outside. All of them are lofts: a ring of points carried along a path, so that
each is a handful of array operations whatever its number of triangles.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np

from tf3d.shapes.mesh import Mesh
from tf3d.shapes.primitives import box as plain_box
from tf3d.shapes.primitives import grid_faces, rounded_box

Solid = tuple[np.ndarray, np.ndarray]


@functools.lru_cache(maxsize=512)
def _skin_faces(rings: int, around: int, closed: bool) -> np.ndarray:
    """Faces of `rings` rings of `around` points; caps use two more vertices."""
    rows = rings + 1 if closed else rings
    faces = [grid_faces(rows, around, wrap=True)[:, ::-1] % (rings * around)]
    if not closed:
        j = np.arange(around)
        following = (j + 1) % around
        first, end = rings * around, (rings - 1) * around
        faces.append(np.stack([np.full(around, first), following, j], 1))
        faces.append(
            np.stack([np.full(around, first + 1), end + j, end + following], 1)
        )
    return np.concatenate(faces)


def skin(rings: np.ndarray, *, closed: bool = False) -> Solid:
    """A solid through rings of points.

    Args:
      rings: `[n, k, 3]`, each ring counter-clockwise seen from the path's far end.
      closed: joins the last ring to the first instead of capping both.

    Returns:
      The solid.
    """
    count, around = rings.shape[:2]
    vertices = rings.reshape(-1, 3)
    if not closed:
        vertices = np.concatenate([vertices, rings[[0, -1]].mean(axis=1)])
    return vertices, _skin_faces(count, around, closed)


@functools.lru_cache(maxsize=64)
def circle(sides: int = 10) -> np.ndarray:
    """The unit circle `[sides, 2]`, counter-clockwise."""
    angle = np.arange(sides) * (2 * np.pi / sides)
    return np.stack([np.cos(angle), np.sin(angle)], 1)


def rectangle(
    width: float, height: float, radius: float = 0.0, steps: int = 2
) -> np.ndarray:
    """A rectangle `[4 * (steps + 1), 2]` with rounded corners (`[4, 2]` without)."""
    a, b = width / 2, height / 2
    corners = np.array([[1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0], [1.0, -1.0]])
    if radius <= 0:
        return corners * (a, b)
    radius = min(radius, 0.98 * min(a, b))
    start = np.arange(4) * (np.pi / 2)
    angle = start[:, None] + np.linspace(0, np.pi / 2, steps + 1)
    arc = radius * np.stack([np.cos(angle), np.sin(angle)], -1)
    return (arc + (corners * (a - radius, b - radius))[:, None]).reshape(-1, 2)


def refine(outline: np.ndarray, step: float) -> np.ndarray:
    """The same outline `[k, 2]` with no edge longer than `step`, so that it bends."""
    after = np.roll(outline, -1, axis=0)
    length = np.linalg.norm(after - outline, axis=1)
    count = np.maximum(np.ceil(length / step).astype(int), 1)
    owner = np.repeat(np.arange(len(outline)), count)
    start = np.repeat(np.cumsum(count) - count, count)
    t = ((np.arange(len(owner)) - start) / count[owner])[:, None]
    return outline[owner] * (1 - t) + after[owner] * t


def sweep(
    path: np.ndarray,
    profile: np.ndarray,
    across: tuple[float, float, float] | np.ndarray,
    *,
    scale: np.ndarray | float = 1.0,
    closed: bool = False,
) -> Solid:
    """Carries a profile along a path.

    Args:
      path: `[n, 3]`.
      profile: `[k, 2]`, counter-clockwise; its first axis lies along `across`.
      across: a direction that the path never takes; a flat path's normal is exact.
      scale: of the profile at each point of the path, `[n]`, `[n, 2]` or one number.
      closed: the path is a loop.

    Returns:
      The solid.
    """
    path = np.asarray(path, float)
    if closed:
        step = np.roll(path, -1, axis=0) - path
    else:
        step = np.diff(path, axis=0)
    step = step / np.linalg.norm(step, axis=1, keepdims=True)
    if closed:
        tangent = step + np.roll(step, 1, axis=0)
    else:
        tangent = np.concatenate([step[:1], step[:-1] + step[1:], step[-1:]])
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    across = np.asarray(across, float)
    u = across - tangent * (tangent @ across)[:, None]
    u /= np.linalg.norm(u, axis=1, keepdims=True)
    v = np.cross(tangent, u)
    scale = np.asarray(scale, float)
    if scale.ndim < 2:
        scale = np.broadcast_to(scale.reshape(-1, 1), (len(path), 2))
    sized = profile[None] * scale[:, None]
    rings = path[:, None] + sized[..., :1] * u[:, None] + sized[..., 1:] * v[:, None]
    return skin(rings, closed=closed)


def rod(
    start: np.ndarray | tuple,
    end: np.ndarray | tuple,
    radius: float,
    end_radius: float | None = None,
    sides: int = 10,
) -> Solid:
    """A round bar, tapered if `end_radius` differs."""
    path = np.array([start, end], float)
    direction = np.abs(path[1] - path[0])
    across = np.eye(3)[int(direction.argmin())]
    ends = np.array([radius, radius if end_radius is None else end_radius])
    return sweep(path, circle(sides), across, scale=ends)


def tube(
    path: np.ndarray,
    radius: float | np.ndarray,
    across: tuple[float, float, float] | np.ndarray,
    *,
    sides: int = 10,
    closed: bool = False,
) -> Solid:
    """A round tube along a path; `across` as for `sweep`."""
    return sweep(path, circle(sides), across, scale=radius, closed=closed)


def lathe(profile: np.ndarray, sides: int = 14, centre: tuple = (0.0, 0.0)) -> Solid:
    """Turns a profile `[n, 2]` of (radius, z), z upwards, about the vertical."""
    profile = np.asarray(profile, float)
    rings = np.empty((len(profile), sides, 3))
    rings[..., :2] = profile[:, :1, None] * circle(sides) + np.asarray(centre)
    rings[..., 2] = profile[:, 1:]
    return skin(rings)


def box(size: tuple, centre: tuple, bevel: float = 0.0) -> Solid:
    """An axis-aligned box with all its edges bevelled."""
    mesh = rounded_box(centre, size, bevel) if bevel > 0 else plain_box(centre, size)
    return mesh.vertices.astype(float), mesh.faces


def pillow(outline: np.ndarray, levels: np.ndarray) -> Solid:
    """Stacks shrunken copies of an outline: plates, cushions, domed seats.

    Args:
      outline: `[k, 2]` in x and y, star-shaped about the middle of its bounding box,
        counter-clockwise.
      levels: `[n, 2]` of (inset, z), z not falling along the outer rim: from the
        underside outwards, up the edge, and inwards again over the top.

    Returns:
      The solid.
    """
    low, high = outline.min(axis=0), outline.max(axis=0)
    centre, half = (low + high) / 2, (high - low) / 2
    shrink = np.maximum(1 - levels[:, :1] / half, 0.04)
    rings = np.empty((len(levels), len(outline), 3))
    rings[..., :2] = centre + (outline - centre) * shrink[:, None]
    rings[..., 2] = levels[:, 1:]
    return skin(rings)


def edge_levels(
    thickness: float,
    bottom: float,
    top: float,
    *,
    dome: float = 0.0,
    half: float = 0.2,
    steps: int = 3,
    inner: bool = False,
) -> np.ndarray:
    """Levels for `pillow`: a plate with rounded edges and a domed top.

    Args:
      thickness: in z, without the dome.
      bottom: radius of the lower edge.
      top: radius of the upper edge.
      dome: height of the middle above the edge.
      half: half the outline's smaller side.
      steps: segments of each rounded edge.
      inner: adds rings inside both faces, so that the plate can be bent.

    Returns:
      `[n, 2]` of (inset, z) from 0 to `thickness + dome`.
    """
    top = min(top, 0.9 * thickness, 0.6 * half)
    bottom = min(bottom, 0.98 * thickness - top, 0.6 * half)
    angle = np.linspace(0, np.pi / 2, steps + 1)
    levels = []
    if inner:
        levels += [[0.75 * half, 0.0], [bottom + 0.4 * (half - bottom), 0.0]]
    if bottom > 1e-4:
        levels += np.stack(
            [bottom * (1 - np.sin(angle)), bottom * (1 - np.cos(angle))], 1
        ).tolist()
    else:
        levels.append([0.0, 0.0])
    if top > 1e-4:
        levels += np.stack(
            [top * (1 - np.cos(angle)), thickness - top * (1 - np.sin(angle))], 1
        ).tolist()
    else:
        levels.append([0.0, thickness])
    if dome > 0 or inner:
        part = np.array([0.3, 0.55, 0.8])
        levels += np.stack(
            [top + part * (half - top), thickness + dome * (1 - (1 - part) ** 2.5)], 1
        ).tolist()
    return np.array(levels)


@functools.lru_cache(maxsize=64)
def _shell_faces(m: int, n: int) -> np.ndarray:
    index = np.arange(m * n).reshape(m, n)
    top = grid_faces(m, n)
    loop = np.concatenate(
        [index[:-1, 0], index[-1, :-1], index[:0:-1, -1], index[0, :0:-1]]
    )
    after, under = np.roll(loop, -1), m * n
    sides = np.concatenate(
        [
            np.stack([loop, loop + under, after + under], 1),
            np.stack([loop, after + under, after], 1),
        ]
    )
    return np.concatenate([top, top[:, ::-1] + under, sides])


def shell(grid: np.ndarray, thickness: float, *, edge: float = 0.5) -> Solid:
    """Thickens a curved sheet.

    Args:
      grid: `[m, n, 3]`; the sheet's outer side is where first × second direction is.
      thickness: of the sheet.
      edge: the rim's thickness relative to it.

    Returns:
      The solid.
    """
    m, n = grid.shape[:2]
    normal = np.cross(np.gradient(grid, axis=0), np.gradient(grid, axis=1))
    normal /= np.linalg.norm(normal, axis=2, keepdims=True)
    half = np.full((m, n, 1), thickness / 2 * edge)
    half[1:-1, 1:-1] = thickness / 2
    vertices = np.concatenate([grid + normal * half, grid - normal * half])
    return vertices.reshape(-1, 3), _shell_faces(m, n)


def rounded(points: np.ndarray | list, radius: float, steps: int = 4) -> np.ndarray:
    """A polyline `[n, 3]` with its inner corners rounded off."""
    points = np.asarray(points, float)
    step = np.diff(points, axis=0)
    length = np.linalg.norm(step, axis=1)
    step /= length[:, None]
    reach = np.minimum(radius, 0.45 * np.minimum(length[:-1], length[1:]))[:, None]
    corner = points[1:-1, None]
    start = corner - (step[:-1] * reach)[:, None]
    end = corner + (step[1:] * reach)[:, None]
    t = np.linspace(0, 1, steps + 1)[None, :, None]
    arcs = (1 - t) ** 2 * start + 2 * t * (1 - t) * corner + t**2 * end
    return np.concatenate([points[:1], arcs.reshape(-1, 3), points[-1:]])


def spline(points: np.ndarray | list, at: int | np.ndarray) -> np.ndarray:
    """The Catmull-Rom curve through `points` `[n, 3]`.

    Args:
      points: at equal steps of the parameter, which runs from 0 to 1.
      at: how many points to take, or their parameters `[m]`.

    Returns:
      `[m, 3]`.
    """
    points = np.asarray(points, float)
    padded = np.concatenate(
        [2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]]
    )
    t = np.linspace(0, 1, at) if isinstance(at, int) else at
    t = t * (len(points) - 1)
    i = np.minimum(t.astype(int), len(points) - 2)
    t = (t - i)[:, None]
    a, b, c, d = (padded[i + k] for k in range(4))
    return b + 0.5 * t * (
        c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a))
    )


def upright(solid: Solid) -> Solid:
    """Turns a plate built in x, y, z so that its outline lies in y, z."""
    return np.roll(solid[0], 1, axis=1), solid[1]


def moved(solid: Solid, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Solid:
    """The solid, shifted."""
    return solid[0] + (x, y, z), solid[1]


class ChairBuilder:
    """Collects solids under part names.

    Attributes:
      parts: the names so far, in order of first use.
    """

    def __init__(self) -> None:
        self.parts: list[str] = []
        self._vertices: list[np.ndarray] = []
        self._faces: list[np.ndarray] = []
        self._owners: list[int] = []
        self._count = 0

    def add(
        self,
        part: str,
        solid: Solid,
        *,
        mirror: bool = False,
        place: Callable[[np.ndarray], np.ndarray] | None = None,
    ) -> None:
        """Adds a solid.

        Args:
          part: its name.
          solid: vertices and faces.
          mirror: also adds its mirror image on the other side (y to -y).
          place: maps the vertices first; must keep the orientation.
        """
        vertices, faces = solid
        if place is not None:
            vertices = place(vertices)
        self._append(part, vertices, faces)
        if mirror:
            self._append(part, vertices * (1.0, -1.0, 1.0), faces[:, ::-1])

    def _append(self, part: str, vertices: np.ndarray, faces: np.ndarray) -> None:
        if part not in self.parts:
            self.parts.append(part)
        self._vertices.append(vertices)
        self._faces.append(faces + self._count)
        self._owners.append(self.parts.index(part))
        self._count += len(vertices)

    def build(self, colors: dict[str, np.ndarray], name: str) -> Mesh:
        """One mesh of all solids, not yet normalised.

        Args:
          colors: sRGB in [0, 1] for each part name.
          name: of the mesh.
        """
        counts = [len(faces) for faces in self._faces]
        owners = np.repeat(np.array(self._owners, np.int32), counts)
        table = np.array([colors[part] for part in self.parts], np.float32)
        return Mesh(
            np.concatenate(self._vertices),
            np.concatenate(self._faces),
            table[owners],
            owners,
            tuple(self.parts),
            name=name,
        )
