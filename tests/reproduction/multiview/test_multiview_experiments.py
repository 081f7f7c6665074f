"""Every experiment runs from end to end on a model that shows a ball."""

import numpy as np
import PIL.Image
import pytest
import trimesh

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


# Real meshes, photos and models that do not ship: below, and test_ablations.py.
LACKING = (
    "multiview-table1-whole",
    "multiview-table1-real",
    "multiview-fig04-real",
    "multiview-fig09-real",
    "multiview-fig10-real",
    "multiview-adversarial",
    "multiview-simple-rendering",
)


@pytest.mark.parametrize("name", [one for one in BY_NAME if one not in LACKING])
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


@pytest.mark.parametrize("name", LACKING)
def test_what_lacks_its_data_says_so(tmp_path, monkeypatch, models, name):
    monkeypatch.chdir(tmp_path)
    context = Context(name, models, tmp_path / "o", data_dir=tmp_path)
    with pytest.raises(NotPossible, match=r"needs a|renderings of all 7,\d+ training"):
        BY_NAME[name].run(context)


@pytest.mark.parametrize("name", ["table1", "fig04", "fig10"])
def test_real_meshes(tmp_path, monkeypatch, models, name):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "data" / "open" / "car"
    folder.mkdir(parents=True)
    trimesh.creation.box((3, 1.5, 1)).export(folder / "one.ply")
    (folder / "meshes.yaml").write_text('- {match: "*", up: z, split: held_out}\n')
    context = Context("x", models, tmp_path / "o", data_dir=tmp_path / "data", count=1)
    result = BY_NAME[f"multiview-{name}-real"].run(context)
    assert "open/" in result.notes[0] + result.tables[0].title
    assert "held out" in " ".join(result.tables[0].columns)
    assert str(tmp_path) not in str((result.notes, result.tables, result.numbers))


def test_photos_among_the_data(tmp_path, models, car_picture):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.png").write_bytes(car_picture.read_bytes())
    context = Context("x", models, tmp_path / "o", data_dir=tmp_path)
    assert BY_NAME["multiview-fig09-real"].run(context).numbers["pictures"] == 1


def test_a_voxel_model_will_not_do(tmp_path, voxel_model, monkeypatch):
    monkeypatch.setattr("tf3d.reproduction.models.shipped_models", list)
    context = Context("x", Models([str(voxel_model)]), tmp_path)
    with pytest.raises(NotPossible, match="needs a multi-view model"):
        BY_NAME["multiview-fig04"].run(context)
