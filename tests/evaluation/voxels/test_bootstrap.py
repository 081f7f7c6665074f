import numpy as np
import pytest

from tf3d.evaluation.voxels.bootstrap import bootstrap_mean


def test_interval_of_a_normal_sample():
    values = np.random.default_rng(0).normal(2, 3, 400)
    found = bootstrap_mean(values)
    error = 1.96 * values.std() / 20
    assert found.mean == pytest.approx(values.mean())
    assert found.low == pytest.approx(values.mean() - error, abs=0.05)
    assert found.high == pytest.approx(values.mean() + error, abs=0.05)
    assert bootstrap_mean(values) == found


def test_values_of_a_group_are_drawn_together():
    values = np.repeat(np.random.default_rng(0).normal(size=50), 8)
    alone = bootstrap_mean(values)
    together = bootstrap_mean(values, np.repeat(np.arange(50), 8))
    assert together.mean == alone.mean
    ratio = (together.high - together.low) / (alone.high - alone.low)
    assert ratio == pytest.approx(8**0.5, rel=0.1)


def test_equal_values_leave_no_doubt():
    assert bootstrap_mean([0.5] * 9) == (0.5, 0.5, 0.5)


def test_bad_shapes():
    with pytest.raises(ValueError, match=r"values \[n\] and groups \[n\]"):
        bootstrap_mean([])
    with pytest.raises(ValueError, match=r"groups=\(3,\)"):
        bootstrap_mean([1.0, 2.0], [0, 1, 2])
