"""IDX files: packed or not, and everything that can be wrong with them."""

import gzip
import struct

import numpy as np
import pytest

from tf3d.data.images.idx import open_idx, read_idx
from tf3d.errors import InputError


def idx(values, magic=None):
    values = np.asarray(values, np.uint8)
    head = struct.pack(">I", 0x0800 + values.ndim if magic is None else magic)
    return head + struct.pack(f">{values.ndim}I", *values.shape) + values.tobytes()


@pytest.fixture
def digits(tmp_path):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (12, 28, 28))
    labels = np.arange(12) % 10
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(images)))
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(idx(labels))
    (tmp_path / "t10k-images.idx3-ubyte").write_bytes(idx(images[:3]))
    (tmp_path / "t10k-labels.idx1-ubyte.gz").write_bytes(gzip.compress(idx(labels[:3])))
    return tmp_path, images, labels


def test_reads_files_packed_or_not(digits):
    folder, images, labels = digits
    train = open_idx("mnist", folder)
    np.testing.assert_array_equal(train.images[..., 0], images)
    np.testing.assert_array_equal(train.labels, labels)
    assert train.names[7] == "7" and train.name == "mnist"
    assert len(open_idx("mnist", folder, part="test")) == 3
    few = open_idx("mnist", folder, count=5)
    assert len(few) == 5 and few.labels.tolist() == [0, 1, 2, 3, 4]


def test_finds_the_folder_named_for_the_set(digits, tmp_path):
    folder, images, _ = digits
    inner = tmp_path / "fashion_mnist"
    inner.mkdir()
    for file in folder.glob("t*-ubyte*"):
        file.rename(inner / file.name)
    garments = open_idx("fashion_mnist", tmp_path)
    assert len(garments) == len(images) and garments.names[8] == "bag"


def test_other_sizes_and_channels(digits):
    folder, images, _ = digits
    larger = open_idx("mnist", folder, size=64, channels=3)
    assert larger.images.shape == (12, 64, 64, 3)
    np.testing.assert_allclose(larger.images.mean(), images.mean(), rtol=0.02)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (idx(np.zeros((4, 28, 28)))[:-1], "stops early"),
        (idx(np.zeros((4, 28, 28))) + b"x", "is too long"),
        (idx(np.zeros((4, 28, 28)))[:9], "within its head"),
        (b"\0\0", "no IDX file"),
        (b"", "no IDX file"),
        (b"\x89PNG\r\n", "no IDX file"),
        (idx(np.zeros((4, 28, 28)), magic=0x0D03), "wrong magic number 0x0d03"),
        (b"\0\0\x08\0", "wrong magic number 0x0800"),
        # Without the time of packing: it would go into the test's name, and both
        # processes must collect the same names.
        (
            gzip.compress(idx(np.zeros((4, 28, 28))), mtime=0)[:-12],
            "damaged or stops early",
        ),
        (b"\x1f\x8bnot really", "damaged or stops early"),
        (struct.pack(">IIII", 0x803, 2**31, 2**31, 2**31), "stops early"),
    ],
)
def test_bad_files(tmp_path, content, message):
    path = tmp_path / "train-images-idx3-ubyte"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message) as error:
        read_idx(path)
    assert str(path) in str(error.value)


def test_missing_file(tmp_path):
    with pytest.raises(InputError, match="has no train-images-idx3-ubyte"):
        open_idx("mnist", tmp_path)
    with pytest.raises(InputError, match="Cannot read"):
        read_idx(tmp_path / "none")


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (np.zeros((4, 28, 28)), np.zeros(5), "do not belong together"),
        (np.zeros((4, 28, 28)), np.zeros((4, 1)), "do not belong together"),
        (np.zeros((4, 28, 27)), np.zeros(4), "square images"),
        (np.zeros(4), np.zeros(4), "square images"),
        (np.zeros((0, 28, 28)), np.zeros(0), "square images"),
        (np.zeros((4, 28, 28)), np.full(4, 11), "label 11 of 10"),
    ],
)
def test_images_and_labels_that_do_not_match(tmp_path, images, labels, message):
    (tmp_path / "train-images-idx3-ubyte").write_bytes(idx(images))
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(idx(labels))
    with pytest.raises(InputError, match=message):
        open_idx("mnist", tmp_path)
