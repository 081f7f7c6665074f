"""Model cards: what a model was trained on, how it measures, where it fails."""

from __future__ import annotations

import json
import pathlib
from typing import Any

from tf3d.files import replacing

CARD_FILE = "card.json"


def write_card(folder: pathlib.Path, card: dict[str, Any]) -> None:
    """Writes a card for programs (card.json) and for people (README.md).

    Args:
      folder: of the model.
      card: "name", "summary", "data", "training", "figures", "license", "limits":
        texts, or dicts of what was measured.

    Raises:
      InputError: if a file cannot be written.
    """
    with replacing(folder / CARD_FILE) as temporary:
        temporary.write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    with replacing(folder / "README.md") as temporary:
        temporary.write_text(_as_markdown(card), encoding="utf-8")


def _as_markdown(card: dict[str, Any]) -> str:
    lines = [f"# {card.get('name', 'model')}", ""]
    for key, value in card.items():
        if key == "name":
            continue
        if key == "summary":
            lines += [str(value), ""]
            continue
        lines += [f"## {key.capitalize()}", ""]
        if isinstance(value, dict):
            lines += [f"| {key} | |", "|---|---|"]
            lines += [f"| {name} | {_plain(part)} |" for name, part in value.items()]
        elif isinstance(value, list):
            lines += [f"- {_plain(part)}" for part in value]
        else:
            lines += [_plain(value)]
        lines += [""]
    return "\n".join(lines).rstrip() + "\n"


def _plain(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, dict):
        return ", ".join(f"{key} {_plain(part)}" for key, part in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(_plain(part) for part in value)
    return str(value)
