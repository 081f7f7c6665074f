import numpy as np

from tf3d.training.batch_units import codes_of, targets_of


class Recorder:
    def encode(self, images):
        return images


def test_pictures_become_shares_of_one():
    image = np.array([[[[0, 51, 255]]]], np.uint8)
    codes = np.asarray(codes_of(Recorder(), {"image": image}))
    np.testing.assert_allclose(codes, [[[[0, 0.2, 1]]]], atol=1e-7)
    assert codes.dtype == np.float32


def test_shapes_by_number_stay_numbers():
    numbers = np.array([3, 1])
    assert codes_of(Recorder(), {"identity": numbers, "image": None}) is numbers


def test_targets_in_their_units():
    found = targets_of(
        {
            "rgb": np.full((1, 2, 2, 3), 102, np.uint8),
            "depth": np.full((1, 2, 2), 1.5, np.float16),
            "alpha": np.full((1, 2, 2), 255, np.uint8),
        }
    )
    for name, value in (("rgb", 0.4), ("depth", 1.5), ("alpha", 1)):
        assert np.asarray(found[name]).dtype == np.float32
        np.testing.assert_allclose(np.asarray(found[name]), value, atol=1e-7)
