"""What the latent variables' regularisers have in common."""

from __future__ import annotations

from typing import Any

from keras import ops


class Regularizer:
    """Keeps the codes near the prior N(0, I).

    Attributes:
      adversarial: whether a discriminator compares codes with the prior.
      clips: whether the posterior's moments are clipped by their norm.
    """

    adversarial = False
    clips = False

    def code(self, mean: Any, log_variance: Any) -> Any:
        """The term of the shape's posterior, both `[batch, dimensions]`; a scalar."""
        raise NotImplementedError

    def pose(self, mean: Any, log_variance: Any) -> Any:
        """The term of a pose's latent variable, both `[rows, dimensions]`; a scalar."""
        return self.code(mean, log_variance)


def divergence(mean: Any, log_variance: Any) -> Any:
    """KL(N(mean, exp(log_variance)) ‖ N(0, I)), averaged over the batch."""
    terms = mean**2 + ops.exp(log_variance) - 1 - log_variance
    return 0.5 * ops.mean(ops.sum(terms, axis=-1))
