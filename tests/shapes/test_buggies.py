"""Generated buggies: closed solids, outward, facing +X, and open to look through."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.ndimage

from tf3d.rendering import render_views
from tf3d.shapes import primitives
from tf3d.shapes.buggies import KINDS, generate_buggy
from tf3d.shapes.buggy_frame import arch, bent, profile_body, sheet
from tf3d.shapes.cars import generate_car
from tf3d.shapes.mesh import Mesh, concatenate
from tf3d.shapes.sources import open_source


@pytest.fixture(scope="module")
def many() -> list[Mesh]:
    return [generate_buggy(seed) for seed in range(60)]


def _points(mesh: Mesh, part: str) -> np.ndarray:
    own = mesh.face_parts == mesh.part_names.index(part)
    return mesh.corners[own].reshape(-1, 3)


def _side_view(mesh: Mesh) -> np.ndarray:
    return render_views(mesh, [(90, 0, 2)], size=96).mask[0]


def _coverage_above_the_belt(mask: np.ndarray) -> float:
    """The covered share of what lies below the roof, above the belt, amidships."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    height, margin = len(rows), len(columns) // 4
    top = rows[0] + int(0.1 * height)
    cabin = mask[top : rows[0] + int(0.45 * height)]
    return float(cabin[:, columns[0] + margin : columns[-1] - margin].mean())


def _seen_through(mask: np.ndarray) -> float:
    """The background that the outline encloses, as a share of what is covered."""
    holes = scipy.ndimage.binary_fill_holes(mask) & ~mask
    return float(holes.sum() / mask.sum())


def test_sound(many, assert_sound) -> None:
    for mesh in many:
        assert_sound(mesh)
        assert 2500 < len(mesh.faces) < 8500, mesh.name


def test_same_seed_same_buggy() -> None:
    first, second = generate_buggy(7), generate_buggy(7)
    np.testing.assert_array_equal(first.vertices, second.vertices)
    np.testing.assert_array_equal(first.faces, second.faces)
    np.testing.assert_array_equal(first.face_colors, second.face_colors)
    assert first.part_names == second.part_names


def test_paint_seed_changes_colours_only(assert_paint_alone) -> None:
    assert_paint_alone(generate_buggy)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_its_parts(kind) -> None:
    own = {"golf": "roof", "dune": "engine", "field": "fender", "farm": "bed"}
    for seed in range(6):
        mesh = generate_buggy(seed, kind=kind)
        assert mesh.name == f"{kind}-{seed}"
        wanted = ("wheel", "rim", "seat", "headlight", "taillight")
        assert set(mesh.part_names) >= {*wanted, own.get(kind, "axle")}, mesh.name


def test_variety(many) -> None:
    assert {mesh.name.split("-")[0] for mesh in many} == set(KINDS)
    shapes = {(len(m.faces), *np.ptp(m.vertices, axis=0).round(4)) for m in many}
    assert len(shapes) == len(many)
    assert len({mesh.part_names for mesh in many}) > 40


def test_front_is_towards_x(many) -> None:
    for mesh in many:
        head, tail = (_points(mesh, f"{end}light")[:, 0] for end in ("head", "tail"))
        assert head.max() > 0.2 > -0.2 > tail.mean(), mesh.name


def test_left_is_like_right(many) -> None:
    for mesh in many:
        for part in ("wheel", "taillight"):
            y = _points(mesh, part)[:, 1]
            assert y.max() == pytest.approx(-y.min(), abs=0.02), mesh.name


def test_stands_on_four_wheels(many) -> None:
    for mesh in many:
        wheels, ground = _points(mesh, "wheel"), mesh.vertices[:, 2].min()
        assert wheels[:, 2].min() == pytest.approx(ground, abs=0.005), mesh.name
        low = wheels[wheels[:, 2] < ground + 0.02]
        quarters = {(x > 0, y > 0) for x, y in low[:, :2]}
        assert len(quarters) == 4, mesh.name


