import numpy as np
import pytest

from tf3d.fusion.evidence import gather
from tf3d.fusion.tsdf import needed_votes, tsdf_surface


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
