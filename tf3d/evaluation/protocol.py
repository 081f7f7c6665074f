"""What is measured on: viewpoints, the network's inputs, the shapes of each part."""

from __future__ import annotations

import dataclasses

import numpy as np

from tf3d.data.splits import Split, default_split
from tf3d.errors import InputError
from tf3d.geometry import Views
from tf3d.rendering import BACKGROUND, render_views
from tf3d.shapes.mesh import Mesh
from tf3d.shapes.sources import GENERATORS, ShapeSource, open_source

# Generic angles, spread over the range that the network learns.
INPUTS = np.array(
    [[25.0, 10.0, 2.0], [115.0, 25.0, 2.0], [205.0, 0.0, 2.0], [295.0, 35.0, 2.0]]
)
TARGETS = np.array(
    [[70.0, 20.0, 2.0], [160.0, 0.0, 1.8], [250.0, 30.0, 2.2], [340.0, 10.0, 2.0]]
)
HELD_OUT = "held_out"


@dataclasses.dataclass
class TestShape:
    """One test shape, rendered in the studio's light.

    Attributes:
      index: in its source.
      name: of the shape.
      mesh: the truth.
      inputs: over plain grey, one view for each of `INPUTS`.
      targets: the true views, one for each of `TARGETS`.
    """

    __test__ = False  # no test of pytest's

    index: int
    name: str
    mesh: Mesh
    inputs: Views
    targets: Views


def render_test_shape(source: ShapeSource, index: int, size: int) -> TestShape:
    """Renders a test shape from all viewpoints at which it is measured.

    Args:
      source: of the shape.
      index: of the shape.
      size: of the pictures, pixels.
    """
    mesh = source.mesh(index)
    views = render_views(mesh, np.concatenate([INPUTS, TARGETS]), size=size)
    count = len(INPUTS)
    return TestShape(
        index=index,
        name=source.names[index],
        mesh=mesh,
        inputs=views[:count],
        targets=views[count:],
    )


def over_clutter(views: Views, name: str, seed: int) -> np.ndarray:
    """Views over generated clutter, `[v, size, size, 3]`.

    The background depends on the seed, the name and the view's number alone, so that
    every model and every choice of shapes sees the same pictures.

    Args:
      views: over plain grey.
      name: of the shape.
      seed: of the backgrounds.
    """
    from tf3d.rendering.clutter import clutter
    from tf3d.rendering.compositing import composite

    key = list(name.encode())
    pictures = []
    for view, (rgb, alpha) in enumerate(zip(views.rgb, views.alpha)):
        rng = np.random.default_rng([seed, view, *key])
        covered = np.maximum(alpha, 1e-6)[..., None]
        # The views lie over grey; what is composited is the object's own colour.
        color = (rgb - BACKGROUND * (1 - alpha[..., None])) / covered
        color = np.where(alpha[..., None] > 0, np.clip(color, 0, 1), BACKGROUND)
        background = clutter(rng, views.size * 5 // 4)
        pictures.append(composite(color.astype(np.float32), alpha, background, rng))
    return np.stack(pictures).astype(np.float32) / 255


def cluttered_inputs(shape: TestShape, seed: int) -> np.ndarray:
    """A test shape's inputs `over_clutter`, `[v, size, size, 3]`.

    Args:
      shape: what to show.
      seed: of the backgrounds.
    """
    return over_clutter(shape.inputs, shape.name, seed)


def find_parts(
    data: str, source: ShapeSource, split: Split | None = None
) -> dict[str, ShapeSource]:
    """The shapes to measure on, and those to search, by part.

    Args:
      data: what `open_source` was given.
      source: what it returned.
      split: says the parts; None takes the one that comes with built-in data, and of
        other data what the folder itself holds out.

    Returns:
      "train" and one or both of "normal" and "difficult", or "held_out". "train" is
      missing if the folder has no shape to train on.

    Raises:
      InputError: if nothing is held out.
    """
    if split is None and data in GENERATORS:
        split = default_split(data)
    if split is not None:
        parts = ("train", "normal", "difficult")
        wanted = [part for part in parts if part == "train" or getattr(split, part)]
        return {part: split.subset(source, part) for part in wanted}
    held_out, train = source.indices(HELD_OUT), source.indices("train")
    if not held_out:
        raise InputError(
            f"{data} does not say which of its shapes are held out. Make a split with "
            f"`tf3d split --data {data} --out split.json` before training, and give it "
            "here with --split."
        )
    parts = {"train": source.subset(train)} if train else {}
    return {**parts, HELD_OUT: source.subset(held_out)}


def baseline_sources(
    data: str, parts: dict[str, ShapeSource], baseline: str | None
) -> list[ShapeSource]:
    """The training shapes that the nearest-neighbour baseline searches.

    Args:
      data: what is measured on.
      parts: of it; its own training shapes are always searched.
      baseline: built-in data whose training shapes are searched, too.
    """
    sources = [parts["train"]] if "train" in parts else []
    if baseline is not None and baseline != data:
        other = open_source(baseline)
        if baseline in GENERATORS:
            other = default_split(baseline).subset(other, "train")
        sources.insert(0, other)
    return sources


def spread(source: ShapeSource, count: int | None) -> ShapeSource:
    """At most `count` shapes of a source, spread evenly over it."""
    if count is None or count >= len(source):
        return source
    indices = np.unique(np.linspace(0, len(source) - 1, count).round().astype(int))
    return source.subset(indices.tolist())
