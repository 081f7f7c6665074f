import numpy as np
import pytest

from tf3d.errors import InputError
from tf3d.prediction.photos import Photo
from tf3d.prediction.voxel_images import OBJECT_SIDE, prepare_voxel_image


def grey(shape, ground, ink, rows, columns):
    values = np.full(shape, ground, np.float32)
    values[rows, columns] = ink
    return Photo(np.repeat(values[..., None], 3, axis=-1))


def box(image):
    rows, columns = np.nonzero(image[..., 0] > 0.5)
    return rows.min(), rows.max() + 1, columns.min(), columns.max() + 1


def test_a_training_image_is_left_alone():
    photo = grey((28, 28), 0.0, 0.8, slice(4, 24), slice(12, 16))
    image = prepare_voxel_image(photo)
    assert image.shape == (28, 28, 1) and image.dtype == np.float32
    np.testing.assert_allclose(image[..., 0], photo.rgb[..., 0], atol=1e-6)


def test_one_that_touches_the_border_is_left_alone():
    """Fashion-MNIST's clothes: there is no plain background to tell."""
    values = np.random.default_rng(0).random((28, 28)).astype(np.float32)
    image = prepare_voxel_image(Photo(np.repeat(values[..., None], 3, axis=-1)))
    np.testing.assert_allclose(image[..., 0], values, atol=1e-6)


def test_ink_on_paper_becomes_light_on_black_and_is_framed():
    photo = grey((300, 200), 0.85, 0.2, slice(40, 160), slice(80, 110))
    image = prepare_voxel_image(photo)
    top, bottom, left, right = box(image)
    assert bottom - top == pytest.approx(28 * OBJECT_SIDE, abs=1)
    assert right - left == pytest.approx(28 * OBJECT_SIDE / 4, abs=1)
    assert (top + bottom) / 2 == pytest.approx(14, abs=1)
    assert (left + right) / 2 == pytest.approx(14, abs=1)
    assert image.max() > 0.98  # the darkest stroke is white
    assert image[0].max() < 0.02


def test_ink_at_the_models_size_is_not_moved():
    photo = grey((28, 28), 1.0, 0.0, slice(2, 9), slice(3, 6))
    image = prepare_voxel_image(photo)
    np.testing.assert_allclose(image[..., 0], 1 - photo.rgb[..., 0], atol=1e-6)


def test_none_takes_the_whole_picture():
    photo = grey((60, 30), 0.0, 1.0, slice(0, 30), slice(10, 20))
    image = prepare_voxel_image(photo, "none", size=20)
    assert image.shape == (20, 20, 1)
    assert box(image)[:2] == (0, 10)


@pytest.mark.parametrize(("shade", "expected"), [(0.0, 1.0), (0.9, 0.9)])
def test_cut_outs_are_laid_over_black_and_ink_is_inverted(shade, expected):
    photo = grey((40, 40), 0.5, shade, slice(10, 30), slice(10, 30))
    mask = np.zeros((40, 40), np.float32)
    mask[10:30, 10:30] = 1
    image = prepare_voxel_image(photo, mask=mask, size=16)
    assert image[8, 8, 0] == pytest.approx(expected, abs=0.01)
    assert image[0].max() < 0.001


def test_rgb_keeps_colours_over_the_models_background():
    photo = grey((80, 80), 1.0, 0.0, slice(20, 60), slice(20, 60))
    photo.rgb[20:60, 20:60] = (0.8, 0.1, 0.1)
    image = prepare_voxel_image(photo, size=16, channels=3, background=0.25)
    assert image.shape == (16, 16, 3)
    np.testing.assert_allclose(image[8, 8], [0.8, 0.1, 0.1], atol=0.02)
    np.testing.assert_allclose(image[0, 0], 0.25, atol=0.02)


def test_a_flat_picture_has_nothing_to_frame():
    photo = grey((50, 40), 0.9, 0.9, slice(0), slice(0))
    assert prepare_voxel_image(photo).max() < 0.02


def test_bad_input():
    photo = grey((20, 20), 0.0, 1.0, slice(4), slice(4))
    with pytest.raises(ValueError, match="Expected crop"):
        prepare_voxel_image(photo, "tight")
    with pytest.raises(ValueError, match="Expected a mask of shape"):
        prepare_voxel_image(photo, mask=np.ones((3, 3)))
    with pytest.raises(InputError, match="mask is empty"):
        prepare_voxel_image(photo, mask=np.zeros((20, 20)))
