"""Opening image sets by name."""

import os
import pathlib
import struct
import sys
import types

import numpy as np
import PIL.Image
import pytest

from tf3d.data.images import Batches, open_image_sets, open_images
from tf3d.errors import InputError

SHARED = pathlib.Path(__file__).parents[4] / "shared" / "data"


@pytest.fixture
def data_dir(tmp_path):
    for name in ("mnist", "fashion_mnist"):
        (tmp_path / name).mkdir()
        for part, count in (("train", 20), ("t10k", 5)):
            head = struct.pack(">IIII", 0x803, count, 28, 28)
            path = tmp_path / name / f"{part}-images-idx3-ubyte"
            path.write_bytes(head + bytes(count * 784))
            path = tmp_path / name / f"{part}-labels-idx1-ubyte"
            path.write_bytes(struct.pack(">II", 0x801, count) + bytes(count))
    return tmp_path


def test_each_kind_is_found(data_dir, tmp_path):
    assert open_images("mnist", data_dir).name == "mnist"
    assert len(open_images("fashion_mnist", data_dir, part="test", count=3)) == 3
    assert open_images("shapes", count=12, kinds=["bowls"]).names == ("bowls",)
    folder = tmp_path / "pictures"
    folder.mkdir()
    PIL.Image.new("L", (30, 20)).save(folder / "one.png")
    assert open_images(folder).images.shape == (1, 28, 28, 1)


def test_combined(data_dir):
    sets = open_image_sets("combined", data_dir, count=12, kinds=["cups"])
    assert [one.name for one in sets] == ["mnist", "fashion_mnist", "shapes"]
    assert Batches(sets).batch(0)["image"].shape == (64, 28, 28, 1)
    two = open_image_sets("mnist+fashion_mnist", data_dir, size=32, channels=3)
    assert [one.images.shape[1:] for one in two] == [(32, 32, 3)] * 2
    assert len(open_image_sets("mnist", data_dir)) == 1


def test_without_a_folder_sets_are_fetched(monkeypatch):
    module = types.ModuleType("tensorflow_datasets")
    module.load = lambda *_, **__: [{"image": np.zeros((28, 28, 1), "u1"), "label": 3}]
    module.as_numpy = lambda examples: examples
    monkeypatch.setitem(sys.modules, "tensorflow_datasets", module)
    assert open_images("mnist").labels.tolist() == [3]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("minst",), "no image set or folder 'minst'"),
        (("mnist", "nowhere"), "Check --data-dir"),
        (("modelnet40",), "unpack it, and name its folder"),
        (("mnist+lamps",), "Unknown image sets in 'mnist[+]lamps': lamps"),
    ],
)
def test_bad_names(arguments, message):
    with pytest.raises(InputError, match=message):
        open_image_sets(*arguments)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"size": 4}, "image size between 8 and 256"),
        ({"channels": 2}, "1 channel"),
        ({"count": 0}, "count of at least 1"),
        ({"part": "valid"}, "Unknown part 'valid'"),
    ],
)
def test_bad_options(options, message):
    with pytest.raises(InputError, match=message):
        open_images("shapes", **options)


@pytest.mark.real_data
def test_real_sets():
    root = pathlib.Path(os.environ.get("TF3D_DATA", SHARED))
    if not (root / "mnist").is_dir():
        pytest.skip(f"no real data in {root}")
    for name in ("mnist", "fashion_mnist"):
        train, test = (open_images(name, root, part=part) for part in ("train", "test"))
        assert train.images.shape == (60000, 28, 28, 1) and len(test) == 10000
        assert np.bincount(test.labels).tolist()[0] > 900
        assert len(np.unique(train.labels)) == 10
    faces = open_images("celeb_a", root, count=50, size=64, channels=3)
    assert faces.images.shape == (50, 64, 64, 3)
    assert 50 < faces.images.mean() < 200
