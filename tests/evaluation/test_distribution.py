import numpy as np
import pytest

from tf3d.evaluation.distribution import (
    QUANTILES,
    object_figure,
    quantiles,
    split_figures,
    worst,
)


def test_objects_are_told_from_means():
    name = object_figure("folder/box-3", "rgb", "network")
    values = {
        "normal/rgb/network": 0.1,
        f"normal/{name}": 0.2,
        f"normal/mesh/{object_figure('a', 'f_score', 'exact')}": 0.3,
        name: 0.4,
    }
    summary, objects = split_figures(values)
    assert summary == {"normal/rgb/network": 0.1}
    assert objects == {
        "normal": {"folder/box-3": {"rgb/network": 0.2}},
        "normal/mesh": {"a": {"f_score/exact": 0.3}},
        "": {"folder/box-3": {"rgb/network": 0.4}},
    }


def test_quantiles():
    found = quantiles(range(101))
    assert list(found) == list(QUANTILES)
    np.testing.assert_allclose(list(found.values()), [0, 10, 25, 50, 75, 90, 100])
    with pytest.raises(ValueError, match="at least one"):
        quantiles([])


def test_the_worst_have_the_greatest_errors_and_the_least_scores():
    shapes = {
        f"s{i}": {"rgb/network": error, "iou/network": error}
        for i, error in enumerate([0.3, 0.1, 0.5, 0.3])
    }
    shapes["other"] = {"rgb/nearest": 9.0}
    assert worst(shapes, "rgb/network", 3) == [("s2", 0.5), ("s0", 0.3), ("s3", 0.3)]
    assert worst(shapes, "iou/network", 1) == [("s1", 0.1)]
    assert len(worst(shapes, "rgb/network")) == 4