@pytest.mark.parametrize("kind", KINDS)
def test_cabins_are_open(kind) -> None:
    seen = []
    for seed in range(8):
        mask = _side_view(generate_buggy(seed, kind=kind))
        seen.append(_seen_through(mask))
        assert _coverage_above_the_belt(mask) < 0.68, f"{kind}-{seed}"
    if kind in ("utility", "golf", "dune"):  # a frame all around the opening
        assert np.median(seen) > 0.15 and min(seen) > 0.03


def test_closed_cars_would_not_pass_as_open() -> None:
    for seed, body_type in enumerate(("sedan", "suv", "van")):
        mask = _side_view(generate_car(seed, body_type=body_type))
        assert _coverage_above_the_belt(mask) > 0.7
        assert _seen_through(mask) < 0.02


def _pieces(mesh: Mesh) -> int:
    """How many pieces the surface falls into, seen in cells of 1/80 of the diagonal."""
    rng = np.random.default_rng(0)
    corners = mesh.corners.astype(float)
    # Points all along the edges find thin tubes, random ones fill the large faces.
    t = np.linspace(0, 1, 48)[:, None, None, None]
    along = (1 - t) * corners + t * np.roll(corners, -1, axis=1)
    edges = corners[:, 1:] - corners[:, :1]
    area = np.linalg.norm(np.cross(edges[:, 0], edges[:, 1]), axis=1)
    face = rng.choice(len(area), 60_000, p=area / area.sum())
    weight = rng.dirichlet((1, 1, 1), len(face))
    within = np.einsum("fk,fki->fi", weight, corners[face])
    points = np.concatenate([along.reshape(-1, 3), within])
    cells = np.zeros((100, 100, 100), bool)
    cells[tuple(np.floor((points + 0.6) * 80).astype(int).T)] = True
    return scipy.ndimage.label(cells, np.ones((3, 3, 3)))[1]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_floats(kind) -> None:
    for seed in range(4):
        mesh = generate_buggy(seed, kind=kind)
        assert _pieces(mesh) == 1, mesh.name
    loose = primitives.box((0, 0, 0.55), (0.03, 0.03, 0.03))
    assert _pieces(concatenate([mesh, loose])) == 2


def test_unknown_kind() -> None:
    with pytest.raises(ValueError, match="Expected kind to be one of utility, golf"):
        generate_buggy(0, kind="boat")


def test_source() -> None:
    source = open_source("buggies", count=3, seed=2, category="buggy")
    assert source.names == [f"buggies-2-{k:05d}" for k in range(3)]
    assert source.mesh(1).name == "buggies-2-00001"
    assert "wheel" in source.mesh(1).part_names


def test_bent_keeps_the_ends() -> None:
    points = [(0.0, 0, 0), (0, 0, 1), (0, 1, 1)]
    path = bent(points, 0.2)
    np.testing.assert_allclose(path[[0, -1]], [points[0], points[-1]])
    assert np.linalg.norm(path - points[1], axis=1).min() > 0.05
    assert path[:, 1].min() >= 0 and path[:, 2].max() <= 1


def test_sheets_and_side_views_enclose_their_volume() -> None:
    def volume(mesh: Mesh) -> float:
        return primitives.signed_volume(mesh.vertices.astype(float), mesh.faces)

    flat = sheet([(0, 0), (1, 0), (2, 0)], -1, 1, 0.1)
    assert volume(flat) == pytest.approx(0.4)
    assert flat.vertices[:, 2].min() == pytest.approx(-0.1)
    cut = arch(1.0, 0.3, 0.35, 0.2, steps=32)
    np.testing.assert_allclose(cut[[0, -1], 1], 0.2)
    profile = np.array([(0, 0.2), *cut, (2, 0.2), (2, 1), (0, 1)])
    body = profile_body(profile, 0.5, 1e-4)
    segment = np.pi * 0.35**2 / 2 + 2 * 0.1 * 0.35 * 0.97
    assert volume(body) == pytest.approx(1.6 - segment, rel=0.02)
