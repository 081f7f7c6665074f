import numpy as np
import pytest

from tf3d.evaluation.voxels.inference import infer
from tf3d.evaluation.voxels.shape_scores import FRAMES, best_depth, score_shapes


def scores(network, validation, test_scenes, **settings):
    found = [
        infer(network, s.images, keep_voxels=True) for s in (validation, test_scenes)
    ]
    predicted = tuple((f.voxels, f.azimuth) for f in found)
    return score_shapes(validation, test_scenes, predicted, **settings)


@pytest.mark.parametrize("mirror", [False, True])
@pytest.mark.parametrize("turn", [0.0, np.pi / 2, 3.0])
def test_the_truth_in_any_frame_scores_one(
    validation, test_scenes, knows_all, turn, mirror
):
    network = knows_all(turn=turn, mirror=mirror)
    found = scores(network, validation, test_scenes, with_baselines=False)
    for frame in FRAMES:
        least = 1 if turn % (np.pi / 2) == 0 else 0.85
        assert found.iou[f"network/{frame}/tuned"].min() >= least


def test_shapes_as_cameras_see_them(validation, test_scenes, knows_all):
    network = knows_all(fixed=True)
    found = scores(network, validation, test_scenes, with_baselines=False)
    assert found.iou["network/free/tuned"].min() == 1
    assert found.iou["network/viewer/tuned"].min() == 1
    # Like shapes do not stand alike.
    assert found.iou["network/frame/tuned"].mean() < 0.8


def test_thresholds(validation, test_scenes, knows_all):
    network = knows_all(level=0.12)
    found = scores(network, validation, test_scenes, with_baselines=False)
    assert found.tuned["network/free"] < 0.12
    assert found.iou["network/free/tuned"].mean() == 1
    assert found.iou["network/free/default"].mean() == 1
    assert found.iou["network/free/half"].mean() == 0


def test_baselines_and_names(validation, test_scenes, knows_all):
    steps = []
    found = scores(knows_all(), validation, test_scenes, progress=steps.append)
    assert list(dict.fromkeys(steps)) == [
        "network",
        "hull",
        "slab",
        "mean",
        "kind_mean",
    ]
    values = dict(found.means())
    for who in ("hull", "slab", "mean", "kind_mean"):
        for frame in FRAMES:
            assert 0 < values[f"all/shape/{who}/{frame}/tuned"] < 1
        assert f"all/shape/{who}/free/half" not in values
    assert values["all/shape/images"] == 16 and values["cars/shape/images"] == 8
    # A slab of the best depth beats the whole hull, and knowing the frame helps means.
    assert values["all/shape/slab/viewer/tuned"] > values["all/shape/hull/viewer/tuned"]
    assert values["all/shape/mean/frame/tuned"] > values["all/shape/mean/viewer/tuned"]
    assert values["shape/threshold/network/free"] == found.tuned["network/free"]
    mean = values["cars/shape/mean/free/tuned"] + values["chairs/shape/mean/free/tuned"]
    assert values["all/shape/mean/free/tuned"] == pytest.approx(mean / 2)


def test_the_best_depth_of_bars(validation):
    images = validation.images.astype(np.float32) / 255
    # Four voxels of sixteen deep, or 8 to 14 seen from the front.
    assert 0.2 <= best_depth(validation, images, 0.0) <= 0.6
