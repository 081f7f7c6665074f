"""The opponent of adversarial training: a discriminator and its optimiser."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from tf3d.models.picture_discriminator import PictureDiscriminator
from tf3d.training.optimizers import FusedAdam


class Adversary:
    """Judges pictures, learns to, and says how well predictions fool it.

    Losses are the non-saturating ones of Goodfellow et al., 2014: binary
    cross-entropies of the discriminator's answers.

    Args:
      image_size: of the pictures.
      weight: of fooling it, in the network's loss.
      rate: of its own Adam, whose momentum is 0.5 as is usual there.
    """

    def __init__(self, image_size: int, weight: float, rate: float) -> None:
        self.weight = weight
        self.discriminator = PictureDiscriminator(image_size)
        self.discriminator.build()
        self.optimizer = FusedAdam(rate, beta_1=0.5)
        self.optimizer.build(self.discriminator.trainable_variables)

    @property
    def variables(self) -> list[Any]:
        """Of the discriminator and its optimiser: what a checkpoint holds."""
        return [*self.discriminator.variables, *self.optimizer.variables]

    def fooled(self, predicted: Any) -> Any:
        """What the network is to lower, a scalar.

        Args:
          predicted: `[b, size, size, 3]` in about [0, 1].
        """
        return ops.mean(ops.softplus(-self.discriminator(predicted)))

    def mistaken(self, true: Any, predicted: Any) -> Any:
        """What the discriminator is to lower, a scalar.

        Args:
          true: `[b, size, size, 3]` in [0, 1].
          predicted: likewise.
        """
        real, made = self.discriminator(true), self.discriminator(predicted)
        return 0.5 * ops.mean(ops.softplus(-real) + ops.softplus(made))


class States:
    """All that a checkpoint holds beside the network's weights.

    Args:
      optimizer: of the network.
      adversary: of adversarial training; None for none.
    """

    def __init__(
        self, optimizer: keras.optimizers.Optimizer, adversary: Adversary | None = None
    ) -> None:
        self.optimizer, self.adversary = optimizer, adversary

    @property
    def variables(self) -> list[Any]:
        """In a fixed order."""
        own = list(self.optimizer.variables)
        return own if self.adversary is None else [*own, *self.adversary.variables]
