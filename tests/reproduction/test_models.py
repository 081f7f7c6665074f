import pytest

from tf3d.errors import InputError
from tf3d.reproduction import models
from tf3d.reproduction.models import Facts, Models, read_facts
from tf3d.reproduction.registry import NotPossible


def test_facts_of_a_run(runs):
    facts = read_facts(runs / "final" / "model.keras")
    assert facts.family == "voxel"
    assert (facts.objective, facts.pose, facts.texturizer) == (
        "mu-vae",
        "learned",
        True,
    )
    assert facts.data == ("mnist", "shapes")
    assert facts.kinds == ("chairs", "cups")
    assert facts.history[-1]["mse"] == 0.1


def test_facts_of_a_bare_multi_view_model(ball_model):
    facts = read_facts(ball_model / "model.keras")
    assert facts == Facts("multi-view")


def test_matches():
    facts = Facts("voxel", "aae", "fixed", data=("mnist",))
    assert facts.matches({"objective": "aae", "pose": "learned"}) == 1
    assert facts.matches({"data": "mnist", "pose": ("fixed", "uniform")}) == 2
    assert facts.matches({"data": ("shapes", "mnist")}) == 1
    assert facts.matches({"data": "shapes"}) == 0


def test_the_best_model_is_loaded_once(runs):
    found = Models([str(runs)])
    uniform = found.best("voxel", pose="uniform")
    assert uniform.name == "other"
    assert found.best("voxel", objective="aae") is uniform
    assert found.best("voxel", objective="mu-vae").name == "final"


def test_what_must_be(runs):
    with pytest.raises(NotPossible, match="voxel model with pose fixed"):
        Models([str(runs)]).best("voxel", must={"pose": "fixed"})


def test_no_model_of_a_family(runs, monkeypatch):
    monkeypatch.setattr(models, "shipped_models", lambda: [])
    with pytest.raises(NotPossible, match="needs a multi-view model"):
        Models([str(runs)]).best("multi-view")


def test_a_model_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="no model"):
        Models(["no-such-model"])
    with pytest.raises(InputError, match=r"holds no model\.keras"):
        Models([str(tmp_path)])
