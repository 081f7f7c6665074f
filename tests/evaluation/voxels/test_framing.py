import numpy as np
import pytest

from tf3d.evaluation.voxels.framing import (
    SIDES,
    evaluate_framing,
    reframed,
    usual_side,
)
from tf3d.prediction import load


@pytest.fixture
def boxes():
    images = np.zeros((3, 16, 16, 1), np.uint8)
    images[0, 2:10, 3:7] = 200
    images[1, 0:16, 4:12] = 100
    return images


def test_objects_of_a_given_size(boxes):
    half = reframed(boxes, 0.5)
    np.testing.assert_array_equal(half[0, 4:12, 6:10], 200)
    assert (half[0] > 0).sum() == 32 and (half[1] > 0).sum() == 32
    np.testing.assert_array_equal(half[2], 0)
    np.testing.assert_array_equal(reframed(boxes, 1.0)[1], boxes[1])


def test_usual_side(boxes):
    assert usual_side(boxes) == 0.75  # between 0.5 and 1; the empty one does not count
    assert usual_side(boxes[2:]) == 0


def test_figures(voxel_model, boxes):
    network = load(voxel_model)
    labels = np.array([0, 1, 0])
    codes = network.encode(boxes.astype(np.float32) / 255)
    values = dict(evaluate_framing(network, boxes, labels, (codes[:1], labels[:1])))
    assert values["usual"] == 0.75
    for side in ("own", *(f"{side:g}" for side in SIDES)):
        assert values[f"{side}/mse"] > 0
        # The only neighbour is of class 0.
        assert values[f"{side}/neighbours_accuracy"] == pytest.approx(2 / 3)
    assert "own/neighbours_accuracy" not in dict(evaluate_framing(network, boxes))


def test_bad_input(boxes):
    with pytest.raises(ValueError, match="uint8"):
        reframed(boxes / 255, 0.5)
    with pytest.raises(ValueError, match="side=0"):
        reframed(boxes, 0)
