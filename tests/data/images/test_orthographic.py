"""Orthographic pictures: scale, axes, shading, against the voxels of the same shape."""

import numpy as np
import pytest

from tf3d.data.images.orthographic import azimuths, render_orthographic
from tf3d.shapes.mesh import concatenate
from tf3d.shapes.primitives import box, ellipsoid
from tf3d.shapes.voxelize import voxelize


def test_azimuths():
    np.testing.assert_array_equal(azimuths(), np.arange(0, 360, 30))


def test_columns_along_y_and_rows_along_minus_z():
    # From azimuth 0: a block at the right, another at the top.
    right = box((0.0, 0.3, 0.0), (0.1, 0.2, 0.2))
    image = render_orthographic(right, [0.0], silhouette=True)[0, ..., 0] / 255
    rows, columns = np.nonzero(image > 0.5)
    assert (columns.mean() + 0.5) / 28 - 0.5 == pytest.approx(0.3, abs=0.01)
    assert rows.mean() == pytest.approx(13.5, abs=0.1)
    top = box((0.0, 0.0, 0.3), (0.1, 0.2, 0.2))
    image = render_orthographic(top, [0.0], silhouette=True)[0, ..., 0] / 255
    rows, columns = np.nonzero(image > 0.5)
    assert 0.5 - (rows.mean() + 0.5) / 28 == pytest.approx(0.3, abs=0.01)


def test_no_perspective():
    near, far = (
        box((0.45, 0, 0.2), (0.02, 0.3, 0.1)),
        box((-0.45, 0, -0.2), (0.02, 0.3, 0.1)),
    )
    image = render_orthographic(concatenate([near, far]), [0.0], size=100)[0, ..., 0]
    widths = (image[[30, 70]] > 0).sum(axis=1)
    np.testing.assert_array_equal(widths, [30, 30])


def test_depth_order_holds_far_away():
    red = np.array((1.0, 0, 0))
    parts = [box((0.02, 0, 0), (0.01, 0.2, 0.2), red), box((0, 0, 0), (0.01, 0.4, 0.4))]
    front, back = render_orthographic(
        concatenate(parts), [0.0, 180.0], channels=3
    ).astype(int)
    assert front[14, 14].tolist() == [255, 0, 0]
    assert back[14, 14, 0] == back[14, 14, 1]


@pytest.mark.parametrize("azimuth", [0, 90, 180, 270])
def test_agrees_with_voxels(azimuth):
    mesh = concatenate(
        [
            box((0.1, 0.0, -0.1), (0.5, 0.2, 0.2)),
            box((-0.1, 0.2, 0.1), (0.2, 0.3, 0.3)),
            ellipsoid((0.2, -0.2, 0.25), 0.15, segments=24, rings=15),
        ]
    )
    voxels = voxelize(mesh, 28, touch=0)
    image = render_orthographic(mesh, [azimuth], silhouette=True)[0, ..., 0] >= 128
    # Turning the camera by 90 degrees turns the object by -90.
    turned = np.rot90(voxels, -azimuth // 90, axes=(0, 1))
    projection = turned.any(axis=0).T[::-1]
    overlap = (image & projection).sum() / (image | projection).sum()
    assert overlap > 0.9


def test_a_ball_is_brightest_in_its_middle():
    ball = ellipsoid((0, 0, 0), 0.45, segments=48, rings=30)
    image = render_orthographic(ball, [40.0], 20.0)[0, ..., 0].astype(int)
    assert image[13:15, 13:15].min() >= 250
    assert image[0, 0] == 0
    assert 60 < image[14, 1] < image[14, 3] < 230 < image[14, 8]
    # But for a few samples on the rim, left is as right.
    assert np.abs(image - image[:, ::-1]).mean() < 1.5


def test_grey_ignores_paint_and_colour_does_not():
    ball = ellipsoid((0, 0, 0), 0.4, (0.0, 0.0, 1.0))
    grey = render_orthographic(ball, [0.0])
    color = render_orthographic(ball, [0.0], channels=3)
    assert grey.max() >= 250 and grey.shape == (1, 28, 28, 1)
    assert color[..., 2].max() >= 250 and color[..., :2].max() == 0


def test_elevation_sees_the_top():
    plate = box((0, 0, 0), (0.5, 0.5, 0.02))
    level, above = render_orthographic(plate, [0.0, 0.0], [0.0, 60.0], silhouette=True)
    assert (above > 128).sum() > 8 * (level > 128).sum()
