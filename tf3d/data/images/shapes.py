"""Generated shapes of ModelNet's six categories, rendered as ModelNet is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tf3d.data.images.image_set import ImageSet
from tf3d.data.images.rendered import JoinedShapes, render_set
from tf3d.errors import InputError
from tf3d.shapes.sources import GENERATORS, open_source

# In the order of the paper: convex ones, then concave ones.
KINDS = ("airplanes", "cars", "people", "bowls", "chairs", "cups")
SHAPES = {"train": 2000, "test": 240}
# Test shapes come from generators of another seed: none is ever trained on.
_TEST_SEED = 1_000_000


def open_shapes(
    *,
    part: str = "train",
    kinds: Sequence[str] = KINDS,
    seed: int = 0,
    count: int | None = None,
    **options: Any,
) -> ImageSet:
    """Generates shapes and renders 12 views of each.

    Args:
      part: "train" or "test".
      kinds: names of generators; their shapes take turns.
      seed: another seed, other shapes.
      count: of pictures; default 24,000 to train on and 2,880 to test with.
      **options: see `render_set`.

    Raises:
      InputError: if a generator does not exist.
    """
    for kind in kinds:
        if kind not in GENERATORS:
            raise InputError(
                f"There is no generator {kind!r}. Choose {', '.join(GENERATORS)}."
            )
    total = SHAPES[part] if count is None else -(-count // 12)
    each = -(-total // len(kinds))
    own_seed = seed + (_TEST_SEED if part == "test" else 0)
    sources = [open_source(kind, count=each, seed=own_seed) for kind in kinds]
    order = [k * each + i for i in range(each) for k in range(len(kinds))][:total]
    shapes = JoinedShapes(sources, "shapes").subset(order)
    labels = [place // each for place in order]
    return render_set(shapes, labels, kinds, "shapes", count=count, **options)
