"""Samples of a latent variable, from its mean and variance."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

MEAN_LIMIT = 6.0
LOG_VARIANCE_LIMIT = 1.0


def clip_norm(values: Any, limit: float) -> Any:
    """Shortens vectors to a greatest length; shorter ones stay as they are.

    Args:
      values: `[..., dimensions]`.
      limit: greatest Euclidean norm over the last axis.

    Returns:
      The same shape and directions.

    Raises:
      ValueError: if the limit is not above 0.
    """
    if limit <= 0:
        raise ValueError(f"Expected limit > 0. Received: limit={limit}")
    values = ops.convert_to_tensor(values)
    squares = ops.sum(ops.square(values), axis=-1, keepdims=True)
    # The greater one of the squares, so that no root is taken near 0, where it has no
    # gradient.
    return values * (limit / ops.sqrt(ops.maximum(squares, limit**2)))


def clip_latent(mean: Any, log_variance: Any) -> tuple[Any, Any]:
    """Clips a latent distribution as the µ-VAE does.

    Per sample, ‖µ‖ ≤ 6 √d and ‖log σ²‖ ≤ √d: 26.8 and 4.47 in the 20 dimensions of the
    voxel paper.

    Args:
      mean: `[..., d]`.
      log_variance: `[..., d]`.

    Returns:
      Both, clipped.
    """
    root = mean.shape[-1] ** 0.5
    return (
        clip_norm(mean, MEAN_LIMIT * root),
        clip_norm(log_variance, LOG_VARIANCE_LIMIT * root),
    )


@keras.saving.register_keras_serializable(package="tf3d")
class LatentSampling(keras.layers.Layer):
    """Draws µ + σ·ε, ε ~ N(0, I), in training; gives µ at inference.

    The randomness is apart from µ and σ, so that both have gradients. Runs in float32
    at every dtype policy.

    Args:
      clip: whether to clip both first, by `clip_latent`. The µ-VAE's regulariser wants
        the clipped values too: `clip_latent(mean, log_variance)`.
      seed: of the random numbers; None for a different one each time.

    Input: mean `[batch, d]` and logarithm of the variance `[batch, d]`.

    Output shape: `[batch, d]`.

    Example:

    >>> mean, log_variance = keras.ops.ones((2, 3)), keras.ops.zeros((2, 3))
    >>> sample = LatentSampling(seed=0)(mean, log_variance, training=True)
    >>> tuple(sample.shape)
    (2, 3)
    """

    def __init__(
        self, clip: bool = False, seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(autocast=False, **kwargs)
        self.clip = clip
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, mean: Any, log_variance: Any, training: bool | None = None) -> Any:
        mean, log_variance = (
            ops.cast(ops.convert_to_tensor(x), "float32") for x in (mean, log_variance)
        )
        if len(mean.shape) < 2 or mean.shape[1:] != log_variance.shape[1:]:
            raise ValueError(
                "Expected mean and log_variance of one shape [batch, dimensions]. "
                f"Received: mean.shape={tuple(mean.shape)}, "
                f"log_variance.shape={tuple(log_variance.shape)}"
            )
        if self.clip:
            mean, log_variance = clip_latent(mean, log_variance)
        if not training:
            return mean
        noise = keras.random.normal(ops.shape(mean), seed=self.seed_generator)
        return mean + ops.exp(0.5 * log_variance) * noise

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "clip": self.clip, "seed": self.seed}
