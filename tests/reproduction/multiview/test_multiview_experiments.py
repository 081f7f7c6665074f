"""Every experiment runs from end to end on a model that shows a ball."""

import json

import numpy as np
import PIL.Image
import pytest
import trimesh

import tf3d
from tf3d.errors import InputError
from tf3d.models.rivals import build_rival
from tf3d.reproduction.models import Facts, Loaded, Models, read_facts
from tf3d.reproduction.multiview import side_by_side
from tf3d.reproduction.multiview.experiments import EXPERIMENTS
from tf3d.reproduction.multiview.rivals import Pair
from tf3d.reproduction.registry import Context, NotPossible, experiments
from tf3d.reproduction.running import run_experiment
from tf3d.reproduction.writing import read_result

BY_NAME = {one.name: one for one in EXPERIMENTS}
COUNTS = {"multiview-fig14": 6}


@pytest.fixture(scope="module")
def rivals(tmp_path_factory):
    """A folder of runs: each comparison network, untrained."""
    folder = tmp_path_factory.mktemp("rivals")
    settings = {
        "decoder-only": {"shapes": 3, "code_width": 8},
        "rotation": {"width": 4, "identity_units": 8, "pose_units": 6, "hidden": 16},
        "inverse-graphics": {"shape_units": 5, "widths": (4, 4, 4)},
    }
    for name, own in settings.items():
        (folder / name).mkdir()
        model = build_rival(name, **own)
        model.build()
        model.save(folder / name / "model.keras")
        config = {"model": name, "data": {"sources": [{"data": "chairs"}]}}
        (folder / name / "config.yaml").write_text(json.dumps(config))
        card = {"training": {"steps": 5, "hours": 0.5}}
        (folder / name / "card.json").write_text(json.dumps(card))
    return folder


@pytest.fixture(scope="module")
def models(ball_model, rivals):
    return Models([str(ball_model), str(rivals)])


@pytest.fixture(autouse=True)
def few(monkeypatch):
    monkeypatch.setattr("tf3d.reproduction.multiview.side_by_side.CALIBRATION", 2)
    monkeypatch.setattr("tf3d.training.fitting.STEPS", 3)


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
    rule = 'meshes: [{match: "car/*", category: car, up: z, split: held_out}]'
    (folder.parent / "meshes.yaml").write_text(rule)
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


def test_facts_of_a_comparison_network(rivals):
    facts = read_facts(rivals / "rotation" / "model.keras")
    assert (facts.family, facts.objective) == ("comparison", "rotation")
    assert facts.data == ("chairs",)
    assert facts.trained == {"steps": 5, "hours": 0.5}


@pytest.mark.parametrize("name", ["decoder-only", "rotation", "inverse-graphics"])
def test_a_comparison_network_predicts_nothing_for_users(rivals, name):
    with pytest.raises(InputError, match=f"comparison network '{name}'.*reproduce"):
        tf3d.load(rivals / name)


def test_comparisons_need_their_network(tmp_path, ball_model):
    context = Context("x", Models([str(ball_model)]), tmp_path)
    with pytest.raises(NotPossible, match="needs a comparison model"):
        BY_NAME["multiview-fig06"].run(context)


def test_no_verdict_on_models_of_other_data(tmp_path, models):
    context = Context("multiview-fig08", models, tmp_path, count=1)
    result = BY_NAME["multiview-fig08"].run(context)
    # The ball's model does not say what it was trained on.
    assert result.same is None and any(
        "No verdict: not both" in n for n in result.notes
    )
    assert result.numbers["trained"]["rotation"] == {"steps": 5, "hours": 0.5}


@pytest.mark.parametrize(
    ("data", "steps", "hours", "unlike"),
    [
        ("cars", 5, 0.5, "not both are known to be trained on chairs"),
        ("chairs", 50, 5.0, "they were not trained for about as many steps or hours"),
        ("chairs", 50, 0.6, ""),
        ("chairs", 6, 5.0, ""),
    ],
)
def test_only_equal_trainings_are_compared(data, steps, hours, unlike):
    def loaded(family, data, **trained):
        facts = Facts(family, data=(data,), trained=trained)
        return Loaded(None, facts, None)

    rival = loaded("comparison", "chairs", steps=5, hours=0.5)
    pair = Pair(rival, loaded("multi-view", data, steps=steps, hours=hours), "chairs")
    assert pair.unlike == unlike and pair.fair == (not unlike)


def test_the_truth_is_right_and_sharp():
    rng = np.random.default_rng(0)
    truth = rng.random((8, 16, 16, 3))
    figures = side_by_side._figures(truth[1:], truth)
    assert figures == {"rgb": 0, "right": 1, "sharpness": pytest.approx(1)}
    turned = side_by_side._figures(np.roll(truth, 1, axis=0)[1:], truth)
    assert turned["right"] == 0 and turned["rgb"] > 0.1
    round_stool = np.repeat(truth[:1], 8, axis=0)
    assert side_by_side._figures(round_stool[1:] + 0.1, round_stool)["right"] == 1


def test_turns_meet_at_the_back():
    class Counter:
        """Pictures as bright as the steps that were taken."""

        def __call__(self, inputs):
            steps = np.cumsum(inputs["turns"], axis=1) / 100 + 0.5
            return {"rgb": np.ones((1, 1, 4, 4, 3)) * steps[..., None, None, None]}

    views = side_by_side._by_steps(Counter())(np.zeros((1, 4, 4, 3)))
    steps = np.round((views[0, :, 0, 0, 0] - 0.5) * 100).astype(int)
    # Three steps of 15 degrees from one view to the next, the nearer way around.
    assert steps.tolist() == [3, 6, 9, 12, -9, -6, -3]
