import numpy as np
import pytest

from tf3d.errors import InputError
from tf3d.evaluation.baseline import (
    HOG_WEIGHT,
    METRICS,
    NearestNeighbour,
    described,
    predict_nearest,
)
from tf3d.rendering import render_views
from tf3d.shapes.mesh import Mesh
from tf3d.shapes.sources import ShapeSource

VIEWPOINTS = np.array([[30.0, 20, 2], [200, 10, 2]])
TARGETS = np.array([[100.0, 15, 1.9], [300, 0, 2.1], [10, 30, 2]])


class Boxes(ShapeSource):
    name = "boxes"

    def __init__(self, hues):
        self.hues = list(hues)
        self.names = [f"box-{hue}" for hue in self.hues]

    def mesh(self, index, paint_seed=None):
        if self.hues[index] is None:
            raise InputError("broken")
        corners = [[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)]
        faces = [
            [0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1],
            [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3],
        ]  # fmt: skip
        color = [self.hues[index], 0.2, 1 - self.hues[index]]
        size = [1, 0.5, 0.3 + 0.2 * self.hues[index]]
        mesh = Mesh(np.array(corners) * size, faces, np.tile(color, (12, 1)))
        return mesh.normalized()


def nearest(source, folder, **options):
    options = {"size": 32, "cache": folder, "workers": 0, **options}
    return NearestNeighbour(source, VIEWPOINTS, **options)


def test_a_training_shape_finds_itself(tmp_path):
    source = Boxes(np.linspace(0, 1, 9))
    baseline = nearest(source, tmp_path)
    for view in range(2):
        queries = [
            render_views(source.mesh(i), VIEWPOINTS[[view]], size=32).rgb[0]
            for i in (7, 0, 4)
        ]
        index, distance = baseline.find(view, np.array(queries))
        np.testing.assert_array_equal(index, [7, 0, 4])
        # What is left is the rounding to 8 bits.
        assert distance.max() < 32 * 32 * 3 * (0.5 / 255) ** 2 * 1.1


def test_blocks_do_not_change_the_answer(tmp_path, monkeypatch):
    baseline = nearest(Boxes(np.linspace(0, 1, 9)), tmp_path)
    queries = np.random.default_rng(0).random((5, 32, 32, 3))
    whole = baseline.find(0, queries)
    monkeypatch.setattr("tf3d.evaluation.baseline.BLOCK", 2)
    index, distance = baseline.find(0, queries)
    np.testing.assert_array_equal(index, whole[0])
    pictures = baseline._pictures.block(0, 0, 9) / 255
    expected = ((queries[:, None] - pictures[None]) ** 2).sum(axis=(2, 3, 4))
    np.testing.assert_array_equal(index, expected.argmin(axis=1))
    np.testing.assert_allclose(distance, expected.min(axis=1), rtol=1e-4)


def test_the_cache_is_used_and_notices_change(tmp_path):
    calls = []
    source = Boxes([0.1, 0.5, 0.9])
    nearest(source, tmp_path, progress=lambda *count: calls.append(count))
    assert calls == [(1, 3), (2, 3), (3, 3)]
    nearest(source, tmp_path, progress=lambda *count: calls.append(count))
    assert len(calls) == 3
    changed = Boxes([0.2, 0.5, 0.9])
    changed.names = source.names
    nearest(changed, tmp_path)
    assert len(list(tmp_path.glob("nearest-*.npy"))) == 2


@pytest.mark.parametrize("metric", METRICS)
def test_broken_shapes_are_never_found(tmp_path, metric):
    baseline = nearest(Boxes([0.5, None, 0.4]), tmp_path)
    queries = np.full((1, 32, 32, 3), 0.5)
    assert baseline.find(0, queries, metric)[0][0] in (0, 2)


def test_prediction_is_the_nearest_shape_from_the_targets(tmp_path):
    first = nearest(Boxes([0.0, 0.1]), tmp_path)
    second = nearest(Boxes([0.8, 1.0]), tmp_path)
    shapes = Boxes([0.12, 0.97])
    inputs = np.array(
        [render_views(shapes.mesh(i), VIEWPOINTS, size=32).rgb for i in range(2)]
    )
    found = predict_nearest([first, second], inputs, TARGETS, size=32)
    for row, truth in enumerate([first.source.mesh(1), second.source.mesh(1)]):
        expected = render_views(truth, TARGETS, size=32)
        for view in range(2):
            np.testing.assert_array_equal(found[row][view].rgb, expected.rgb)
            np.testing.assert_array_equal(found[row][view].depth, expected.depth)


