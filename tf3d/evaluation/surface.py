"""How near a reconstructed surface is to the true one: distances, F-score, normals."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import ArrayLike

from tf3d.shapes.mesh import Mesh

DIRECTIONS = 96  # cast from each sample, spread evenly over the whole sphere
LEAST_OPEN = 2  # of them must escape: one alone is often a slit between two parts
OFFSET = 1e-4  # world units a ray starts away from its own face
SAMPLES = 10_000
THRESHOLD = 0.02  # of the bounding box's diagonal, which is 1


@dataclasses.dataclass(frozen=True)
class SurfaceScore:
    """How two surfaces agree.

    Attributes:
      chamfer: mean of the two directed mean distances, world units.
      f_score: harmonic mean of precision and recall, in [0, 1].
      precision: part of the predicted points near the true surface.
      recall: part of the true points near the predicted surface.
      normal_consistency: see `normal_consistency`, in [0, 1].
    """

    chamfer: float
    f_score: float
    precision: float
    recall: float
    normal_consistency: float


def sphere_directions(count: int) -> np.ndarray:
    """Unit vectors `[count, 3]` spread evenly over the sphere: a Fibonacci lattice."""
    if count < 1:
        raise ValueError(f"Expected at least 1 direction. Received: count={count}")
    step = np.arange(count) + 0.5
    z = 1 - 2 * step / count
    angle = np.pi * (1 + np.sqrt(5)) * step
    radius = np.sqrt(1 - z * z)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), z], axis=-1)


def surface_points(mesh: Mesh, count: int, rng: np.random.Generator) -> np.ndarray:
    """Points drawn uniformly by area from all faces, hidden ones too.

    Args:
      mesh: with at least one face that has an area.
      count: number of points.
      rng: the caller's generator.

    Returns:
      `[count, 3]` float32 world coordinates.

    Raises:
      ValueError: if the count is less than 1 or the mesh has no area.
    """
    return _surface_samples(mesh, count, rng)[0]


def _surface_samples(
    mesh: Mesh, count: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Points drawn by area, and the unit normals of the faces that they lie on."""
    if count < 1:
        raise ValueError(f"Expected at least 1 point. Received: count={count}")
    corners = mesh.corners.astype(np.float64)
    edges = corners[:, 1:] - corners[:, :1]
    crosses = np.cross(edges[:, 0], edges[:, 1])
    area = np.linalg.norm(crosses, axis=1) / 2
    if not area.sum() > 0:
        raise ValueError(
            "Expected a mesh with a surface. "
            f"Received: {mesh.name} with {len(mesh.faces)} faces and no area"
        )
    face = rng.choice(len(area), size=count, p=area / area.sum())
    # The square root makes the barycentric coordinates uniform over the triangle.
    first, second = np.sqrt(rng.random(count)), rng.random(count)
    weights = np.stack([first * (1 - second), first * second], axis=-1)
    points = corners[face, 0] + np.einsum("nk,nkd->nd", weights, edges[face])
    normals = crosses[face] / (2 * area[face, None])
    return points.astype(np.float32), normals.astype(np.float32)


def outer_surface_points(
    mesh: Mesh, count: int, rng: np.random.Generator
) -> np.ndarray:
    """Points drawn uniformly by area from the whole outer surface, underside included.

    A point counts as outer if at least `LEAST_OPEN` of `DIRECTIONS` rays from it,
    spread over the whole sphere, leave without hitting anything. That drops faces
    inside closed parts or where parts overlap, and seats behind window panes, and is
    the same whichever way the faces look.

    Args:
      mesh: normalised, so that `OFFSET` is small beside it.
      count: number of points.
      rng: the caller's generator.

    Returns:
      `[count, 3]` float32 world coordinates.

    Raises:
      ValueError: if the mesh has no surface, or none that can be seen from outside.
    """
    return outer_surface_samples(mesh, count, rng)[0]


