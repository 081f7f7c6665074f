"""Generated racing cars: closed solids, outward, facing +X, a wing above the tail."""

from __future__ import annotations

import numpy as np
import pytest

from tf3d.rendering import render_views
from tf3d.shapes.cars import generate_car
from tf3d.shapes.mesh import Mesh
from tf3d.shapes.racers import BODY_TYPES, generate_racer
from tf3d.shapes.sources import open_source


@pytest.fixture(scope="module")
def many() -> list[Mesh]:
    return [generate_racer(seed) for seed in range(60)]


def _points(mesh: Mesh, part: str) -> np.ndarray:
    own = mesh.face_parts == mesh.part_names.index(part)
    return mesh.corners[own].reshape(-1, 3)


def test_arrays_are_sound(many) -> None:
    for mesh in many:
        low, high = mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)
        assert np.linalg.norm(high - low) == pytest.approx(1, abs=1e-4)
        np.testing.assert_allclose(low + high, 0, atol=1e-4)
        assert 0 <= mesh.face_colors.min() <= mesh.face_colors.max() <= 1
        assert 2500 < len(mesh.faces) < 8500, mesh.name


def test_faces_look_outward(many, assert_outward) -> None:
    assert_outward(many)


def test_same_seed_same_racer() -> None:
    first, second = generate_racer(7), generate_racer(7)
    np.testing.assert_array_equal(first.vertices, second.vertices)
    np.testing.assert_array_equal(first.faces, second.faces)
    np.testing.assert_array_equal(first.face_colors, second.face_colors)
    assert first.part_names == second.part_names


def test_paint_seed_changes_colours_only() -> None:
    first, second = generate_racer(7), generate_racer(7, paint_seed=8)
    np.testing.assert_array_equal(first.vertices, second.vertices)
    np.testing.assert_array_equal(first.faces, second.faces)
    assert np.abs(first.face_colors - second.face_colors).max() > 0.05


def test_variety(many) -> None:
    assert {mesh.name.split("-")[1] for mesh in many} == set(BODY_TYPES)
    shapes = {(len(m.faces), *np.ptp(m.vertices, axis=0).round(4)) for m in many}
    assert len(shapes) == len(many)
    colours = [len(np.unique(mesh.face_colors, axis=0)) for mesh in many]
    assert max(colours) > min(colours) + 4


def test_front_is_towards_x(many) -> None:
    for mesh in many:
        head, tail = (_points(mesh, f"{end}light")[:, 0] for end in ("head", "tail"))
        assert head.max() > 0.2 > -0.2 > tail.mean(), mesh.name


def test_left_is_like_right(many) -> None:
    for mesh in many:
        for part in ("wheel", "wing"):
            y = _points(mesh, part)[:, 1]
            assert y.max() == pytest.approx(-y.min(), abs=0.02), mesh.name


def test_a_wing_stands_above_the_tail(many) -> None:
    for mesh in many:
        wing, rear = _points(mesh, "wing"), mesh.vertices[:, 0].min()
        assert wing[:, 0].mean() < -0.2, mesh.name
        assert np.ptp(wing[:, 1]) > 0.5 * np.ptp(mesh.vertices[:, 1]), mesh.name
        body = _points(mesh, "body")
        deck = body[body[:, 0] < rear + 0.15]
        assert len(deck) == 0 or wing[:, 2].max() > deck[:, 2].mean(), mesh.name


def _gap_at_an_end(mesh: Mesh) -> bool:
    """Whether, from the side, something hangs over the tail in the upper half."""
    mask = render_views(mesh, [(90, 0, 2)], size=128).mask[0]
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    upper = mask[rows[0] : rows[0] + (len(rows) + 1) // 2]
    entered = np.diff(upper.astype(int), axis=0, prepend=0) > 0
    counts = entered.sum(axis=0)
    return bool(max(counts[columns[:20]].max(), counts[columns[-20:]].max()) > 1)


def test_most_wings_are_seen_from_the_side() -> None:
    racers = [generate_racer(seed) for seed in range(24)]
    usual = [generate_car(seed, body_type="sedan") for seed in range(24)]
    assert np.mean([*map(_gap_at_an_end, racers)]) > 0.7
    assert np.mean([*map(_gap_at_an_end, usual)]) < 0.2


def test_lower_and_wider_than_usual_cars(many) -> None:
    def flatness(mesh: Mesh) -> float:
        return float(np.ptp(mesh.vertices[:, 2]) / np.ptp(mesh.vertices[:, 1]))

    coupes = [m for m in many if m.name.startswith("racer-coupe")]
    usual = [generate_car(seed, body_type="coupe") for seed in range(20)]
    assert np.median([*map(flatness, coupes)]) < np.median([*map(flatness, usual)])


def test_source() -> None:
    source = open_source("racers", count=3, seed=2, category="racer")
    assert source.names == [f"racers-2-{k:05d}" for k in range(3)]
    assert source.mesh(1).name == "racers-2-00001"
    assert "wing" in source.mesh(1).part_names
