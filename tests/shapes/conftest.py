"""Checks that the tests of all generators share."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import scipy.sparse
import scipy.sparse.csgraph

from tf3d.shapes.mesh import Mesh


def _piece_volumes(mesh: Mesh) -> np.ndarray:
    """The signed volume of each connected piece."""
    start = mesh.faces.ravel()
    end = np.roll(mesh.faces, -1, axis=1).ravel()
    edges = scipy.sparse.coo_array(
        (np.ones(len(start)), (start, end)), shape=2 * (len(mesh.vertices),)
    )
    label = scipy.sparse.csgraph.connected_components(edges, directed=False)[1]
    a, b, c = mesh.corners.astype(float).transpose(1, 0, 2)
    volume = np.einsum("fi,fi->f", a, np.cross(b, c)) / 6
    total = np.bincount(label[mesh.faces[:, 0]], volume)
    return total[np.unique(label[mesh.faces[:, 0]])]


def _assert_solid(mesh: Mesh) -> None:
    assert np.isfinite(mesh.vertices).all()
    corners = mesh.corners.astype(float)
    area = np.linalg.norm(
        np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1
    )
    assert area.min() > 1e-10, f"{mesh.name}: degenerate face"
    count = len(mesh.vertices)
    start = mesh.faces[:, [0, 1, 2]].ravel().astype(np.int64)
    end = mesh.faces[:, [1, 2, 0]].ravel().astype(np.int64)
    there, back = start * count + end, end * count + start
    assert len(np.unique(there)) == len(there), f"{mesh.name}: edge used twice"
    assert np.isin(there, back).all(), f"{mesh.name}: open edge"
    assert (_piece_volumes(mesh) > 0).all(), f"{mesh.name}: faces look inward"


def _assert_normalized(mesh: Mesh) -> None:
    low, high = mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)
    np.testing.assert_allclose(low + high, 0, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(high - low), 1, rtol=1e-5)


def _crossings(
    mesh: Mesh, origin: np.ndarray, direction: np.ndarray
) -> tuple[int, bool]:
    """Signed count of the faces that a ray meets: +1 going in, -1 coming out."""
    a, b, c = (mesh.corners[:, k].astype(float) for k in range(3))
    normal = np.cross(b - a, c - a)
    facing = normal @ direction
    with np.errstate(divide="ignore", invalid="ignore"):
        t = ((a - origin) * normal).sum(axis=1) / facing
        point = origin + t[:, None] * direction
        inside = t > 0
        for p, q in ((a, b), (b, c), (c, a)):
            inside &= (np.cross(q - p, point - p) * normal).sum(axis=1) >= 0
    return int(np.where(inside, -np.sign(facing), 0).sum()), bool(inside.any())


@pytest.fixture(scope="session")
def assert_outward() -> Callable[[list[Mesh]], None]:
    """Of 25 meshes or more: along any ray, as many faces are entered as left.

    For those whose parts lie on each other, and are no solids of their own.
    """

    def check(meshes: list[Mesh]) -> None:
        rng = np.random.default_rng(0)
        hits = balanced = 0
        for mesh in meshes:
            for _ in range(12):
                target = rng.uniform(-0.15, 0.15, 3)
                direction = rng.normal(size=3)
                direction /= np.linalg.norm(direction)
                count, met = _crossings(mesh, target - 3 * direction, direction)
                hits += met
                balanced += met and count == 0
        assert hits > 7.5 * len(meshes)
        # A ray through the seam of two faces may count one of them twice.
        assert balanced >= 0.98 * hits

    return check


@pytest.fixture(scope="session")
def assert_sound() -> Callable[[Mesh], None]:
    """Of a generated mesh: closed, facing outward, normalised, plainly painted."""

    def check(mesh: Mesh) -> None:
        _assert_solid(mesh)
        _assert_normalized(mesh)
        assert 0 <= mesh.face_colors.min() <= mesh.face_colors.max() <= 1
        for part in range(len(mesh.part_names)):
            colors = mesh.face_colors[mesh.face_parts == part]
            assert len(colors) > 0, f"{mesh.name}: part without faces"
            assert (colors == colors[0]).all(), f"{mesh.name}: two colours in a part"

    return check


@pytest.fixture(scope="session")
def assert_paint_alone() -> Callable[[Callable[..., Mesh]], None]:
    """Of a generator: a paint seed changes the colours and nothing else."""

    def check(generate: Callable[..., Mesh]) -> None:
        for seed in range(12):
            plain, again = generate(seed), generate(seed, paint_seed=seed)
            painted = generate(seed, paint_seed=seed + 1000)
            np.testing.assert_array_equal(plain.vertices, again.vertices)
            np.testing.assert_array_equal(plain.face_colors, again.face_colors)
            for name in ("vertices", "faces", "face_parts"):
                one, other = getattr(plain, name), getattr(painted, name)
                np.testing.assert_array_equal(one, other)
            assert plain.part_names == painted.part_names
            assert not np.array_equal(plain.face_colors, painted.face_colors)

    return check