def outer_surface_samples(
    mesh: Mesh, count: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """`outer_surface_points`, and the unit normals there.

    Args:
      mesh: normalised.
      count: number of points.
      rng: the caller's generator.

    Returns:
      Points and their faces' normals, each `[count, 3]` float32.

    Raises:
      ValueError: if the mesh has no surface, or none that can be seen from outside.
    """
    import open3d as o3d

    scene = o3d.t.geometry.RaycastingScene()
    scene.add_triangles(
        np.ascontiguousarray(mesh.vertices, np.float32),
        np.ascontiguousarray(mesh.faces, np.uint32),
    )
    directions = sphere_directions(DIRECTIONS).astype(np.float32)
    kept: list[tuple[np.ndarray, np.ndarray]] = []
    found, drawn = 0, 0
    while found < count:
        points, normals = _surface_samples(mesh, max(count - found, 1000), rng)
        origins = points[:, None] + OFFSET * directions
        rays = np.concatenate(
            [origins, np.broadcast_to(directions, origins.shape)], axis=-1
        )
        blocked = scene.test_occlusions(o3d.core.Tensor(rays)).numpy()
        outer = (~blocked).sum(axis=1) >= LEAST_OPEN
        kept.append((points[outer], normals[outer]))
        found += int(outer.sum())
        drawn += len(points)
        if drawn > 100 * (found + 100):
            raise ValueError(
                "Expected a mesh with an outer surface. "
                f"Received: {mesh.name}, where {found} of {drawn} points are outside"
            )
    points, normals = (np.concatenate(part)[:count] for part in zip(*kept))
    return points, normals


@dataclasses.dataclass(frozen=True)
class _Matches:
    """Each point's nearest one of the other set: distances and indices, both ways."""

    forward: np.ndarray  # predicted → truth
    forward_index: np.ndarray
    backward: np.ndarray
    backward_index: np.ndarray


def _match(predicted: ArrayLike, truth: ArrayLike) -> _Matches:
    from scipy.spatial import cKDTree

    first, second = (
        _checked(name, points)
        for name, points in (("predicted", predicted), ("truth", truth))
    )
    return _Matches(*cKDTree(second).query(first), *cKDTree(first).query(second))


def _checked(name: str, points: ArrayLike) -> np.ndarray:
    points = np.asarray(points, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != 3 or len(points) == 0:
        raise ValueError(
            f"Expected {name} of shape [n, 3] with n at least 1. "
            f"Received: shape={points.shape}"
        )
    return points


def chamfer_distance(predicted: ArrayLike, truth: ArrayLike) -> float:
    """The mean of both directed mean distances between two point sets.

    Others go by the same name: see `squared_chamfer_distance`.

    Args:
      predicted: `[n, 3]`.
      truth: `[m, 3]`.

    Returns:
      (mean of distances predicted → truth + mean of truth → predicted) / 2, in the
      points' units; distances are not squared.

    Raises:
      ValueError: if a shape is wrong or a set is empty.
    """
    found = _match(predicted, truth)
    return float((found.forward.mean() + found.backward.mean()) / 2)


def squared_chamfer_distance(predicted: ArrayLike, truth: ArrayLike) -> float:
    """The sum of both directed mean squared distances, as TensorFlow Graphics has it.

    Args:
      predicted: `[n, 3]`.
      truth: `[m, 3]`.

    Returns:
      Mean of squared distances predicted → truth + mean of truth → predicted, in the
      points' units squared.

    Raises:
      ValueError: if a shape is wrong or a set is empty.
    """
    found = _match(predicted, truth)
    return float((found.forward**2).mean() + (found.backward**2).mean())


def f_score(
    predicted: ArrayLike, truth: ArrayLike, threshold: float = THRESHOLD
) -> tuple[float, float, float]:
    """F-score of two point sets at a distance.

    Args:
      predicted: `[n, 3]`.
      truth: `[m, 3]`.
      threshold: points this near count as met, world units.

    Returns:
      F-score, precision (part of the predicted points near the truth) and recall (part
      of the true points near the prediction), each in [0, 1].

    Raises:
      ValueError: if a shape is wrong, a set is empty or the threshold not positive.
    """
    return _f_score(_match(predicted, truth), threshold)


def normal_consistency(
    predicted: ArrayLike,
    predicted_normals: ArrayLike,
    truth: ArrayLike,
    truth_normals: ArrayLike,
) -> float:
    """How well two surfaces agree in direction where they are nearest.

    The mean of both directed means of |n · n′|, n′ being the normal at the other set's
    nearest point. The absolute value leaves out which side of a face is outside.

    Args:
      predicted: `[n, 3]`.
      predicted_normals: `[n, 3]`, unit vectors.
      truth: `[m, 3]`.
      truth_normals: `[m, 3]`, unit vectors.

    Returns:
      In [0, 1]; directions that have nothing to do with each other give 0.5.

    Raises:
      ValueError: if a shape is wrong or a set is empty.
    """
    normals = []
    for name, points, given in (
        ("predicted", predicted, predicted_normals),
        ("truth", truth, truth_normals),
    ):
        normals.append(_checked(f"{name}_normals", given))
        if np.shape(points) != np.shape(given):
            raise ValueError(
                f"Expected a normal for each of the {name} points. "
                f"Received: points {np.shape(points)}, normals {np.shape(given)}"
            )
    return _normal_consistency(_match(predicted, truth), *normals)


def compare_surfaces(
    predicted: Mesh,
    truth: Mesh,
    rng: np.random.Generator,
    *,
    count: int = SAMPLES,
    threshold: float = THRESHOLD,
) -> SurfaceScore:
    """Scores a reconstructed mesh against the whole outer surface of the true one.

    Args:
      predicted: the reconstruction, in the truth's axes and units.
      truth: the true mesh.
      rng: draws the points of both.
      count: points on each.
      threshold: of the F-score, world units.
    """
    points, normals = outer_surface_samples(predicted, count, rng)
    true_points, true_normals = outer_surface_samples(truth, count, rng)
    found = _match(points, true_points)
    score, precision, recall = _f_score(found, threshold)
    return SurfaceScore(
        chamfer=float((found.forward.mean() + found.backward.mean()) / 2),
        f_score=score,
        precision=precision,
        recall=recall,
        normal_consistency=_normal_consistency(found, normals, true_normals),
    )


def _f_score(found: _Matches, threshold: float) -> tuple[float, float, float]:
    if not threshold > 0:
        raise ValueError(
            f"Expected a positive threshold. Received: threshold={threshold}"
        )
    precision = float((found.forward <= threshold).mean())
    recall = float((found.backward <= threshold).mean())
    total = precision + recall
    return 2 * precision * recall / total if total else 0.0, precision, recall


def _normal_consistency(
    found: _Matches, predicted: np.ndarray, truth: np.ndarray
) -> float:
    forward = np.abs((predicted * truth[found.forward_index]).sum(axis=1))
    backward = np.abs((truth * predicted[found.backward_index]).sum(axis=1))
    return float((forward.mean() + backward.mean()) / 2)
