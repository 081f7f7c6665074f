import dataclasses

import pytest

from tf3d.errors import InputError
from tf3d.reproduction import stored_results
from tf3d.reproduction.registry import NotPossible, Result
from tf3d.reproduction.running import run_all, run_experiment, run_timed
from tf3d.reproduction.stored_results import store_result
from tf3d.reproduction.writing import read_result


def test_a_result_is_written_under_its_name(context, experiment, tmp_path):
    result = run_experiment(experiment("one"), context())
    assert result.name == "one"
    assert read_result(tmp_path / "one.json") == result


def test_what_lacks_something_stops_no_other(context, experiment):
    chosen = [
        experiment("a", error=NotPossible("It needs a.")),
        experiment("b", error=InputError("b is bad.")),
        experiment("c", same=False),
    ]
    begun = []
    outcomes = list(run_all(chosen, context(), lambda one: begun.append(one.name)))
    assert begun == ["a", "b", "c"]
    assert [one.missing for one in outcomes] == ["It needs a.", "b is bad.", ""]
    assert outcomes[2].result.same is False


def test_time_and_models_of_what_is_computed(context, experiment, runs):
    def use(context):
        context.models.load(runs / "final" / "model.keras")
        return Result(context.name, "p", "o", None)

    using = dataclasses.replace(experiment("a"), run=use)
    given = context()
    for _ in range(2):  # a model that is loaded already counts again
        outcome = run_timed(using, given)
        assert outcome.models == ("final",)
    assert outcome.seconds > 0
    assert run_timed(experiment("b"), given).models == ()


def test_stored_results_stand_in(context, experiment, tmp_path, monkeypatch):
    monkeypatch.setattr(stored_results, "FOLDER", tmp_path / "stored")
    lacking = experiment("a", error=NotPossible("It needs a."))
    with pytest.raises(NotPossible):
        run_experiment(lacking, context())
    kept = Result("a", "p", "stored", True)
    store_result(kept, ("m (9 steps)",), "make it", 2.0)
    result = run_experiment(lacking, context())
    assert (result.sentence_ours, result.stored.because) == ("stored", "It needs a.")
    assert read_result(tmp_path / "a.json").stored == result.stored
    # What can be computed is.
    assert run_experiment(experiment("a"), context()).stored is None


def test_a_damaged_stored_result_stops_no_other(
    context, experiment, tmp_path, monkeypatch
):
    monkeypatch.setattr(stored_results, "FOLDER", tmp_path / "stored")
    (tmp_path / "stored").mkdir()
    (tmp_path / "stored" / "a.json").write_text("{")
    lacking = experiment("a", error=NotPossible("It needs a."))
    outcomes = list(run_all([lacking, experiment("b")], context()))
    assert "a.json holds no result" in outcomes[0].missing
    assert outcomes[1].result is not None
