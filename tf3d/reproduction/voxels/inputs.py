"""The pictures that experiments look at, and what sets a model off from the paper's."""

from __future__ import annotations

import pathlib
from collections.abc import Sequence

import numpy as np

from tf3d.data.images import NAMES, ImageSet, open_images
from tf3d.reproduction.models import Facts, Loaded
from tf3d.reproduction.registry import Context, NotPossible

GENERATED = "shapes"  # needs no data folder
USUAL = ("mnist", "fashion_mnist")
PEOPLES = {
    "mnist": "MNIST",
    "fashion_mnist": "Fashion-MNIST",
    "celeb_a": "CelebA",
    "modelnet40": "ModelNet40",
    "shapes": "generated shapes",
}


def image_sets(
    context: Context,
    loaded: Loaded,
    count: int,
    *,
    part: str = "test",
    only: Sequence[str] | None = None,
) -> list[ImageSet]:
    """Opens test pictures of the sets that a model was trained on.

    Args:
      context: whose data the user named; those of the model's own sets that are at hand
        otherwise.
      loaded: the model.
      count: pictures of each set at most.
      part: "test" or "train".
      only: keeps these sets.

    Raises:
      NotPossible: if none is at hand.
    """
    facts, network = loaded.facts, loaded.network
    own = context.data.split("+") if context.data else facts.data or USUAL
    wanted = [name for name in own if only is None or name in only]
    found = []
    for name in wanted:
        folder = _folder(context, name)
        named = context.data is not None
        if name != GENERATED and folder is None and not named:
            continue
        options = {}
        if name == GENERATED and facts.kinds:
            options["kinds"] = facts.kinds
        found.append(
            open_images(
                name,
                folder,
                size=network.image_size,
                channels=network.channels,
                count=count,
                part=part,
                seed=context.seed,
                **options,
            )
        )
    if not found:
        names = wanted or only or own
        raise NotPossible(
            f"It needs pictures of {' or '.join(map(told_set, names))}: name a folder "
            f"that holds {' or '.join(names)} with --data-dir, or let --data fetch "
            "them."
        )
    return found


def told_set(name: str) -> str:
    """A set's name for people."""
    return PEOPLES.get(name, name)


def spread_over_classes(images: ImageSet, count: int) -> np.ndarray:
    """Indices of `count` pictures: the first of each class in turn, then others."""
    if images.labels is None:
        return np.arange(min(count, len(images)))
    places = [np.flatnonzero(images.labels == k) for k in np.unique(images.labels)]
    turns = max(map(len, places))
    order = [part[turn] for turn in range(turns) for part in places if turn < len(part)]
    return np.array(order[:count])


def class_name(images: ImageSet, index: int) -> str:
    """The name of a picture's class; that of its set without one."""
    if images.labels is None or not len(images.names):
        return images.name
    return str(images.names[images.labels[index]])


def notes_on(facts: Facts, **paper: str | bool) -> tuple[str, ...]:
    """A sentence if the model is not of the paper's setting.

    Args:
      facts: of the model.
      **paper: facts of the paper's model.
    """
    if facts.matches(paper) == len(paper):
        return ()
    ours = {key: getattr(facts, key) for key in paper}
    return (f"The paper's model: {_told(paper)}. This one: {_told(ours)}.",)


def decided(verdict: bool, facts: Facts, **decisive: str | bool) -> bool | None:
    """The verdict, or None if the model is not of the setting that it is about."""
    return bool(verdict) if facts.matches(decisive) == len(decisive) else None


def _folder(context: Context, name: str) -> pathlib.Path | None:
    """Where a named set lies; None if it is not there or needs no folder."""
    if context.data_dir is None or name not in NAMES or name == GENERATED:
        return None
    inside = context.data_dir / name
    if inside.is_dir():
        return inside
    return context.data_dir if context.data == name else None


def _told(facts: dict) -> str:
    parts = []
    for key, value in facts.items():
        if value is None or value == ():
            parts.append(f"{key} not known")
        elif isinstance(value, bool):
            parts.append(key if value else f"no {key}")
        elif isinstance(value, tuple):
            parts.append(f"{key} {' + '.join(value)}")
        else:
            parts.append(f"{key} {value}")
    return ", ".join(parts)
