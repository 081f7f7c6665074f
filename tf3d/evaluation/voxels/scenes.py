"""Images with the true shapes behind them."""

from __future__ import annotations

import dataclasses

import numpy as np

from tf3d.data.images import ImageSet
from tf3d.shapes.voxelize import voxelize


@dataclasses.dataclass(frozen=True)
class Scenes:
    """Rendered images and what they show.

    Attributes:
      images: `[n, size, size, channels]` uint8.
      azimuth: `[n]` radians.
      elevation: `[n]` radians.
      kind: `[n]` indices into `kinds`.
      kinds: names.
      voxels: `[m, size, size, size]` bool, each shape with its front towards +x.
      which: `[n]` index of each image's shape.
      names: of the m shapes.
    """

    images: np.ndarray
    azimuth: np.ndarray
    elevation: np.ndarray
    kind: np.ndarray
    kinds: tuple[str, ...]
    voxels: np.ndarray
    which: np.ndarray
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.images)

    @property
    def degrees(self) -> np.ndarray:
        """Azimuths in degrees."""
        return np.degrees(self.azimuth)


def scenes_of(rendered: ImageSet, views: int, seed: int = 0) -> Scenes:
    """Draws some views of each shape of a rendered set, and fills the shapes.

    Args:
      rendered: with `azimuth`, `elevation`, `shape`, `shapes` and labels, as
        `render_set` makes it.
      views: of each shape, at random.
      seed: of the choice.

    Raises:
      ValueError: if the set is not rendered.
    """
    parts = (
        rendered.azimuth,
        rendered.elevation,
        rendered.shape,
        rendered.shapes,
        rendered.labels,
    )
    if any(part is None for part in parts):
        raise ValueError(f"Expected a rendered set. Received: {rendered.name}")
    rng = np.random.default_rng(seed)
    shapes = np.unique(rendered.shape)
    chosen = []
    for shape in shapes:
        places = np.flatnonzero(rendered.shape == shape)
        chosen.append(np.sort(rng.permutation(places)[:views]))
    order = np.concatenate(chosen)
    source = rendered.shapes
    grids = [voxelize(source.mesh(int(index)), rendered.size) for index in shapes]
    return Scenes(
        rendered.images[order],
        np.radians(rendered.azimuth[order].astype(np.float64)),
        np.radians(rendered.elevation[order].astype(np.float64)),
        rendered.labels[order],
        tuple(rendered.names),
        np.stack(grids),
        np.searchsorted(shapes, rendered.shape[order]),
        tuple(source.names[index] for index in shapes),
    )
