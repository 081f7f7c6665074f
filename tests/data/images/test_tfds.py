"""Fetching through tensorflow-datasets, which is stood in for: no network."""

import sys
import types

import numpy as np
import pytest

from tf3d.data.images.tfds import open_tfds
from tf3d.errors import InputError


@pytest.fixture
def fake(monkeypatch):
    module = types.ModuleType("tensorflow_datasets")
    module.as_numpy = lambda examples: examples
    monkeypatch.setitem(sys.modules, "tensorflow_datasets", module)
    return module


def digits(name, split, **_):
    for k in range(6 if split == "train" else 2):
        yield {"image": np.full((28, 28, 1), 10 * k, np.uint8), "label": k}


def test_reads_digits(fake):
    fake.load = digits
    train = open_tfds("mnist")
    assert train.labels.tolist() == list(range(6)) and train.names[3] == "3"
    assert train.images[2, 0, 0, 0] == 20
    assert len(open_tfds("fashion_mnist", part="test")) == 2
    assert open_tfds("mnist", count=4, size=64, channels=3).images.shape == (
        4,
        64,
        64,
        3,
    )


def test_reads_faces(fake):
    face = np.zeros((218, 178, 3), np.uint8)
    face[54:164, 34:144] = 200  # about the middle
    fake.load = lambda *_, **__: iter([{"image": face, "attributes": {}}] * 3)
    faces = open_tfds("celeb_a")
    assert faces.images.shape == (3, 28, 28, 1) and faces.labels is None
    assert faces.images[0, 14, 14, 0] == 200 and faces.images[0, 0, 0, 0] == 0


@pytest.mark.parametrize(
    "failure",
    [ConnectionError("host unreachable\nmore"), RuntimeError(), OSError(28, "full")],
)
def test_a_refused_download_says_what_to_do(fake, failure):
    def load(*_, **__):
        raise failure

    fake.load = load
    with pytest.raises(InputError, match="could not be fetched .*--data-dir") as error:
        open_tfds("celeb_a")
    assert error.value.__cause__ is failure and "\n" not in str(error.value)


def test_an_empty_set_and_an_unknown_one(fake):
    fake.load = lambda *_, **__: iter([])
    with pytest.raises(InputError, match="it is empty"):
        open_tfds("mnist")
    with pytest.raises(InputError, match="cannot be fetched"):
        open_tfds("modelnet40")
