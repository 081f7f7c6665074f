"""Where a prediction is written: checked before the work, named after its picture."""

from __future__ import annotations

import collections
import dataclasses
import os
import pathlib
import tempfile
from collections.abc import Mapping, Sequence

from tf3d.errors import InputError

EXTENSIONS = {
    "mesh": (".ply", ".obj", ".glb", ".stl"),
    "cloud": (".ply",),
    "turntable": (".gif", ".mp4"),
    "voxels": (".npy", ".binvox"),
}


@dataclasses.dataclass(frozen=True)
class Outputs:
    """What to write; None leaves it out.

    Attributes:
      mesh: a file in .ply, .obj, .glb or .stl.
      cloud: a file in .ply.
      images: a folder for the predicted pictures.
      turntable: a film in .gif or .mp4.
      voxels: a file in .npy or .binvox.
    """

    mesh: pathlib.Path | None = None
    cloud: pathlib.Path | None = None
    images: pathlib.Path | None = None
    turntable: pathlib.Path | None = None
    voxels: pathlib.Path | None = None

    def any(self) -> bool:
        """Whether anything is to be written."""
        return any(dataclasses.astuple(self))


def check_outputs(outputs: Outputs, inputs: Sequence[pathlib.Path] = ()) -> None:
    """Raises an InputError unless everything can be written, before hours are spent.

    Args:
      outputs: to be checked.
      inputs: the pictures read, which no output may overwrite.

    Raises:
      InputError: if an extension is unknown, a place cannot be written, two outputs are
        one file, or one is among the inputs.
    """
    seen = {path.resolve(): "an input picture" for path in inputs}
    for kind, extensions in EXTENSIONS.items():
        path = getattr(outputs, kind)
        if path is not None:
            check_file(f"--{kind}", path, extensions, seen)
            seen[path.resolve()] = f"the output of --{kind}"
    if outputs.images is not None:
        check_folder("--images", outputs.images)


def check_file(
    option: str,
    path: pathlib.Path,
    extensions: Sequence[str],
    seen: Mapping[pathlib.Path, str] | None = None,
) -> None:
    """Raises an InputError unless a file can be written.

    Args:
      option: that named it, as in "--mesh".
      path: of the file.
      extensions: that it may have.
      seen: resolved paths that it must not have, and what they are.

    Raises:
      InputError: if the extension is unknown, the place cannot be written, or the path
        is among those seen.
    """
    if path.suffix.lower() not in extensions:
        raise InputError(
            f"{option} {path}: unknown extension {path.suffix!r}. "
            f"Use {' or '.join(extensions)}."
        )
    if path.is_dir():
        raise InputError(f"{option} {path}: this is a folder. Name a file.")
    if seen and path.resolve() in seen:
        raise InputError(
            f"{option} {path}: this is {seen[path.resolve()]}, too. "
            "Choose another name."
        )
    _try_folder(path.parent, f"{option} {path}")


def check_folder(option: str, folder: pathlib.Path) -> None:
    """Raises an InputError unless files can be written in a folder.

    Args:
      option: that named it.
      folder: made later if it is missing.

    Raises:
      InputError: if it is a file, or cannot be written.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{option} {folder}: this is a file. Name a folder.")
    _try_folder(folder, f"{option} {folder}")


def name_outputs(outputs: Outputs, inputs: Sequence[pathlib.Path]) -> list[Outputs]:
    """The outputs of each picture.

    One picture has them as they are given. Of several, `car-1.png` gets `out-car-1.ply`
    for `out.ply`, and the folder `DIR/car-1` for `DIR`; pictures of one name get a
    number as well.

    Args:
      outputs: as the user gave them.
      inputs: the pictures.

    Returns:
      One record for each picture.
    """
    if len(inputs) == 1:
        return [outputs]
    count = collections.Counter(path.stem for path in inputs)
    taken: set[str] = set()
    named = []
    for path in inputs:
        stem, number = path.stem, 1
        while stem in taken or (number > 1 and stem in count):
            number += 1
            stem = f"{path.stem}-{number}"
        taken.add(stem)
        files = {
            kind: None if file is None else file.with_stem(f"{file.stem}-{stem}")
            for kind in EXTENSIONS
            for file in [getattr(outputs, kind)]
        }
        images = None if outputs.images is None else outputs.images / stem
        named.append(Outputs(images=images, **files))
    return named


def _try_folder(folder: pathlib.Path, option: str) -> None:
    """Tries whether a file can be made in a folder, or in the nearest that exists."""
    nearest = folder
    while not nearest.exists() and nearest != nearest.parent:
        nearest = nearest.parent
    if not nearest.is_dir():
        raise InputError(f"{option}: {nearest} is no folder. Choose another place.")
    try:
        # Tried, not asked: permissions say nothing of read-only file systems.
        with tempfile.TemporaryFile(dir=nearest):
            pass
    except OSError as error:
        raise InputError(
            f"{option}: cannot write in {os.fspath(nearest)} "
            f"({error.strerror or error}). Choose another place."
        ) from error
