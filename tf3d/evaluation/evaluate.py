"""All figures of a multi-view model on held-out shapes: what `tf3d evaluate` prints."""

from __future__ import annotations

import contextlib
import pathlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from tf3d.data.splits import Split
from tf3d.evaluation.baseline import CACHE, NearestNeighbour
from tf3d.evaluation.images import evaluate_images
from tf3d.evaluation.meshes import evaluate_meshes
from tf3d.evaluation.pictures import write_sheet
from tf3d.evaluation.protocol import INPUTS, baseline_sources, find_parts, spread
from tf3d.prediction import Reconstructor
from tf3d.shapes.sources import ShapeSource

MESH_SHAPES = 24

Progress = Callable[[int, int], None]
ProgressFactory = Callable[[str], AbstractContextManager[Progress | None]]


def _silent(title: str) -> AbstractContextManager[Progress | None]:
    del title
    return contextlib.nullcontext()


def evaluate(
    model: Reconstructor,
    data: str,
    source: ShapeSource,
    split: Split | None = None,
    *,
    with_baseline: bool = True,
    baseline: str | None = None,
    shapes: int | None = None,
    mesh_shapes: int = MESH_SHAPES,
    method: str | None = None,
    seed: int = 0,
    cache: pathlib.Path = CACHE,
    workers: int = 2,
    pictures: pathlib.Path | None = None,
    progress: ProgressFactory = _silent,
) -> Iterator[tuple[str, float]]:
    """Yields every figure as (name, value).

    Args:
      model: to measure.
      data: what `open_source` was given.
      source: what it returned.
      split: which shapes are held out; see `protocol.find_parts`.
      with_baseline: whether to search for nearest neighbours.
      baseline: built-in data whose training shapes are searched beside the data's own.
      shapes: at most so many of each part, spread evenly; all by default.
      mesh_shapes: at most so many of each part have their surface fused; 0 for none.
      method: of fusion.
      seed: of backgrounds and surface points.
      cache: folder of the baseline's renderings.
      workers: processes that render them.
      pictures: folder for pictures.
      progress: makes a context that yields a progress function for each stage.

    Yields:
      PART/shapes and PART/… of `evaluate_images`, PART/mesh/shapes and PART/mesh/… of
      `evaluate_meshes`, single objects among them (`distribution.split_figures` sorts
      them out), and baseline/shapes.

    Raises:
      InputError: if nothing is held out.
    """
    parts = find_parts(data, source, split)
    searches = []
    if with_baseline:
        for searched in baseline_sources(data, parts, baseline):
            with progress(f"Rendering {searched.name} to search") as update:
                search = NearestNeighbour(
                    searched,
                    INPUTS,
                    size=model.image_size,
                    cache=cache,
                    workers=workers,
                    progress=update,
                )
                searches.append(search)
        yield "baseline/shapes", float(sum(map(len, searches)))
    for part, held in parts.items():
        if part == "train":
            continue
        chosen = spread(held, shapes).usable()
        yield f"{part}/shapes", float(len(chosen))
        folder = None if pictures is None else pictures / part
        with progress(f"Views of {part} shapes") as update:
            for name, value in evaluate_images(
                model,
                chosen,
                baselines=searches,
                seed=seed,
                pictures=folder,
                progress=update,
            ):
                yield f"{part}/{name}", value
        if folder is not None:
            write_sheet(folder, folder.with_suffix(".png"))
        if mesh_shapes < 1:
            continue
        chosen = spread(chosen, mesh_shapes)
        yield f"{part}/mesh/shapes", float(len(chosen))
        folder = None if pictures is None else pictures / f"{part}-meshes"
        with progress(f"Surfaces of {part} shapes") as update:
            for name, value in evaluate_meshes(
                model,
                chosen,
                method=method,
                seed=seed,
                pictures=folder,
                progress=update,
            ):
                yield f"{part}/mesh/{name}", value
        if folder is not None:
            write_sheet(folder, folder.with_suffix(".png"), "*-network.png")
