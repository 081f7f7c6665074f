"""How well the pictures come back, and how dense the voxels behind them are."""

from __future__ import annotations

from collections.abc import Iterator

from tf3d.evaluation.voxels.inference import Inferred


def evaluate_reconstruction(found: Inferred) -> Iterator[tuple[str, float]]:
    """Yields means over all images.

    Args:
      found: of test images.

    Yields:
      "mse/projection" and "mse/picture", squared errors per pixel and channel of the
      projection and of the final picture (equal without a texturizer);
      "voxels/occupied", the share above the default threshold, "voxels/hoyer",
      their sparsity, and "voxels/per_ray", how many occupied ones a ray along x meets
      if it meets any.
    """
    yield "mse/projection", float(found.projection_error.mean())
    yield "mse/picture", float(found.picture_error.mean())
    yield "voxels/occupied", float(found.occupied.mean())
    yield "voxels/hoyer", float(found.voxel_hoyer.mean())
    yield "voxels/per_ray", float(found.per_ray.mean())
