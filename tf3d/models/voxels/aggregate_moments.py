"""The regulariser of the µ-VAE."""

from __future__ import annotations

from typing import Any

from keras import ops

from tf3d.models.voxels.regularizer import Regularizer


class AggregateMoments(Regularizer):
    """|1/B Σ_b Σ_j µ_bj| + |1/B Σ_b Σ_j log σ²_bj| (Table 1, µ-VAE).

    The absolute value comes after the sums: only the batch as a whole is held to the
    prior, so that single codes may spread out. What stops them is a clipping of both
    vectors by their norm.
    """

    clips = True

    def code(self, mean: Any, log_variance: Any) -> Any:
        return _aggregate(mean) + _aggregate(log_variance)


def _aggregate(x: Any) -> Any:
    return ops.abs(ops.mean(ops.sum(x, axis=-1)))
