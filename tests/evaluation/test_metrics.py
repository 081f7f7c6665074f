import numpy as np
import pytest

from tf3d.evaluation.metrics import (
    depth_error,
    mask_iou,
    rgb_error,
    tight_depth_error,
)


def test_rgb_error_is_one_between_black_and_white():
    black, white = np.zeros((2, 4, 4, 3)), np.ones((2, 4, 4, 3))
    np.testing.assert_allclose(rgb_error(black, white), 1)
    np.testing.assert_array_equal(rgb_error(white, white), 0)


def test_rgb_error_is_the_mean_of_distances():
    truth = np.zeros((1, 1, 2, 3))
    predicted = truth.copy()
    predicted[0, 0, 1] = [0.3, 0.4, 0]
    np.testing.assert_allclose(rgb_error(predicted, truth), 0.25 / np.sqrt(3))


def test_depth_error_counts_background_as_far():
    truth = np.full((1, 2, 2), 2.0)
    mask = np.array([[[True, True], [True, False]]])
    predicted = truth + np.array([[[0.49, 0], [0, 1]]])
    predicted_mask = np.array([[[True, True], [False, False]]])
    expected = (0.49 / 4.9 + 3 / 4.9) / 4
    found = depth_error(predicted, predicted_mask, truth, mask)
    np.testing.assert_allclose(found, expected)


def test_depth_is_clipped_to_the_range():
    mask = np.ones((1, 1, 1), bool)
    found = depth_error(np.full((1, 1, 1), -9.0), mask, np.full((1, 1, 1), 99.0), mask)
    np.testing.assert_allclose(found, 1)


def test_tight_range_follows_each_camera():
    truth = np.array([2.0, 1.7]).reshape(2, 1, 1)
    mask = np.ones((2, 1, 1), bool)
    found = tight_depth_error(truth + 0.14, mask, truth, mask, [2.0, 1.7])
    np.testing.assert_allclose(found, 0.1)
    nothing = np.zeros((2, 1, 1), bool)
    found = tight_depth_error(truth, nothing, truth, mask, [2.0, 1.7])
    np.testing.assert_allclose(found, 0.5)


def test_mask_iou():
    first = np.array([[[1, 1, 0, 0]], [[0, 0, 0, 0]], [[1, 0, 0, 0]]], bool)
    second = np.array([[[0, 1, 1, 0]], [[0, 0, 0, 0]], [[0, 1, 0, 0]]], bool)
    np.testing.assert_allclose(mask_iou(first, second), [1 / 3, 1, 0])


def test_bad_shapes():
    with pytest.raises(ValueError, match=r"rgb of shape \[n, height, width, 3\]"):
        rgb_error(np.zeros((1, 4, 4)), np.zeros((1, 4, 4)))
    with pytest.raises(ValueError, match="rgb of one shape"):
        rgb_error(np.zeros((1, 4, 4, 3)), np.zeros((2, 4, 4, 3)))
    with pytest.raises(ValueError, match=r"masks of shape \[n, height, width\]"):
        mask_iou(np.zeros((4, 4)), np.zeros((4, 4)))
    flat = np.zeros((1, 4, 4))
    with pytest.raises(ValueError, match="depth and masks of one shape"):
        depth_error(flat, np.zeros((1, 2, 2)), flat, np.zeros((1, 2, 2)))
    with pytest.raises(ValueError, match="far beyond near"):
        depth_error(flat, flat, flat, flat, near=2, far=1)
