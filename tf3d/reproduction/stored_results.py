"""Results that come with the package, for runs that lack the model or the data.

The folder `stored` beside this file holds NAME.json and its pictures for each. They
were computed by `tf3d reproduce NAME --store`; each says by which command, when, and
with which models.
"""

from __future__ import annotations

import dataclasses
import datetime
import os
import pathlib
import platform
import shutil
from collections.abc import Collection, Sequence

from tf3d.errors import InputError
from tf3d.files import replacing
from tf3d.reproduction.registry import Origin, Picture, Result
from tf3d.reproduction.writing import read_result, write_result

FOLDER = pathlib.Path(__file__).parent / "stored"


def store_result(
    result: Result,
    models: Sequence[str],
    command: str,
    seconds: float,
    *,
    pictures: bool = True,
) -> pathlib.Path:
    """Writes a result that was just computed, in the place of an older one.

    Args:
      result: computed now.
      models: that went into it, in words.
      command: that makes it anew.
      seconds: that it took.
      pictures: whether its pictures may be passed on.

    Returns:
      The path of its JSON.

    Raises:
      ValueError: if the result is itself a stored one.
      InputError: if the folder cannot be written.
    """
    if result.stored is not None:
        raise ValueError(f"Expected a new result. Received: {result.name}, stored")
    machine = f"{os.cpu_count()} CPU cores, {platform.machine()}"
    today = datetime.date.today().isoformat()
    origin = Origin(command, today, tuple(models), machine, round(seconds, 1))
    kept = _copied(result.pictures, FOLDER) if pictures else ()
    notes = result.notes
    if not pictures and result.pictures:
        notes += ("Its pictures show data that may not be passed on.",)
    whole = dataclasses.replace(result, pictures=kept, notes=notes, stored=origin)
    before = _pictures_of(FOLDER / f"{result.name}.json")
    path = write_result(whole, FOLDER)
    for old in before - {one.path.name for one in kept}:
        (FOLDER / old).unlink(missing_ok=True)
    return path


def stored_result(name: str, out: pathlib.Path, because: str) -> Result | None:
    """A result that comes with the package.

    Args:
      name: of the experiment.
      out: folder that its pictures are copied into.
      because: why it stands in.

    Returns:
      The result, or None if there is none.

    Raises:
      InputError: if the file is damaged, or a picture is missing.
    """
    path = FOLDER / f"{name}.json"
    if not path.is_file():
        return None
    try:
        result = read_result(path)
        if result.name != name or result.stored is None:
            raise InputError(f"{path} is no stored result of {name}.")
        for picture in result.pictures:
            if not picture.path.is_file():
                raise InputError(f"{path} names {picture.path.name}, which is missing.")
    except InputError as error:
        raise InputError(
            f"{error} Store it anew with --store, or install the package again."
        ) from error
    origin = dataclasses.replace(result.stored, because=because)
    pictures = _copied(result.pictures, out)
    return dataclasses.replace(result, pictures=pictures, stored=origin)


def check_names(known: Collection[str]) -> None:
    """Refuses a folder with results of no experiment: a name was changed or misspelt.

    Args:
      known: names of all experiments.

    Raises:
      InputError: naming the file.
    """
    for path in sorted(FOLDER.glob("*.json")):
        if path.stem not in known:
            raise InputError(
                f"{path} is a stored result of no experiment. Remove it, or rename it "
                "to one that `tf3d reproduce --list` names."
            )


def _pictures_of(path: pathlib.Path) -> set[str]:
    """Names of an older result's pictures; none if it is damaged."""
    try:
        return {one.path.name for one in read_result(path).pictures}
    except InputError:
        return set()


def _copied(pictures: Sequence[Picture], folder: pathlib.Path) -> tuple[Picture, ...]:
    copies = []
    for one in pictures:
        with replacing(folder / one.path.name) as temporary:
            shutil.copyfile(one.path, temporary)
        copies.append(Picture(folder / one.path.name, one.caption))
    return tuple(copies)
