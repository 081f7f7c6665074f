import numpy as np
import pytest

from tf3d.evaluation.voxels.symmetry import (
    evaluate_symmetry,
    picture_share,
    ring_mean,
    ring_overlap,
    ring_share,
)

SIZE = 28


def shapes():
    place = (np.arange(SIZE) + 0.5) / SIZE - 0.5
    x, y, z = np.meshgrid(place, place, place, indexing="ij")
    radius = np.hypot(x, y)
    ring = (np.abs(radius - 0.3) < 0.1) & (np.abs(z) < 0.2)
    wall = (np.abs(x) < 0.06) & (np.abs(y) < 0.4) & (np.abs(z) < 0.2)
    corner = (np.abs(x - 0.3) < 0.06) & (np.abs(y) < 0.06) & (np.abs(z) < 0.2)
    return np.stack([ring, wall, corner])


def test_a_ring_is_a_ring_and_a_wall_is_none():
    grids = shapes()
    overlap, share = ring_overlap(grids), ring_share(grids)
    assert overlap[0] > 0.9 and share[0] > 0.95
    assert overlap[1] < 0.35 and share[1] < 0.5
    # A corner meets itself only when it has hardly been turned.
    assert overlap[2] < 0.05 and share[2] < 0.2


def test_the_mean_over_turns_is_a_ring():
    rings = np.stack([ring_mean(grid) for grid in shapes()])
    assert (ring_share(rings) > 0.9).all()
    assert (ring_share(np.zeros((1, 4, 4, 4))) == 1).all()


def test_a_ring_shows_one_picture_from_everywhere():
    share = picture_share(shapes(), gain=0.2)
    assert share[0] > 0.97 and share[1] < 0.9 and share[2] < 0.5
    # A ring of every other column is none, voxel by voxel, and still looks like one.
    x, y = np.indices((SIZE, SIZE))
    comb = shapes()[:1] * ((x + y) % 2 == 0)[..., None]
    assert ring_share(comb)[0] < 0.6 and picture_share(comb, gain=0.2)[0] > 0.9
    assert picture_share(np.zeros((1, 4, 4, 4)))[0] == 1


def test_figures():
    grids = shapes().astype(np.float32)
    values = dict(evaluate_symmetry(0.3 * grids[:1], grids[1:] > 0, 0.2))
    assert values["overlap/network"] > 0.9
    assert values["overlap/network_shown"] == values["overlap/network"]
    assert values["overlap/truth"] == pytest.approx(ring_overlap(grids[1:]).mean())
    assert values["share/network"] > 2 * values["share/truth"]
    # Above the threshold there is nothing: empty grids equal their turned selves.
    assert dict(evaluate_symmetry(0.1 * grids, grids > 0, 0.2))["overlap/network"] == 1
