"""Where shapes come from: the built-in generators, mesh files, folders of them, trees.

Every source hands out normalised meshes by index, is picklable (workers get a copy)
and gives each shape a stable name, so that splits can be written down.
"""

from __future__ import annotations

import collections
import dataclasses
import importlib
import pathlib
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from tf3d.errors import InputError
from tf3d.shapes.manifests import (
    FILE_NAME,
    SPLITS,
    Entry,
    Manifest,
    check_axes,
    open_meshes,
    read_manifest,
)
from tf3d.shapes.mesh import Mesh
from tf3d.shapes.shapenet import find_shapenet, is_shapenet

# Module and function of each built-in generator.
_GENERATORS = {
    "cars": ("tf3d.shapes.cars", "generate_car"),
    "chairs": ("tf3d.shapes.chairs", "generate_chair"),
    "airplanes": ("tf3d.shapes.airplanes", "generate_airplane"),
    "cups": ("tf3d.shapes.cups", "generate_cup"),
    "bowls": ("tf3d.shapes.bowls", "generate_bowl"),
    "people": ("tf3d.shapes.people", "generate_person"),
    "buggies": ("tf3d.shapes.buggies", "generate_buggy"),
    "racers": ("tf3d.shapes.racers", "generate_racer"),
}
GENERATORS = tuple(_GENERATORS)
_SINGULAR = {"people": "person", "buggies": "buggy"}  # the others lose their s
DEFAULT_COUNT = 7500
SUFFIXES = (".obj", ".glb", ".gltf", ".dae", ".off", ".ply", ".stl")

# Folders up to this size are read through when they are opened; larger ones when the
# caller asks for it with `usable`.
CHECKED_AT_ONCE = 200
CACHE_BYTES = 256 * 2**20

Progress = Callable[[int, int], None]


class ShapeSource:
    """Shapes by index.

    Attributes:
      name: of the source, for reports.
      names: a stable name for each shape.
      report: sentences on what was left out and why.
    """

    name: str
    names: list[str]
    report: list[str]

    def __len__(self) -> int:
        return len(self.names)

    def mesh(self, index: int, paint_seed: int | None = None) -> Mesh:
        """One shape, normalised: front towards +X, diagonal 1.

        Args:
          index: below `len(self)`.
          paint_seed: repaints the shape; None keeps its own colours.

        Raises:
          InputError: if its file cannot be used.
        """
        raise NotImplementedError

    def subset(self, indices: Sequence[int]) -> ShapeSource:
        """The shapes at `indices`, in that order."""
        raise NotImplementedError

    def indices(self, split: str) -> list[int]:
        """The indices of the shapes in a split that the source itself defines.

        Args:
          split: "train" or "held_out". Nothing is held out where nobody said so.
        """
        if split not in SPLITS:
            raise InputError(f"Unknown split {split!r}. Choose {' or '.join(SPLITS)}.")
        return list(range(len(self))) if split == "train" else []

    def credits(self) -> dict[str, str]:
        """Author and licence by shape name, where known."""
        return {}

    def usable(self, progress: Progress | None = None) -> ShapeSource:
        """The source without the shapes that cannot be used; `report` names them.

        Args:
          progress: called with the number of shapes tried and their total.

        Raises:
          InputError: if none is usable.
        """
        del progress
        return self


class GeneratedShapes(ShapeSource):
    """A built-in generator's shapes; shape i of a seed is the same everywhere.

    Args:
      kind: one of `GENERATORS`.
      count: how many.
      seed: another seed, other shapes.
    """

    def __init__(self, kind: str, count: int = DEFAULT_COUNT, seed: int = 0) -> None:
        self.name = kind
        self.kind = kind
        self.seed = seed
        self.report = []
        self._numbers = list(range(count))
        self.names = [f"{kind}-{seed}-{number:05d}" for number in self._numbers]

    def mesh(self, index: int, paint_seed: int | None = None) -> Mesh:
        words = np.random.SeedSequence([self.seed, self._numbers[index]])
        shape_seed = int(words.generate_state(1, np.uint64)[0])
        module, function = _GENERATORS[self.kind]
        generate = getattr(importlib.import_module(module), function)
        mesh = generate(shape_seed, paint_seed=paint_seed)
        mesh.name = self.names[index]
        return mesh

    def subset(self, indices: Sequence[int]) -> GeneratedShapes:
        result = GeneratedShapes(self.kind, 0, self.seed)
        result._numbers = [self._numbers[index] for index in indices]
        result.names = [self.names[index] for index in indices]
        return result


