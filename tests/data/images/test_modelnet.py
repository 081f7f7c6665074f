"""A small tree laid out as ModelNet40 is."""

import numpy as np
import pytest

from tf3d.data.images.modelnet import open_modelnet
from tf3d.errors import InputError

# A tetrahedron, its counts on the first line as ModelNet has it.
OFF = "OFF{}4 4 0\n0 0 0\n{} 0 0\n0 2 0\n0 0 3\n3 0 2 1\n3 0 1 3\n3 1 2 3\n3 0 3 2\n"


def write(root, category, part, number, long=1.0, gap=""):
    folder = root / category / part
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{category}_{number:04d}.off"
    path.write_text(OFF.format(gap, long))
    return path


@pytest.fixture
def tree(tmp_path):
    for k, category in enumerate(("airplane", "chair", "cup", "sofa")):
        for number in range(3):
            gap = "\n" if number else ""
            write(tmp_path, category, "train", number, 1 + k + number, gap)
        write(tmp_path, category, "test", 9)
    return tmp_path


def test_reads_the_six_categories_that_are_there(tree):
    train = open_modelnet(tree)
    assert train.names == ("airplane", "chair", "cup")
    assert train.images.shape == (9 * 12, 28, 28, 1)
    np.testing.assert_array_equal(train.azimuth[:12], np.arange(0, 360, 30))
    assert train.elevation.max() == 0
    assert len(open_modelnet(tree, part="test")) == 3 * 12
    for k in range(0, len(train), 12):
        name = train.shapes.names[train.shape[k]]
        assert name.split("/")[0] == train.names[train.labels[k]]
    extent = np.ptp(train.shapes.mesh(0).vertices, axis=0)
    assert np.linalg.norm(extent) == pytest.approx(1, rel=1e-5)


def test_z_stays_up(tree):
    sofa = open_modelnet(tree, categories=["sofa"], part="test")
    mesh = sofa.shapes.mesh(0)
    assert np.ptp(mesh.vertices, axis=0).argmax() == 2


def test_count_and_order(tree):
    few = open_modelnet(tree, count=30, seed=1)
    assert len(few) == 30 and len(set(few.shape.tolist())) == 3
    again = open_modelnet(tree, count=30, seed=1)
    np.testing.assert_array_equal(few.images, again.images)
    assert open_modelnet(tree, seed=2).shapes.names != few.shapes.names


def test_finds_the_inner_folder_and_renders_larger_in_colour(tree, tmp_path):
    outer = tmp_path / "outer"
    outer.mkdir()
    (outer / "ModelNet40").symlink_to(tree, target_is_directory=True)
    images = open_modelnet(outer, size=64, channels=3, count=12, elevation=30.0)
    assert images.images.shape == (12, 64, 64, 3)
    assert (images.elevation == 30).all()


def test_broken_meshes_are_left_out_and_reported(tree):
    broken = write(tree, "cup", "train", 7)
    broken.write_text("OFF4 4 0\n0 0 0\n")
    images = open_modelnet(tree, categories=["cup"])
    assert len(images) == 3 * 12
    assert any("cup_0007.off" in line for line in images.report)


def test_bad_trees(tree, tmp_path):
    with pytest.raises(InputError, match="has none of the folders"):
        open_modelnet(tree / "cup")
    with pytest.raises(InputError, match="holds no OFF file"):
        open_modelnet(tree, categories=["bowl"])
    (tree / "bowl" / "train").mkdir(parents=True)
    with pytest.raises(InputError, match="leave the category 'bowl' out"):
        open_modelnet(tree)
    only = tmp_path / "only"
    write(only, "cup", "train", 0).write_text("OFF")
    with pytest.raises(InputError, match="none of its shapes can be rendered"):
        open_modelnet(only)
