import contextlib

import numpy as np
import pytest

from tf3d.data.splits import Split
from tf3d.errors import InputError
from tf3d.evaluation.baseline import NearestNeighbour
from tf3d.evaluation.distribution import split_figures, worst
from tf3d.evaluation.evaluate import evaluate
from tf3d.evaluation.images import evaluate_images, image_errors
from tf3d.evaluation.meshes import evaluate_meshes
from tf3d.evaluation.protocol import (
    INPUTS,
    TARGETS,
    baseline_sources,
    cluttered_inputs,
    find_parts,
    render_test_shape,
    spread,
)
from tf3d.rendering import render_views
from tf3d.shapes.mesh import Mesh
from tf3d.shapes.sources import ShapeSource

SIZE = 32


def box(size, color):
    corners = [[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)]
    faces = [
        [0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1],
        [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3],
    ]  # fmt: skip
    mesh = Mesh(np.array(corners) * size, faces, np.tile(color, (12, 1)))
    return mesh.normalized()


class Boxes(ShapeSource):
    name = "boxes"
    report = ()

    def __init__(self, numbers=range(12)):
        self.numbers = list(numbers)
        self.names = [f"folder/box-{i}" for i in self.numbers]

    def mesh(self, index, paint_seed=None):
        grade = self.numbers[index] / 12
        return box([1, 0.5, 0.3 + 0.2 * grade], [grade, 0.5, 1 - grade])

    def subset(self, indices):
        return Boxes([self.numbers[i] for i in indices])


class OneShape:
    """A stand-in for a reconstructor: whatever the picture, it sees one mesh."""

    image_size = SIZE

    def __init__(self, mesh):
        self.mesh = mesh
        self.seen = []

    def encode(self, images):
        assert images.shape[1:] == (SIZE, SIZE, 3)
        self.seen.append(images)
        return np.zeros((len(images), 4), np.float32)

    def decode(self, code, viewpoints):
        return render_views(self.mesh, viewpoints, size=SIZE)


SPLIT = Split(
    data="boxes", normal=("folder/box-3",), difficult=("folder/box-0", "folder/box-11")
)


def test_image_errors_of_the_truth_are_zero():
    views = render_views(box([1, 0.5, 0.5], [1, 0, 0]), TARGETS, size=SIZE)
    errors = image_errors(views, views)
    for name in ("rgb", "depth", "depth_tight", "depth_object"):
        np.testing.assert_array_equal(errors.pop(name), np.zeros(4))
    np.testing.assert_array_equal(errors.pop("iou"), np.ones(4))
    np.testing.assert_array_equal(errors.pop("psnr"), np.full(4, 100))
    np.testing.assert_allclose(errors.pop("ssim"), np.ones(4))
    assert not errors


def test_a_perfect_network_scores_perfectly(tmp_path):
    source = Boxes([5])
    values = dict(evaluate_images(OneShape(source.mesh(0)), source, pictures=tmp_path))
    assert values["rgb/network"] == 0
    assert values["depth/network_plain"] == 0
    assert values["iou/network"] == 1
    assert "rgb/ratio" not in values
    assert [path.name for path in tmp_path.iterdir()] == ["folder_box-5.png"]


def test_errors_are_means_over_shapes():
    source = Boxes([0, 11])
    both = dict(evaluate_images(OneShape(source.mesh(0)), source))
    one = dict(evaluate_images(OneShape(source.mesh(0)), source.subset([1])))
    assert both["rgb/network"] == pytest.approx(one["rgb/network"] / 2)
    assert both["rgb/network"] > 0.01


def test_figures_of_every_object_average_to_the_means():
    source = Boxes([0, 4, 11])
    values = dict(evaluate_images(OneShape(source.mesh(0)), source))
    summary, objects = split_figures(values)
    assert set(objects[""]) == set(source.names)
    for figure, mean in summary.items():
        found = [own[figure] for own in objects[""].values()]
        assert np.mean(found) == pytest.approx(mean)
    assert worst(objects[""], "rgb/network", 1)[0][0] == "folder/box-11"


def test_searches_by_all_metrics(tmp_path):
    source = Boxes()
    search = NearestNeighbour(source, INPUTS, size=SIZE, cache=tmp_path, workers=0)
    found = dict(
        evaluate_images(
            OneShape(source.mesh(0)),
            source.subset([3]),
            baselines=[search],
            searches=("rgb", "hog", "hog+rgb"),
        )
    )
    # The box itself is among those that are searched.
    for who in ("nearest", "nearest_hog", "nearest_hog_rgb"):
        assert found[f"rgb/{who}"] == 0
    assert "psnr/ratio" not in found


