"""The shapes that the multi-view experiments look at."""

from __future__ import annotations

import pathlib

from tf3d.errors import InputError
from tf3d.evaluation.protocol import find_parts, spread
from tf3d.prediction import Reconstructor
from tf3d.reproduction.registry import Context, NotPossible
from tf3d.shapes.sources import GENERATORS, ShapeSource, open_source


def network(context: Context) -> Reconstructor:
    """The multi-view model.

    Raises:
      NotPossible: if there is none.
    """
    return context.loaded("multi-view", recipe="usual").network


def encoder(context: Context) -> Reconstructor:
    """The multi-view model with the encoder's own codes, of which the paper speaks.

    Raises:
      NotPossible: if there is none.
    """
    return network(context).plain()


def kind(context: Context) -> str:
    """What the model learned from, or shows by its name: "cars" or "chairs"."""
    loaded = context.loaded("multi-view", recipe="usual")
    told = (*loaded.facts.data, loaded.name)
    return "chairs" if "chair" in told[0] else "cars"


def open_parts(
    context: Context, named: str | None = None
) -> tuple[str, dict[str, ShapeSource]]:
    """The data's name for people and its parts: those of `find_parts`.

    Args:
      context: its data, or the generator's shapes of the model's kind.
      named: "cars" or "chairs", in the place of the model's kind.

    Raises:
      NotPossible: if the data say nothing of what is held out.
      InputError: if there are no usable data.
    """
    shown = named or kind(context)
    data = context.data or shown
    source = _open(data, shown)
    try:
        told = data if data in GENERATORS else f"{pathlib.Path(data).name}/"
        return told, find_parts(data, source)
    except InputError as error:
        raise NotPossible(
            f"{data} does not say which of its shapes are held out: list them in its "
            "meshes.yaml under held_out, or leave --data out."
        ) from error


def _open(data: str, kind: str) -> ShapeSource:
    if data in GENERATORS:
        return open_source(data)
    try:
        return open_source(data, category=kind.rstrip("s"))
    except InputError:
        return open_source(data)  # its folders are not named after kinds


def held_out(parts: dict[str, ShapeSource], count: int) -> dict[str, ShapeSource]:
    """Of every part but "train" at most so many usable shapes, spread evenly."""
    return {
        part: spread(source, count).usable()
        for part, source in parts.items()
        if part != "train"
    }


def told_part(part: str) -> str:
    """A part of the data for people."""
    return part.replace("_", " ")


def titled(context: Context, data: str) -> str:
    """A note on what was looked at."""
    return f"Model {network(context).name}; shapes: {data}."
