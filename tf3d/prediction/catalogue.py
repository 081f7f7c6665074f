"""The models that ship, and where a model's file lies."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import zipfile
from typing import Any

from tf3d.errors import InputError
from tf3d.resources import resource_folder

MODEL_FILE = "model.keras"
VIEW_FILE = "view.keras"  # beside it, a ViewEstimator of its inputs
CARD_FILE = "card.json"
SAVED_MODEL_FILE = "saved_model.pb"
DEFAULT_MODEL = "multiview-cars"


@dataclasses.dataclass(frozen=True)
class Entry:
    """A model that ships.

    Attributes:
      name: of its folder, as `--model` takes it.
      path: of its `model.keras`.
      card: what `card.json` says: data, figures, licence; empty without one.
    """

    name: str
    path: pathlib.Path
    card: dict[str, Any]


def shipped_models() -> list[Entry]:
    """All models in the package, by name."""
    folder = resource_folder("saved_models")
    paths = sorted(folder.glob(f"*/{MODEL_FILE}")) if folder.is_dir() else []
    return [Entry(path.parent.name, path, _card(path.parent)) for path in paths]


def find_model(name_or_path: str | os.PathLike[str]) -> pathlib.Path:
    """The file of a model.

    Args:
      name_or_path: a shipped model's name, a `.keras` file, a folder that holds
        `model.keras`, as training leaves it, or one that `tf3d export` made: a version
        or the folder of the versions, of which the newest is taken.

    Returns:
      The path of the `.keras` file, or of the SavedModel's folder.

    Raises:
      InputError: if there is none, or it is of another format.
    """
    shipped = {entry.name: entry.path for entry in shipped_models()}
    if str(name_or_path) in shipped:
        return shipped[str(name_or_path)]
    path = pathlib.Path(name_or_path)
    if path.suffix.lower() in (".h5", ".hdf5"):
        raise InputError(
            f"The model {path} is an H5 file, which may run code when it is loaded "
            "(CVE-2025-9905). Save it in the .keras format."
        )
    if path.is_dir():
        path = _model_in(path)
        if path.is_dir():
            return path
    if not path.is_file():
        names = ", ".join(shipped) or "none"
        raise InputError(
            f"There is no model {name_or_path}. Models that ship: {names}. "
            "A folder with model.keras, a .keras file or a SavedModel will do, too."
        )
    if path.suffix.lower() != ".keras" or not zipfile.is_zipfile(path):
        raise InputError(
            f"The file {path} is no model in the .keras format, or it is damaged. "
            "Save it again with model.save('model.keras')."
        )
    return path


def _model_in(folder: pathlib.Path) -> pathlib.Path:
    """The `.keras` file in a folder, or the SavedModel that it is or holds."""
    if (folder / MODEL_FILE).is_file():
        return folder / MODEL_FILE
    if (folder / SAVED_MODEL_FILE).is_file():
        return folder
    versions = [
        int(path.parent.name)
        for path in folder.glob(f"*/{SAVED_MODEL_FILE}")
        if path.parent.name.isdecimal()
    ]
    if versions:
        return folder / str(max(versions))
    raise InputError(
        f"The folder {folder} holds no {MODEL_FILE} and no SavedModel. Name a folder "
        "that training has finished in, one that `tf3d export` made, or a .keras file."
    )


def _card(folder: pathlib.Path) -> dict[str, Any]:
    # A card only informs: a model without a readable one still works.
    try:
        card = json.loads((folder / CARD_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return card if isinstance(card, dict) else {}
