"""`tf3d models`: what ships, with its figures."""

from __future__ import annotations

import json
from typing import Any

import click


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the cards as JSON.")
def models(as_json: bool) -> None:
    """List the models that ship, with their figures."""
    from tf3d.prediction.catalogue import shipped_models

    entries = shipped_models()
    if as_json:
        cards = [
            {"name": entry.name, "path": str(entry.path), "card": entry.card}
            for entry in entries
        ]
        click.echo(json.dumps(cards, indent=2))
        return
    if not entries:
        click.echo("No model ships with this installation; `tf3d train` makes one.")
    for entry in entries:
        size = entry.path.stat().st_size / 1e6
        click.echo(f"{entry.name}  ({size:.1f} MB)")
        for key, value in entry.card.items():
            if key == "figures" and isinstance(value, dict):
                for name, figure in value.items():
                    click.echo(f"    {name}: {plain(figure)}")
            elif key != "name":
                click.echo(f"  {key}: {plain(value)}")


def plain(value: Any) -> str:
    """A card's value on one line."""
    if isinstance(value, dict):
        return ", ".join(f"{key} {plain(part)}" for key, part in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(plain(part) for part in value)
    return f"{value:.4g}" if isinstance(value, float) else str(value)
