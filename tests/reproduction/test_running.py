import numpy as np
import pytest

from tf3d.errors import InputError
from tf3d.reproduction import running
from tf3d.reproduction.registry import NotPossible, Picture, Result
from tf3d.reproduction.running import run_all, run_experiment
from tf3d.reproduction.writing import read_result, write_result, write_small_png


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


def test_stored_results_stand_in(context, experiment, tmp_path, monkeypatch):
    stored = tmp_path / "stored"
    monkeypatch.setattr(running, "STORED", stored)
    lacking = experiment("a", error=NotPossible("It needs a."))
    with pytest.raises(NotPossible):
        run_experiment(lacking, context())
    write_small_png(stored / "a" / "a.png", np.ones((3, 3, 3)))
    pictures = (Picture(stored / "a" / "a.png", "c"),)
    kept = Result("a", "p", "stored", True, pictures=pictures, stored="make it")
    write_result(kept, stored / "a")
    result = run_experiment(lacking, context())
    assert (result.sentence_ours, result.stored) == ("stored", "make it")
    assert result.pictures[0].path == tmp_path / "a.png"
    assert result.pictures[0].path.is_file()
    # What can be computed is.
    assert run_experiment(experiment("a"), context()).stored is None
