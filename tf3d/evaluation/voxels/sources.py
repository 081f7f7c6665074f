"""Opens what a voxel model is measured on, by the name that the user gives."""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Callable, Sequence

from tf3d.data.images import NAMES, ImageSet, open_images
from tf3d.data.images.rendered import JoinedShapes, render_set
from tf3d.errors import InputError
from tf3d.evaluation.voxels.scenes import Scenes, scenes_of
from tf3d.shapes.sources import SUFFIXES, open_source

VIEWS = 2  # of each test shape
TEST_SHAPES = 240
VALIDATION_SHAPES = 120
RENDERED_VIEWS = 12
# Categories of mesh folders, and the generators whose shapes are of their kind.
KINDS = {
    "airplane": "airplanes",
    "car": "cars",
    "person": "people",
    "bowl": "bowls",
    "chair": "chairs",
    "cup": "cups",
}
LABELLED = ("mnist", "fashion_mnist")

Progress = Callable[[int, int], None]


@dataclasses.dataclass(frozen=True)
class Measured:
    """What is measured on.

    Attributes:
      test: images that no model was trained on.
      train: labelled images of the same set, or None.
      scenes: views of the test shapes with the truth, or None for plain images.
      validation: the same of other shapes, which choose thresholds and frames.
      report: sentences on what was left out.
    """

    test: ImageSet
    train: ImageSet | None = None
    scenes: Scenes | None = None
    validation: Scenes | None = None
    report: tuple[str, ...] = ()


def open_measured(
    data: str,
    data_dir: str | pathlib.Path | None = None,
    *,
    size: int,
    channels: int,
    count: int | None = None,
    train_count: int | None = None,
    views: int = VIEWS,
    validation_shapes: int = VALIDATION_SHAPES,
    kinds: Sequence[str] | None = None,
    elevation: float | Sequence[float] = 0.0,
    seed: int = 0,
    workers: int = 0,
    progress: Progress = lambda done, total: None,
) -> Measured:
    """Opens test images; of shapes also the truth, and shapes to choose settings on.

    Args:
      data: "mnist", "fashion_mnist", "celeb_a", "modelnet40", "shapes", a folder of
        pictures, or a folder of meshes such as the open collection's.
      data_dir: a local copy of a named set.
      size: of the pictures.
      channels: 1 or 3.
      count: images at most; of shapes, how many of them.
      train_count: images at most whose codes' neighbours are sought; 0 for none.
      views: of each shape.
      validation_shapes: to choose settings on; of generated ones `count` at most.
      kinds: generators of "shapes", or categories of the others.
      elevation: of rendered views, degrees; or the ends that each is drawn between.
      seed: of generated shapes: training's, so that none of these is measured on.
      workers: processes that render.
      progress: called with shapes rendered and their total.

    Raises:
      InputError: if the data are not there or bad.
    """
    if data == "combined" or ("+" in data and not pathlib.Path(data).exists()):
        raise InputError(f"{data}: name one set, and measure each by itself.")
    how = {"size": size, "channels": channels}
    rendering = {"elevation": elevation, "workers": workers, "progress": progress}
    is_meshes = data not in NAMES and _holds_meshes(pathlib.Path(data))
    if data not in ("shapes", "modelnet40") and not is_meshes:
        test = open_images(data, data_dir, part="test", count=count, **how)
        train = None
        if data in LABELLED and train_count != 0:
            train = open_images(data, data_dir, part="train", count=train_count, **how)
        return Measured(test, train)
    if is_meshes:
        test = render_meshes(pathlib.Path(data), count, kinds, **how, **rendering)
    elif data == "shapes":
        named = [KINDS.get(kind, kind) for kind in kinds or ()]
        chosen = {"kinds": named} if named else {}
        pictures = RENDERED_VIEWS * (count or TEST_SHAPES)
        test = open_images(
            data, part="test", count=pictures, seed=seed, **chosen, **how, **rendering
        )
    else:
        pictures = None if count is None else RENDERED_VIEWS * count
        test = open_images(
            data,
            data_dir,
            part="test",
            count=pictures,
            **({} if kinds is None else {"categories": kinds}),
            **how,
            **rendering,
        )
    if data == "shapes":
        validation_shapes = min(validation_shapes, count or validation_shapes)
    known = _validation(data, data_dir, kinds, seed, validation_shapes, how, rendering)
    scenes = scenes_of(test, views, seed)
    return Measured(
        test, None, scenes, scenes_of(known, views, seed), (*test.report, *known.report)
    )


def render_meshes(
    folder: pathlib.Path,
    count: int | None = None,
    categories: Sequence[str] | None = None,
    **how: object,
) -> ImageSet:
    """Renders a folder's meshes of the six categories, or all if there is none.

    Args:
      folder: of meshes.
      count: shapes of each category at most.
      categories: keeps these.
      **how: see `render_set`.

    Returns:
      The pictures, labelled by kind: "cars" for "car", and so on.

    Raises:
      InputError: if no mesh is of these categories or usable.
    """
    found, names = [], []
    for category in categories or KINDS:
        try:
            source = open_source(folder, category=category, count=count)
        except InputError:
            if categories:
                raise
            continue
        found.append(source)
        names.append(KINDS.get(category, category))
    if not found:
        found, names = [open_source(folder, count=count)], [folder.resolve().name]
    labels = [k for k, source in enumerate(found) for _ in range(len(source))]
    joined = JoinedShapes(found, str(folder))
    return render_set(joined, labels, names, str(folder), **how)


def _validation(
    data: str,
    data_dir: str | pathlib.Path | None,
    kinds: Sequence[str] | None,
    seed: int,
    shapes: int,
    how: dict,
    rendering: dict,
) -> ImageSet:
    """Shapes beside the test shapes: generated ones, of ModelNet40 its training's.

    Their seed is of no training: `open_shapes` keeps test seeds apart.
    """
    pictures = RENDERED_VIEWS * shapes
    if data == "modelnet40":
        chosen = {} if kinds is None else {"categories": kinds}
        return open_images(
            data, data_dir, part="train", count=pictures, **chosen, **how, **rendering
        )
    named = [KINDS.get(kind, kind) for kind in kinds or KINDS]
    known = [kind for kind in named if kind in KINDS.values()]
    return open_images(
        "shapes",
        part="test",
        seed=seed + 1,
        count=pictures,
        kinds=known or tuple(KINDS.values()),
        **how,
        **rendering,
    )


def _holds_meshes(path: pathlib.Path) -> bool:
    if not path.is_dir():
        return False
    return any(one.suffix.lower() in SUFFIXES for one in path.rglob("*"))
