"""A folder of rendered views: what `tf3d render` writes and training reads.

    DIR/index.json   what was rendered, and the file of each shape, in order
    DIR/NAME.npz     one shape's views: a `Bundle`

The index is written last, so a folder without it is unfinished.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import pathlib
import re
from collections.abc import Callable, Sequence

import numpy as np
import PIL.Image

from tf3d.data.bundles import Bundle, random_bundle
from tf3d.data.workers import map_in_workers
from tf3d.errors import InputError
from tf3d.files import replacing
from tf3d.shapes.sources import ShapeSource

INDEX = "index.json"
FORMAT = "tf3d-views-1"
SHEET_SHAPES, SHEET_VIEWS = 24, 8  # at most, in a contact sheet
GAP = 2  # pixels between its pictures

Progress = Callable[[int, int], None]


@dataclasses.dataclass(frozen=True)
class StoredFolder:
    """What a folder holds.

    Attributes:
      folder: its path.
      names: of the shapes.
      files: of the shapes, relative to the folder.
      skipped: sentences on the shapes left out.
    """

    folder: pathlib.Path
    names: list[str]
    files: list[str]
    skipped: list[str]

    @property
    def paths(self) -> list[pathlib.Path]:
        """The bundles' files."""
        return [self.folder / file for file in self.files]


def render_folder(
    source: ShapeSource,
    folder: str | pathlib.Path,
    *,
    views: int = 24,
    size: int = 128,
    seed: int = 0,
    target_light: str = "studio",
    workers: int = 2,
    progress: Progress = lambda done, total: None,
) -> StoredFolder:
    """Renders every shape of a source from random viewpoints into a folder.

    Args:
      source: of shapes; unusable ones are left out and reported.
      folder: is made where it does not exist, and must not hold another set.
      views: of each shape.
      size: of the pictures.
      seed: of viewpoints and lights; the n-th shape's depend on it and on n alone.
      target_light: "studio" or "random".
      workers: processes; 0 renders in this one.
      progress: called with the number of shapes done and their total.

    Returns:
      What was written.

    Raises:
      InputError: if the folder holds rendered views already or cannot be written, or
        no shape was usable.
    """
    folder = pathlib.Path(folder)
    if (folder / INDEX).exists():
        raise InputError(
            f"The folder {folder} holds rendered views already. "
            "Name another, or delete it."
        )
    files = _file_names(source.names)
    run = functools.partial(
        _render_one, source, folder, files, views, size, seed, target_light
    )
    count, failures = len(source), {}
    progress(0, count)
    for index, failure in enumerate(map_in_workers(run, count, workers, chunk=4)):
        if failure is not None:
            failures[index] = failure
        progress(index + 1, count)
    kept = [index for index in range(count) if index not in failures]
    if not kept:
        raise InputError(
            f"None of the {count} shapes of {source.name} could be rendered: "
            f"{next(iter(failures.values()), 'there is none')}"
        )
    result = StoredFolder(
        folder,
        [source.names[index] for index in kept],
        [files[index] for index in kept],
        list(failures.values()),
    )
    _write_index(result, source.name, views, size, seed, target_light)
    return result


def open_folder(folder: str | pathlib.Path) -> StoredFolder:
    """Reads a folder's index.

    Args:
      folder: that `render_folder` wrote.

    Returns:
      What it holds.

    Raises:
      InputError: if there is no finished set, or a file of it is missing.
    """
    folder = pathlib.Path(folder)
    try:
        index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
        if index["format"] != FORMAT:
            raise ValueError(f"its format is {index['format']}")
        shapes = index["shapes"]
        stored = StoredFolder(
            folder,
            [shape["name"] for shape in shapes],
            [shape["file"] for shape in shapes],
            [],
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"The folder {folder} holds no finished set of rendered views ({error}). "
            "Make one with `tf3d render`."
        ) from error
    missing = [path for path in stored.paths if not path.is_file()]
    if missing:
        raise InputError(
            f"The folder {folder} lacks {len(missing)} of its files, such as "
            f"{missing[0].name}. Render it again with `tf3d render`."
        )
    return stored


def is_stored(folder: str | pathlib.Path) -> bool:
    """Whether a folder is a finished set of rendered views."""
    return (pathlib.Path(folder) / INDEX).is_file()


def write_sheet(stored: StoredFolder, path: str | pathlib.Path) -> None:
    """Writes a contact sheet: a row for each of the first shapes, their first views.

    Args:
      stored: what to show.
      path: of the picture.
    """
    rows = [Bundle.load(file).rgb[:SHEET_VIEWS] for file in stored.paths[:SHEET_SHAPES]]
    size, columns = rows[0].shape[1], max(len(row) for row in rows)
    shape = (len(rows) * (size + GAP) - GAP, columns * (size + GAP) - GAP, 3)
    sheet = np.full(shape, 255, np.uint8)
    for i, row in enumerate(rows):
        for j, picture in enumerate(row):
            top, left = i * (size + GAP), j * (size + GAP)
            sheet[top : top + size, left : left + size] = picture
    with replacing(path) as temporary:
        PIL.Image.fromarray(sheet).save(temporary)


def _render_one(
    source: ShapeSource,
    folder: pathlib.Path,
    files: Sequence[str],
    views: int,
    size: int,
    seed: int,
    target_light: str,
    index: int,
) -> str | None:
    """Writes one shape's file, or says why not."""
    try:
        mesh = source.mesh(index)
    except InputError as error:
        return str(error)
    rng = np.random.default_rng([seed, 2, index])
    bundle = random_bundle(mesh, views, rng, size, target_light)
    bundle.save(folder / files[index])
    return None


def _write_index(
    stored: StoredFolder, data: str, views: int, size: int, seed: int, light: str
) -> None:
    index = {
        "format": FORMAT,
        "data": data,
        "views": views,
        "size": size,
        "seed": seed,
        "target_light": light,
        "shapes": [
            {"name": name, "file": file}
            for name, file in zip(stored.names, stored.files, strict=True)
        ],
        "skipped": stored.skipped,
    }
    with replacing(stored.folder / INDEX) as temporary:
        temporary.write_text(json.dumps(index, indent=1) + "\n", encoding="utf-8")


def _file_names(names: Sequence[str]) -> list[str]:
    """A file name for each shape: its own, made safe and unique."""
    taken: set[str] = set()
    files = []
    for name in names:
        stem = re.sub(r"[^\w.-]+", "_", name).strip("._") or "shape"
        file, number = f"{stem}.npz", 1
        while file.lower() in taken:
            number += 1
            file = f"{stem}-{number}.npz"
        taken.add(file.lower())
        files.append(file)
    return files
