"""What the inverse graphics network minimises, on batches where one factor varies."""

from __future__ import annotations

from typing import Any

from keras import ops

from tf3d.models.objectives import MultiViewObjective
from tf3d.models.rivals.inverse_graphics import UNITS


class InverseGraphicsObjective:
    """A variational bound with all units clamped but those of the factor that varies.

    The clamped units take their mean over the batch on the way to the decoder, so that
    only the varying factor's units can tell its pictures apart. On the way back they
    get, in the place of all other gradients, their own distance from that mean, a
    hundredth of it (Kulkarni et al.): the other factors' units learn to be the same for
    all pictures of the batch. The quadratic term here has that gradient; the divergence
    counts for the units that are not clamped.

    Args:
      kl_weight: of the divergence from N(0, I); the squared error is summed over all
        pixels of a picture.
      clamp_weight: the hundredth.
      chroma_weight: 1 in theirs; see `MultiViewObjective`, whose colour term this has.

    Raises:
      ValueError: if one of the first two is negative.
    """

    terms = ("rgb", "kl", "clamp")

    def __init__(
        self,
        kl_weight: float = 0.1,
        clamp_weight: float = 0.01,
        chroma_weight: float = 1.0,
    ) -> None:
        if min(kl_weight, clamp_weight) < 0:
            raise ValueError(
                "Expected weights >= 0. "
                f"Received: kl_weight={kl_weight}, clamp_weight={clamp_weight}"
            )
        self.kl_weight, self.clamp_weight = kl_weight, clamp_weight
        self.colors = MultiViewObjective(chroma_weight=chroma_weight)

    def __call__(
        self, model: Any, inputs: dict[str, Any], targets: dict[str, Any]
    ) -> dict[str, Any]:
        """The terms, each a scalar, and their weighted "total".

        Args:
          model: an `InverseGraphics`.
          inputs: image `[b, 64, 64, 3]`, factor: index in `FACTORS` of what varies.
          targets: rgb `[b, 64, 64, 3]`.
        """
        mean, log_variance = model.distribution(inputs["image"])
        codes = model.sampling(mean, log_variance, training=True)
        # Units by the factor that they are of: 0, 1, 2, 3, 3, 3, ...
        owners = ops.minimum(ops.arange(model.code_width), UNITS)
        active = ops.cast(
            ops.equal(owners, ops.cast(inputs["factor"], "int32")), "float32"
        )
        centre = ops.stop_gradient(ops.mean(codes, axis=0, keepdims=True))
        rgb = model.decode(active * codes + (1 - active) * centre)
        pixels = rgb.shape[1] * rgb.shape[2]
        error = pixels * self.colors.rgb_term(targets["rgb"], rgb)
        apart = (1 - active) * (codes - centre) ** 2
        clamp = ops.mean(ops.sum(apart, axis=1)) / 2
        kl = mean**2 + ops.exp(log_variance) - 1 - log_variance
        kl = ops.mean(ops.sum(active * kl, axis=1)) / 2
        total = error + self.kl_weight * kl + self.clamp_weight * clamp
        return {"total": total, "rgb": error, "kl": kl, "clamp": clamp}
