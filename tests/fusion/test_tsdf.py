import numpy as np
import pytest

from tf3d.fusion.evidence import gather
from tf3d.fusion.tsdf import _thinness, needed_votes, tsdf_surface


def test_one_of_many_views_may_be_wrong_and_one_of_few_must_be_believed():
    assert needed_votes(6) == 1
    assert needed_votes(24) == 2


def test_a_finer_grid_makes_more_faces_in_the_same_place(ball_views):
    evidence = gather(ball_views)
    coarse, coarse_faces = tsdf_surface(evidence, voxel=0.02)
    fine, fine_faces = tsdf_surface(evidence, voxel=0.01)
    assert 3 < len(fine_faces) / len(coarse_faces) < 5
    for vertices in (coarse, fine):
        level = np.linalg.norm(vertices / [0.4, 0.25, 0.2], axis=1)
        assert level.mean() == pytest.approx(1, abs=0.02)
        assert level.std() < 0.02


def test_thin_parts_swell_and_thick_ones_do_not():
    distance = np.abs(np.arange(-0.2, 0.2, 0.009))
    for half, told in ((0.004, 1), (0.009, 1), (0.023, 0), (0.1, 0)):
        slab = np.clip(distance - half, -0.03, 0.03).astype(np.float32)
        field = np.broadcast_to(slab[:, None, None], (len(slab), 8, 8))
        near = np.abs(slab) < 0.0091  # where the surface passes
        assert near.any()
        found = _thinness(field, 0.009)[near]
        np.testing.assert_allclose(found, told, atol=0.2)


def test_swelling_leaves_a_solid_as_it_is(ball_views):
    evidence = gather(ball_views)
    plain, _ = tsdf_surface(evidence, swell=0)
    swollen, _ = tsdf_surface(evidence, swell=0.02)
    np.testing.assert_allclose(np.ptp(swollen, axis=0), np.ptp(plain, axis=0), 1e-3)
