"""The numbered folders of a model's base path, and whether their files changed."""

from __future__ import annotations

import dataclasses
import os
import pathlib
from collections.abc import Iterable

MAX_VERSION = 2**63 - 1  # of the protocol's int64


@dataclasses.dataclass(frozen=True)
class VersionPolicy:
    """Which versions to serve: the latest few, unless others are asked for.

    Attributes:
      latest: how many of the newest that load.
      all: every version there is.
      specific: these versions only.
    """

    latest: int = 1
    all: bool = False
    specific: frozenset[int] = frozenset()


def version_folders(
    base_paths: Iterable[pathlib.Path],
) -> dict[int, pathlib.Path]:
    """Version -> folder.

    Args:
      base_paths: of one model. Where two have the same number the first counts; one
        that is not there has no versions. Neither has an empty folder: something is
        about to be put there.

    Raises:
      OSError: if a folder cannot be read.
    """
    found: dict[int, pathlib.Path] = {}
    for base in base_paths:
        try:
            children = sorted(base.iterdir())
        except (FileNotFoundError, NotADirectoryError):
            continue
        for child in children:
            # str.isdigit takes other scripts' digits, too.
            if not (child.name.isascii() and child.name.isdigit()):
                continue
            number = int(child.name) if len(child.name) <= 19 else MAX_VERSION + 1
            if number <= MAX_VERSION and child.is_dir() and any(child.iterdir()):
                found.setdefault(number, child)
    return found


def stamp(folder: pathlib.Path) -> tuple[tuple[str, int, int], ...]:
    """Names, sizes and times of all files below a folder, to see that they changed."""
    entries = []
    for parent, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(parent, name)
            try:
                status = os.stat(path)
            except OSError:  # just removed
                continue
            entries.append((path, status.st_size, status.st_mtime_ns))
    return tuple(sorted(entries))
