"""What to serve: a folder, a model's name or file to base paths of SavedModels."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import pathlib
import shutil
import tempfile
from collections.abc import Callable

from tf3d.errors import InputError
from tf3d.prediction.catalogue import MODEL_FILE, find_model, shipped_models
from tf3d.resources import cache_folder, resource_folder
from tf3d.serving.repository import MODEL_NAME
from tf3d.serving.version_folders import version_folders

Export = Callable[[pathlib.Path, pathlib.Path, str], None]


@dataclasses.dataclass
class Sources:
    """What a server follows.

    Attributes:
      models: name -> base paths with numbered versions.
      root: a folder whose subfolders with versions are served, too, or None.
      missing: name -> `model.keras` that has no SavedModel yet.
    """

    models: dict[str, list[pathlib.Path]]
    root: pathlib.Path | None
    missing: dict[str, pathlib.Path]


def find_sources(
    target: str | os.PathLike[str] | None = None, name: str | None = None
) -> Sources:
    """What a command line's FOLDER|NAME means.

    Args:
      target: a folder of models, one model's folder (of numbered SavedModel versions,
        or as training leaves it), a `.keras` file, or the name of a model that ships.
        None for all that ship.
      name: to serve a single model by, in place of its folder's.

    Raises:
      InputError: if there is nothing to serve.
    """
    shipped = {entry.name: entry.path for entry in shipped_models()}
    if target is None:
        folder = resource_folder("saved_models")
        if not folder.is_dir():
            raise InputError("No model ships with this installation: name a folder.")
        return _several(folder)
    if str(target) in shipped:
        return _single(shipped[str(target)].parent, name or str(target))
    path = pathlib.Path(target)
    if not path.is_dir():
        file = find_model(path)  # or says what is wrong
        own = file.stem if file.name != MODEL_FILE else file.resolve().parent.name
        return Sources({}, None, {_valid(name or own): file})
    if (path / "saved_model.pb").is_file() or (path / "saved_model.pbtxt").is_file():
        raise InputError(
            f"The folder {path} is a SavedModel itself. Serve the folder above it, in "
            "which this one is named by its version number, such as 1."
        )
    if version_folders([path]) or (path / MODEL_FILE).is_file():
        return _single(path, name or path.resolve().name)
    if name is not None:
        raise InputError(
            f"The folder {path} holds no versions, so that {name!r} has nothing to "
            "name. Name the folder of one model."
        )
    return _several(path)


def export_missing(
    sources: Sources,
    export: Export | None = None,
    cache: pathlib.Path | None = None,
    announce: Callable[[str], None] = lambda name: None,
) -> list[str]:
    """Makes a SavedModel of every `model.keras` that has none, once.

    What was exported lies in the cache by a digest of the file, so that a model that
    was trained again is exported again.

    Args:
      sources: get the base paths of what was missing.
      export: writes the SavedModel of a `.keras` file to `FOLDER/1`, given both and
        the model's name.
      cache: folder; None for the user's.
      announce: called with a model's name before it is exported.

    Returns:
      Names of the models that were exported now.

    Raises:
      InputError: if the cache cannot be written.
    """
    cache = cache_folder() if cache is None else cache
    exported = []
    for name, file in sources.missing.items():
        with file.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()[:16]
        base = cache / "saved_models" / f"{name}-{digest}"
        if not (base / "1").is_dir():
            announce(name)
            _export_once(file, base, name, export or _export)
            exported.append(name)
        sources.models.setdefault(name, []).append(base)
    sources.missing = {}
    return exported


def _export_once(
    file: pathlib.Path, base: pathlib.Path, name: str, export: Export
) -> None:
    """Exports beside, then renames: who is interrupted leaves no half a version."""
    try:
        base.mkdir(parents=True, exist_ok=True)
        temporary = pathlib.Path(tempfile.mkdtemp(prefix=".export-", dir=base))
    except OSError as error:
        raise InputError(
            f"Cannot write {base}: {error.strerror}. Set XDG_CACHE_HOME to a folder "
            "that can be written."
        ) from error
    try:
        export(file, temporary, name)
        try:
            os.replace(temporary / "1", base / "1")
        except OSError:
            if not (base / "1").is_dir():  # not another server's, a moment earlier
                raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _export(file: pathlib.Path, folder: pathlib.Path, name: str) -> None:
    import tf3d
    from tf3d.export.saved_model import export_saved_model

    network = tf3d.load(file)
    refinement = getattr(network, "photo_refinement", None)
    export_saved_model(network.model, folder, 1, name=name, refinement=refinement)


def _single(folder: pathlib.Path, name: str) -> Sources:
    name = _valid(name)
    sources = Sources({name: [folder]}, None, {})
    if not version_folders([folder]) and (folder / MODEL_FILE).is_file():
        sources.missing[name] = folder / MODEL_FILE
    return sources


def _several(root: pathlib.Path) -> Sources:
    sources = Sources({}, root, {})
    found = False
    for child in sorted(root.iterdir()):
        if not MODEL_NAME.match(child.name):
            continue
        if version_folders([child]):
            found = True
        elif (child / MODEL_FILE).is_file():
            sources.models[child.name] = [child]
            sources.missing[child.name] = child / MODEL_FILE
            found = True
    if not found:
        raise InputError(
            f"The folder {root} holds nothing to serve. Expected one folder per model, "
            f"with numbered SavedModel versions or {MODEL_FILE} in it, or the numbered "
            "versions of one model."
        )
    return sources


def _valid(name: str) -> str:
    if not MODEL_NAME.match(name):
        raise InputError(
            f"A model cannot be served by the name {name!r}: letters, digits, dots, "
            "dashes and underscores only. Give another with --name."
        )
    return name
