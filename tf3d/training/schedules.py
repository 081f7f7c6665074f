"""Learning rates."""

from __future__ import annotations

import math

from tf3d.training.config import PhaseConfig


def learning_rate(phase: PhaseConfig, step: int) -> float:
    """The rate at a step of a phase: linear warm-up, constant, cosine to zero.

    Args:
      phase: see `PhaseConfig`.
      step: counted from 0 within the phase.
    """
    rate = phase.rate
    if step < phase.warmup:
        rate *= (step + 1) / phase.warmup
    decay = phase.steps * phase.decay
    left = phase.steps - step
    if decay and left < decay:
        rate *= 0.5 - 0.5 * math.cos(math.pi * max(left, 0) / decay)
    return rate
