import numpy as np
import PIL.Image
import pytest

from tf3d.errors import InputError
from tf3d.training.voxel_config import VoxelConfig
from tf3d.training.voxel_images import open_training_images, shares_of_batch


@pytest.mark.parametrize(
    ("shares", "size", "expected"),
    [
        ([1.0], 64, [64]),
        ([16, 16, 16, 16], 64, [16, 16, 16, 16]),
        ([1, 1, 2], 64, [16, 16, 32]),
        ([1, 1, 1], 64, [21, 21, 22]),
        ([1, 1000], 4, [1, 3]),
    ],
)
def test_shares(shares, size, expected):
    counts = shares_of_batch(shares, size)
    assert sorted(counts) == sorted(expected) and sum(counts) == size


def test_more_sources_than_images():
    with pytest.raises(InputError, match="batch of 2 cannot hold images of 3"):
        shares_of_batch([1, 1, 1], 2)


def test_missing_sources(tmp_path):
    for k in range(20):
        grey = np.full((12, 12), 10 * k, np.uint8)
        PIL.Image.fromarray(grey).save(tmp_path / f"{k:02d}.png")
    gone = {"data": str(tmp_path / "gone")}
    config = VoxelConfig(sources=[{"data": str(tmp_path)}, gone], batch_size=4)
    with pytest.raises(InputError, match="gone"):
        open_training_images(config, 8, 1)
    config = VoxelConfig(
        sources=[{"data": str(tmp_path)}, gone | {"optional": True}], batch_size=4
    )
    said = []
    images = open_training_images(config, 8, 1, said.append)
    assert images.shares == [4] and images.held_out.shape[1:] == (8, 8, 1)
    assert len(images.train[0]) > 0 and "Going on without" in said[0]
    nothing = VoxelConfig(sources=[gone | {"optional": True}])
    with pytest.raises(InputError, match="None of the config's sources"):
        open_training_images(nothing, 8, 1)