class MeshFiles(ShapeSource):
    """Shapes from files, read when they are asked for; recent ones stay in memory.

    Args:
      name: of the source.
      paths: one file a shape.
      names: one a shape.
      entries: axes, category, split and credit of each.
      report: what was already left out.
    """

    def __init__(
        self,
        name: str,
        paths: Sequence[pathlib.Path],
        names: Sequence[str],
        entries: Sequence[Entry],
        report: Sequence[str] = (),
    ) -> None:
        self.name = name
        self.paths = list(paths)
        self.names = list(names)
        self.entries = list(entries)
        self.report = list(report)
        self._cache: collections.OrderedDict[str, Mesh] = collections.OrderedDict()
        self._lock = threading.Lock()

    def __getstate__(self) -> dict[str, Any]:
        state = {**self.__dict__, "_cache": collections.OrderedDict()}
        del state["_lock"]
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._lock = threading.Lock()

    def mesh(self, index: int, paint_seed: int | None = None) -> Mesh:
        mesh = self._read(index)
        if paint_seed is None:
            return mesh
        from tf3d.shapes.repaint import repaint

        return repaint(mesh, np.random.default_rng(paint_seed))

    def _read(self, index: int) -> Mesh:
        name = self.names[index]
        with self._lock:
            if name in self._cache:
                self._cache.move_to_end(name)
                return self._cache[name]
        from tf3d.shapes.files import load_mesh

        entry = self.entries[index]
        mesh = load_mesh(self.paths[index], up=entry.up, front=entry.front)
        mesh = mesh.normalized()
        mesh.name = name
        with self._lock:
            self._cache[name] = mesh
            held = sum(map(_size, self._cache.values()))
            while held > CACHE_BYTES and len(self._cache) > 1:
                held -= _size(self._cache.popitem(last=False)[1])
        return mesh

    def subset(self, indices: Sequence[int]) -> MeshFiles:
        return MeshFiles(
            self.name,
            [self.paths[index] for index in indices],
            [self.names[index] for index in indices],
            [self.entries[index] for index in indices],
            self.report,
        )

    def indices(self, split: str) -> list[int]:
        super().indices(split)
        return [i for i, entry in enumerate(self.entries) if entry.split == split]

    def credits(self) -> dict[str, str]:
        pairs = zip(self.names, self.entries, strict=True)
        return {name: entry.credit for name, entry in pairs if entry.credit}

    def usable(self, progress: Progress | None = None) -> MeshFiles:
        good, problems = [], []
        for index in range(len(self)):
            try:
                self._read(index)
                good.append(index)
            except InputError as error:
                problems.append(f"skipped: {error}")
            if progress is not None:
                progress(index + 1, len(self))
        if not good:
            raise InputError(
                f"{self.name}: none of its {len(self)} mesh files is usable. "
                f"The first one, {problems[0]}"
            )
        result = self.subset(good)
        result._cache = self._cache
        result.report = self.report + problems
        return result


def _size(mesh: Mesh) -> int:
    arrays = [mesh.vertices, mesh.faces, mesh.face_colors, *mesh.textures]
    if mesh.uv is not None:
        arrays.append(mesh.uv)
    return sum(array.nbytes for array in arrays)


