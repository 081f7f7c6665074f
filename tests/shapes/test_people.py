"""Generated people: closed, outward, facing +X, in many poses."""

from __future__ import annotations

import numpy as np
import pytest

from tf3d.shapes.mesh import Mesh
from tf3d.shapes.people import POSES, generate_person


@pytest.fixture(scope="module")
def many() -> list[Mesh]:
    return [generate_person(seed) for seed in range(60)]


def _points(mesh: Mesh, part: str) -> np.ndarray:
    own = mesh.face_parts == mesh.part_names.index(part)
    return mesh.corners[own].reshape(-1, 3)


def test_sound(many, assert_sound) -> None:
    for mesh in many:
        assert_sound(mesh)
        assert 1500 < len(mesh.faces) < 8000


def test_paint_seed_changes_colours_only(assert_paint_alone) -> None:
    assert_paint_alone(generate_person)


def test_shoes_stand_below_and_hair_above(many) -> None:
    for mesh in many:
        shoes = _points(mesh, "shoe")
        lowest = mesh.vertices[:, 2].min()
        np.testing.assert_allclose(shoes[:, 2].min(), lowest, atol=0.05)
        if "hair" in mesh.part_names:
            assert _points(mesh, "hair")[:, 2].max() > 0.25 * mesh.vertices[:, 2].max()


def test_toes_point_forwards(many) -> None:
    for mesh in many:
        if mesh.name.startswith(("standing", "spread", "hips", "waving")):
            shoes = _points(mesh, "shoe")[:, 0]
            hips = "skirt" if "skirt" in mesh.part_names else "trousers"
            middle = _points(mesh, hips)[:, 0].mean()
            assert shoes.max() - middle > middle - shoes.min(), mesh.name


def test_variety(many) -> None:
    assert {mesh.name.split()[0] for mesh in many} == set(POSES)
    extents = np.array([np.ptp(mesh.vertices, axis=0) for mesh in many])
    assert (np.ptp(extents, axis=0) > (0.2, 0.3, 0.2)).all()
    assert len({mesh.part_names for mesh in many}) > 20
