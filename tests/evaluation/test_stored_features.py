import pickle

import numpy as np
import pytest

from tf3d.evaluation.stored_features import StoredFeatures


@pytest.mark.parametrize("kind", [np.uint8, np.float16])
def test_blocks_are_the_array(tmp_path, kind):
    values = np.random.default_rng(0).integers(0, 99, (3, 7, 2, 4)).astype(kind)
    np.save(tmp_path / "f.npy", values)
    stored = pickle.loads(pickle.dumps(StoredFeatures(tmp_path / "f.npy")))
    assert stored.views == 3 and stored.shape == values.shape
    np.testing.assert_array_equal(stored.block(1, 2, 5), values[1, 2:5])
    np.testing.assert_array_equal(stored.block(2, 5, 99), values[2, 5:])
    assert stored.block(0, 0, 1).dtype == kind


def test_places_that_are_not_there(tmp_path):
    np.save(tmp_path / "f.npy", np.zeros((2, 3, 4)))
    stored = StoredFeatures(tmp_path / "f.npy")
    for view, start in ((2, 0), (-1, 0), (0, 3)):
        with pytest.raises(IndexError, match="no item"):
            stored.block(view, start, start + 1)


def test_other_arrays_are_refused(tmp_path):
    np.save(tmp_path / "flat.npy", np.zeros(5))
    np.save(tmp_path / "turned.npy", np.asfortranarray(np.zeros((2, 3, 4))))
    for name in ("flat.npy", "turned.npy"):
        with pytest.raises(ValueError, match="C order"):
            StoredFeatures(tmp_path / name)
