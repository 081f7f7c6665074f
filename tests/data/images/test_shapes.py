"""The generated set: six categories in turn, true azimuths, disjoint parts."""

import pickle

import numpy as np
import pytest

from tf3d.data.images.shapes import KINDS, open_shapes
from tf3d.errors import InputError


@pytest.fixture(scope="module")
def images():
    return open_shapes(count=7 * 12)


def test_all_categories_take_turns(images):
    assert images.images.shape == (84, 28, 28, 1)
    assert images.names == KINDS
    np.testing.assert_array_equal(images.labels[::12], [0, 1, 2, 3, 4, 5, 0])
    np.testing.assert_array_equal(images.shape, np.repeat(np.arange(7), 12))
    for k, name in enumerate(images.shapes.names):
        assert name.startswith(KINDS[k % 6])


def test_pictures_show_the_shape_at_its_azimuth(images):
    from tf3d.data.images.orthographic import render_orthographic

    for k in (5, 20, 61):
        mesh = images.shapes.mesh(int(images.shape[k]))
        again = render_orthographic(mesh, images.azimuth[k : k + 1])
        np.testing.assert_array_equal(again[0], images.images[k])
    assert (images.images.reshape(84, -1).max(axis=1) > 150).all()


def test_parts_and_seeds_differ(images):
    test = open_shapes(part="test", count=12)
    assert not set(test.shapes.names) & set(images.shapes.names)
    assert np.any(test.images != images.images[:12])
    other = open_shapes(seed=1, count=12)
    assert np.any(other.images != images.images[:12])
    same = open_shapes(count=12)
    np.testing.assert_array_equal(same.images, images.images[:12])


def test_shapes_are_picklable_and_repaintable(images):
    shapes = pickle.loads(pickle.dumps(images.shapes))
    plain, painted = shapes.mesh(1), shapes.mesh(1, paint_seed=5)
    np.testing.assert_array_equal(plain.vertices, painted.vertices)
    assert np.any(plain.face_colors != painted.face_colors)


def test_progress_and_kinds():
    calls = []
    cups = open_shapes(
        kinds=["cups"],
        count=20,
        progress=lambda done, total: calls.append((done, total)),
    )
    assert len(cups) == 20 and calls == [(1, 2), (2, 2)]
    with pytest.raises(InputError, match="no generator 'lamps'"):
        open_shapes(kinds=["lamps"])
