"""The benchmark of fusion disturbs depth by as much as it says, and measures it."""

import numpy as np
import pytest

from tf3d.geometry import orbit
from tf3d.rendering import render_views
from tf3d.shapes.mesh import Mesh


@pytest.fixture
def fusion(benchmark_module):
    return benchmark_module("fusion")


@pytest.fixture(scope="module")
def ball():
    import trimesh

    sphere = trimesh.creation.icosphere(subdivisions=3, radius=0.3)
    colors = np.full((len(sphere.faces), 3), 0.5, np.float32)
    return Mesh(
        sphere.vertices.astype(np.float32), sphere.faces.astype(np.int32), colors
    )


def test_disturbed_depth_errs_by_the_amount(fusion, ball):
    views = render_views(ball, orbit(6), size=64)
    worse = fusion.disturbed(views, 0.01, np.random.default_rng(0))
    inside = views.mask & worse.mask
    error = (worse.depth - views.depth)[inside]
    assert 0.004 < error.std() < 0.025
    assert inside.sum() > 0.9 * views.mask.sum()
    assert (worse.depth[~worse.mask] == 0).all()
    again = fusion.disturbed(views, 0.01, np.random.default_rng(0))
    np.testing.assert_array_equal(worse.depth, again.depth)


def test_exact_views_fuse_to_the_ball(fusion, ball):
    pairs = [(ball, render_views(ball, fusion.fusion_viewpoints()))]
    (score, chamfer, seconds), tight = fusion.measure("tsdf", pairs, 0)
    assert score > 0.97 and chamfer < 0.02 and seconds > 0 and tight == 1


def test_an_open_surface_is_not_watertight(fusion, ball):
    assert fusion.is_watertight(ball.vertices, ball.faces)
    assert not fusion.is_watertight(ball.vertices, ball.faces[1:])


def test_shapes_of_a_kind(fusion):
    first, second = fusion.shapes("cars", 2, 1, None), fusion.shapes("cars", 2, 1, None)
    for mesh, same in zip(first, second, strict=True):
        np.testing.assert_array_equal(mesh.vertices, same.vertices)
