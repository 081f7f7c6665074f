import dataclasses
import json

import numpy as np
import pytest

from tf3d.data import splits
from tf3d.data.hog import HogSettings
from tf3d.data.splits import (
    Split,
    choose_clusters,
    default_split,
    make_split,
    read_split,
    write_split,
)
from tf3d.errors import InputError
from tf3d.shapes.mesh import Mesh
from tf3d.shapes.sources import ShapeSource

SMALL = HogSettings(size=32, viewpoints=((30.0, 15.0, 2.0),))


class Boxes(ShapeSource):
    """24 long boxes that differ little, 4 tall ones, and shape 5 is broken."""

    name = "boxes"
    names = [f"box-{i}" for i in range(28)]

    def mesh(self, index, paint_seed=None):
        if index == 5:
            raise InputError("box-5 is broken")
        size = [0.3, 0.3, 1.0] if index >= 24 else [1.0, 0.4 + 0.01 * index, 0.4]
        corners = [[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)]
        faces = [
            [0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1],
            [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3],
        ]  # fmt: skip
        mesh = Mesh(np.array(corners) * size, faces, np.full((12, 3), 0.8))
        return mesh.normalized()


def grouped_distances(sizes, seed=0):
    """Points in the plane, in well separated groups of these sizes."""
    rng = np.random.default_rng(seed)
    centres = np.repeat(np.arange(len(sizes)) ** 2 * 10.0, sizes)
    points = np.stack([centres, np.zeros(len(centres))], 1)
    points += rng.normal(0, 0.1, points.shape)
    return np.linalg.norm(points[:, None] - points[None], axis=-1)


def test_the_cluster_of_the_wanted_size_is_found():
    distances = grouped_distances([20, 7, 30, 12])
    (found,) = choose_clusters(distances, 12)
    np.testing.assert_array_equal(found, np.arange(57, 69))
    (found,) = choose_clusters(distances, 7)
    np.testing.assert_array_equal(found, np.arange(20, 27))


def test_among_equals_the_one_that_stays_apart_wins():
    distances = grouped_distances([8, 30, 8])
    (found,) = choose_clusters(distances, 8)
    np.testing.assert_array_equal(found, np.arange(38, 46))


def test_several_clusters_do_not_overlap():
    found = choose_clusters(grouped_distances([6, 40, 6, 6]), 6, 3)
    assert sorted(map(len, found)) == [6, 6, 6]
    assert len(np.unique(np.concatenate(found))) == 18


def test_make_split_holds_out_the_odd_ones():
    split = make_split(Boxes(), settings=SMALL, workers=0, seed=3)
    assert (split.data, split.seed, split.count) == ("boxes", 3, 27)
    parts = [*split.train, *split.normal, *split.difficult]
    assert len(parts) == len(set(parts)) == 27
    assert "box-5" not in parts
    assert len(split.normal) == 1
    assert len(split.difficult) == 2
    tall = {"box-24", "box-25", "box-26", "box-27"}
    # All tall ones look the same: whichever side is normal, the other is difficult.
    assert set(split.difficult) <= tall or set(split.normal) <= tall
    assert split.hog["size"] == 32
    assert make_split(Boxes(), settings=SMALL, workers=0, seed=3) == split


def test_progress_counts_every_shape():
    seen = []
    make_split(
        Boxes(), settings=SMALL, workers=0, progress=lambda *count: seen.append(count)
    )
    assert seen == [(i, 28) for i in range(1, 29)]


def test_too_few_shapes(monkeypatch):
    monkeypatch.setattr(Boxes, "names", Boxes.names[:8])
    with pytest.raises(InputError, match="at least 10 usable shapes. boxes has 7"):
        make_split(Boxes(), settings=SMALL, workers=0)


SPLIT = Split(
    data="cars",
    normal=("b",),
    difficult=("c",),
    train=("a", "d"),
    seed=0,
    count=4,
    hog={"size": 64},
)


@pytest.mark.parametrize("compact", [False, True])
def test_write_and_read(tmp_path, compact):
    path = tmp_path / "split.json"
    write_split(SPLIT, path, compact=compact)
    expected = dataclasses.replace(SPLIT, train=None) if compact else SPLIT
    assert read_split(path) == expected


def test_indices():
    names = ["d", "c", "b", "a", "e"]
    assert SPLIT.indices(names, "train") == [0, 3]
    assert SPLIT.indices(names, "normal") == [2]
    rest = dataclasses.replace(SPLIT, train=None)
    assert rest.indices(names, "train") == [0, 3, 4]
    with pytest.raises(InputError, match='"normal" of the split, .*cars, 4 shapes'):
        SPLIT.indices(["x"], "normal")
    with pytest.raises(InputError, match="Unknown part 'test'"):
        SPLIT.indices(names, "test")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is not valid JSON"),
        ("[]", "expected a JSON object"),
        ('{"data": "cars", "test": []}', "unknown key 'test'"),
        ('{"normal": [], "difficult": []}', 'under "data"'),
        ('{"data": "cars", "difficult": []}', 'names under "normal"'),
        ('{"data": "cars", "normal": [1], "difficult": []}', 'names under "normal"'),
        (
            '{"data": "cars", "normal": ["a"], "difficult": ["a"]}',
            "a is listed twice, under normal and difficult",
        ),
        (
            '{"data": "cars", "normal": [], "difficult": [], "seed": "0"}',
            "expected int under 'seed'",
        ),
    ],
)
def test_bad_files(tmp_path, content, message):
    path = tmp_path / "split.json"
    path.write_text(content)
    with pytest.raises(InputError, match=message):
        read_split(path)


def test_missing_file(tmp_path):
    with pytest.raises(InputError, match="Cannot read the split .*No such file"):
        read_split(tmp_path / "none.json")


@pytest.mark.parametrize("name", ["cars", "chairs"])
def test_default_split(name):
    split = default_split(name)
    assert (split.data, split.seed, split.count, split.train) == (name, 0, 7500, None)
    assert 100 <= len(split.normal) <= 170
    assert len(split.difficult) == splits.DIFFICULT
    names = [f"{name}-0-{i:05d}" for i in range(7500)]
    sizes = [len(split.indices(names, part)) for part in splits.PARTS]
    assert sum(sizes) == 7500
    assert sizes[0] >= 7000


def test_no_default_split():
    assert splits.has_default_split("cars") and not splits.has_default_split("boats")
    with pytest.raises(InputError, match="No split comes with boats"):
        default_split("boats")


def test_written_file_is_plain_json(tmp_path):
    write_split(SPLIT, tmp_path / "split.json")
    content = json.loads((tmp_path / "split.json").read_text())
    assert content["train"] == ["a", "d"]
