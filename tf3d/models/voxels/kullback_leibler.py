"""The regulariser of VAE and β-VAE."""

from __future__ import annotations

from typing import Any

from tf3d.models.voxels.regularizer import Regularizer, divergence


class KullbackLeibler(Regularizer):
    """β · KL(q(z|x) ‖ N(0, I)), of the shape's code and of a pose's latent (Table 1).

    Args:
      beta: 1 for the VAE, 30 for the paper's β-VAE.
    """

    def __init__(self, beta: float = 1.0) -> None:
        if beta < 0:
            raise ValueError(f"Expected beta >= 0. Received: beta={beta}")
        self.beta = beta

    def code(self, mean: Any, log_variance: Any) -> Any:
        return self.beta * divergence(mean, log_variance)
