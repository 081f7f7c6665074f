"""The nearest-neighbour baselines of the multi-view paper (Sec. 4.1).

Their task is made as easy as possible: unlike the network they know the input's
viewpoint and see no background. They search the training shapes, rendered from that
viewpoint under the same light, for the picture nearest to the input, and predict that
shape's rendering from the target viewpoint. Near is what is near in colour, in HOG
descriptors, or in both; the search goes through all shapes and is exact.
"""

from __future__ import annotations

import functools
import hashlib
import pathlib
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from tf3d.data.hog import HogSettings, picture_descriptors
from tf3d.data.workers import map_in_workers
from tf3d.errors import InputError
from tf3d.evaluation.stored_features import StoredFeatures
from tf3d.files import replacing
from tf3d.geometry import IMAGE_SIZE, Views, as_viewpoints
from tf3d.rendering import render_views
from tf3d.shapes.sources import ShapeSource

CACHE = pathlib.Path("runs/cache")
BLOCK = 256  # training pictures compared at a time: 50 MB at 128 px
METRICS = ("hog", "hog+rgb", "rgb")
HOG_SIZE = HogSettings.size  # pixels at which larger pictures are described
# Of the HOG distance beside the colours' in "hog+rgb". The paper's weight is not
# published; this one makes both of about the same size among generated cars.
HOG_WEIGHT = 0.2
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


def _cached_file(
    source: ShapeSource, viewpoints: np.ndarray, size: int, cache: pathlib.Path
) -> pathlib.Path:
    digest = hashlib.sha256("\n".join(source.names).encode())
    digest.update(repr((viewpoints.tolist(), size)).encode())
    last = len(source) - 1
    for index in sorted({round(f * last / _PROBES) for f in range(_PROBES + 1)}):
        picture = _picture_bytes(index, source, viewpoints, size)
        digest.update(b"broken" if picture is None else picture.tobytes())
    return pathlib.Path(cache) / f"nearest-{digest.hexdigest()[:16]}.npy"


def is_cached(
    source: ShapeSource,
    viewpoints: ArrayLike,
    size: int = IMAGE_SIZE,
    cache: pathlib.Path = CACHE,
) -> bool:
    """Whether all renderings of a `NearestNeighbour` of these settings are at hand."""
    return _cached_file(source, as_viewpoints(viewpoints), size, cache).exists()


def described(pictures: np.ndarray) -> np.ndarray:
    """HOG descriptors as the search compares them.

    Args:
      pictures: `[n, size, size, 3]` RGB in [0, 1]; halved, quartered, ... to
        `HOG_SIZE` where their size allows it.

    Returns:
      `[n, features]` float16: blocks of length 1 at most.
    """
    size = pictures.shape[1]
    if size > HOG_SIZE and size % HOG_SIZE == 0:
        step = size // HOG_SIZE
        shape = (len(pictures), HOG_SIZE, step, HOG_SIZE, step, 3)
        pictures = pictures.reshape(shape).mean(axis=(2, 4))
    return picture_descriptors(pictures).astype(np.float16)


def _describe_stored(index: int, pictures: StoredFeatures) -> np.ndarray:
    """Descriptors `[viewpoints, features]` of one shape's stored renderings."""
    views = [pictures.block(view, index, index + 1) for view in range(pictures.views)]
    return described(np.concatenate(views).astype(np.float32) / 255)


