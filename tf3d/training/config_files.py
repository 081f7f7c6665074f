"""Reads YAML configs of any kind, and lays settings over them."""

from __future__ import annotations

import pathlib
from collections.abc import Sequence
from typing import Any, TypeVar

import pydantic
import yaml

from tf3d.errors import InputError
from tf3d.resources import resource_folder

Config = TypeVar("Config", bound=pydantic.BaseModel)


def config_path(name: str) -> pathlib.Path:
    """A file, or the config of that name that comes with the package."""
    path = pathlib.Path(name)
    if path.is_file():
        return path
    shipped = resource_folder("configs") / f"{name.removesuffix('.yaml')}.yaml"
    if shipped.exists():
        return shipped
    raise InputError(f"There is no config file {name}.")


def read_content(name: str) -> dict[str, Any]:
    """A config file's keys and values.

    Raises:
      InputError: if it cannot be read or holds something else.
    """
    path = config_path(name)
    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(f"Cannot read the config {path}: {error}.") from error
    if not isinstance(loaded, dict):
        raise InputError(f"{path}: expected keys and values at the top.")
    return loaded


def validated(
    kind: type[Config],
    content: dict[str, Any],
    settings: Sequence[str] = (),
    origin: str = "the settings",
) -> Config:
    """Makes a config of its content.

    Args:
      kind: the config's class.
      content: keys and values; changed by the settings.
      settings: "key=value", with dots between nested keys and numbers into lists, such
        as "data.reuse=4" or "phases.0.steps=500"; values are YAML.
      origin: names the content in messages.

    Raises:
      InputError: naming the key that is unknown or the value of the wrong type.
    """
    try:
        defaults = kind().model_dump(mode="json")
    except pydantic.ValidationError:  # a kind that has none
        defaults = {}
    for setting in settings:
        apply_setting(content, setting, defaults)
    try:
        return kind.model_validate(content)
    except pydantic.ValidationError as error:
        raise InputError(_explain(error, origin)) from error


def apply_setting(
    content: dict[str, Any], setting: str, defaults: dict[str, Any] | None = None
) -> None:
    """Changes nested content as "key.key=value" says.

    Args:
      content: changed in place.
      setting: "key=value".
      defaults: whose lists are changed where the content leaves them out.

    Raises:
      InputError: if the setting is not of that form, or leads nowhere.
    """
    key, equals, value = setting.partition("=")
    if not equals or not key:
        raise InputError(f"Expected key=value. Received: {setting!r}")
    try:
        parsed = yaml.safe_load(value)
    except yaml.YAMLError as error:
        raise InputError(f"{setting!r}: the value is not valid YAML.") from error
    if isinstance(parsed, str):
        # YAML 1.1 takes 1e-4 for text.
        try:
            parsed = float(parsed)
        except ValueError:
            pass
    *parents, last = key.split(".")
    place: Any = content
    default: Any = defaults or {}
    for depth, part in enumerate(parents):
        default = default.get(part) if isinstance(default, dict) else None
        key = _key(place, part, setting, parents[:depth])
        if isinstance(place, dict):
            place.setdefault(key, default if isinstance(default, list) else {})
        if isinstance(place[key], tuple):
            place[key] = list(place[key])
        place = place[key]
    place[_key(place, last, setting, parents)] = parsed


def _key(place: Any, part: str, setting: str, parents: list[str]) -> str | int:
    """A part of a setting's key as the dict or list that it leads into wants it."""
    if isinstance(place, list):
        return _index(part, place, setting)
    if isinstance(place, dict):
        return part
    raise InputError(f"{setting!r}: {parents[-1]!r} holds a single value.")


def _index(part: str, place: list[Any], setting: str) -> int:
    if not part.isdigit() or int(part) >= len(place):
        raise InputError(
            f"{setting!r}: expected a number below {len(place)} instead of {part!r}."
        )
    return int(part)


def _explain(error: pydantic.ValidationError, origin: str) -> str:
    """One sentence a problem, in the user's terms."""
    lines = []
    for problem in error.errors():
        where = ".".join(str(part) for part in problem["loc"])
        if problem["type"] == "extra_forbidden":
            lines.append(f"unknown key {where!r}")
        elif problem["type"] == "missing":
            lines.append(f"missing key {where!r}")
        else:
            message = problem["msg"][0].lower() + problem["msg"][1:]
            if where:
                lines.append(f"{where!r}: {message} (received {problem['input']!r})")
            else:  # a rule between keys: what was received is the whole config
                lines.append(message.removeprefix("value error, "))
    return f"{origin}: " + "; ".join(lines) + "."
