import keras
import numpy as np
import pytest

from tf3d.models.picture_discriminator import PictureDiscriminator


@pytest.mark.parametrize("size", [64, 128])
def test_a_logit_for_each_patch(size):
    found = PictureDiscriminator(size)(np.zeros((2, size, size, 3), np.float32))
    assert tuple(found.shape) == (2, size // 16, size // 16, 1)


def test_a_patch_sees_what_is_near_it():
    judge = PictureDiscriminator(128)
    rng = np.random.default_rng(0)
    picture = rng.random((1, 128, 128, 3), np.float32)
    changed = picture.copy()
    changed[:, :8, :8] = 1 - changed[:, :8, :8]
    moved = np.abs(np.asarray(judge(changed)) - np.asarray(judge(picture)))[0, :, :, 0]
    assert moved[0, 0] > 1e-4
    assert moved[3:].max() == moved[:, 3:].max() == 0


def test_built_without_a_picture():
    judge = PictureDiscriminator(64)
    judge.build()
    shapes = [tuple(v.shape) for v in judge.trainable_variables]
    judge(np.zeros((1, 64, 64, 3), np.float32))
    assert [tuple(v.shape) for v in judge.trainable_variables] == shapes
    assert shapes[0] == (5, 5, 3, 32)


def test_saved_and_loaded(tmp_path):
    judge = PictureDiscriminator(32)
    picture = np.random.default_rng(1).random((1, 32, 32, 3), np.float32)
    expected = np.asarray(judge(picture))
    judge.save(tmp_path / "judge.keras")
    again = keras.models.load_model(tmp_path / "judge.keras", compile=False)
    np.testing.assert_array_equal(again(picture), expected)
    assert again.get_config()["image_size"] == 32


@pytest.mark.parametrize("size", [8, 40])
def test_other_sizes_are_refused(size):
    with pytest.raises(ValueError, match=f"of 16. Received: image_size={size}"):
        PictureDiscriminator(size)


def test_other_pictures_are_refused():
    with pytest.raises(ValueError, match=r"\[batch, 32, 32, 3\].*\(1, 32, 32, 4\)"):
        PictureDiscriminator(32)(np.zeros((1, 32, 32, 4), np.float32))
