"""What the voxel autoencoders minimise."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from tf3d.models.voxels.aggregate_moments import AggregateMoments
from tf3d.models.voxels.kullback_leibler import KullbackLeibler
from tf3d.models.voxels.prior_matching import PriorMatching
from tf3d.models.voxels.regularizer import Regularizer

OBJECTIVES = ("vae", "beta-vae", "aae", "mu-vae")
BETA = 30.0  # of the β-VAE, Sec. 3.4


class VoxelObjective:
    """Reconstruction plus a regulariser of the codes and of the pose (Table 1, Eq. 3).

    Reconstruction is the squared error summed over an image's pixels, of the projection
    and, where there is one, of the texturizer's picture, averaged over the batch. With
    several pose hypotheses it is the likelihood of their mixture,
    -T · log Σ_h w_h exp(-error_h / T).

    Args:
      kind: "vae", "beta-vae", "aae" or "mu-vae".
      beta: of the β-VAE.
      temperature: T of the mixture.
      balance: weight of KL(batch mean of the weights ‖ uniform): without it all images
        may crowd into one hypothesis.
    """

    def __init__(
        self,
        kind: str = "mu-vae",
        beta: float = BETA,
        temperature: float = 4.0,
        balance: float = 1.0,
    ) -> None:
        if kind not in OBJECTIVES:
            raise ValueError(f"Expected kind in {OBJECTIVES}. Received: kind={kind!r}")
        if temperature <= 0:
            raise ValueError(
                f"Expected temperature > 0. Received: temperature={temperature}"
            )
        self.kind, self.temperature, self.balance = kind, temperature, balance
        self.regularizer = _regularizer(kind, beta)

    # --- the autoencoder's loss ---

    def __call__(self, images: Any, outputs: dict[str, Any]) -> dict[str, Any]:
        """The terms, each a scalar, and their sum "total".

        Args:
          images: `[batch, rows, columns, channels]`.
          outputs: of `VoxelAutoencoder.reconstruct`.
        """
        images = ops.cast(images, "float32")[:, None]
        projection = _squared_error(images, outputs["projection"])
        errors, texture = projection, ops.zeros_like(projection)
        if outputs.get("texture") is not None:
            texture = _squared_error(images, outputs["texture"])
            errors = projection + texture
        responsibility, data, balance = self._mixture(errors, outputs)
        code = self.regularizer.code(outputs["mean"], outputs["log_variance"])
        pose = balance
        if outputs.get("pose_mean") is not None:
            pose = pose + self.regularizer.pose(
                outputs["pose_mean"], outputs["pose_log_variance"]
            )
        return {
            "total": data + code + pose,
            "projection": ops.mean(ops.sum(responsibility * projection, axis=1)),
            "texture": ops.mean(ops.sum(responsibility * texture, axis=1)),
            "code": code,
            "pose": pose,
        }

    def _mixture(self, errors: Any, outputs: dict[str, Any]) -> tuple[Any, Any, Any]:
        """Posterior weights `[batch, hypotheses]`, the data term, the balance term."""
        if errors.shape[1] == 1:
            return ops.ones_like(errors), ops.mean(errors), ops.zeros(())
        log_weights = ops.log_softmax(outputs["logits"], axis=-1)
        joint = log_weights - errors / self.temperature
        data = -self.temperature * ops.mean(ops.logsumexp(joint, axis=1))
        mean = ops.mean(ops.exp(log_weights), axis=0)
        excess = ops.sum(mean * ops.log(mean * errors.shape[1] + 1e-8))
        return ops.softmax(joint, axis=1), data, self.balance * excess

    # --- the discriminator's ---

    def judged(self, outputs: dict[str, Any]) -> Any:
        """What the discriminator sees of a batch, `[batch, width]`; None for nothing.

        The code under the AAE, the azimuth's output of the adversarial pose, or both.
        """
        parts = []
        if self.regularizer.adversarial:
            parts.append(outputs["code"])
        if outputs.get("pose_output") is not None:
            parts.append(outputs["pose_output"])
        return ops.concatenate(parts, axis=-1) if parts else None

    def prior(self, batch: Any, latent: int, pose_outputs: int, seed: Any) -> Any:
        """Samples that `judged` should be like: N(0, I) codes, uniform azimuths.

        Args:
          batch: number of samples.
          latent: width of the code.
          pose_outputs: of an adversarial pose; 0 for the others.
          seed: a `keras.random.SeedGenerator`.
        """
        parts = []
        if self.regularizer.adversarial:
            parts.append(keras.random.normal((batch, latent), seed=seed))
        if pose_outputs:
            shape = (batch, pose_outputs)
            parts.append(keras.random.uniform(shape, -1, 1, seed=seed))
        return ops.concatenate(parts, axis=-1)

    def judged_width(self, latent: int, pose_outputs: int) -> int:
        """The discriminator's input width; 0 if there is nothing to judge."""
        return (latent if self.regularizer.adversarial else 0) + pose_outputs


def _squared_error(images: Any, outputs: Any) -> Any:
    """Σ over pixels and channels, `[batch, hypotheses]`."""
    return ops.sum((ops.cast(outputs, "float32") - images) ** 2, axis=(2, 3, 4))


def _regularizer(kind: str, beta: float) -> Regularizer:
    if kind == "mu-vae":
        return AggregateMoments()
    if kind == "aae":
        return PriorMatching()
    return KullbackLeibler(beta if kind == "beta-vae" else 1.0)
