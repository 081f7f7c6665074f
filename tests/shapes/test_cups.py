"""Generated cups: closed, outward, hollow, symmetric, varied."""

from __future__ import annotations

import numpy as np
import pytest

from tf3d.shapes.chair_parts import ChairBuilder
from tf3d.shapes.cups import KINDS, generate_cup
from tf3d.shapes.mesh import Mesh


@pytest.fixture(scope="module")
def many() -> list[Mesh]:
    return [generate_cup(seed) for seed in range(40)]


def test_sound(many, assert_sound) -> None:
    for mesh in many:
        assert_sound(mesh)
        assert 500 < len(mesh.faces) < 6000


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_kind_is_sound(kind, assert_sound) -> None:
    for seed in range(8):
        cup = ChairBuilder()
        KINDS[kind][0](cup, np.random.default_rng(seed))
        colors = {part: np.full(3, 0.5) for part in cup.parts}
        assert_sound(cup.build(colors, kind).normalized())


def test_paint_seed_changes_colours_only(assert_paint_alone) -> None:
    assert_paint_alone(generate_cup)


def test_handles_point_forwards(many) -> None:
    seen = 0
    for mesh in many:
        if "handle" in mesh.part_names:
            part = mesh.part_names.index("handle")
            centre = mesh.corners[mesh.face_parts == part].mean(axis=(0, 1))
            assert centre[0] > 0.1, mesh.name
            np.testing.assert_allclose(centre[1], 0, atol=0.01)
            seen += 1
    assert seen > len(many) / 2


def test_walls_are_hollow(many) -> None:
    for mesh in many:
        part = mesh.part_names.index("wall")
        a, b, c = mesh.corners[mesh.face_parts == part].astype(float).transpose(1, 0, 2)
        volume = np.einsum("fi,fi->", a, np.cross(b, c)) / 6
        extent = np.ptp(np.concatenate([a, b, c]), axis=0)
        assert volume < 0.5 * extent.prod(), mesh.name


def test_variety(many) -> None:
    assert len({mesh.name.split()[0] for mesh in many}) >= 5
    extents = np.array([np.ptp(mesh.vertices, axis=0) for mesh in many])
    assert (np.ptp(extents, axis=0) > 0.2).all()
