"""Learning rates, and how far a run is that has so many minutes."""

from __future__ import annotations

import math

from tf3d.training.config import PhaseConfig


def position(
    steps: int, done: int, seconds: float = 0.0, minutes: float | None = None
) -> float:
    """How far a stretch of training is, counted in its steps.

    Args:
      steps: of the whole.
      done: of them.
      seconds: that these took.
      minutes: for the whole; None lets the steps alone count. Of steps and time, what
        is further along does.
    """
    if minutes is None:
        return done
    return max(done, steps * min(1.0, seconds / (60 * minutes)))


def learning_rate(phase: PhaseConfig, step: float) -> float:
    """The rate at a step of a phase: linear warm-up, constant, cosine to zero.

    Args:
      phase: see `PhaseConfig`.
      step: counted from 0 within the phase; a `position` need not be whole.
    """
    rate = phase.rate
    if step < phase.warmup:
        rate *= (step + 1) / phase.warmup
    decay = phase.steps * phase.decay
    left = phase.steps - step
    if decay and left < decay:
        rate *= 0.5 - 0.5 * math.cos(math.pi * max(left, 0) / decay)
    return rate
