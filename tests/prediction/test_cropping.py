import numpy as np
import pytest

from tf3d.errors import InputError
from tf3d.prediction.cropping import OBJECT_DIAGONAL, PHOTO_DIAGONAL, prepare
from tf3d.prediction.photos import Photo

RED = np.array([0.8, 0.1, 0.1], np.float32)


def scene(height, width, box, background, noise=0.0):
    """A red box (left, top, right, bottom) on a background."""
    rgb = np.empty((height, width, 3), np.float32)
    rgb[:] = background
    rgb += np.random.default_rng(0).normal(0, noise, rgb.shape) if noise else 0
    left, top, right, bottom = box
    rgb[top:bottom, left:right] = RED
    alpha = np.zeros((height, width), np.float32)
    alpha[top:bottom, left:right] = 1
    return np.clip(rgb, 0, 1).astype(np.float32), alpha


def extent(image):
    """Width, height and centre of what is red."""
    red = (image[..., 0] - image[..., 1]) > 0.4
    rows, columns = np.flatnonzero(red.any(1)), np.flatnonzero(red.any(0))
    return (
        np.ptp(columns) + 1,
        np.ptp(rows) + 1,
        columns.mean() + 0.5,
        rows.mean() + 0.5,
    )


@pytest.mark.parametrize(
    ("size", "box"),
    [
        ((300, 400), (100, 120, 300, 200)),
        ((400, 300), (100, 100, 180, 300)),
        ((200, 2000), (0, 0, 100, 50)),  # in a corner: the frame reaches outside
        ((60, 60), (0, 10, 60, 40)),  # from edge to edge, and enlarged
    ],
)
def test_alpha_frames_the_object_on_grey(size, box):
    rgb, alpha = scene(*size, box, background=0.9)
    image = prepare(Photo(rgb, alpha))
    assert image.shape == (128, 128, 3) and image.dtype == np.float32
    width, height, x, y = extent(image)
    ratio = (box[2] - box[0]) / (box[3] - box[1])
    assert np.hypot(width, height) == pytest.approx(OBJECT_DIAGONAL * 128, abs=2)
    assert width / height == pytest.approx(ratio, rel=0.06)
    assert (x, y) == (pytest.approx(64, abs=1), pytest.approx(64, abs=1))
    np.testing.assert_allclose(image[2, 2], 0.5, atol=1e-3)
    np.testing.assert_allclose(image[64, 64], RED, atol=1e-3)


def test_mask_counts_more_than_alpha():
    rgb, alpha = scene(100, 100, (10, 10, 90, 90), background=0.9)
    mask = np.zeros((100, 100), np.float32)
    mask[40:60, 30:70] = 1
    width, height, *_ = extent(prepare(Photo(rgb, alpha), mask=mask))
    assert width / height == pytest.approx(2, rel=0.05)


@pytest.mark.parametrize("background", [1.0, 0.0, (0.2, 0.5, 0.9)])
def test_plain_background_frames_the_object_and_stays(background):
    box = (200, 60, 300, 100)
    rgb, _ = scene(200, 400, box, background, noise=0.01)
    image = prepare(Photo(rgb))
    width, height, x, y = extent(image)
    assert np.hypot(width, height) == pytest.approx(OBJECT_DIAGONAL * 128, abs=3)
    assert width / height == pytest.approx(2.5, rel=0.06)
    assert (x, y) == (pytest.approx(64, abs=2), pytest.approx(64, abs=2))
    # The frame reaches outside the picture: the same colour there.
    np.testing.assert_allclose(image[:3].mean((0, 1)), background, atol=0.03)


@pytest.mark.parametrize("size", [(120, 300), (300, 120), (20, 400), (128, 128)])
def test_photos_are_padded_and_keep_their_proportions(size):
    height, width = size
    rng = np.random.default_rng(0)
    rgb = rng.uniform(0, 0.2, (height, width, 3)).astype(np.float32)
    rgb[: height // 2, : width // 2] += 0.6
    rgb[height // 2 :, width // 2 :, 0] += 0.7  # red, the lower right quarter
    image = prepare(Photo(rgb))
    assert image.shape == (128, 128, 3)
    red_width, red_height, x, y = extent(image)
    longer = PHOTO_DIAGONAL * 64 * max(size) / np.hypot(*size)
    if width >= height:
        assert x > 64
    if height >= width:
        assert y > 64
    # Along the longer side nothing but the photo is that red.
    measured = red_width if width >= height else red_height
    if width != height:
        # The blurred edge may continue it by some pixels.
        assert longer - 2 <= measured <= longer + 10


def test_none_pads_to_a_square_with_the_border_colour():
    rgb, _ = scene(100, 200, (80, 40, 120, 60), background=(0.2, 0.5, 0.9))
    image = prepare(Photo(rgb), crop="none")
    width, height, x, y = extent(image)
    assert (width, height) == (pytest.approx(26, abs=1), pytest.approx(13, abs=1))
    assert (x, y) == (pytest.approx(64, abs=1), pytest.approx(64, abs=1))
    np.testing.assert_allclose(image[0, 0], (0.2, 0.5, 0.9), atol=1e-3)


def test_none_leaves_a_prepared_picture_alone():
    rgb = np.random.default_rng(0).uniform(size=(128, 128, 3)).astype(np.float32)
    np.testing.assert_array_equal(prepare(Photo(rgb), crop="none"), rgb)


def test_none_with_alpha_composites_on_grey():
    rgb, alpha = scene(100, 200, (80, 40, 120, 60), background=1.0)
    image = prepare(Photo(rgb, alpha), crop="none")
    np.testing.assert_allclose(image[64, 4], 0.5, atol=1e-3)
    np.testing.assert_allclose(image[0, 0], 0.5, atol=1e-3)


def test_reduction_is_antialiased():
    rgb = np.zeros((1024, 1024, 3), np.float32)
    rgb[:, ::2] = 1
    image = prepare(Photo(rgb), crop="none")
    np.testing.assert_allclose(image[8:-8, 8:-8], 0.5, atol=0.05)


def test_uniform_picture_is_a_photo():
    image = prepare(Photo(np.full((50, 80, 3), 0.3, np.float32)))
    np.testing.assert_allclose(image, 0.3, atol=0.01)


def test_other_sizes():
    rgb, alpha = scene(100, 200, (80, 40, 120, 60), background=1.0)
    assert prepare(Photo(rgb, alpha), size=64).shape == (64, 64, 3)


def test_empty_alpha_and_mask():
    rgb = np.ones((20, 20, 3), np.float32)
    with pytest.raises(InputError, match="alpha of a.png is empty"):
        prepare(Photo(rgb, np.zeros((20, 20), np.float32), "a.png"))
    with pytest.raises(InputError, match="mask is empty"):
        prepare(Photo(rgb), mask=np.zeros((20, 20), np.float32))


def test_bad_arguments():
    photo = Photo(np.ones((20, 20, 3), np.float32))
    with pytest.raises(ValueError, match='Expected crop "auto" or "none"'):
        prepare(photo, crop="tight")
    with pytest.raises(ValueError, match="Expected a mask of shape"):
        prepare(photo, mask=np.ones((10, 20), np.float32))
