"""Compiling ahead: the ball is a ball, and its fusion leaves compiled kernels."""

import subprocess

import numpy as np

from tf3d.fusion import fuse, warm_up


def test_ball_fuses_to_a_ball():
    surface = fuse(warm_up.ball(0.4))
    radius = np.linalg.norm(surface.vertices, axis=1)
    np.testing.assert_allclose(radius.mean(), 0.4, atol=0.02)
    assert warm_up.is_compiled()


def test_nothing_is_started_where_kernels_are_compiled(monkeypatch):
    started = []
    monkeypatch.setattr(subprocess, "run", lambda *a, **k: started.append(a))
    monkeypatch.setattr(warm_up, "is_compiled", lambda: True)
    warm_up.compile_kernels()
    assert not started
    monkeypatch.setattr(warm_up, "is_compiled", lambda: False)
    warm_up.compile_kernels()
    assert started[0][0][1:] == ["-P", "-m", "tf3d.fusion.warm_up"]
