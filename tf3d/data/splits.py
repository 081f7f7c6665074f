"""Training, normal and difficult shapes: the multi-view paper's split (Sec. 3.3).

Shapes are compared by the HOG descriptors of their renderings from three viewpoints and
clustered; one small cluster, with everything that looks like it, is held out.
"""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from tf3d.data.hog import HogSettings, Progress, all_descriptors, hog_distances
from tf3d.errors import InputError
from tf3d.files import replacing
from tf3d.resources import resource_folder
from tf3d.shapes.sources import ShapeSource

PARTS = ("train", "normal", "difficult")
CLUSTERS = {"chairs": 3}  # one otherwise
FRACTIONS = {"chairs": 136 / 6878}  # of the shapes in the clusters together
FRACTION = 127 / 7166  # Sec. 3.3: 127 normal test cars beside 7,039 others
DIFFICULT = 20
LEAST_SHAPES = 10


@dataclasses.dataclass(frozen=True)
class Split:
    """Which shapes of a source train a model, and which measure it.

    Attributes:
      data: what `open_source` was given.
      normal: names of the held-out cluster's shapes.
      difficult: names of the shapes furthest from it.
      train: names; None for all others.
      seed: of the generator, where there is one.
      count: shapes the split was made from.
      hog: the settings of the comparison.
    """

    data: str
    normal: tuple[str, ...]
    difficult: tuple[str, ...]
    train: tuple[str, ...] | None = None
    seed: int | None = None
    count: int | None = None
    hog: dict[str, Any] = dataclasses.field(default_factory=dict)

    def indices(self, names: Sequence[str], part: str) -> list[int]:
        """Where a part's shapes are in a source.

        Args:
          names: the source's names. It may hold fewer shapes than the split knows.
          part: "train", "normal" or "difficult".

        Raises:
          InputError: if the part is unknown or none of its shapes is there.
        """
        if part not in PARTS:
            raise InputError(f"Unknown part {part!r}. Choose {', '.join(PARTS)}.")
        if part == "train" and self.train is None:
            held_out = {*self.normal, *self.difficult}
            found = [i for i, name in enumerate(names) if name not in held_out]
        else:
            wanted = set(getattr(self, part))
            found = [i for i, name in enumerate(names) if name in wanted]
        if not found:
            made = f", {self.count} shapes" if self.count else ""
            made += f", seed {self.seed}" if self.seed is not None else ""
            raise InputError(
                f'None of the {len(names)} shapes belongs to the part "{part}" of the '
                f"split, which was made for {self.data}{made}. Give the same data, "
                "count and seed, or make a split for these with `tf3d split`."
            )
        return found

    def subset(self, source: ShapeSource, part: str) -> ShapeSource:
        """The shapes of one part of the split; see `indices`."""
        return source.subset(self.indices(source.names, part))


def write_split(
    split: Split, path: str | os.PathLike[str], *, compact: bool = False
) -> None:
    """Writes a split as JSON.

    Args:
      split: what to write.
      path: the file.
      compact: leaves the training shapes out; they are all others then.

    Raises:
      InputError: if the file cannot be written.
    """
    content = dataclasses.asdict(split)
    if compact or split.train is None:
        del content["train"]
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def read_split(path: str | os.PathLike[str]) -> Split:
    """Reads a split.

    Args:
      path: a file that `write_split` wrote, or of the same keys.

    Raises:
      InputError: if it cannot be read or is no split.
    """
    try:
        content = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"Cannot read the split {path}: {error.strerror}.") from error
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is not valid JSON: {error}.") from error
    if not isinstance(content, dict):
        raise InputError(f"{path} is no split: expected a JSON object at the top.")
    known = {field.name for field in dataclasses.fields(Split)}
    if unknown := sorted(set(content) - known):
        raise InputError(
            f"{path}: unknown key {unknown[0]!r}. Known: {', '.join(sorted(known))}."
        )
    if not isinstance(content.get("data"), str):
        raise InputError(f'{path}: expected the name of the shapes under "data".')
    for part in PARTS:
        if part == "train" and content.get("train") is None:
            continue
        names = content.get(part)
        if not isinstance(names, list) or not all(isinstance(n, str) for n in names):
            raise InputError(f'{path}: expected a list of names under "{part}".')
        content[part] = tuple(names)
    for key, kind in (("seed", int), ("count", int), ("hog", dict)):
        if content.get(key) is None:
            content.pop(key, None)
        elif not isinstance(content[key], kind) or isinstance(content[key], bool):
            raise InputError(
                f"{path}: expected {kind.__name__} under {key!r}. "
                f"Received: {content[key]!r}"
            )
    split = Split(**content)
    _check_disjoint(split, path)
    return split


