"""What a `meshes.yaml` says of the meshes in a folder: axes, category, split, credit.

The file is a list of rules. Every rule whose glob matches a mesh applies, later rules
over earlier ones::

    meshes:
      - {match: "cars/*.glb", up: y, front: 0, category: car, credit: "Jane, CC0"}
      - {match: "cars/sedan.glb", split: held_out}
      - {match: "**/*collision*", skip: true}

The same format describes the open collection that the shipped models train on; that
one comes with the package as `open_meshes.yaml`.
"""

from __future__ import annotations

import dataclasses
import functools
import pathlib
import re
from collections.abc import Mapping
from typing import Any

from tf3d.errors import InputError

FILE_NAME = "meshes.yaml"
SPLITS = ("train", "held_out")
_KEYS = {"match", "up", "front", "skip", "category", "split", "credit"}


@dataclasses.dataclass(frozen=True)
class Entry:
    """What is known of one mesh file.

    Attributes:
      up: "x", "y", "z" or "auto" (the file format's own convention).
      front: azimuth in degrees at which the file's front lies once its up axis is Z.
      skip: whether the file is no shape of its own.
      category: such as "car", or None.
      split: "train" or "held_out".
      credit: author and licence, or None.
    """

    up: str = "auto"
    front: float = 0.0
    skip: bool = False
    category: str | None = None
    split: str = "train"
    credit: str | None = None


@functools.lru_cache(maxsize=1024)
def _pattern(glob: str) -> re.Pattern[str]:
    """`*` stays within a folder, `**/` spans any number of them, case is ignored."""
    text = ""
    for piece in re.split(r"(\*\*/|\*\*|\*|\?)", glob):
        text += {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}.get(
            piece, re.escape(piece)
        )
    return re.compile(text + r"\Z", re.IGNORECASE)


class Manifest:
    """The rules of one file.

    Args:
      rules: the list under `meshes:`.
      where: the file's name, for messages.

    Raises:
      InputError: if a rule has an unknown key or an ill value.
    """

    def __init__(self, rules: list[Mapping[str, Any]], where: str) -> None:
        self.rules: list[tuple[str, dict[str, Any]]] = []
        for number, rule in enumerate(rules, 1):
            self.rules.append(_checked(rule, f"{where}, rule {number}"))

    def entry(self, name: str) -> Entry:
        """The rules for a mesh together.

        Args:
          name: the file's path below the manifest's folder, with forward slashes.
        """
        values: dict[str, Any] = {}
        for glob, rule in self.rules:
            if _pattern(glob).match(name):
                values.update(rule)
        return Entry(**values)

    def matches(self, name: str) -> bool:
        """Whether any rule gives the mesh a category, so that it is a listed one."""
        return self.entry(name).category is not None


def _checked(rule: Any, where: str) -> tuple[str, dict[str, Any]]:
    if not isinstance(rule, Mapping) or not isinstance(rule.get("match"), str):
        raise InputError(f'{where}: expected a mapping with a glob as "match".')
    unknown = sorted(set(rule) - _KEYS)
    if unknown:
        raise InputError(
            f"{where}: unknown key {unknown[0]!r}. Known: {', '.join(sorted(_KEYS))}."
        )
    values = {key: value for key, value in rule.items() if key != "match"}
    check_axes(values.get("up"), values.get("front"), where)
    if "front" in values:
        values["front"] = float(values["front"])
    if not isinstance(values.get("skip", False), bool):
        raise InputError(f"{where}: skip is {values['skip']!r}; give true or false.")
    if values.get("split", "train") not in SPLITS:
        raise InputError(
            f"{where}: split is {values['split']!r}; give {' or '.join(SPLITS)}."
        )
    return rule["match"], values


def check_axes(up: Any, front: Any, where: str) -> None:
    """Raises InputError unless `up` names an axis and `front` is an angle.

    Args:
      up: "x", "y", "z", "auto" or None.
      front: degrees or None.
      where: what the values belong to, for the message.
    """
    if up is not None and up not in ("x", "y", "z", "auto"):
        raise InputError(f"{where}: up is {up!r}; give x, y, z or auto.")
    good = isinstance(front, int | float) and not isinstance(front, bool)
    if front is not None and not (good and abs(front) <= 360):
        raise InputError(f"{where}: front is {front!r}; give degrees, -360 to 360.")


def read_manifest(path: pathlib.Path) -> Manifest:
    """Reads a manifest.

    Args:
      path: the YAML file.

    Raises:
      InputError: if it is no such file.
    """
    import yaml

    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"Cannot read {path}: {error.strerror}.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is not valid YAML: {error}.") from error
    rules = content.get("meshes") if isinstance(content, Mapping) else None
    if not isinstance(rules, list):
        raise InputError(f'{path}: expected a list of rules under "meshes:".')
    return Manifest(rules, str(path))


@functools.lru_cache(maxsize=1)
def open_meshes() -> Manifest:
    """The manifest of the open collection, shipped with the package."""
    return read_manifest(pathlib.Path(__file__).with_name("open_meshes.yaml"))
