"""Codes that are fitted to their pictures before the decoder learns from them.

What `tf3d.prediction.refinement` finds is not what the encoder would have said, and a
decoder that has seen the encoder's codes alone draws the other sides of a fitted one
less well than it could. Here it learns from what short fits find. The gradient stops
there: through the fit, as Kim et al. have it (ICML 2018), it would cost much more.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from keras import ops

from tf3d.prediction.refinement import Refinement, both_sides

Codes = Callable[[dict[str, Any]], Any]


def fitted_codes(refinement: Refinement, share: float) -> Codes:
    """Builds a function from a batch's inputs to its codes.

    Args:
      refinement: fits them.
      share: of the pairs whose code is fitted, the first of the batch. The others keep
        the encoder's, so that pictures which nothing fits look as before.

    Returns:
      `codes(inputs)`, `[b, width]`, without a gradient; inputs as `ViewPool.draw` gives
      them with `PoolSettings.seen`.
    """

    def codes(inputs: dict[str, Any]) -> Any:
        images = ops.cast(inputs["image"], "float32") / 255
        count = round(share * images.shape[0])
        fitted = refinement.from_where(images[:count], inputs["seen"][:count])
        if count == images.shape[0]:
            return ops.stop_gradient(fitted)
        others = refinement.first_codes(both_sides(images[count:]))
        return ops.stop_gradient(ops.concatenate([fitted, others]))

    return codes
