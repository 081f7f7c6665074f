"""The README tells the truth: its commands parse, its Python runs, its files exist."""

import pathlib
import re
import shlex

import numpy as np
import pytest

from tf3d.cli.main import COMMANDS, main

ROOT = pathlib.Path(__file__).parents[1]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", TEXT, re.S)
SHELL = [
    line.split("#")[0].strip()
    for kind, block in BLOCKS
    if kind == "sh"
    for line in block.splitlines()
    if line.strip()
]
COMMAND_LINES = [line.split("&& ")[-1] for line in SHELL if "tf3d " in line]


def test_two_commands_come_first():
    assert SHELL[0].startswith("pip install . && tf3d predict docs/images/car.png")
    assert SHELL[1] == "pip install -e '.[test]' && pytest"


@pytest.mark.parametrize("line", COMMAND_LINES)
def test_command_lines_name_real_commands_and_options(line):
    program, name, *arguments = shlex.split(line)
    assert program == "tf3d"
    assert name in COMMANDS
    command = main.get_command(None, name)
    known = {o for p in command.params for o in (*p.opts, *p.secondary_opts)}
    assert {word for word in arguments if word.startswith("--")} <= known


def test_links_lead_somewhere():
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", TEXT)
    assert targets
    for target in targets:
        assert (ROOT / target).exists(), target


def test_three_lines_of_python(monkeypatch):
    monkeypatch.chdir(ROOT)
    (block,) = (block for kind, block in BLOCKS if kind == "python")
    names: dict = {}
    exec(compile(block, "README.md", "exec"), names)
    assert names["views"].rgb.shape == (6, 128, 128, 3)
    assert names["views"].mask.any(axis=(1, 2)).all()
    size = np.ptp(names["surface"].vertices, axis=0)
    assert size[0] > size[1] > 0.1  # a car is longer than wide


def test_headline_table_is_that_of_the_report():
    report = ROOT / "docs" / "report" / "index.html"
    assert report.stat().st_size < 3_000_000
    page = report.read_text(encoding="utf-8")
    headline = TEXT.split("## What holds of the papers")[1].split("\n## ")[0]
    rows = [line for line in headline.splitlines() if line.startswith("| n")]
    assert len(rows) == 4  # the network and three searches
    for row in rows:
        name, *values = (word.strip(" *") for word in row.strip("|").split("|"))
        cells = "".join(f"<td>{word}" for word in (name, *values))
        assert cells in page, row
