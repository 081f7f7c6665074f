"""Generated bowls: closed, outward, hollow, varied."""

from __future__ import annotations

import numpy as np
import pytest

from tf3d.shapes.bowls import generate_bowl
from tf3d.shapes.mesh import Mesh


@pytest.fixture(scope="module")
def many() -> list[Mesh]:
    return [generate_bowl(seed) for seed in range(60)]


def test_sound(many, assert_sound) -> None:
    for mesh in many:
        assert_sound(mesh)
        assert 200 < len(mesh.faces) < 8000


def test_paint_seed_changes_colours_only(assert_paint_alone) -> None:
    assert_paint_alone(generate_bowl)


def test_open_above(many) -> None:
    checked = 0
    for mesh in many:
        if {"lid", "filling", "foot"} & set(mesh.part_names):
            continue
        # Along the axis there is nothing above the floor.
        near = np.linalg.norm(mesh.vertices[:, :2], axis=1) < 0.08
        assert mesh.vertices[near, 2].max() < 0.5 * mesh.vertices[:, 2].max(), mesh.name
        checked += 1
    assert checked > 5


def test_wider_than_high_for_the_most_part(many) -> None:
    extents = np.array([np.ptp(mesh.vertices, axis=0) for mesh in many])
    assert (extents[:, 2] < extents[:, :2].min(axis=1)).mean() > 0.8


def test_variety(many) -> None:
    assert len({mesh.name.split()[0] for mesh in many}) == 5
    extents = np.array([np.ptp(mesh.vertices, axis=0) for mesh in many])
    assert (np.ptp(extents, axis=0) > (0.1, 0.1, 0.3)).all()
