import sys
import types

import numpy as np
import pytest
from click.testing import CliRunner

from tf3d.cli.main import main
from tf3d.reproduction import registry, stored_results
from tf3d.reproduction.registry import Experiment, NotPossible, Result, Table


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Runs the command with two experiments: one works, one lacks its data."""

    def work(context):
        context.progress(1, 2)
        table = Table("Errors", ("", "ours"), (("all", 0.25),))
        numbers = {"seed": context.seed, "count": context.count}
        return Result(
            context.name, "Paper says.", "We see.", True, numbers, tables=(table,)
        )

    def lack(context):
        if context.data is None:
            raise NotPossible("It needs pictures.")
        picture = context.picture(np.ones((4, 4, 3)), "All white.")
        return Result(
            context.name, "Paper.", f"Of {context.data}.", None, {}, (picture,)
        )

    module = types.ModuleType("some_experiments")
    module.EXPERIMENTS = (
        Experiment("table1", "Table 1", "the paper, Table 1", "a model", work),
        Experiment(
            "fig2", "Figure 2", "the paper, Fig. 2", "pictures", lack, ("tf3d train x",)
        ),
    )
    monkeypatch.setattr(stored_results, "FOLDER", tmp_path / "stored")
    monkeypatch.setitem(sys.modules, "some_experiments", module)
    monkeypatch.setattr(registry, "MODULES", ("some_experiments",))

    def run(*arguments):
        return CliRunner().invoke(main, ["reproduce", *map(str, arguments)])

    return run


def test_list(run):
    result = run("--list")
    assert result.exit_code == 0
    for words in ("table1", "Table 1", "pictures"):
        assert words in result.output


def test_one(run, tmp_path):
    result = run("table1", "--out", tmp_path, "--seed", 3, "--count", 5)
    assert result.exit_code == 0, result.output
    for words in ("Errors", "0.25", "Paper says.", "We see.", "the paper: same"):
        assert words in result.output
    text = (tmp_path / "table1.json").read_text()
    assert '"seed": 3' in text and '"count": 5' in text


def test_all(run, tmp_path):
    result = run("all", "--out", tmp_path / "report", "--quiet")
    assert result.exit_code == 0, result.output
    lines = [" ".join(line.split()) for line in result.output.splitlines()]
    assert "fig2 left out It needs pictures." in lines
    assert any(line.startswith("table1 same computed now, ") for line in lines)
    page = (tmp_path / "report" / "index.html").read_text()
    assert "We see." in page and "It needs pictures." in page


def test_what_is_kept_stands_in(run, tmp_path):
    kept = run("fig2", "--out", tmp_path / "a", "--data", "bars", "--store", "whole")
    assert kept.exit_code == 0, kept.output
    assert "Kept in" in kept.output
    one = run("fig2", "--out", tmp_path / "b")
    assert one.exit_code == 0, one.output
    for words in ("Stored result, not computed now. It needs pictures.", "Of bars."):
        assert words in one.output
    assert "tf3d reproduce fig2 --data bars --out report" in one.output
    assert (tmp_path / "b" / "fig2.png").is_file()
    assert '"because": "It needs pictures."' in (tmp_path / "b/fig2.json").read_text()
    everything = run("all", "--out", tmp_path / "c", "--quiet")
    assert "stored, 20" in everything.output
    assert "Stored result" in (tmp_path / "c" / "index.html").read_text()
    again = run("fig2", "--out", tmp_path / "d", "--store", "whole")
    assert "fig2: nothing was computed to be kept." in again.output


def test_numbers_alone_are_kept(run, tmp_path):
    options = ("--data", "photos", "--store", "numbers")
    run("fig2", "--out", tmp_path / "a", *options)
    assert [path.name for path in (tmp_path / "stored").iterdir()] == ["fig2.json"]


def test_a_stored_file_of_no_experiment(run, tmp_path):
    (tmp_path / "stored").mkdir()
    (tmp_path / "stored" / "fig3.json").write_text("{}")
    result = run("all", "--out", tmp_path / "report")
    assert result.exit_code == 2
    assert "fig3.json is a stored result of no experiment" in result.output
    assert not (tmp_path / "report").exists()


def test_interrupted(run, tmp_path, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(registry.NotPossible, "__init__", stop)
    result = run("all", "--out", tmp_path / "report")
    assert result.exit_code == 130
    # What was done is whole; the page is not begun.
    assert {path.name for path in (tmp_path / "report").iterdir()} == {"table1.json"}


def test_mistakes(run, tmp_path):
    cases = {
        (): "Name an experiment",
        ("tabel1", "--out", tmp_path): "Did you mean table1?",
        ("table1",): "--out",
        (
            "fig2",
            "--out",
            tmp_path,
        ): "fig2 cannot run. It needs pictures. What it needs "
        "is made by `tf3d train x`.",
        ("table1", "--out", tmp_path, "--model", "nix"): "no model nix",
        ("table1", "--out", tmp_path, "--data-dir", tmp_path / "x"): "no folder",
    }
    for arguments, message in cases.items():
        result = run(*arguments)
        assert result.exit_code == 2, result.output
        assert message in result.output
