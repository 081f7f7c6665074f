import numpy as np
import pytest

from tf3d.evaluation.metrics import (
    depth_error,
    mask_iou,
    object_depth_error,
    psnr,
    rgb_error,
    ssim,
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


def noisy(seed, shape=(3, 40, 33, 3)):
    """Smooth pictures and the same with some noise."""
    rng = np.random.default_rng(seed)
    coarse = rng.random((shape[0], 5, 5, 3))
    truth = coarse.repeat(-(-shape[1] // 5), 1).repeat(-(-shape[2] // 5), 2)
    truth = truth[:, : shape[1], : shape[2]]
    predicted = (
        truth + rng.normal(0, 0.1, shape) * np.arange(shape[0])[:, None, None, None]
    )
    return np.clip(predicted, 0, 1), truth


def test_psnr_and_ssim_agree_with_scikit_image():
    from skimage.metrics import peak_signal_noise_ratio, structural_similarity

    predicted, truth = noisy(0)
    for i in range(1, 3):
        expected = peak_signal_noise_ratio(truth[i], predicted[i], data_range=1)
        assert psnr(predicted, truth)[i] == pytest.approx(expected, abs=1e-4)
    expected = [
        structural_similarity(
            truth[i],
            predicted[i],
            data_range=1,
            channel_axis=-1,
            gaussian_weights=True,
            sigma=1.5,
            use_sample_covariance=False,
        )
        for i in range(3)
    ]
    np.testing.assert_allclose(ssim(predicted, truth), expected, atol=1e-6)
    single = ssim(predicted.astype(np.float32), truth.astype(np.float32))
    np.testing.assert_allclose(single, expected, atol=1e-4)
    assert 0 < expected[2] < expected[1] < 1


def test_psnr_of_known_errors():
    truth = np.zeros((2, 4, 4, 3))
    predicted = truth.copy()
    predicted[1] = 0.1
    np.testing.assert_allclose(psnr(predicted, truth), [100, 20])


def test_ssim_wants_eleven_pixels():
    with pytest.raises(ValueError, match="at least 11 pixels"):
        ssim(np.zeros((1, 10, 20, 3)), np.zeros((1, 10, 20, 3)))
    assert ssim(np.zeros((1, 11, 11, 3)), np.zeros((1, 11, 11, 3))) == 1


def test_depth_on_the_object_leaves_silhouettes_out():
    truth = np.full((2, 1, 3), 2.0)
    mask = np.array([[[1, 1, 0]], [[1, 0, 0]]], bool)
    predicted = truth + np.array([[[0.1, 9, 9]], [[9, 9, 9]]])
    predicted_mask = np.array([[[1, 0, 1]], [[0, 0, 1]]], bool)
    found = object_depth_error(predicted, predicted_mask, truth, mask)
    np.testing.assert_allclose(found, [0.1, 0.5])
    with pytest.raises(ValueError, match="depth and masks of one shape"):
        object_depth_error(truth, mask[:, :, :2], truth, mask[:, :, :2])


def test_overlap_agrees_with_tensorflow_graphics():
    graphics = pytest.importorskip(
        "tensorflow_graphics.nn.metric.intersection_over_union"
    )
    first, second = np.random.default_rng(0).random((2, 3, 8, 8)) > 0.5
    expected = graphics.evaluate(
        first.reshape(3, -1).astype(np.float32),
        second.reshape(3, -1).astype(np.float32),
    )
    np.testing.assert_allclose(mask_iou(first, second), expected, atol=1e-4)
