"""Generated chairs: closed, outward, varied, and the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest

from tf3d.shapes import chair_parts, chairs
from tf3d.shapes.chair_parts import ChairBuilder
from tf3d.shapes.mesh import Mesh

SEEDS = range(60)


@pytest.fixture(scope="module")
def many() -> list[Mesh]:
    return [chairs.generate_chair(seed) for seed in SEEDS]


def _edges(mesh: Mesh) -> tuple[np.ndarray, np.ndarray]:
    """Keys of all directed edges and of the same edges reversed."""
    count = len(mesh.vertices)
    start = mesh.faces[:, [0, 1, 2]].ravel().astype(np.int64)
    end = mesh.faces[:, [1, 2, 0]].ravel().astype(np.int64)
    return start * count + end, end * count + start


def _piece_volumes(mesh: Mesh) -> np.ndarray:
    """The signed volume of each connected piece."""
    label = np.arange(len(mesh.vertices))
    while True:
        least = label[mesh.faces].min(axis=1)
        following = label.copy()
        np.minimum.at(following, mesh.faces.ravel(), least.repeat(3))
        if (following == label).all():
            break
        label = following
    a, b, c = mesh.corners.astype(float).transpose(1, 0, 2)
    volume = np.einsum("fi,fi->f", a, np.cross(b, c)) / 6
    total = np.bincount(label[mesh.faces[:, 0]], volume, len(mesh.vertices))
    return total[np.unique(label[mesh.faces[:, 0]])]


def _assert_sound(mesh: Mesh) -> None:
    assert np.isfinite(mesh.vertices).all()
    corners = mesh.corners.astype(float)
    area = np.linalg.norm(
        np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1
    )
    assert area.min() > 1e-10, f"{mesh.name}: degenerate face"
    there, back = _edges(mesh)
    assert len(np.unique(there)) == len(there), f"{mesh.name}: edge used twice"
    assert np.isin(there, back).all(), f"{mesh.name}: open edge"
    assert (_piece_volumes(mesh) > 0).all(), f"{mesh.name}: faces look inward"


def test_closed_outward_and_without_degenerate_faces(many: list[Mesh]) -> None:
    for mesh in many:
        _assert_sound(mesh)


@pytest.mark.parametrize("kind", list(chairs.KINDS))
def test_every_kind_is_sound(kind: str) -> None:
    for seed in range(12):
        chair = ChairBuilder()
        chairs.KINDS[kind][0](chair, np.random.default_rng(seed))
        colors = {part: np.full(3, 0.5) for part in chair.parts}
        _assert_sound(chair.build(colors, kind).normalized())


def test_normalised(many: list[Mesh]) -> None:
    for mesh in many:
        low, high = mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)
        np.testing.assert_allclose(low + high, 0, atol=1e-5)
        np.testing.assert_allclose(np.linalg.norm(high - low), 1, rtol=1e-5)


def test_front_is_towards_x(many: list[Mesh]) -> None:
    seen = 0
    for mesh in many:
        backs = [
            index
            for index, part in enumerate(mesh.part_names)
            if part in ("post", "back", "back cushion", "back frame", "back rail")
        ]
        high = mesh.corners.mean(axis=1)[np.isin(mesh.face_parts, backs)]
        if len(high):
            top = high[high[:, 2] > np.quantile(high[:, 2], 0.7)]
            seen += 1
            assert top[:, 0].mean() < 0, mesh.name
    assert seen > len(many) / 2


def test_symmetric_enough_about_the_sitters_plane(many: list[Mesh]) -> None:
    for mesh in many:
        if "base" in mesh.part_names:  # a turned star shifts the bounding box
            continue
        parts = [k for k, n in enumerate(mesh.part_names) if n in ("seat", "post")]
        points = mesh.vertices[mesh.faces[np.isin(mesh.face_parts, parts)].ravel()]
        if len(points):
            sides = points[:, 1].min() + points[:, 1].max()
            np.testing.assert_allclose(sides, 0, atol=0.01, err_msg=mesh.name)


def test_triangle_counts(many: list[Mesh]) -> None:
    counts = [len(mesh.faces) for mesh in many]
    assert 1500 <= np.median(counts) <= 6000
    assert max(counts) < 15000


def test_same_seed_same_chair() -> None:
    first, second = chairs.generate_chair(7), chairs.generate_chair(7)
    np.testing.assert_array_equal(first.vertices, second.vertices)
    np.testing.assert_array_equal(first.faces, second.faces)
    np.testing.assert_array_equal(first.face_colors, second.face_colors)
    assert first.part_names == second.part_names


def test_paint_seed_changes_colours_only() -> None:
    changed = 0
    for seed in range(20):
        plain = chairs.generate_chair(seed)
        again = chairs.generate_chair(seed, paint_seed=seed)
        painted = chairs.generate_chair(seed, paint_seed=seed + 1000)
        np.testing.assert_array_equal(plain.face_colors, again.face_colors)
        np.testing.assert_array_equal(plain.vertices, painted.vertices)
        np.testing.assert_array_equal(plain.faces, painted.faces)
        np.testing.assert_array_equal(plain.face_parts, painted.face_parts)
        changed += not np.array_equal(plain.face_colors, painted.face_colors)
    assert changed == 20


def test_one_colour_a_part_within_range(many: list[Mesh]) -> None:
    for mesh in many:
        assert mesh.face_colors.min() >= 0
        assert mesh.face_colors.max() <= 1
        assert len(mesh.part_names) >= 2
        for part in range(len(mesh.part_names)):
            colors = mesh.face_colors[mesh.face_parts == part]
            assert len(colors) > 0
            assert (colors == colors[0]).all()


def test_variety(many: list[Mesh]) -> None:
    assert len({mesh.name.split()[0] for mesh in many}) >= 8
    extents = np.array([np.ptp(mesh.vertices, axis=0) for mesh in many])
    assert (np.ptp(extents, axis=0) > 0.2).all()
    assert len({mesh.part_names for mesh in many}) > 25


def test_box_preset() -> None:
    vertices, faces = chair_parts.box((2, 4, 6), (1, 0, 0))
    mesh = Mesh(vertices, faces, np.zeros((len(faces), 3)))
    np.testing.assert_allclose(vertices.min(axis=0), (0, -2, -3))
    np.testing.assert_allclose(_piece_volumes(mesh), [48])


def test_sweep_and_pillow_volumes() -> None:
    square = chair_parts.rectangle(2, 1)
    bar = chair_parts.sweep(np.array([[0, 0, 0], [0, 0, 3.0]]), square, (1, 0, 0))
    plate = chair_parts.pillow(square, np.array([[0.0, 0.0], [0.0, 0.5]]))
    for (vertices, faces), volume in ((bar, 6), (plate, 1)):
        mesh = Mesh(vertices, faces, np.zeros((len(faces), 3)))
        np.testing.assert_allclose(_piece_volumes(mesh), [volume], rtol=1e-6)


def test_shell_volume_and_outer_side() -> None:
    x, y = np.meshgrid(np.arange(4.0), np.arange(3.0), indexing="ij")
    grid = np.stack([x, y, 0 * x], -1)
    vertices, faces = chair_parts.shell(grid, 0.2, edge=1.0)
    mesh = Mesh(vertices, faces, np.zeros((len(faces), 3)))
    np.testing.assert_allclose(_piece_volumes(mesh), [6 * 0.2], rtol=1e-6)


def test_closed_sweep_is_a_ring() -> None:
    ring = np.concatenate([chair_parts.circle(64), np.zeros((64, 1))], 1)
    vertices, faces = chair_parts.tube(ring, 0.1, (0, 0, 1), sides=32, closed=True)
    mesh = Mesh(vertices, faces, np.zeros((len(faces), 3)))
    _assert_sound(mesh)
    np.testing.assert_allclose(_piece_volumes(mesh), 2 * np.pi**2 * 0.01, rtol=0.02)


def test_refine_keeps_the_outline() -> None:
    square = chair_parts.rectangle(1, 1)
    fine = chair_parts.refine(square, 0.3)
    assert len(fine) == 16
    edges = np.linalg.norm(np.roll(fine, -1, axis=0) - fine, axis=1)
    np.testing.assert_allclose(edges, 0.25)


def test_rounded_keeps_the_ends() -> None:
    points = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0.0]])
    path = chair_parts.rounded(points, 0.2)
    np.testing.assert_array_equal(path[[0, -1]], points[[0, -1]])
    assert np.abs(path - points[1]).sum(axis=1).min() > 0.05


def test_spline_passes_through_its_points() -> None:
    points = np.random.default_rng(0).normal(size=(5, 3))
    np.testing.assert_allclose(chair_parts.spline(points, 5), points, atol=1e-12)


def test_builder_mirrors_without_turning_inside_out() -> None:
    chair = ChairBuilder()
    chair.add("leg", chair_parts.box((1, 1, 1), (0, 2, 0)), mirror=True)
    mesh = chair.build({"leg": np.ones(3)}, "two boxes")
    np.testing.assert_allclose(_piece_volumes(mesh), [1, 1], rtol=1e-6)
    np.testing.assert_allclose(mesh.vertices[:, 1].mean(), 0, atol=1e-6)
