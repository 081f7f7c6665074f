import numpy as np
import pytest

from tf3d.data.images import open_images
from tf3d.data.images.orthographic import render_orthographic
from tf3d.data.images.rendered import elevations


def test_elevations_of_a_shape():
    np.testing.assert_array_equal(elevations(3, 30.0), np.full(12, 30, np.float32))
    drawn = elevations(3, (-10, 45))
    assert drawn.min() >= -10 and drawn.max() <= 45 and np.ptp(drawn) > 20
    np.testing.assert_array_equal(drawn, elevations(3, (-10, 45)))
    assert (drawn != elevations(4, (-10, 45))).all()


@pytest.mark.parametrize("elevation", [95, (45, 0), (0, 10, 20), (-100, 0)])
def test_bad_elevations(elevation):
    with pytest.raises(ValueError, match="Expected an elevation"):
        elevations(0, elevation)


def test_pictures_are_taken_from_their_elevations():
    images = open_images("shapes", count=30, kinds=("cars",), elevation=(0, 45))
    assert images.elevation.shape == (30,) and np.ptp(images.elevation) > 20
    k = int(images.elevation.argmax())
    mesh = images.shapes.mesh(int(images.shape[k]))
    again = render_orthographic(mesh, images.azimuth[[k]], images.elevation[[k]])
    np.testing.assert_array_equal(again[0], images.images[k])
    level = open_images("shapes", count=30, kinds=("cars",))
    assert (level.images[k] != images.images[k]).any()
