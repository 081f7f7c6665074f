import json

import pytest

from tf3d.errors import InputError
from tf3d.reproduction.registry import NotPossible, find_experiment
from tf3d.reproduction.voxels import equal_steps


def content(errors, active=None):
    runs = {}
    for objective, values in errors.items():
        for seed, value in enumerate(values):
            figures = {
                "image/mse/picture": value,
                "code/active": (active or {}).get(objective, 10),
            }
            if seed == 0:
                figures["code/only_of_the_first"] = 1.0
            runs[f"mnist-{objective}-{seed}"] = {
                "job": {"steps": 5000},
                "seconds": 60,
                "values": figures,
            }
    origin = {"command": "python it", "date": "2026-01-31", "machine": "2 CPU cores"}
    return {**origin, "runs": runs}


ERRORS = {
    "vae": (0.020, 0.022),
    "beta-vae": (0.03, 0.03),
    "aae": (0.023, 0.0235),
    "mu-vae": (0.021, 0.0225),
}


@pytest.fixture
def results(tmp_path, monkeypatch):
    path = tmp_path / "voxel_objectives.json"
    monkeypatch.setattr(equal_steps, "FILE", path)

    def write(*args):
        path.write_text(json.dumps(content(*args)), "utf-8")
        return path

    return write


def test_figures_that_all_seeds_have():
    found = equal_steps.by_objective(content(ERRORS)["runs"], "mnist")
    assert list(found) == list(equal_steps.OBJECTIVES)
    assert found["vae"] == {
        "image/mse/picture": [0.020, 0.022],
        "code/active": [10, 10],
    }
    assert equal_steps.by_objective(content(ERRORS)["runs"], "fashion_mnist") == {}


def test_mean_and_spread():
    (table,) = equal_steps.tables(content(ERRORS)["runs"])
    assert table.title == "MNIST, 5,000 steps"
    row = dict(zip(table.columns, table.rows[0], strict=True))
    assert row[""] == "VAE" and row["seeds"] == 2
    assert row["error, picture"] == "0.02100 ± 0.00141"
    assert row["10-NN"] == ""


def test_worse_beyond_the_spread():
    found = equal_steps.by_objective(content(ERRORS)["runs"], "mnist")
    told = equal_steps.keeps_up(found, "aae")
    assert "AAE less VAE: +0.00225" in told and "0.00146: worse" in told
    told = equal_steps.keeps_up(found, "mu-vae")
    assert "+0.00075" in told and told.endswith(": no worse")
    single = {name: values[:1] for name, values in ERRORS.items()}
    found = equal_steps.by_objective(content(single)["runs"], "mnist")
    assert equal_steps.keeps_up(found, "aae").endswith("one seed has no spread")
    assert equal_steps.keeps_up({"aae": found["aae"]}, "aae") == ""


@pytest.mark.parametrize(
    ("active", "same"),
    [
        ({"vae": 12, "beta-vae": 6, "mu-vae": 19}, True),
        ({"vae": 12, "beta-vae": 14, "mu-vae": 19}, False),
        ({"vae": 12, "beta-vae": 6, "mu-vae": 9}, False),
    ],
)
def test_who_spreads_most(results, context, active, same):
    results(ERRORS, active)
    result = find_experiment("voxels-objectives").run(context("voxels-objectives"))
    assert result.same is same
    assert "VAE 12.0, β-VAE" in result.sentence_ours
    assert result.stored.command == "python it" and result.stored.seconds == 480
    assert result.stored.models == ("8 voxel models trained for this comparison",)


def test_without_the_compared_nothing_is_decided(results, context):
    results({"vae": (0.02,), "aae": (0.03,)})
    result = equal_steps.objectives(context("voxels-objectives"))
    assert result.same is None and len(result.tables) == 1


def test_a_file_that_is_missing_or_damaged(results, context):
    with pytest.raises(NotPossible, match="voxel_objectives.py"):
        equal_steps.objectives(context())
    results(ERRORS).write_text("{}")
    with pytest.raises(InputError, match="holds no measured trainings: KeyError"):
        equal_steps.objectives(context())


def test_the_file_that_comes_with_the_package_reads(context):
    result = equal_steps.objectives(context("voxels-objectives"))
    assert result.tables and result.stored.command.startswith("PYTHONPATH=. ")
