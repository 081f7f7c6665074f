import numpy as np
import pytest

from tf3d.evaluation.voxels.baselines import (
    hulls,
    kinds_of_shapes,
    mean_shape,
    mean_shapes_of_kinds,
)
from tf3d.evaluation.voxels.scenes import Scenes
from tf3d.layers.projection import project_voxels

SIZE = 12


def test_a_hull_shows_its_silhouette():
    rng = np.random.default_rng(0)
    image = np.zeros((1, SIZE, SIZE, 1))
    image[0, 3:9, 3:8] = (rng.uniform(size=(6, 5, 1)) > 0.4) * 0.7
    hull = hulls(image)
    assert hull.shape == (1, SIZE, SIZE, SIZE)
    assert set(np.unique(hull)) == {0, np.float32(0.7)}
    shown = np.asarray(project_voxels(hull[..., None], np.zeros(1, "f"), gain=5.0))
    np.testing.assert_array_equal(shown > 0.5, image > 0.5)


def test_depth_and_ball():
    full = hulls(np.ones((1, SIZE, SIZE, 3)))[0]
    slab = hulls(np.ones((1, SIZE, SIZE, 3)), depth=0.5)[0]
    assert full[:, SIZE // 2, SIZE // 2].sum() == SIZE
    assert slab[:, SIZE // 2, SIZE // 2].sum() == SIZE / 2
    assert full[0, 0, 0] == 0  # beyond the ball
    assert (slab <= full).all()
    # A dark object on white stands out as well.
    dark = hulls(np.zeros((1, SIZE, SIZE, 1)), background=1.0)[0]
    np.testing.assert_array_equal(dark, full)


def scenes(kind, kinds):
    voxels = np.zeros((3, 4, 4, 4), bool)
    voxels[0, 0], voxels[1, 1], voxels[2, 1] = True, True, True
    which = np.array([0, 1, 2, 2])
    images = np.zeros((4, 4, 4, 1), np.uint8)
    return Scenes(
        images,
        np.zeros(4),
        np.zeros(4),
        np.asarray(kind)[which],
        kinds,
        voxels,
        which,
        ("a", "b", "c"),
    )


def test_mean_shapes():
    known = scenes([0, 1, 1], ("cars", "cups"))
    np.testing.assert_array_equal(kinds_of_shapes(known), [0, 1, 1])
    np.testing.assert_allclose(mean_shape(known)[:, 0, 0], [1 / 3, 2 / 3, 0, 0])
    cups, boats = mean_shapes_of_kinds(known, ("cups", "boats"))
    np.testing.assert_array_equal(cups[:, 0, 0], [0, 1, 0, 0])
    np.testing.assert_array_equal(boats, mean_shape(known))


def test_bad_input():
    with pytest.raises(ValueError, match="Expected images"):
        hulls(np.zeros((1, 4, 5, 1)))
    with pytest.raises(ValueError, match="depth=0"):
        hulls(np.zeros((1, 4, 4, 1)), depth=0)
