import numpy as np

from tf3d.reproduction.registry import Picture, Result, Table
from tf3d.reproduction.report import cell, write_report
from tf3d.reproduction.running import Outcome
from tf3d.reproduction.writing import write_small_png


def test_the_page_holds_everything(tmp_path, experiment):
    picture = tmp_path / "one.png"
    write_small_png(picture, np.ones((3, 3, 3)))
    table = Table("A table", ("", "error"), (("ours", 0.123456), ("none", None)))
    result = Result(
        "one", "p < q", "ours & so", False, {}, (Picture(picture, "c"),), (table,)
    )
    stored = Result("two", "p", "o", None, stored="tf3d train", notes=("A note.",))
    write_report(
        tmp_path / "index.html",
        [
            Outcome(experiment("one"), result),
            Outcome(experiment("two"), stored),
            Outcome(experiment("three"), missing="It needs <more>."),
        ],
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
        "<code>tf3d train</code>",
        "A note.",
        "It needs &lt;more&gt;.",
    ):
        assert words in text
    assert "one.png" not in text


def test_cells():
    assert [cell(v) for v in (None, "x", 3, 0.5, 123456.0)] == [
        "",
        "x",
        "3",
        "0.5",
        "1.235e+05",
    ]
