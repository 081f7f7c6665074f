import numpy as np
import pytest
import trimesh

from tf3d.fusion.extraction import (
    extract,
    signed_volumes,
    smooth_surface,
    without_crumbs,
)
from tf3d.fusion.fields import Grid

GRID = Grid((-0.5, -0.5, -0.5), (41, 41, 41), 0.025)


def places() -> np.ndarray:
    axis = np.linspace(-0.5, 0.5, 41)
    return np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1)


def torus(ring: float = 0.3, tube: float = 0.1) -> np.ndarray:
    place = places()
    around = np.linalg.norm(place[..., :2], axis=-1) - ring
    return (np.hypot(around, place[..., 2]) - tube).astype(np.float32)


def test_torus_is_closed_outward_and_of_the_right_size():
    vertices, faces = extract(torus(), GRID)
    mesh = trimesh.Trimesh(vertices, faces, process=False)
    assert mesh.is_watertight
    assert mesh.euler_number == 0
    assert mesh.volume == pytest.approx(2 * np.pi**2 * 0.3 * 0.1**2, rel=0.03)
    around = np.linalg.norm(vertices[:, :2], axis=1) - 0.3
    assert np.abs(np.hypot(around, vertices[:, 2]) - 0.1).max() < 0.005
    assert vertices.dtype == np.float32 and faces.dtype == np.int32


def test_values_of_exactly_zero_leave_it_watertight():
    field = np.sign(torus()) * (np.abs(torus()) > 0.02)
    vertices, faces = extract(field.astype(np.float32), GRID)
    # Merging vertices of the same place is what every reader of STL does.
    assert trimesh.Trimesh(vertices, faces).is_watertight


def test_an_object_that_fills_its_grid_is_closed_at_the_edge():
    vertices, faces = extract(np.full(GRID.shape, -1, np.float32), GRID, smoothing=0)
    assert trimesh.Trimesh(vertices, faces, process=False).is_watertight
    assert np.ptp(vertices, axis=0) == pytest.approx([1, 1, 1], abs=0.06)


def test_crumbs_and_hollows_go_and_legs_stay():
    place = places()
    ball = np.linalg.norm(place, axis=-1) - 0.3
    hollow = 0.1 - np.linalg.norm(place, axis=-1)
    crumb = np.linalg.norm(place - [0.45, 0.45, 0.45], axis=-1) - 0.03
    leg = np.linalg.norm(place - [-0.4, -0.4, -0.4], axis=-1) - 0.1
    field = np.minimum(np.minimum(np.maximum(ball, hollow), crumb), leg)
    vertices, faces = extract(field.astype(np.float32), GRID, smoothing=0)
    pieces = trimesh.Trimesh(vertices, faces, process=False).split()
    assert len(pieces) == 2
    volume = signed_volumes(vertices, faces).sum()
    assert volume == pytest.approx(4 / 3 * np.pi * (0.3**3 + 0.1**3), rel=0.05)


def test_without_crumbs_drops_unused_vertices():
    big = trimesh.creation.box((1, 1, 1))
    small = trimesh.creation.box((0.05, 0.05, 0.05))
    both = trimesh.util.concatenate([small, big])
    vertices, faces = without_crumbs(both.vertices, both.faces)
    assert len(vertices) == 8 and faces.max() == 7


def test_smoothing_takes_roughness_off_without_shrinking():
    sphere = trimesh.creation.icosphere(4)
    rng = np.random.default_rng(0)
    rough = sphere.vertices * (
        1 + 0.02 * rng.standard_normal((len(sphere.vertices), 1))
    )
    smooth = smooth_surface(rough, sphere.faces, 10)
    radius = np.linalg.norm(smooth, axis=1)
    assert radius.std() < 0.008
    assert radius.mean() == pytest.approx(1, abs=0.005)


def test_nothing_inside_gives_no_faces():
    vertices, faces = extract(np.ones(GRID.shape, np.float32), GRID)
    assert vertices.shape == (0, 3) and faces.shape == (0, 3)


def test_field_must_fit_its_grid():
    with pytest.raises(ValueError, match=r"Expected a field of shape \(41, 41, 41\)"):
        extract(np.ones((3, 3, 3), np.float32), GRID)