@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_agrees_with_brute_force(tmp_path, monkeypatch, metric):
    monkeypatch.setattr("tf3d.evaluation.baseline.BLOCK", 4)
    baseline = nearest(Boxes(np.linspace(0, 1, 11)), tmp_path)
    queries = [
        render_views(Boxes([hue]).mesh(0), VIEWPOINTS[[1]], size=32).rgb[0]
        for hue in (0.02, 0.33, 0.61, 0.99)
    ]
    queries = np.array([*queries, *np.random.default_rng(0).random((3, 32, 32, 3))])
    index, distance = baseline.find(1, queries, metric)
    pictures = baseline._pictures.block(1, 0, 11) / 255
    color = ((queries[:, None] - pictures[None]) ** 2).sum(axis=(2, 3, 4))
    first, second = (
        described(part).astype(np.float64)
        for part in (np.rint(queries * 255) / 255, pictures)
    )
    hog = ((first[:, None] - second[None]) ** 2).sum(axis=2)
    both = np.sqrt(color / (32 * 32 * 3))
    both += HOG_WEIGHT * np.sqrt(hog / first.shape[1])
    expected = {"rgb": color, "hog": hog, "hog+rgb": both}[metric]
    np.testing.assert_allclose(distance, expected.min(axis=1), rtol=1e-3, atol=1e-3)
    rows = np.arange(len(queries))
    np.testing.assert_allclose(
        expected[rows, index], expected.min(axis=1), rtol=1e-5, atol=1e-5
    )


def test_hog_sees_shape_and_not_color(tmp_path):
    class Painted(Boxes):
        def mesh(self, index, paint_seed=None):
            mesh = super().mesh(index)
            mesh.face_colors[:] = [0.1, 0.1, 0.9] if index else [0.9, 0.1, 0.1]
            return mesh

    baseline = nearest(Painted([0.0, 1.0]), tmp_path)
    query = Boxes([1.0]).mesh(0)  # tall as the blue one, red as the low one
    query.face_colors[:] = [0.9, 0.1, 0.1]
    pictures = render_views(query, VIEWPOINTS[[0]], size=32).rgb
    assert baseline.find(0, pictures, "hog")[0][0] == 1
    assert baseline.find(0, pictures, "rgb")[0][0] == 0


def test_descriptors_are_kept_and_made_in_workers_alike(tmp_path):
    source = Boxes(np.linspace(0, 1, 3))
    queries = np.random.default_rng(0).random((1, 32, 32, 3))
    nearest(source, tmp_path).find(0, queries)
    assert not list(tmp_path.glob("hog-*"))
    nearest(source, tmp_path).find(0, queries, "hog")
    (path,) = tmp_path.glob("hog-*.npy")
    stored = np.load(path)
    assert stored.shape[:2] == (2, 3) and stored.dtype == np.float16
    before = path.stat().st_mtime_ns
    nearest(source, tmp_path).find(0, queries, "hog+rgb")
    assert path.stat().st_mtime_ns == before


def test_large_pictures_are_described_at_64_pixels():
    pictures = np.random.default_rng(0).random((1, 128, 128, 3))
    halved = pictures.reshape(1, 64, 2, 64, 2, 3).mean(axis=(2, 4))
    np.testing.assert_array_equal(described(pictures), described(halved))


def test_an_unknown_metric(tmp_path):
    baseline = nearest(Boxes([0.5]), tmp_path)
    with pytest.raises(ValueError, match="Received: metric=lab"):
        baseline.find(0, np.zeros((1, 32, 32, 3)), "lab")


def test_bad_queries(tmp_path):
    baseline = nearest(Boxes([0.5]), tmp_path)
    with pytest.raises(ValueError, match=r"shape \[n, 32, 32, 3\]"):
        baseline.find(0, np.zeros((1, 16, 16, 3)))