def open_source(
    data: str | pathlib.Path,
    *,
    category: str | None = None,
    count: int | None = None,
    seed: int = 0,
    up: str | None = None,
    front: float | None = None,
    split: str | None = None,
    progress: Progress | None = None,
) -> ShapeSource:
    """Opens a source of shapes.

    Args:
      data: one of `GENERATORS` (built in), a folder of meshes (with an optional
        `meshes.yaml`, see `tf3d.shapes.manifests`), a ShapeNetCore tree, or a file.
      category: keeps one category of a folder or tree, such as "car" or a synset's
        number.
      count: how many shapes at most; of a generator, how many (default 7,500).
      seed: of the generator.
      up: "x", "y" or "z": the up axis of all files, over what is known of them.
      front: azimuth in degrees of all files' fronts once up is Z, likewise.
      split: "train" or "held_out" keeps that part of a folder that defines splits.
      progress: called with the number of files read through and their total.

    Raises:
      InputError: if there is nothing usable, with what to do.
    """
    check_axes(up, front, "The options")
    if count is not None and count < 1:
        raise InputError(f"Expected a count of at least 1. Received: count={count}")
    if str(data) in GENERATORS:
        return _open_generator(str(data), category, count, seed, split)
    path = pathlib.Path(data)
    if not path.exists():
        raise InputError(
            f"There is no folder or file {path}. Give one, or a built-in source: "
            f"{', '.join(GENERATORS)}."
        )
    if path.is_file():
        source = _open_file(path)
    elif is_shapenet(path):
        models = find_shapenet(path, category)
        source = MeshFiles(str(path), *models)
    else:
        source = _open_folder(path, category)
    if up is not None or front is not None:
        changes = {"up": up, "front": front}
        source.entries = [_changed(entry, changes) for entry in source.entries]
    if split is not None:
        source = source.subset(source.indices(split))
        if not len(source):
            raise InputError(f"{path}: no shape belongs to the split {split}.")
    if count is not None:
        source = source.subset(range(min(count, len(source))))
    return source.usable(progress) if len(source) <= CHECKED_AT_ONCE else source


def _changed(entry: Entry, changes: dict[str, Any]) -> Entry:
    kept = {key: value for key, value in changes.items() if value is not None}
    return dataclasses.replace(entry, **kept)


def _open_generator(
    kind: str, category: str | None, count: int | None, seed: int, split: str | None
) -> ShapeSource:
    if category not in (None, kind, _SINGULAR.get(kind, kind.rstrip("s"))):
        raise InputError(
            f'The built-in source "{kind}" has no category {category!r}. '
            "Leave the category out."
        )
    source = GeneratedShapes(kind, DEFAULT_COUNT if count is None else count, seed)
    if split is not None and not source.indices(split):
        raise InputError(
            f'The built-in source "{kind}" holds nothing out itself: make a split '
            "file, or generate with another seed."
        )
    return source


def _open_file(path: pathlib.Path) -> MeshFiles:
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(
            f"{path}: unknown kind of mesh file. Known: {', '.join(SUFFIXES)}."
        )
    name, entry = path.name, Entry()
    if (listed := _listed_name(path)) is not None:
        name, entry = listed, open_meshes().entry(listed)
    return MeshFiles(path.name, [path], [name], [entry])


def _mesh_files(folder: pathlib.Path) -> Iterator[pathlib.Path]:
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.suffix.lower() in SUFFIXES and path.is_file() and not hidden:
            yield path


def _listed_name(path: pathlib.Path) -> str | None:
    """The name that the open collection knows a file by, wherever it was unpacked."""
    parts = path.resolve().parts
    for start in range(max(0, len(parts) - 6), len(parts) - 2):
        name = "/".join(parts[start:])
        if open_meshes().matches(name):
            return name
    return None


def _open_folder(folder: pathlib.Path, category: str | None) -> MeshFiles:
    files = list(_mesh_files(folder))
    if not files:
        raise InputError(
            f"{folder}: there is no mesh in it or in its subfolders. "
            f"Known files: {', '.join(SUFFIXES)}."
        )
    own = folder / FILE_NAME
    manifest = read_manifest(own) if own.exists() else Manifest([], "")
    paths, names, entries, left_out = [], [], [], 0
    for path in files:
        name = path.relative_to(folder).as_posix()
        entry = manifest.entry(name)
        if not own.exists() and (listed := _listed_name(path)) is not None:
            name, entry = listed, open_meshes().entry(listed)
        if category is not None and category != _category(entry, name, folder):
            continue
        if entry.skip:
            left_out += 1
        else:
            paths.append(path)
            names.append(name)
            entries.append(entry)
    if not paths:
        what = "is left" if category is None else f"is of the category {category!r}"
        raise InputError(
            f"{folder}: none of its {len(files)} meshes {what}. Categories come from "
            f"{FILE_NAME} or from the names of folders."
        )
    report = [f"{left_out} mesh files left out, as listed"] if left_out else []
    return MeshFiles(str(folder), paths, names, entries, report)


def _category(entry: Entry, name: str, folder: pathlib.Path) -> str | None:
    """The manifest's category, else the nearest folder (not train/test) above."""
    if entry.category is not None:
        return entry.category
    above = [folder.resolve().name, *name.split("/")[:-1]]
    folders = [part for part in above if not re.fullmatch("train|test|val", part)]
    return folders[-1] if folders else None
