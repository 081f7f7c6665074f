"""Generated airplanes: closed, outward, symmetric, varied, the same for a seed."""

from __future__ import annotations

import numpy as np
import pytest

from tf3d.shapes.airplanes import KINDS, generate_airplane
from tf3d.shapes.chair_parts import ChairBuilder
from tf3d.shapes.mesh import Mesh


@pytest.fixture(scope="module")
def many() -> list[Mesh]:
    return [generate_airplane(seed) for seed in range(40)]


def _extent(mesh: Mesh, part: str) -> np.ndarray:
    points = mesh.vertices[
        mesh.faces[mesh.face_parts == mesh.part_names.index(part)].ravel()
    ]
    return np.stack([points.min(axis=0), points.max(axis=0)])


def test_sound(many, assert_sound) -> None:
    for mesh in many:
        assert_sound(mesh)
        assert 800 < len(mesh.faces) < 6000


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_kind_is_sound(kind, assert_sound) -> None:
    for seed in range(6):
        plane = ChairBuilder()
        KINDS[kind][0](plane, np.random.default_rng(seed))
        colors = {part: np.full(3, 0.5) for part in plane.parts}
        assert_sound(plane.build(colors, kind).normalized())


def test_paint_seed_changes_colours_only(assert_paint_alone) -> None:
    assert_paint_alone(generate_airplane)


def test_the_tail_is_behind_and_above(many) -> None:
    for mesh in many:
        hull, tail = _extent(mesh, "fuselage"), _extent(mesh, "tail")
        assert tail.mean(axis=0)[0] < hull.mean(axis=0)[0] - 0.1, mesh.name
        assert tail[1, 2] > hull[1, 2], mesh.name


def test_wings_reach_equally_far_to_both_sides(many) -> None:
    for mesh in many:
        wings = _extent(mesh, "wing")
        np.testing.assert_allclose(wings[0, 1], -wings[1, 1], atol=1e-5)
        assert np.ptp(wings[:, 1]) > 2 * np.ptp(wings[:, 2]), mesh.name


def test_variety(many) -> None:
    assert len({mesh.name.split()[0] for mesh in many}) >= 6
    extents = np.array([np.ptp(mesh.vertices, axis=0) for mesh in many])
    assert (np.ptp(extents, axis=0) > (0.25, 0.25, 0.1)).all()
