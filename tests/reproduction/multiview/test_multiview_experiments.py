"""Every experiment runs from end to end on a model that shows a ball."""

import numpy as np
import PIL.Image
import pytest

from tf3d.reproduction.models import Models
from tf3d.reproduction.multiview.experiments import EXPERIMENTS
from tf3d.reproduction.registry import Context, NotPossible, experiments
from tf3d.reproduction.running import run_experiment
from tf3d.reproduction.writing import read_result

BY_NAME = {one.name: one for one in EXPERIMENTS}
COUNTS = {"multiview-fig14": 6}


@pytest.fixture(scope="module")
def models(ball_model):
    return Models([str(ball_model)])


def test_all_are_registered_under_their_names():
    assert set(BY_NAME) <= set(experiments())
    assert all(name.startswith("multiview-") for name in BY_NAME)


@pytest.mark.parametrize("name", list(BY_NAME))
def test_a_result_with_numbers_and_pictures(tmp_path, monkeypatch, models, name):
    monkeypatch.chdir(tmp_path)  # renderings to search are kept below it
    steps = []
    context = Context(
        "",
        models,
        tmp_path / "out",
        count=COUNTS.get(name, 1),
        progress=lambda done, total: steps.append((done, total)),
    )
    result = run_experiment(BY_NAME[name], context)
    assert result.sentence_paper and result.sentence_ours and result.numbers
    assert result.same in (True, False, None)
    assert steps and steps[-1][0] == steps[-1][1]
    assert read_result(tmp_path / "out" / f"{name}.json").numbers.keys()
    assert bool(result.pictures) != (name == "multiview-table1")
    for picture in result.pictures:
        with PIL.Image.open(picture.path) as image:
            assert np.asarray(image).std() > 1
        assert picture.path.name.startswith(name)


def test_the_ball_is_the_same_from_everywhere(tmp_path, models):
    result = BY_NAME["multiview-fig13"].run(
        Context("multiview-fig13", models, tmp_path, count=1)
    )
    # A ball of one colour: views agree, and no code makes it higher.
    assert result.numbers["agreement_of_views"]["0.5"] > 0.99
    assert len(set(result.numbers["heights"].values())) == 1
    assert result.same is False


def test_a_photo_of_the_user(tmp_path, models, car_picture):
    photos = BY_NAME["multiview-fig09"]
    context = Context("multiview-fig09", models, tmp_path / "o", str(car_picture))
    result = photos.run(context)
    assert result.numbers["pictures"] == 1 and not result.notes
    assert list(result.numbers["covered"]) == ["car.png"]
    empty = tmp_path / "empty"
    empty.mkdir()
    context = Context("multiview-fig09", models, tmp_path / "o", str(empty))
    with pytest.raises(NotPossible, match="holds no photos"):
        photos.run(context)


def test_a_voxel_model_will_not_do(tmp_path, voxel_model, monkeypatch):
    monkeypatch.setattr("tf3d.reproduction.models.shipped_models", list)
    context = Context("x", Models([str(voxel_model)]), tmp_path)
    with pytest.raises(NotPossible, match="needs a multi-view model"):
        BY_NAME["multiview-fig04"].run(context)
