"""Compiles inner loops with Numba, and keeps the result in the user's cache.

Beside the modules, where Numba would keep it, pip does not find it: after uninstalling,
what is left of the package's folder hides one that is installed with `-e`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numba

from tf3d.resources import cache_folder

Function = Callable[..., Any]


def compiled(function: Function | None = None, **options: Any) -> Function:
    """Decorator: `numba.njit`, cached and without the interpreter's lock.

    `NUMBA_CACHE_DIR` names another place. Where neither can be written, Numba's own
    choice stands.

    Args:
      function: with the decorator bare; else it is called with options alone.
      **options: of `numba.njit`.
    """
    if function is None:
        return lambda function: compiled(function, **options)
    before = numba.config.CACHE_DIR
    if not before:
        # Numba asks for the place here, when it decorates, and not again.
        numba.config.CACHE_DIR = _kernel_folder()
    try:
        return numba.njit(cache=True, nogil=True, **options)(function)
    finally:
        numba.config.CACHE_DIR = before


def _kernel_folder() -> str:
    try:
        return os.fspath(cache_folder() / "kernels")
    except RuntimeError:  # a user without a home
        return ""
