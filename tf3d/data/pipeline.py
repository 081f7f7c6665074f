"""From shapes to a tf.data.Dataset of training pairs."""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tf3d.data.bundles import Bundle, render_bundle
from tf3d.data.pool import PoolSettings, ViewPool
from tf3d.errors import InputError
from tf3d.geometry import random_viewpoints, ring_of_viewpoints
from tf3d.rendering import clutter, street
from tf3d.shapes.mesh import Mesh
from tf3d.shapes.reshape import reshape
from tf3d.shapes.sources import ShapeSource

if TYPE_CHECKING:
    import tensorflow as tf

BACKGROUND_SIZE = 1.25  # of the picture: room for random parts
BACKGROUNDS_PER_SHAPE = 2


@dataclasses.dataclass
class LiveRendering:
    """Renders the k-th shape that enters the pool; the same k gives the same views.

    Attributes:
      sources: shapes to train on.
      shares: how often each source is drawn, relative to the others.
      repaint: probability that a shape gets new colours, for each source.
      views: of each shape.
      size: of the pictures.
      target_light: see `render_bundle`.
      backgrounds: photo files; none for generated clutter.
      seed: of all draws.
      input_light: see `render_bundle`.
      ring: whether a shape's views go around it evenly, see `ring_of_viewpoints`.
      reshape: probability that a shape gets other proportions, for each source; none
        for none.
      streets: share of the generated backgrounds that are streets.
    """

    sources: Sequence[ShapeSource]
    shares: Sequence[float]
    repaint: Sequence[float]
    views: int = 16
    size: int = 128
    target_light: str = "studio"
    backgrounds: Sequence[pathlib.Path] = ()
    seed: int = 0
    input_light: str = "random"
    ring: bool = False
    reshape: Sequence[float] = ()
    streets: float = 0.0

    def __call__(self, k: int) -> tuple[Bundle, np.ndarray]:
        rng = np.random.default_rng([self.seed, 0, k])
        mesh = self.mesh(rng)
        draw = ring_of_viewpoints if self.ring else random_viewpoints
        viewpoints = draw(self.views, rng)
        lights = self.target_light, self.input_light
        bundle = render_bundle(mesh, viewpoints, rng, self.size, *lights)
        bundle.name = mesh.name
        pictures = [self._background(rng) for _ in range(BACKGROUNDS_PER_SHAPE)]
        return bundle, np.stack(pictures)

    def mesh(self, rng: np.random.Generator) -> Mesh:
        """Draws a shape."""
        shares = np.asarray(self.shares, float)
        failure: InputError | None = None
        # A file that turns bad in hour three is skipped, not fatal.
        for _ in range(20):
            which = int(rng.choice(len(shares), p=shares / shares.sum()))
            source = self.sources[which]
            index = int(rng.integers(len(source)))
            paint = None
            if rng.random() < self.repaint[which]:
                paint = int(rng.integers(2**31))
            try:
                mesh = source.mesh(index, paint_seed=paint)
                chance = self.reshape[which] if self.reshape else 0.0
                # Without a chance nothing is drawn: all else stays as it was.
                return reshape(mesh, rng) if chance and rng.random() < chance else mesh
            except InputError as error:
                failure = error
        raise failure

    def _background(self, rng: np.random.Generator) -> np.ndarray:
        size = int(np.ceil(self.size * BACKGROUND_SIZE))
        if not self.backgrounds:
            # Without a chance nothing is drawn, as of `reshape`.
            paved = self.streets and rng.random() < self.streets
            return street(rng, size) if paved else clutter(rng, size)
        from PIL import Image

        path = self.backgrounds[rng.integers(len(self.backgrounds))]
        try:
            with Image.open(path) as picture:
                picture = picture.convert("RGB")
                scale = size / min(picture.size) * rng.uniform(1, 1.5)
                width, height = (max(size, round(n * scale)) for n in picture.size)
                left = int(rng.integers(width - size + 1))
                top = int(rng.integers(height - size + 1))
                picture = picture.resize((width, height), Image.Resampling.BILINEAR)
                picture = picture.crop((left, top, left + size, top + size))
                return np.asarray(picture, np.uint8)
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
            # What Pillow raises for damaged pictures.
            return clutter(rng, size)


@dataclasses.dataclass
class StoredViews:
    """The bundles that `tf3d render` wrote, in the place of live rendering.

    Attributes:
      files: `.npz` files of bundles.
      size: of the pictures; those of the files must be this or a multiple of it.
      seed: of all draws.
    """

    files: Sequence[pathlib.Path]
    size: int = 128
    seed: int = 0

    def __call__(self, k: int) -> tuple[Bundle, np.ndarray]:
        rng = np.random.default_rng([self.seed, 0, k])
        path = self.files[rng.integers(len(self.files))]
        bundle = Bundle.load(path)
        if bundle.size % self.size:
            raise InputError(
                f"{path} holds pictures of {bundle.size} px, but training wants "
                f"{self.size}. Render again with --size {self.size}."
            )
        if bundle.size != self.size:
            bundle = bundle.shrunk(bundle.size // self.size)
        size = int(np.ceil(self.size * BACKGROUND_SIZE))
        pictures = [clutter(rng, size) for _ in range(BACKGROUNDS_PER_SHAPE)]
        return bundle, np.stack(pictures)


def dataset(pool: ViewPool, size: int, prefetch: int = 4) -> tf.data.Dataset:
    """A tf.data pipeline over a pool.

    Args:
      pool: draws the batches, from its own position on.
      size: of the pictures.
      prefetch: batches drawn ahead of training.

    Returns:
      An endless dataset of `(inputs, targets)` as `ViewPool.draw` gives them.
    """
    import tensorflow as tf

    count = pool.settings.batch_size

    def spec(shape: tuple[int, ...], dtype: Any) -> tf.TensorSpec:
        return tf.TensorSpec((count, *shape), dtype)

    picture = spec((size, size, 3), tf.uint8)
    inputs = {"image": picture, "viewpoint": spec((3,), tf.float32)}
    if pool.settings.seen:
        inputs["seen"] = spec((3,), tf.float32)
    targets = {
        "rgb": picture,
        "depth": spec((size, size), tf.float16),
        "alpha": spec((size, size), tf.uint8),
    }
    return tf.data.Dataset.from_generator(
        lambda: pool, output_signature=(inputs, targets)
    ).prefetch(prefetch)


__all__ = ["LiveRendering", "PoolSettings", "StoredViews", "ViewPool", "dataset"]
