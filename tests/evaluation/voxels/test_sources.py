import gzip

import numpy as np
import pytest

from tf3d.errors import InputError
from tf3d.evaluation.voxels.sources import open_measured, render_meshes

HOW = {"size": 16, "channels": 1}


def write_idx(path, array):
    head = bytes([0, 0, 8, array.ndim]) + b"".join(
        n.to_bytes(4, "big") for n in array.shape
    )
    path.write_bytes(gzip.compress(head + array.tobytes()))


@pytest.fixture
def mnist(tmp_path):
    rng = np.random.default_rng(0)
    for part, count in (("train", 12), ("t10k", 5)):
        write_idx(
            tmp_path / f"{part}-images-idx3-ubyte.gz",
            rng.integers(0, 256, (count, 28, 28), np.uint8),
        )
        write_idx(
            tmp_path / f"{part}-labels-idx1-ubyte.gz",
            (np.arange(count) % 10).astype(np.uint8),
        )
    return tmp_path


@pytest.fixture
def meshes(tmp_path):
    import trimesh

    for category, extents in (("car", (2, 1, 0.5)), ("cup", (0.5, 0.5, 1))):
        (tmp_path / category).mkdir()
        for i in range(2):
            box = trimesh.creation.box(np.array(extents) * (1 + 0.1 * i))
            box.export(tmp_path / category / f"box{i}.obj")
    return tmp_path


def test_labelled_images(mnist):
    measured = open_measured("mnist", mnist, **HOW)
    assert len(measured.test) == 5 and len(measured.train) == 12
    assert measured.scenes is None
    fewer = open_measured("mnist", mnist, count=2, train_count=3, **HOW)
    assert len(fewer.test) == 2 and len(fewer.train) == 3
    assert open_measured("mnist", mnist, train_count=0, **HOW).train is None


def test_generated_shapes():
    measured = open_measured("shapes", count=2, views=3, kinds=("cups",), **HOW)
    assert len(measured.scenes) == 6 and measured.scenes.kinds == ("cups",)
    assert len(measured.validation) == 6
    assert not set(measured.scenes.names) & set(measured.validation.names)


def test_a_folder_of_meshes(meshes):
    measured = open_measured(str(meshes), views=1, count=2, validation_shapes=2, **HOW)
    assert measured.scenes.kinds == ("cars", "cups")
    np.testing.assert_array_equal(measured.scenes.kind, [0, 0, 1, 1])
    assert len(measured.validation.voxels) == 2
    one = open_measured(
        str(meshes), views=1, validation_shapes=1, kinds=("cup",), **HOW
    )
    assert one.scenes.kinds == ("cups",) and len(one.scenes) == 2
    assert one.validation.kinds == ("cups",)


def test_meshes_of_no_category(meshes):
    (meshes / "car").rename(meshes / "boat")
    (meshes / "cup").rename(meshes / "tree")
    images = render_meshes(meshes, size=16)
    assert images.names == (meshes.resolve().name,)
    assert len(images) == 48


def test_a_folder_of_pictures(tmp_path):
    from PIL import Image

    for part in ("train", "test"):
        (tmp_path / part).mkdir()
        picture = Image.fromarray(np.full((20, 20), 200, np.uint8))
        picture.save(tmp_path / part / "a.png")
    measured = open_measured(str(tmp_path), **HOW)
    assert measured.scenes is None and measured.test.size == 16


@pytest.mark.parametrize(
    ("data", "options", "message"),
    [
        ("no/such/folder", {}, "There is no image set or folder"),
        ("modelnet40", {}, "modelnet40 is not fetched"),
        ("mnist+shapes", {}, "measure each by itself"),
        ("shapes", {"kinds": ("boats",)}, "There is no generator 'boats'"),
    ],
)
def test_bad_input(data, options, message):
    with pytest.raises(InputError, match=message):
        open_measured(data, **HOW, **options)


def test_a_category_that_is_not_there(meshes):
    with pytest.raises(InputError, match="bowl"):
        open_measured(str(meshes), kinds=("bowl",), **HOW)
