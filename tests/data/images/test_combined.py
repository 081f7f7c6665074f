"""Batches by number: shares, order, resuming."""

import numpy as np
import pytest

from tf3d.data.images.combined import Batches, default_shares
from tf3d.data.images.image_set import ImageSet
from tf3d.errors import InputError


def images(count, start=0, size=8):
    levels = (np.arange(start, start + count) % 256).astype(np.uint8)
    return ImageSet(np.tile(levels[:, None, None, None], (1, size, size, 1)))


def test_default_shares():
    assert default_shares(3) == (16, 16, 32)
    assert default_shares(1) == (64,)
    assert default_shares(3, 8) == (3, 3, 2)
    assert Batches([images(5), images(5), images(5)]).shares == (16, 16, 32)


def test_a_batch_holds_its_shares_in_order():
    batches = Batches([images(100), images(50, 100)], (3, 5), seed=1)
    batch = batches.batch(4)
    assert batch["image"].shape == (8, 8, 8, 1) and batch["image"].dtype == np.float32
    assert batch["set"].tolist() == [0] * 3 + [1] * 5
    expected = batch["index"] + 100 * batch["set"]
    np.testing.assert_allclose(batch["image"][:, 0, 0, 0] * 255, expected, rtol=1e-6)


def test_every_picture_once_an_epoch_in_a_new_order():
    batches = Batches([images(10)], (4,), seed=3)
    taken = np.concatenate([batches.indices(k)[0] for k in range(5)])
    assert sorted(taken[:10]) == sorted(taken[10:]) == list(range(10))
    assert taken[:10].tolist() != taken[10:].tolist()
    other = Batches([images(10)], (4,), seed=4)
    assert other.indices(0)[0].tolist() != taken[:4].tolist()


def test_batches_do_not_depend_on_what_came_before():
    ordered, jumped = (Batches([images(30), images(7)], (4, 9), seed=2) for _ in "ab")
    wanted = [ordered.batch(k) for k in range(12)]
    for k in (11, 3, 7, 0):
        for key, value in jumped.batch(k).items():
            np.testing.assert_array_equal(value, wanted[k][key])


def test_dataset_goes_on_from_any_batch():
    batches = Batches([images(30)], (4,), seed=2)
    dataset = batches.dataset(start=5, stop=8)
    assert int(dataset.cardinality()) == 3
    for k, batch in zip(range(5, 8), dataset.as_numpy_iterator(), strict=True):
        np.testing.assert_array_equal(batch["index"], batches.batch(k)["index"])
        np.testing.assert_array_equal(batch["image"], batches.batch(k)["image"])
    endless = next(iter(batches.dataset(start=2)))
    np.testing.assert_array_equal(endless["index"], batches.batch(2)["index"])


def test_epoch_length():
    assert Batches([images(100), images(28)], (32, 32)).per_epoch == 2
    assert Batches([images(5)]).per_epoch == 1


@pytest.mark.parametrize(
    ("sets", "shares", "message"),
    [
        ([], None, "at least one image set"),
        ([images(4)], (1, 2), "Expected 1 shares"),
        ([images(4), images(4)], (1, 0), "Expected 2 shares"),
        ([images(4), images(4, size=9)], (1, 1), "one size and number of channels"),
    ],
)
def test_bad_arguments(sets, shares, message):
    with pytest.raises(InputError, match=message):
        Batches(sets, shares)
    with pytest.raises(ValueError, match="number >= 0"):
        Batches([images(4)]).indices(-1)
