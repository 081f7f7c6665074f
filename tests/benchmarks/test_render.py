"""The benchmark of rendering draws the same thing with all whom it compares."""

import argparse
import importlib.util

import numpy as np
import pytest

from tf3d.rendering.surfaces import prepare
from tf3d.shapes.cars import generate_car

VIEWPOINT = np.array([40.0, 20.0, 2.0])


@pytest.fixture(scope="module")
def car():
    return generate_car(3)


@pytest.fixture
def render(benchmark_module):
    return benchmark_module("render")


def test_refining_keeps_the_surface(render, car):
    target = 2 * len(car.faces)
    finer = render.refined(car, target)
    assert target <= len(finer.faces) <= target + 2
    assert area(finer) == pytest.approx(area(car), rel=1e-5)
    assert set(map(tuple, finer.face_colors)) == set(map(tuple, car.face_colors))
    assert render.refined(car, 1) is car


def area(mesh):
    edges = np.diff(mesh.corners.astype(np.float64), axis=1)
    return np.linalg.norm(np.cross(edges[:, 0], edges[:, 1]), axis=-1).sum() / 2


def test_rays_see_what_the_rasteriser_draws(render, car):
    surfaces = prepare(car)
    mine = render.ours(car, surfaces)(VIEWPOINT)
    rays = render.open3d_rays(car, surfaces)(VIEWPOINT)
    overlap, error = render.agreement([rays], [mine])
    assert overlap > 0.99 and error < 2e-3
    assert np.abs(rays[0] - mine[0]).mean() < 0.02
    assert render.agreement([mine], [mine]) == (1.0, 0.0)


def test_views_without_depth_have_no_error(render):
    mask = np.ones((2, 2), bool)
    view = (np.zeros((2, 2, 3)), mask, None)
    overlap, error = render.agreement([view], [view])
    assert overlap == 1 and np.isnan(error)


def test_the_table_has_a_row_for_each(render, car, capsys, monkeypatch):
    if importlib.util.find_spec("panda3d") is None:  # it is no dependency
        ours_only = {n: d for n, d in render.RENDERERS.items() if "Panda3D" not in n}
        monkeypatch.setattr(render, "RENDERERS", ours_only)
    row = render.compare(car, argparse.Namespace(views=6, rounds=1))
    assert row.shape == (128, 128 * len(render.RENDERERS), 3)
    text = capsys.readouterr().out
    assert all(name in text for name in render.RENDERERS)
