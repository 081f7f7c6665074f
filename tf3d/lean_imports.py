"""Keeps Keras from loading libraries that the commands have no use for."""

from __future__ import annotations

import importlib.abc
import sys
from collections.abc import Sequence
from typing import Any

# Keras loads these for notebooks, plots and scikit-learn's interfaces if they are
# there, and Open3D brings them. It does without where they are not.
UNUSED = ("IPython", "matplotlib", "pandas", "sklearn")
LOADERS = ("keras", "tensorflow")


class _Hidden(importlib.abc.MetaPathFinder):
    """Finds `UNUSED` missing, but only while Keras or TensorFlow is being loaded."""

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: Any = None):
        if fullname in UNUSED and any(_is_loading(name) for name in LOADERS):
            raise ModuleNotFoundError(f"{fullname} is left out", name=fullname)
        return None


def _is_loading(name: str) -> bool:
    spec = getattr(sys.modules.get(name), "__spec__", None)
    # Python's own mark of a module whose code has not run to its end.
    return getattr(spec, "_initializing", False)


def leave_unused_out() -> None:
    """Makes the first import of Keras in this process a third shorter.

    For the commands, whose start people wait for. All of `UNUSED` can be imported
    afterwards. Where Keras is loaded already, this does nothing.
    """
    if "keras" in sys.modules or any(isinstance(f, _Hidden) for f in sys.meta_path):
        return
    sys.meta_path.insert(0, _Hidden())
