import numpy as np
import pytest

from tf3d.geometry import Views, orbit


def make_views(count=3, size=4, **changes):
    rng = np.random.default_rng(0)
    fields = {
        "viewpoints": orbit(max(count, 1))[:count],
        "rgb": rng.random((count, size, size, 3)),
        "depth": rng.random((count, size, size)),
        "mask": rng.random((count, size, size)) > 0.5,
    }
    return Views(**{**fields, **changes})


@pytest.mark.parametrize("count", [0, 1, 3])
def test_good_shapes_and_types(count):
    views = make_views(count)
    assert len(views) == count
    assert views.size == 4
    assert views.field_of_view == 30
    assert views.rgb.dtype == views.depth.dtype == views.alpha.dtype == np.float32
    assert views.mask.dtype == bool


def test_alpha_is_the_mask_where_none_is_given():
    views = make_views()
    np.testing.assert_array_equal(views.alpha, views.mask.astype(np.float32))
    alpha = np.full((3, 4, 4), 0.25)
    np.testing.assert_array_equal(make_views(alpha=alpha).alpha, alpha)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"viewpoints": [0, 0, 2]}, r"viewpoints of shape \[n, 3\].*\(3,\)"),
        ({"viewpoints": orbit(2)}, r"mask of shape \[2, size, size\].*\(3, 4, 4\)"),
        ({"mask": np.ones((3, 4, 5))}, r"mask of shape \[3, size, size\]"),
        ({"mask": np.ones((4, 4))}, r"mask of shape \[3, size, size\]"),
        ({"rgb": np.ones((3, 4, 4))}, r"rgb of shape \(3, 4, 4, 3\)"),
        ({"depth": np.ones((3, 8, 8))}, r"depth of shape \(3, 4, 4\)"),
        ({"alpha": np.ones((3, 4, 4, 1))}, r"alpha of shape \(3, 4, 4\)"),
    ],
)
def test_bad_shapes(changes, message):
    with pytest.raises(ValueError, match=message):
        make_views(**changes)


@pytest.mark.parametrize(
    ("index", "chosen"),
    [
        (slice(1, None), [1, 2]),
        ([2, 0], [2, 0]),
        (np.array([False, True, False]), [1]),
        (1, [1]),
        (np.int64(2), [2]),
        (-1, [2]),
    ],
)
def test_subset(index, chosen):
    views = make_views(field_of_view=40.0)
    subset = views[index]
    assert subset.field_of_view == 40
    for name in ("viewpoints", "rgb", "depth", "mask", "alpha"):
        np.testing.assert_array_equal(
            getattr(subset, name), getattr(views, name)[chosen]
        )


def test_iteration_gives_one_view_at_a_time():
    assert [len(view) for view in make_views()] == [1, 1, 1]
