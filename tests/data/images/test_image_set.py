"""The record of image sets."""

import numpy as np
import pytest

from tf3d.data.images.image_set import ImageSet


def test_subset_and_floats():
    levels = np.array([0, 51, 255], np.uint8)
    images = ImageSet(
        np.tile(levels[:, None, None, None], (1, 4, 4, 3)),
        labels=np.array([0, 1, 1], np.int32),
        names=("a", "b"),
        azimuth=np.array([0.0, 30, 60], np.float32),
    )
    assert len(images) == 3 and images.size == 4 and images.channels == 3
    part = images.subset(np.array([2, 1]))
    assert part.labels.tolist() == [1, 1] and part.azimuth.tolist() == [60, 30]
    assert part.names == ("a", "b") and part.shape is None
    np.testing.assert_allclose(part.floats()[:, 0, 0, 0], [1, 0.2], rtol=1e-6)
    np.testing.assert_allclose(images.floats(np.array([1]))[0], 0.2, rtol=1e-6)


@pytest.mark.parametrize(
    "shape", [(3, 4, 4), (3, 4, 5, 1), (3, 4, 4, 2), (4, 4, 1)], ids=str
)
def test_bad_shapes(shape):
    with pytest.raises(ValueError, match="Expected images"):
        ImageSet(np.zeros(shape, np.uint8))


def test_bad_companions():
    images = np.zeros((3, 4, 4, 1), np.uint8)
    with pytest.raises(ValueError, match="Expected images"):
        ImageSet(images.astype(np.float32))
    with pytest.raises(ValueError, match=r"labels of shape \(3,\)"):
        ImageSet(images, labels=np.zeros(2))
