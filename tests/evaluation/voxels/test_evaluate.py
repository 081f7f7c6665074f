import contextlib

import numpy as np
import pytest
from rich.console import Console

from tf3d.data.images import ImageSet
from tf3d.errors import InputError
from tf3d.evaluation.voxels import evaluate
from tf3d.evaluation.voxels.evaluate import Details, evaluate_voxels
from tf3d.evaluation.voxels.sources import Measured
from tf3d.evaluation.voxels.tables import as_voxel_tables


def images_of(scenes):
    return ImageSet(scenes.images, labels=scenes.kind.astype(np.int32))


def test_every_figure_of_a_model_that_knows_all(
    validation, test_scenes, knows_all, monkeypatch
):
    stages = []

    def progress(title):
        stages.append(title)
        return contextlib.nullcontext()

    monkeypatch.setattr(evaluate, "evaluate_framing", lambda *_: [("own/mse", 0.5)])
    measured = Measured(
        images_of(test_scenes), images_of(validation), test_scenes, validation
    )
    details = Details()
    values = dict(
        evaluate_voxels(
            knows_all(turn=np.pi / 2), measured, details=details, progress=progress
        )
    )
    assert values["images"] == 16
    assert values["image/mse/picture"] == 0
    assert values["code/dimensions"] == 3
    assert 0 <= values["code/neighbours_accuracy"] <= 1
    assert values["all/shape/network/viewer/tuned"] == 1
    assert values["chairs/shape/network/frame/tuned"] == 1
    assert values["all/pose/median"] == pytest.approx(0, abs=1)
    assert values["cars/ring/overlap/truth"] == pytest.approx(
        values["cars/ring/overlap/network"], abs=0.05
    )
    assert details.scores.iou["network/free/tuned"].shape == (16,)
    np.testing.assert_allclose(details.azimuth, test_scenes.degrees + 90, atol=1e-3)
    assert values["framing/own/mse"] == 0.5
    assert len(stages) == 7
    text = printed(values)
    for words in (
        "10 nearest neighbours",
        "camera's view",
        "slab",
        "Azimuth error",
        "over the frame",
    ):
        assert words in text
    assert "Symmetry about the vertical axis" in text


def printed(values):
    console = Console(width=120)
    with console.capture() as capture:
        for table in as_voxel_tables(values):
            console.print(table)
    return capture.get()


def test_plain_images_have_one_table(voxel_model, tmp_path):
    from tf3d.prediction import load

    images = np.random.default_rng(0).integers(0, 256, (6, 16, 16, 1), np.uint8)
    network = load(voxel_model)
    measured = Measured(ImageSet(images))
    values = dict(evaluate_voxels(network, measured, pictures=tmp_path))
    assert not any("shape" in name or "accuracy" in name for name in values)
    assert len(as_voxel_tables(values)) == 1
    assert (tmp_path / "shapes.png").is_file()


def test_results_that_are_no_numbers(test_scenes, knows_all):
    network = knows_all()
    network.encode = lambda images: np.full((len(images), 3), np.nan)
    with pytest.raises(InputError, match="knows-all are not numbers"):
        list(evaluate_voxels(network, Measured(images_of(test_scenes))))
