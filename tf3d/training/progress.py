"""Where a training run is, for who shows it."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass
class Progress:
    """What a run reports every few steps.

    Attributes:
      step: steps done.
      total: steps in all.
      terms: the objective's terms, averaged since the last report.
      samples_per_second: since the last report.
      speeds: further rates a second, by name.
      held_out: errors on held-out data, when they were just measured.
    """

    step: int
    total: int
    terms: dict[str, float]
    samples_per_second: float
    speeds: dict[str, float] = dataclasses.field(default_factory=dict)
    held_out: dict[str, float] | None = None
