"""The regulariser of the adversarial autoencoder."""

from __future__ import annotations

from typing import Any

from keras import ops

from tf3d.models.voxels.regularizer import Regularizer, divergence


class PriorMatching(Regularizer):
    """Leaves the shape's code to a discriminator (Table 1, AAE).

    A learned pose's latent variable, which the discriminator does not see, gets the
    KL divergence from N(0, I).
    """

    adversarial = True

    def code(self, mean: Any, log_variance: Any) -> Any:
        return ops.zeros(())

    def pose(self, mean: Any, log_variance: Any) -> Any:
        return divergence(mean, log_variance)