def test_inputs_are_cluttered_the_same_way_each_time():
    shape = render_test_shape(Boxes([5]), 0, SIZE)
    first, second = cluttered_inputs(shape, 0), cluttered_inputs(shape, 0)
    np.testing.assert_array_equal(first, second)
    assert first.shape == (len(INPUTS), SIZE, SIZE, 3)
    assert 0 <= first.min() and first.max() <= 1
    outside = shape.inputs.alpha == 0
    assert first[outside].std() > 0.05
    assert np.abs(first - cluttered_inputs(shape, 1))[outside].mean() > 0.02
    # Whichever other shapes are measured: the name decides, not the place.
    other = render_test_shape(Boxes([2, 5]), 1, SIZE)
    np.testing.assert_array_equal(first, cluttered_inputs(other, 0))


def test_surfaces_of_a_perfect_network_reach_the_ceiling(tmp_path):
    source = Boxes([5])
    values = dict(evaluate_meshes(OneShape(source.mesh(0)), source, pictures=tmp_path))
    assert values["f_score/ratio"] == pytest.approx(1)
    assert values["chamfer/ratio"] == pytest.approx(1)
    assert values["f_score/exact"] > 0.5
    assert values["empty"] == 0
    assert values["normal_consistency/network"] > 0.8
    assert values["object/folder/box-5/chamfer/exact"] == values["chamfer/exact"]
    assert len(list(tmp_path.iterdir())) == 2


def test_an_empty_prediction_counts_as_nothing():
    class Blind(OneShape):
        def decode(self, code, viewpoints):
            views = super().decode(code, viewpoints)
            views.mask[:] = False
            views.depth[:] = 0
            views.alpha[:] = 0
            return views

    source = Boxes([5])
    values = dict(evaluate_meshes(Blind(source.mesh(0)), source))
    assert values["f_score/network"] == 0
    assert values["empty"] == 1


def test_evaluate_yields_every_figure(tmp_path):
    stages = []

    def progress(title):
        stages.append(title)
        return contextlib.nullcontext()

    source = Boxes()
    model = OneShape(source.mesh(5))
    values = dict(
        evaluate(
            model,
            "boxes",
            source,
            SPLIT,
            mesh_shapes=1,
            cache=tmp_path / "cache",
            workers=0,
            pictures=tmp_path / "pictures",
            progress=progress,
        )
    )
    assert values["baseline/shapes"] == 9
    assert values["normal/shapes"] == 1
    assert values["difficult/shapes"] == 2
    assert values["difficult/mesh/shapes"] == 1
    for part in ("normal", "difficult"):
        for metric in ("rgb", "depth", "depth_tight", "iou"):
            ratio = values[f"{part}/{metric}/ratio"]
            network = values[f"{part}/{metric}/network"]
            nearest = values[f"{part}/{metric}/nearest"]
            assert ratio == pytest.approx(network / nearest)
        assert 0 < values[f"{part}/mesh/f_score/network"] <= 1
        assert (tmp_path / "pictures" / f"{part}.png").is_file()
        assert (tmp_path / "pictures" / f"{part}-meshes.png").is_file()
    # Box 3's neighbours in training are nearer than the one box the model knows.
    assert values["normal/rgb/ratio"] > 1
    assert len(stages) == 5


def test_without_a_baseline(tmp_path):
    source = Boxes()
    values = dict(
        evaluate(
            OneShape(source.mesh(5)),
            "boxes",
            source,
            SPLIT,
            with_baseline=False,
            mesh_shapes=0,
            cache=tmp_path,
        )
    )
    assert not any("nearest" in name or "mesh" in name for name in values)
    assert not list(tmp_path.iterdir())


def test_parts_of_a_folder_that_holds_shapes_out():
    class Folder(Boxes):
        def indices(self, split):
            return [0, 1] if split == "held_out" else list(range(2, 12))

    parts = find_parts("folder", Folder())
    assert {part: len(source) for part, source in parts.items()} == {
        "train": 10,
        "held_out": 2,
    }
    assert baseline_sources("folder", parts, None) == [parts["train"]]
    parts = find_parts("folder", Folder(), SPLIT)
    assert set(parts) == {"train", "normal", "difficult"}


def test_nothing_held_out():
    with pytest.raises(InputError, match="tf3d split --data boxes"):
        find_parts("boxes", Boxes())


def test_spread():
    assert spread(Boxes(), 3).numbers == [0, 6, 11]
    assert len(spread(Boxes(), 99)) == 12
    assert len(spread(Boxes(), None)) == 12
