"""Where the package's data lies: beside its modules, or at a checkout's top level."""

from __future__ import annotations

import pathlib

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
