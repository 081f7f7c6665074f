import numpy as np
import pytest

from tf3d.geometry import Views
from tf3d.reproduction.multiview import table1
from tf3d.reproduction.multiview.charts import heat_map, lines
from tf3d.reproduction.multiview.codes import order
from tf3d.reproduction.multiview.layout import block, depth_pictures, smaller
from tf3d.reproduction.multiview.morphing import shares
from tf3d.reproduction.multiview.retrieval import closeness
from tf3d.reproduction.multiview.surfaces import raw_points


def test_table1_wants_every_column_won():
    def errors(who, first, second):
        return {who: {"normal/rgb": first, "normal/depth": second}}

    baselines = {
        **errors("nearest", 0.2, 0.4),
        **errors("nearest_hog", 0.3, 0.2),
        **errors("nearest_hog_rgb", 0.3, 0.3),
    }
    _, same, ratios = table1._verdict({**baselines, **errors("network", 0.1, 0.1)})
    assert same and ratios == {"normal/rgb": 0.5, "normal/depth": 0.5}
    told, same, ratios = table1._verdict({**baselines, **errors("network", 0.1, 0.3)})
    assert not same and "1 of 2 columns" in told
    assert ratios["normal/depth"] == pytest.approx(1.5)


def test_the_papers_own_ratios():
    expected = [13 / 18, 28 / 34, 57 / 58, 207 / 221]
    np.testing.assert_allclose(table1._paper_ratios(), expected)


def test_where_morphing_is_fast():
    speed = np.concatenate([np.full(2, 0.5), np.ones(6), np.full(4, 3.0), np.ones(8)])
    found = shares(speed)
    assert found == {"speed_at_0": 0.5, "speed_middle": 3.0, "speed_at_1": 1.0}


def test_codes_that_follow_shape():
    rng = np.random.default_rng(0)
    shapes, colors = rng.random((30, 4)), rng.random((30, 3))
    found = order(shapes * 7, shapes, colors)
    assert found["shape"] > 0.9 and abs(found["color"]) < 0.3
    assert order(colors + 1, shapes, colors)["color"] == pytest.approx(1)


def test_closeness_of_known_codes():
    codes = np.array([[0.0], [1], [10], [11]])
    found = closeness(codes, np.array([0, 0, 1, 1]))
    assert found == {"top1": 1.0, "within_over_between": pytest.approx(0.1)}
    assert closeness(codes, np.array([0, 1, 0, 1]))["top1"] == 0


def test_depth_pictures_are_light_where_near():
    depth = np.array([[[1.5, 2.5], [0, 0]]], np.float32)
    mask = depth > 0
    views = Views([[0, 0, 2.0]], np.zeros((1, 2, 2, 3)), depth, mask)
    (picture,) = depth_pictures(views)
    assert picture.shape == (2, 2, 3)
    assert 1 > picture[0, 0, 0] > picture[0, 1, 0] > 0
    assert (picture[1] == 1).all()


def test_raw_points_are_the_objects():
    depth = np.full((1, 4, 4), 2.0, np.float32)
    mask = np.zeros((1, 4, 4), bool)
    mask[0, 1, 2] = True
    rgb = np.random.default_rng(0).random((1, 4, 4, 3))
    points, colors = raw_points(Views([[0, 0, 2.0]], rgb, depth * mask, mask))
    assert points.shape == (1, 3) and abs(points[0, 0]) < 1e-6
    np.testing.assert_allclose(colors, rgb[0, 1, 2][None], rtol=1e-6)


def test_pictures_have_their_sizes():
    tile = np.zeros((8, 8, 3), np.float32)
    assert smaller(tile, 4).shape == (4, 4, 3)
    whole = block(tile, [[tile, tile], [tile, tile]])
    assert whole.shape == (18, 8 + 6 + 18, 3)
    chart = heat_map(np.eye(4), list("abcd"), 2, "across", "down")
    assert chart.ndim == 3 and 0 <= chart.min() and chart.max() <= 1
    curve = lines(np.arange(3), {"one": np.arange(3)}, "x", "y")
    assert curve.shape[-1] == 3 and curve.std() > 0.01
