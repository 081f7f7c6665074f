"""One self-contained HTML page of all results."""

from __future__ import annotations

import base64
import collections
import dataclasses
import datetime
import html
import os
import pathlib
import platform
from collections.abc import Sequence

import tf3d
from tf3d.files import replacing
from tf3d.reproduction.commands import told_preparation
from tf3d.reproduction.registry import Origin, Result, Table
from tf3d.reproduction.running import Outcome

VERDICTS = {True: "same", False: "not the same", None: "not decided"}
MISSING = "left out"
KINDS = {".png": "png", ".jpg": "jpeg", ".webp": "webp"}
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto;
  padding: 0 1rem; color: #222; background: #fff; }
table { border-collapse: collapse; margin: .8rem 0; display: block; overflow-x: auto;
  font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding-bottom: .3rem;
  white-space: nowrap; }
td, th { padding: .2rem .8rem .2rem 0; text-align: right; vertical-align: top;
  border-bottom: 1px solid #ddd; }
td:first-child, th:first-child, table.words td, table.words th { text-align: left; }
table.words th { font-weight: 600; } table.words th, table.all td:last-child,
table.all td:first-child { white-space: nowrap; }
section { margin-top: 2.5rem; border-top: 2px solid #ddd; }
img { max-width: 100%; } figure { margin: 1rem 0; }
figcaption, .note, .reference { color: #555; font-size: .9rem; }
code { font-size: .9em; background: #f2f2f2; padding: .1em .3em; }
.true { color: #176b2c; } .false { color: #a11; } .none, .missing { color: #775500; }
.stored { background: #fff6dd; padding: .4rem .7rem; border-left: 4px solid #d9a400; }
"""


@dataclasses.dataclass(frozen=True)
class Heading:
    """What stands above a report.

    Attributes:
      command: that makes it.
      seconds: that it took.
    """

    command: str
    seconds: float


def write_report(
    path: pathlib.Path,
    outcomes: Sequence[Outcome],
    heading: Heading,
    title: str = "tf3d: the papers' tables and figures",
) -> None:
    """Writes the page, pictures inlined.

    Args:
      path: of the HTML file.
      outcomes: in order.
      heading: how it came about.
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
        *_introduction(outcomes, heading),
        *_summary(outcomes),
    ]
    for outcome in outcomes:
        text += _section(outcome)
    text += ["</body></html>", ""]
    with replacing(path) as temporary:
        temporary.write_text("\n".join(text), "utf-8")


def cell(value: str | float | None) -> str:
    """A table's cell for people: numbers with four digits that count."""
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.4g}"
    return str(value)


def verdict(outcome: Outcome) -> str:
    """Whether it agrees with the paper, in words."""
    return MISSING if outcome.result is None else VERDICTS[outcome.result.same]


def where_from(outcome: Outcome) -> str:
    """Whether a result was computed now, stored, or why there is none."""
    if outcome.result is None:
        return outcome.missing
    if outcome.result.stored is not None:
        return f"stored, {outcome.result.stored.date}"
    return f"computed now, {_lasting(outcome.seconds)}"


def told_origin(origin: Origin) -> str:
    """Models, date, machine and command of a stored result."""
    models = ", ".join(origin.models)
    told = f"of {models}, " if models else ""
    return (
        f"{told}computed on {origin.date} on {origin.machine} in "
        f"{_lasting(origin.seconds)}. Anew: {origin.command}"
    )


def _introduction(outcomes: Sequence[Outcome], heading: Heading) -> list[str]:
    today = datetime.date.today().isoformat()
    machine = f"{os.cpu_count()} CPU cores, {platform.machine()}"
    models = list(dict.fromkeys(name for one in outcomes for name in one.models))
    fresh = sum(
        one.result is not None and one.result.stored is None for one in outcomes
    )
    kept = sum(one.result is not None for one in outcomes) - fresh
    counts = collections.Counter(verdict(one) for one in outcomes)
    told = ", ".join(f"{count} {name}" for name, count in counts.items())
    lines = [
        f"<p>tf3d {tf3d.__version__}, {today}: <code>{html.escape(heading.command)}"
        f"</code>, {_lasting(heading.seconds)} on {machine}. Models: "
        f"{html.escape(', '.join(models)) or 'none'}.",
        f"<p>Of {len(outcomes)} experiments {fresh} were computed now, {kept} are "
        f"stored results and {len(outcomes) - fresh - kept} are left out. Against the "
        f"papers: {told}.",
        "<p class=note>“Same” and “not the same” are decided by the figures and the "
        "thresholds that each section names; “not decided” is what the eye has to "
        "judge, or what another model or other data than the paper's cannot tell. "
        "Stored results come with the package and stand in where the model or the "
        "data are not at hand.",
    ]
    return lines


def _summary(outcomes: Sequence[Outcome]) -> list[str]:
    lines = [
        '<table class="words all">',
        "<tr><th>experiment<th>what<th>against the paper<th>from",
    ]
    for outcome in outcomes:
        one = outcome.experiment
        told = "–" if outcome.result is None else where_from(outcome)
        lines.append(
            f'<tr><td><a href="#{one.name}">{one.name}</a><td>{html.escape(one.title)}'
            f"<td>{_colored(outcome)}<td>{html.escape(told)}"
        )
    return [*lines, "</table>"]


def _section(outcome: Outcome) -> list[str]:
    one, result = outcome.experiment, outcome.result
    lines = [
        f'<section id="{one.name}"><h2>{html.escape(one.title)}</h2>',
        f'<p class="reference">{one.name} · {html.escape(one.reference)} · needs '
        f"{html.escape(one.needs)}",
    ]
    if result is None:
        told = f"{outcome.missing}{told_preparation(one)}"
        return [*lines, f'<p class="missing">Left out: {_prose(told)}', "</section>"]
    if result.stored is not None:
        lines.append(_stored(result.stored))
    lines += [
        '<table class="words">',
        f"<tr><th>paper<td>{html.escape(result.sentence_paper)}",
        f"<tr><th>here<td>{html.escape(result.sentence_ours)}",
        f"<tr><th>agrees<td>{_colored(outcome)}",
        "</table>",
    ]
    lines += [*map(_table, result.tables), *_pictures(result)]
    lines += [f'<p class="note">{_prose(note)}' for note in result.notes]
    return [*lines, "</section>"]


def _stored(origin: Origin) -> str:
    models = ", ".join(origin.models)
    told = f" of {html.escape(models)}" if models else ""
    return (
        f'<p class="stored">Stored result{told}, not computed now. '
        f"{html.escape(origin.because)}<br>Computed on {html.escape(origin.date)} on "
        f"{html.escape(origin.machine)} in {_lasting(origin.seconds)}. Anew: "
        f"<code>{html.escape(origin.command)}</code>"
    )


def _pictures(result: Result) -> list[str]:
    lines = []
    for picture in result.pictures:
        kind = KINDS[picture.path.suffix.lower()]
        inlined = base64.b64encode(picture.path.read_bytes()).decode("ascii")
        caption = html.escape(picture.caption)
        lines.append(
            f'<figure><img alt="{caption}" src="data:image/{kind};base64,{inlined}">'
            f"<figcaption>{caption}</figcaption></figure>"
        )
    return lines


def _prose(text: str) -> str:
    """Escaped text, with `code` in its letters."""
    parts = html.escape(text).split("`")
    if len(parts) % 2 == 0:
        return "`".join(parts)
    return "".join(
        f"<code>{part}</code>" if index % 2 else part
        for index, part in enumerate(parts)
    )


def _table(table: Table) -> str:
    head = "".join(f"<th>{html.escape(column)}" for column in table.columns)
    rows = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell(value))}" for value in row)
        for row in table.rows
    )
    caption = html.escape(table.title)
    return f"<table><caption>{caption}</caption><tr>{head}{rows}</table>"


def _colored(outcome: Outcome) -> str:
    result = outcome.result
    kind = "missing" if result is None else str(result.same).lower()
    return f'<span class="{kind}">{verdict(outcome)}</span>'


def _lasting(seconds: float) -> str:
    """A time for people."""
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
