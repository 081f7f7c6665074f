"""Batches in which only one of azimuth, elevation, light and shape varies."""

from __future__ import annotations

import dataclasses

import numpy as np

from tf3d.data.pipeline import LiveRendering
from tf3d.data.pool import Batch, ViewPool
from tf3d.geometry import random_viewpoints
from tf3d.rendering import (
    BACKGROUND,
    Lights,
    Renderer,
    random_lights,
    studio_lights,
)
from tf3d.rendering.compositing import over_plain_into

# How often each varies, in the order of `tf3d.models.rivals.FACTORS`: theirs, since a
# shape has far more units to learn.
RATIO = (1, 1, 1, 10)
DISTANCE = (2.0, 2.0)  # always the same: the code has no unit for it
STUDIO = 0.5  # share of batches whose common light is that of the tests


@dataclasses.dataclass
class FactorViews:
    """One mini-batch.

    Attributes:
      factor: which of the four varies.
      rgb: `[n, size, size, 3]` uint8, over plain grey.
    """

    factor: int
    rgb: np.ndarray

    def __len__(self) -> int:
        return len(self.rgb)


@dataclasses.dataclass
class FactorRendering:
    """Renders the k-th mini-batch; the same k gives the same one.

    Attributes:
      shapes: draws the shapes.
      count: pictures of a mini-batch.
    """

    shapes: LiveRendering
    count: int

    def __call__(self, k: int) -> tuple[FactorViews, np.ndarray]:
        rng = np.random.default_rng([self.shapes.seed, 2, k])
        factor = int(rng.choice(4, p=np.array(RATIO) / sum(RATIO)))
        common = random_viewpoints(1, rng, distance=DISTANCE)
        viewpoints = np.repeat(common, self.count, axis=0)
        if factor < 2:
            free = random_viewpoints(self.count, rng, distance=DISTANCE)
            viewpoints[:, factor] = free[:, factor]
        lights = [_light(rng)] * self.count
        if factor == 2:
            lights = [random_lights(rng) for _ in range(self.count)]
        size = self.shapes.size
        views = FactorViews(factor, np.empty((self.count, size, size, 3), np.uint8))
        renderer = Renderer(self.shapes.mesh(rng), size)
        for index in range(self.count):
            if factor == 3 and index:
                renderer = Renderer(self.shapes.mesh(rng), size)
            renderer.look(viewpoints[index])
            _, alpha = renderer.depth_and_alpha()
            color, _ = renderer.shade(lights[index])
            over_plain_into(color, alpha, np.float32(BACKGROUND), views.rgb[index])
        return views, np.empty(0)


class FactorPool(ViewPool):
    """Draws whole mini-batches of `FactorRendering`; the pool's shapes are these."""

    def _compose_batch(self, rng: np.random.Generator) -> Batch:
        views = self._slots[rng.integers(self._present)]
        factor = np.array(views.factor, np.int32)
        return {"image": views.rgb, "factor": factor}, {"rgb": views.rgb}


def _light(rng: np.random.Generator) -> Lights:
    return studio_lights() if rng.random() < STUDIO else random_lights(rng)
