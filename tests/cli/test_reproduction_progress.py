import pytest

from tf3d.cli.reproduction_progress import show_experiments, time_left
from tf3d.reproduction.registry import Experiment


def test_time_left():
    assert time_left(60, 0.25) == "about 3 min left"
    assert time_left(60, 0.9) == "less than a minute left"
    assert time_left(60, 0.001) == time_left(60, 1.0) == ""


@pytest.mark.parametrize("quiet", [False, True])
def test_a_bar_over_experiments(capsys, quiet):
    chosen = [
        Experiment(name, "", "", "", lambda _: None, weight=weight)
        for name, weight in (("first", 30.0), ("second", 10.0))
    ]
    with show_experiments(chosen, quiet) as begin:
        for one in chosen:
            progress = begin(one)
            progress(1, 2)
            progress(2, 2)
    shown = capsys.readouterr().err
    assert ("second" in shown and "100 %" in shown) == (not quiet)