class NearestNeighbour:
    """Finds the training shape that looks most like a picture.

    The renderings are kept in a file of 200 KB a shape and four viewpoints, HOG
    descriptors, once they are asked for, in one of 14 KB. Its name holds a digest of
    the shapes' names and of some renderings, so that another set, generator or renderer
    gets a file of its own. A search reads the file in blocks and holds only one of them
    in memory, however many shapes and viewpoints there are.

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
        path = _cached_file(source, self.viewpoints, size, cache)
        if not path.exists():
            self._render(path, workers, progress)
        self._pictures = StoredFeatures(path)
        self._workers = workers
        self._progress = progress

    def __len__(self) -> int:
        return len(self.source)

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

    @functools.cached_property
    def _descriptors(self) -> StoredFeatures:
        """HOG descriptors of all renderings, made when they are first asked for."""
        pictures = self._pictures
        path = pictures.path.with_name(f"hog-{pictures.path.name}")
        if not path.exists():
            run = functools.partial(_describe_stored, pictures=pictures)
            width = run(0).shape[-1]
            with replacing(path) as temporary:
                found = np.lib.format.open_memmap(
                    temporary, "w+", np.float16, (pictures.views, len(self), width)
                )
                all_shapes = map_in_workers(run, len(self), self._workers)
                for index, descriptors in enumerate(all_shapes):
                    found[:, index] = descriptors
                    if self._progress is not None:
                        self._progress(index + 1, len(self))
                found.flush()
                del found
        return StoredFeatures(path)

    def find(
        self, view: int, queries: ArrayLike, metric: str = "rgb"
    ) -> tuple[np.ndarray, np.ndarray]:
        """The nearest training shape of each picture.

        Args:
          view: index into `viewpoints`: where the pictures were taken from.
          queries: `[n, size, size, 3]` RGB in [0, 1] over plain grey.
          metric: "rgb", "hog", or "hog+rgb".

        Returns:
          Indices into the source `[n]`, and distances `[n]`: squared Euclidean ones of
          colours or descriptors; with both, the root mean square difference of colours
          plus `HOG_WEIGHT` times that of descriptors.

        Raises:
          ValueError: if the shape or the metric is wrong.
        """
        if metric not in METRICS:
            raise ValueError(
                f"Expected a metric of {', '.join(METRICS)}. Received: metric={metric}"
            )
        queries = np.asarray(queries, np.float32)
        if queries.ndim != 4 or queries.shape[1:] != (self.size, self.size, 3):
            raise ValueError(
                f"Expected pictures of shape [n, {self.size}, {self.size}, 3]. "
                f"Received: shape={queries.shape}"
            )
        hog = None
        if "hog" in metric:
            # Rounded as the stored ones are: blocks with little contrast are scaled up.
            hog = described(np.rint(queries * 255) / 255).astype(np.float32)
        # Centred on the background's grey, where most pixels then are small numbers.
        rgb = queries.reshape(len(queries), -1) - np.float32(0.5)
        best = np.full(len(queries), np.inf, np.float32)
        index = np.zeros(len(queries), np.int64)
        for start in range(0, len(self), BLOCK):
            parts = []
            if "rgb" in metric:
                parts.append(self._color_distances(view, start, rgb))
            if hog is not None:
                parts.append(self._hog_distances(view, start, hog))
            distance = parts[0]
            if len(parts) == 2:
                distance = np.sqrt(parts[0] / rgb.shape[1])
                distance += HOG_WEIGHT * np.sqrt(parts[1] / hog.shape[1])
            nearest = distance.argmin(axis=1)
            value = distance[np.arange(len(queries)), nearest]
            better = value < best
            best[better] = value[better]
            index[better] = nearest[better] + start
        return index, best

    def _color_distances(
        self, view: int, start: int, queries: np.ndarray
    ) -> np.ndarray:
        """Squared distances of all queries to a block of pictures, `[n, block]`."""
        block = self._pictures.block(view, start, start + BLOCK)
        block = block.reshape(len(block), -1).astype(np.float32)
        block /= np.float32(255)
        block -= np.float32(0.5)
        return _squared_distances(queries, block)

    def _hog_distances(self, view: int, start: int, queries: np.ndarray) -> np.ndarray:
        block = self._descriptors.block(view, start, start + BLOCK).astype(np.float32)
        distance = _squared_distances(queries, block)
        distance[:, ~block.any(axis=1)] = np.inf  # a broken file has no edge
        return distance


def _squared_distances(queries: np.ndarray, block: np.ndarray) -> np.ndarray:
    distance = np.einsum("nf,nf->n", block, block) - 2 * (queries @ block.T)
    distance += np.einsum("nf,nf->n", queries, queries)[:, None]
    return np.maximum(distance, 0, out=distance)


def predict_nearest(
    baselines: Sequence[NearestNeighbour],
    inputs: np.ndarray,
    targets: ArrayLike,
    size: int = IMAGE_SIZE,
    metric: str = "rgb",
) -> list[list[Views]]:
    """The baseline's predictions for some shapes.

    Args:
      baselines: the nearest of all their shapes counts; the same viewpoints.
      inputs: `[n, v, size, size, 3]`, each shape from each of those viewpoints.
      targets: `[t, 3]` viewpoints to predict.
      size: of the predictions.
      metric: of `NearestNeighbour.find`.

    Returns:
      For each shape and each input, the views from the targets.
    """
    count, views = inputs.shape[:2]
    chosen: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for view in range(views):
        found = [each.find(view, inputs[:, view], metric) for each in baselines]
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
