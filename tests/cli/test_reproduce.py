import sys
import types

import pytest
from click.testing import CliRunner

from tf3d.cli.main import main
from tf3d.reproduction import registry
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
        raise NotPossible("It needs pictures.")

    module = types.ModuleType("some_experiments")
    module.EXPERIMENTS = (
        Experiment("table1", "Table 1", "the paper, Table 1", "a model", work),
        Experiment("fig2", "Figure 2", "the paper, Fig. 2", "pictures", lack),
    )
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
    assert "table1: same." in result.output
    assert "fig2: left out. It needs pictures." in result.output
    page = (tmp_path / "report" / "index.html").read_text()
    assert "We see." in page and "It needs pictures." in page


def test_mistakes(run, tmp_path):
    cases = {
        (): "Name an experiment",
        ("tabel1", "--out", tmp_path): "Did you mean table1?",
        ("table1",): "--out",
        ("fig2", "--out", tmp_path): "fig2 cannot run. It needs pictures.",
        ("table1", "--out", tmp_path, "--model", "nix"): "no model nix",
        ("table1", "--out", tmp_path, "--data-dir", tmp_path / "x"): "no folder",
    }
    for arguments, message in cases.items():
        result = run(*arguments)
        assert result.exit_code == 2, result.output
        assert message in result.output
