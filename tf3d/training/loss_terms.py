"""The loss terms of several steps, left where they are until they are wanted."""

from __future__ import annotations

import math
from typing import Any


class LossTerms:
    """Terms by step.

    To read a term is to wait for its step; a device that computes ahead of the program
    then stands still until the next one is sent.
    """

    def __init__(self) -> None:
        self._steps: list[dict[str, Any]] = []

    def __len__(self) -> int:
        return len(self._steps)

    def add(self, terms: dict[str, Any]) -> None:
        """One step's terms, each a scalar of the backend."""
        self._steps.append(terms)

    def take(self) -> tuple[dict[str, float], int | None]:
        """Waits for the steps, and forgets them.

        Returns:
          Each term's mean, and the number (from 0) of the first step that has one that
          is not finite, or None.
        """
        steps = [
            {name: float(value) for name, value in terms.items()}
            for terms in self._steps
        ]
        self._steps = []
        bad = (
            number
            for number, terms in enumerate(steps)
            if not all(map(math.isfinite, terms.values()))
        )
        names = steps[0] if steps else ()
        means = {
            name: sum(terms[name] for terms in steps) / len(steps) for name in names
        }
        return means, next(bad, None)
