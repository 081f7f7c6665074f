import dataclasses

import numpy as np

from tf3d.reproduction.registry import Origin, Picture, Result, Table
from tf3d.reproduction.report import Heading, cell, write_report
from tf3d.reproduction.running import Outcome
from tf3d.reproduction.writing import write_small_png


def test_the_page_holds_everything(tmp_path, experiment):
    picture = tmp_path / "one.png"
    write_small_png(picture, np.ones((3, 3, 3)))
    table = Table("A table", ("", "error"), (("ours", 0.123456), ("none", None)))
    result = Result(
        "one", "p < q", "ours & so", False, {}, (Picture(picture, "c"),), (table,)
    )
    origin = Origin("tf3d stores", "2026-01-02", ("m < n",), "1 core", 200, "No m.")
    stored = Result("two", "p", "o", None, stored=origin, notes=("A `c` note.",))
    three = dataclasses.replace(experiment("three"), preparation=("tf3d train x",))
    write_report(
        tmp_path / "index.html",
        [
            Outcome(experiment("one"), result, seconds=5, models=("net (3 steps)",)),
            Outcome(experiment("two"), stored),
            Outcome(three, missing="It needs <more>."),
        ],
        Heading("tf3d reproduce all", 240),
    )
    picture.unlink()
    text = (tmp_path / "index.html").read_text("utf-8")
    for words in (
        "p &lt; q",
        "ours &amp; so",
        "not the same",
        "not decided",
        "A table",
        "0.1235",
        "data:image/png;base64,",
        "<code>tf3d stores</code>",
        "A <code>c</code> note.",
        "Stored result of m &lt; n, not computed now. No m.",
        "2026-01-02 on 1 core in 3 min",
        "computed now, 5 s",
        "stored, 2026-01-02",
        "<code>tf3d reproduce all</code>, 4 min",
        "Models: net (3 steps)",
        "Of 3 experiments 1 were computed now, 1 are stored results and 1 are left out",
        "1 not the same, 1 not decided, 1 left out",
        "<code>tf3d train x</code>",
        "It needs &lt;more&gt;.",
    ):
        assert words in text
    assert "one.png" not in text


def test_cells():
    assert [cell(v) for v in (None, "x", 3, 0.5, 123456.0)] == [
        "–",
        "x",
        "3",
        "0.5",
        "1.235e+05",
    ]
