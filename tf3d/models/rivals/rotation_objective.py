"""What the recurrent rotation network minimises."""

from __future__ import annotations

from typing import Any

from keras import ops

from tf3d.models.objectives import MultiViewObjective


class RotationObjective:
    """Squared error of the pictures and of their masks, over all steps (Yang et al.).

    Args:
      mask_weight: of the masks' term.
      chroma_weight: 1 in theirs; see `MultiViewObjective`, whose colour term this has.

    Raises:
      ValueError: if the mask's weight is negative.
    """

    terms = ("rgb", "mask")

    def __init__(self, mask_weight: float = 1.0, chroma_weight: float = 1.0) -> None:
        if mask_weight < 0:
            raise ValueError(
                f"Expected mask_weight >= 0. Received: mask_weight={mask_weight}"
            )
        self.mask_weight = mask_weight
        self.colors = MultiViewObjective(chroma_weight=chroma_weight)

    def __call__(
        self, model: Any, inputs: dict[str, Any], targets: dict[str, Any]
    ) -> dict[str, Any]:
        """The terms, each a scalar, and their weighted "total".

        Args:
          model: a `RotationNetwork`.
          inputs: as it takes them.
          targets: rgb `[b, steps, 64, 64, 3]` and alpha `[b, steps, 64, 64]`.
        """
        outputs = model(inputs)
        rgb = self.colors.rgb_term(targets["rgb"], outputs["rgb"])
        mask = ops.mean((outputs["alpha"] - targets["alpha"]) ** 2)
        return {"total": rgb + self.mask_weight * mask, "rgb": rgb, "mask": mask}