def _check_disjoint(split: Split, path: str | os.PathLike[str]) -> None:
    seen: dict[str, str] = {}
    for part in PARTS:
        for name in getattr(split, part) or ():
            if name in seen:
                raise InputError(
                    f"{path}: {name} is listed twice, under {seen[name]} and {part}."
                )
            seen[name] = part


def has_default_split(name: str) -> bool:
    """Whether a split of a built-in source comes with the package."""
    return _default_path(name).is_file()


def _default_path(name: str) -> pathlib.Path:
    return resource_folder("configs") / f"{name}_split.json"


def default_split(name: str) -> Split:
    """The split of a built-in source that comes with the package.

    Args:
      name: "cars" or "chairs".

    Raises:
      InputError: if there is none of that name.
    """
    path = _default_path(name)
    if not path.is_file():
        raise InputError(
            f"No split comes with {name}. Make one: "
            f"tf3d split --data {name} --out split.json"
        )
    return read_split(path)


def choose_clusters(
    distances: np.ndarray, size: float, clusters: int = 1
) -> list[np.ndarray]:
    """Picks clusters of about the wanted size from the dendrogram.

    Every subtree of the average-linkage dendrogram is a cluster of some cut. Those
    nearest to the wanted size come first; among equals the one that stays apart longest
    (the rise from its own height to its parent's); then the one that formed first. A
    second and third cluster are the next ones that share no member with the first.

    Args:
      distances: `[n, n]`.
      size: wanted number of members of each.
      clusters: how many.

    Returns:
      Each cluster's indices, ascending.
    """
    from scipy.cluster.hierarchy import linkage
    from scipy.spatial.distance import squareform

    count = len(distances)
    tree = linkage(squareform(distances, checks=False), method="average")
    children = tree[:, :2].astype(int)
    sizes = np.concatenate([np.ones(count), tree[:, 3]])
    height = np.concatenate([np.zeros(count), tree[:, 2]])
    apart = np.zeros(2 * count - 1)
    apart[children] = tree[:, 2:3]
    apart -= height
    order = np.lexsort((np.arange(len(sizes)), -apart, np.abs(sizes - size)))
    chosen: list[np.ndarray] = []
    for node in order:
        group = _leaves(int(node), children, count)
        if not any(np.isin(group, other).any() for other in chosen):
            chosen.append(group)
        if len(chosen) == clusters:
            break
    return chosen


def _leaves(node: int, children: np.ndarray, count: int) -> np.ndarray:
    """The shapes below a node of the dendrogram, ascending."""
    waiting, found = [node], []
    while waiting:
        node = waiting.pop()
        if node < count:
            found.append(node)
        else:
            waiting.extend(children[node - count].tolist())
    return np.sort(np.array(found))


def make_split(
    source: ShapeSource,
    *,
    data: str | None = None,
    seed: int | None = None,
    clusters: int | None = None,
    difficult: int = DIFFICULT,
    settings: HogSettings | None = None,
    workers: int = 2,
    progress: Progress | None = None,
) -> Split:
    """Splits shapes as Sec. 3.3 of the multi-view paper does.

    Normal test shapes are one cluster (chairs: three) that together hold the paper's
    part of all shapes, chosen by `choose_clusters`. Difficult ones are the others whose
    mean distance to the normal ones is greatest; at most a tenth of all.

    Args:
      source: at least 10 usable shapes.
      data: recorded as the data's name; the source's own by default.
      seed: recorded; of the generator.
      clusters: how many; 3 for the built-in chairs, 1 otherwise.
      difficult: how many difficult shapes at most.
      settings: of the comparison.
      workers: processes that render; 0 renders in this one.
      progress: called with the number of shapes rendered and their total.

    Raises:
      InputError: if there are too few shapes.
    """
    settings = settings or HogSettings()
    descriptors, usable = all_descriptors(source, settings, workers, progress)
    count = len(usable)
    if count < LEAST_SHAPES:
        raise InputError(
            f"A split needs at least {LEAST_SHAPES} usable shapes. "
            f"{source.name} has {count}."
        )
    clusters = clusters or CLUSTERS.get(source.name, 1)
    distances = hog_distances(descriptors)
    del descriptors
    fraction = FRACTIONS.get(source.name, FRACTION)
    size = max(1.0, count * fraction / clusters)
    normal = np.sort(np.concatenate(choose_clusters(distances, size, clusters)))
    away = distances[:, normal].mean(axis=1)
    away[normal] = -1
    furthest = np.sort(np.argsort(-away, kind="stable")[: min(difficult, count // 10)])
    names = [source.names[index] for index in usable]
    held_out = {*normal.tolist(), *furthest.tolist()}
    return Split(
        data=data or source.name,
        seed=seed,
        count=count,
        train=tuple(name for i, name in enumerate(names) if i not in held_out),
        normal=tuple(names[i] for i in normal),
        difficult=tuple(names[i] for i in furthest),
        hog={**dataclasses.asdict(settings), "clusters": clusters},
    )
