"""The nearest-neighbour baseline of the multi-view paper (Sec. 4.1), in RGB.

Its task is made as easy as possible: unlike the network it knows the input's viewpoint
and sees no background. It searches the training shapes, rendered from that viewpoint
under the same light, for the picture nearest to the input, and predicts that shape's
rendering from the target viewpoint.
"""

from __future__ import annotations

import functools
import hashlib
import pathlib
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from tf3d.data.workers import map_in_workers
from tf3d.errors import InputError
from tf3d.files import replacing
from tf3d.geometry import IMAGE_SIZE, Views, as_viewpoints
from tf3d.rendering import render_views
from tf3d.shapes.sources import ShapeSource

CACHE = pathlib.Path("runs/cache")
BLOCK = 256  # training pictures compared at a time: 50 MB at 128 px
_PROBES = 3  # shapes whose rendering tells whether a cached file is still right

Progress = Callable[[int, int], None]


def _picture_bytes(
    index: int, source: ShapeSource, viewpoints: np.ndarray, size: int
) -> np.ndarray | None:
    """Renderings `[viewpoints, size, size, 3]` uint8, or None of a broken file."""
    try:
        rgb = render_views(source.mesh(index), viewpoints, size=size).rgb
    except InputError:
        return None
    return np.rint(rgb * 255).astype(np.uint8)


class NearestNeighbour:
    """Finds the training shape that looks most like a picture.

    The renderings are kept in a file of 200 KB a shape and four viewpoints. Its name
    holds a digest of the shapes' names and of some renderings, so that another set,
    generator or renderer gets a file of its own.

    Args:
      source: training shapes only.
      viewpoints: `[v, 3]` of the inputs.
      size: width and height at which pictures are compared.
      cache: folder of the file.
      workers: processes that render; 0 renders in this one.
      progress: called with the number of shapes rendered and their total.
    """

    def __init__(
        self,
        source: ShapeSource,
        viewpoints: ArrayLike,
        *,
        size: int = IMAGE_SIZE,
        cache: pathlib.Path = CACHE,
        workers: int = 2,
        progress: Progress | None = None,
    ) -> None:
        self.source = source
        self.viewpoints = as_viewpoints(viewpoints)
        self.size = size
        path = pathlib.Path(cache) / f"nearest-{self._digest()}.npy"
        if not path.exists():
            self._render(path, workers, progress)
        self._pictures = np.load(path, mmap_mode="r")

    def __len__(self) -> int:
        return len(self.source)

    def _digest(self) -> str:
        digest = hashlib.sha256("\n".join(self.source.names).encode())
        digest.update(repr((self.viewpoints.tolist(), self.size)).encode())
        last = len(self.source) - 1
        for index in sorted({round(f * last / _PROBES) for f in range(_PROBES + 1)}):
            picture = _picture_bytes(index, self.source, self.viewpoints, self.size)
            digest.update(b"broken" if picture is None else picture.tobytes())
        return digest.hexdigest()[:16]

    def _render(
        self, path: pathlib.Path, workers: int, progress: Progress | None
    ) -> None:
        count, views = len(self.source), len(self.viewpoints)
        run = functools.partial(
            _picture_bytes,
            source=self.source,
            viewpoints=self.viewpoints,
            size=self.size,
        )
        with replacing(path) as temporary:
            pictures = np.lib.format.open_memmap(
                temporary, "w+", np.uint8, (views, count, self.size, self.size, 3)
            )
            for index, rendered in enumerate(map_in_workers(run, count, workers)):
                # A broken file becomes a negative of nothing: all black, never near.
                pictures[:, index] = 0 if rendered is None else rendered
                if progress is not None:
                    progress(index + 1, count)
            pictures.flush()
            del pictures

    def find(self, view: int, queries: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
        """The nearest training shape of each picture.

        Args:
          view: index into `viewpoints`: where the pictures were taken from.
          queries: `[n, size, size, 3]` RGB in [0, 1] over plain grey.

        Returns:
          Indices into the source `[n]`, and squared Euclidean distances `[n]`.

        Raises:
          ValueError: if the shape is wrong.
        """
        queries = np.asarray(queries, np.float32)
        if queries.ndim != 4 or queries.shape[1:] != (self.size, self.size, 3):
            raise ValueError(
                f"Expected pictures of shape [n, {self.size}, {self.size}, 3]. "
                f"Received: shape={queries.shape}"
            )
        # Centred on the background's grey, where most pixels then are small numbers.
        queries = queries.reshape(len(queries), -1) - np.float32(0.5)
        squares = np.einsum("nf,nf->n", queries, queries)
        best = np.full(len(queries), np.inf, np.float32)
        index = np.zeros(len(queries), np.int64)
        for start in range(0, len(self), BLOCK):
            block = self._pictures[view, start : start + BLOCK]
            block = block.reshape(len(block), -1).astype(np.float32)
            block /= np.float32(255)
            block -= np.float32(0.5)
            distance = np.einsum("nf,nf->n", block, block) - 2 * (queries @ block.T)
            nearest = distance.argmin(axis=1)
            value = distance[np.arange(len(queries)), nearest]
            better = value < best
            best[better] = value[better]
            index[better] = nearest[better] + start
        return index, np.maximum(best + squares, 0)


def predict_nearest(
    baselines: Sequence[NearestNeighbour],
    inputs: np.ndarray,
    targets: ArrayLike,
    size: int = IMAGE_SIZE,
) -> list[list[Views]]:
    """The baseline's predictions for some shapes.

    Args:
      baselines: the nearest of all their shapes counts; the same viewpoints.
      inputs: `[n, v, size, size, 3]`, each shape from each of those viewpoints.
      targets: `[t, 3]` viewpoints to predict.
      size: of the predictions.

    Returns:
      For each shape and each input, the views from the targets.
    """
    count, views = inputs.shape[:2]
    chosen: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for view in range(views):
        found = [baseline.find(view, inputs[:, view]) for baseline in baselines]
        which = np.argmin([distance for _, distance in found], axis=0)
        for row in range(count):
            key = int(which[row]), int(found[which[row]][0][row])
            chosen.setdefault(key, []).append((row, view))
    results: list[list[Views]] = [[None] * views for _ in range(count)]  # type: ignore
    for (number, index), places in chosen.items():
        mesh = baselines[number].source.mesh(index)
        rendered = render_views(mesh, targets, size=size)
        for row, view in places:
            results[row][view] = rendered
    return results
