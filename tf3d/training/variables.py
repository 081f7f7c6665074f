"""Between a backend's arrays and the variables that hold them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def values_of(variables: Sequence[Any]) -> list[Any]:
    """The arrays of variables, where they are."""
    return [variable.value for variable in variables]


def assign_all(variables: Sequence[Any], values: Sequence[Any]) -> None:
    """Makes variables hold arrays; under JAX nothing is copied."""
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
