"""What the multi-view network minimises."""

from __future__ import annotations

from typing import Any

from keras import ops

from tf3d.models.multiview import LIMIT, RGB_SCALE

# How far an object's depth can lie from its viewpoint's distance; beyond the half
# diagonal 0.5 nothing is.
DEPTH_SCALE = 0.7


class MultiViewObjective:
    """Weighted sum of a colour, a depth and a coverage term (Eq. 1 of the paper).

    The paper's own: squared colour error summed over channels, plus 0.1 times the
    absolute depth error, both in the network's range ±0.75 and averaged over pixels.

    Args:
      rgb: "squared" as in the paper, or "euclidean", the length of the colour error,
        which is what Table 1 measures.
      chroma_weight: weight of the squared error's part that is not grey. Above 1 it
        ends the saddle at which all predictions are grey.
      depth_weight: λ of Eq. 1.
      mask_weight: of the coverage's binary cross-entropy; 0 for models without.
      masked_depth: whether depth counts on the object alone, scaled by ±0.7 units, or
        everywhere with the background at far, scaled by the model's range.
      depth_range: the model's near and far, for the latter.
      relative_depth: whether they count from the viewpoint's distance.
    """

    terms = ("rgb", "depth", "mask")

    def __init__(
        self,
        rgb: str = "squared",
        chroma_weight: float = 1.0,
        depth_weight: float = 0.1,
        mask_weight: float = 0.0,
        masked_depth: bool = False,
        depth_range: tuple[float, float] = (0.1, 5.0),
        relative_depth: bool = False,
    ) -> None:
        if rgb not in ("squared", "euclidean"):
            raise ValueError(
                f'Expected rgb "squared" or "euclidean". Received: rgb={rgb!r}'
            )
        self.rgb, self.chroma_weight = rgb, chroma_weight
        self.depth_weight, self.mask_weight = depth_weight, mask_weight
        self.masked_depth, self.relative_depth = masked_depth, relative_depth
        self.depth_range = depth_range

    def __call__(
        self, targets: dict[str, Any], outputs: dict[str, Any], viewpoints: Any
    ) -> dict[str, Any]:
        """The terms, each a scalar, and their weighted "total".

        Args:
          targets: rgb `[b, h, w, 3]`, depth `[b, h, w]` (anything outside the object),
            alpha `[b, h, w]`.
          outputs: the same keys.
          viewpoints: `[b, 3]`.
        """
        alpha = ops.cast(targets["alpha"], "float32")
        rgb = self.rgb_term(targets["rgb"], outputs["rgb"])
        depth = self.depth_term(targets["depth"], alpha, outputs["depth"], viewpoints)
        total = rgb + self.depth_weight * depth
        mask = ops.zeros(())
        if self.mask_weight:
            p = ops.clip(outputs["alpha"], 1e-5, 1 - 1e-5)
            mask = -ops.mean(alpha * ops.log(p) + (1 - alpha) * ops.log(1 - p))
            total = total + self.mask_weight * mask
        return {"total": total, "rgb": rgb, "depth": depth, "mask": mask}

    def rgb_term(self, target: Any, output: Any) -> Any:
        error = (ops.cast(output, "float32") - ops.cast(target, "float32")) * RGB_SCALE
        square = ops.sum(error**2, axis=-1)
        if self.chroma_weight != 1:
            grey = 3 * ops.mean(error, axis=-1) ** 2
            square = grey + self.chroma_weight * (square - grey)
        if self.rgb == "squared":
            return ops.mean(square)
        # Smooth at zero, where a length has no gradient.
        return ops.mean(ops.sqrt(square + 1e-4) - 1e-2)

    def depth_term(self, target: Any, alpha: Any, output: Any, viewpoints: Any) -> Any:
        target = ops.cast(target, "float32")
        if self.masked_depth:
            inside = ops.cast(alpha >= 0.5, "float32")
            error = ops.abs(output - target) * inside * (LIMIT / DEPTH_SCALE)
            return ops.mean(error)
        near, far = self.depth_range
        background = far * ops.ones_like(target)
        if self.relative_depth:
            distance = ops.cast(viewpoints, "float32")[:, 2][:, None, None]
            background = background + distance
        target = ops.where(alpha >= 0.5, target, background)
        return ops.mean(ops.abs(output - target)) * (2 * LIMIT / (far - near))
