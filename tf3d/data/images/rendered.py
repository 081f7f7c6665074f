"""Image sets that are rendered from shapes, with the true azimuth of each picture."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

import numpy as np

from tf3d.data.images.image_set import ImageSet
from tf3d.data.images.orthographic import VIEWS, azimuths, render_orthographic
from tf3d.data.workers import map_in_workers
from tf3d.errors import InputError
from tf3d.shapes.mesh import Mesh
from tf3d.shapes.sources import ShapeSource

Progress = Callable[[int, int], None]

ELEVATIONS = 0x656C  # keeps the draws apart from others by the same index


class JoinedShapes(ShapeSource):
    """Several sources one after the other.

    Args:
      sources: at least one.
      name: of the whole.
    """

    def __init__(self, sources: Sequence[ShapeSource], name: str) -> None:
        self.sources = list(sources)
        self.name = name
        self.names = [shape for source in sources for shape in source.names]
        self.report = [line for source in sources for line in source.report]
        self._places = [
            (k, i) for k, source in enumerate(sources) for i in range(len(source))
        ]

    def mesh(self, index: int, paint_seed: int | None = None) -> Mesh:
        source, place = self._places[index]
        return self.sources[source].mesh(place, paint_seed)

    def subset(self, indices: Sequence[int]) -> JoinedShapes:
        result = JoinedShapes(self.sources, self.name)
        result.names = [self.names[index] for index in indices]
        result._places = [self._places[index] for index in indices]
        return result


def elevations(index: int, elevation: float | Sequence[float]) -> np.ndarray:
    """Degrees of a shape's views, `[12]` float32.

    Args:
      index: of the shape, which its draws depend on.
      elevation: of all views, or the ends that each is drawn between.

    Raises:
      ValueError: if the elevation is neither, or out of range.
    """
    ends = np.asarray(elevation, np.float64)
    if ends.ndim == 0:
        ends = np.repeat(ends, 2)
    if ends.shape != (2,) or not -90 <= ends[0] <= ends[1] <= 90:
        raise ValueError(
            "Expected an elevation, or two of which the first is not higher, within "
            f"90 degrees. Received: elevation={elevation}"
        )
    rng = np.random.default_rng([ELEVATIONS, index])
    return rng.uniform(*ends, VIEWS).astype(np.float32)


def _render(
    index: int,
    *,
    shapes: ShapeSource,
    elevation: float | Sequence[float],
    size: int,
    channels: int,
) -> np.ndarray | str:
    """One shape's pictures, or why there are none."""
    try:
        mesh = shapes.mesh(index)
    except InputError as error:
        return f"skipped: {error}"
    heights = elevations(index, elevation)
    return render_orthographic(mesh, azimuths(), heights, size=size, channels=channels)


def render_set(
    shapes: ShapeSource,
    labels: Sequence[int],
    names: Sequence[str],
    name: str,
    *,
    size: int = 28,
    channels: int = 1,
    count: int | None = None,
    elevation: float | Sequence[float] = 0.0,
    workers: int = 0,
    progress: Progress = lambda done, total: None,
) -> ImageSet:
    """Renders 12 views of each shape, 30 degrees apart.

    Args:
      shapes: what to render.
      labels: the class of each.
      names: of the classes.
      name: of the set.
      size: of the pictures.
      channels: 1 or 3.
      count: of pictures; the shapes after those that make them up are left out.
      elevation: of all views, degrees; or the ends that each is drawn between.
      workers: processes; 0 renders in this one.
      progress: called with the number of shapes done and their total.

    Returns:
      The pictures in the order of the shapes; shapes that cannot be read are reported
      and left out.

    Raises:
      InputError: if no shape can be read.
      ValueError: if the elevation is out of range.
    """
    total = len(shapes)
    if count is not None:
        total = min(total, -(-count // VIEWS))
    run = functools.partial(
        _render, shapes=shapes, elevation=elevation, size=size, channels=channels
    )
    pictures, kept, report = [], [], list(shapes.report)
    for index, result in enumerate(map_in_workers(run, total, workers)):
        if isinstance(result, str):
            report.append(result)
        else:
            pictures.append(result)
            kept.append(index)
        progress(index + 1, total)
    if not pictures:
        reason = report[-1] if report else "there is none"
        raise InputError(f"{name}: none of its shapes can be rendered; {reason}")
    images = np.concatenate(pictures)[:count]
    shape = np.repeat(np.array(kept, np.int32), VIEWS)[:count]
    return ImageSet(
        images,
        np.asarray(labels, np.int32)[shape],
        tuple(names),
        name,
        azimuth=np.tile(azimuths(), len(kept))[:count],
        elevation=np.concatenate([elevations(i, elevation) for i in kept])[:count],
        shape=shape,
        shapes=shapes,
        report=tuple(report),
    )
