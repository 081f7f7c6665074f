"""Where the package's data lies, and where it keeps what can be made again."""

from __future__ import annotations

import os
import pathlib
import sys

PACKAGE = pathlib.Path(__file__).resolve().parent


def resource_folder(name: str) -> pathlib.Path:
    """The folder `configs` or `saved_models`.

    Args:
      name: of the folder.

    Returns:
      Its path in the installed package, or in the checkout that the package runs from.
      It may not exist where nothing of the kind ships.
    """
    installed = PACKAGE / name
    checkout = PACKAGE.parent
    if not installed.is_dir() and (checkout / "setup.py").is_file():
        return checkout / name
    return installed


def cache_folder() -> pathlib.Path:
    """Where the user's system keeps what can be made again."""
    home = pathlib.Path.home()
    if os.environ.get("XDG_CACHE_HOME"):
        return pathlib.Path(os.environ["XDG_CACHE_HOME"]) / "tf3d"
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "tf3d"
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA", os.fspath(home / "AppData" / "Local"))
        return pathlib.Path(local) / "tf3d" / "Cache"
    return home / ".cache" / "tf3d"
