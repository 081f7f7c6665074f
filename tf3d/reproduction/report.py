"""One self-contained HTML page of all results."""

from __future__ import annotations

import base64
import html
import pathlib
from collections.abc import Sequence

from tf3d.files import replacing
from tf3d.reproduction.registry import Result, Table
from tf3d.reproduction.running import Outcome

VERDICTS = {True: "same", False: "not the same", None: "not decided"}
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto;
  padding: 0 1rem; color: #222; background: #fff; }
table { border-collapse: collapse; margin: .8rem 0;
  font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding-bottom: .3rem; }
td, th { padding: .15rem .7rem .15rem 0; text-align: right; border-bottom: 1px solid
  #ddd; } td:first-child, th:first-child { text-align: left; }
table.words td, table.words th { text-align: left; vertical-align: top; }
img { max-width: 100%; image-rendering: pixelated; } figure { margin: 1rem 0; }
figcaption, .note, .reference { color: #555; font-size: .9rem; }
.true { color: #176b2c; } .false { color: #a11; } .none { color: #775500; }
"""


def write_report(
    path: pathlib.Path, outcomes: Sequence[Outcome], title: str = "tf3d: the papers"
) -> None:
    """Writes the page, pictures inlined.

    Args:
      path: of the HTML file.
      outcomes: in order.
      title: of the page.

    Raises:
      InputError: if it cannot be written.
    """
    text = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width">',
        f"<title>{html.escape(title)}</title><style>{STYLE}</style></head><body>",
        f"<h1>{html.escape(title)}</h1>",
        *_summary(outcomes),
    ]
    for outcome in outcomes:
        if outcome.result is not None:
            text += _section(outcome, outcome.result)
    text += [*_missing(outcomes), "</body></html>", ""]
    with replacing(path) as temporary:
        temporary.write_text("\n".join(text), "utf-8")


def cell(value: str | float | None) -> str:
    """A table's cell for people: numbers with four digits that count."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4g}"
    return str(value)


def _summary(outcomes: Sequence[Outcome]) -> list[str]:
    lines = ['<table class="words"><tr><th>experiment<th><th>against the paper']
    for outcome in outcomes:
        if outcome.result is None:
            continue
        one, result = outcome.experiment, outcome.result
        lines.append(
            f'<tr><td><a href="#{one.name}">{one.name}</a><td>{html.escape(one.title)}'
            f"<td>{_verdict(result)}"
        )
    return [*lines, "</table>"]


def _section(outcome: Outcome, result: Result) -> list[str]:
    one = outcome.experiment
    lines = [
        f'<h2 id="{one.name}">{html.escape(one.title)}</h2>',
        f'<p class="reference">{one.name} · {html.escape(one.reference)}</p>',
        '<table class="words">',
        f"<tr><th>paper<td>{html.escape(result.sentence_paper)}",
        f"<tr><th>here<td>{html.escape(result.sentence_ours)}",
        f"<tr><th>agrees<td>{_verdict(result)}",
        "</table>",
    ]
    if result.stored is not None:
        lines.append(
            '<p class="note">From a stored result, not computed now. Anew: '
            f"<code>{html.escape(result.stored)}</code></p>"
        )
    lines += [_table(table) for table in result.tables]
    for picture in result.pictures:
        inlined = base64.b64encode(picture.path.read_bytes()).decode("ascii")
        caption = html.escape(picture.caption)
        lines.append(
            f'<figure><img alt="{caption}" src="data:image/png;base64,{inlined}">'
            f"<figcaption>{caption}</figcaption></figure>"
        )
    return [*lines, *(f'<p class="note">{html.escape(n)}</p>' for n in result.notes)]


def _missing(outcomes: Sequence[Outcome]) -> list[str]:
    left = [outcome for outcome in outcomes if outcome.result is None]
    if not left:
        return []
    lines = ["<h2>Left out</h2>", '<table class="words">']
    for outcome in left:
        reason = html.escape(outcome.missing)
        lines.append(f"<tr><td>{outcome.experiment.name}<td>{reason}")
    return [*lines, "</table>"]


def _table(table: Table) -> str:
    head = "".join(f"<th>{html.escape(column)}" for column in table.columns)
    rows = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell(value))}" for value in row)
        for row in table.rows
    )
    caption = html.escape(table.title)
    return f"<table><caption>{caption}</caption><tr>{head}{rows}</table>"


def _verdict(result: Result) -> str:
    return f'<span class="{str(result.same).lower()}">{VERDICTS[result.same]}</span>'
