"""Rendered views of one shape for training: what workers make and files hold."""

from __future__ import annotations

import dataclasses
import pathlib

import numpy as np

from tf3d.errors import InputError
from tf3d.files import UNREADABLE, replacing
from tf3d.geometry import random_viewpoints
from tf3d.rendering import (
    BACKGROUND,
    Renderer,
    foreground,
    random_lights,
    studio_lights,
)
from tf3d.rendering.compositing import over_plain_into
from tf3d.shapes.mesh import Mesh


@dataclasses.dataclass
class Bundle:
    """Several views of one shape; each can be an input and a target.

    Attributes:
      viewpoints: `[v, 3]` float32 azimuth and elevation in degrees, distance.
      front: `[v, size, size, 4]` uint8, the object under random lights with soft edges,
        premultiplied: what is laid over a background to make an input.
      rgb: `[v, size, size, 3]` uint8, the target: under the targets' light, over grey.
      alpha: `[v, size, size]` uint8 coverage of the target.
      depth: `[v, size, size]` float16 planar depth in world units, 0 outside.
      name: of the shape, where rendering is live; files do not hold it.
    """

    viewpoints: np.ndarray
    front: np.ndarray
    rgb: np.ndarray
    alpha: np.ndarray
    depth: np.ndarray
    name: str = ""

    FIELDS = ("viewpoints", "front", "rgb", "alpha", "depth")

    def __len__(self) -> int:
        return len(self.viewpoints)

    @property
    def size(self) -> int:
        """Width and height in pixels."""
        return self.rgb.shape[1]

    def shrunk(self, factor: int) -> Bundle:
        """The same views with a whole number of pixels averaged into one."""
        shape = (len(self), self.size // factor, factor, self.size // factor, factor)

        def mean(array: np.ndarray) -> np.ndarray:
            blocks = array.reshape(*shape, *array.shape[3:]).astype(np.float32)
            return blocks.mean(axis=(2, 4))

        inside = mean(self.depth > 0)
        depth = mean(self.depth) / np.maximum(inside, 1e-6)
        pictures = (
            np.rint(mean(array)).astype(np.uint8)
            for array in (self.front, self.rgb, self.alpha)
        )
        depth = np.where(inside >= 0.5, depth, 0).astype(np.float16)
        return Bundle(self.viewpoints, *pictures, depth)

    def save(self, path: str | pathlib.Path) -> None:
        """Writes the bundle as a compressed `.npz`."""
        with replacing(path) as temporary:
            np.savez_compressed(
                temporary, **{name: getattr(self, name) for name in self.FIELDS}
            )

    @classmethod
    def load(cls, path: str | pathlib.Path) -> Bundle:
        """Reads what `save` wrote.

        Raises:
          InputError: if the file is not such a bundle.
        """
        try:
            # Opened here, since NumPy leaves damaged files open.
            with (
                open(path, "rb") as file,
                np.load(file, allow_pickle=False) as arrays,
            ):
                return cls(**{name: arrays[name] for name in cls.FIELDS})
        except UNREADABLE as error:
            raise InputError(
                f"{path} does not hold rendered views ({error}). "
                "Render it again with `tf3d render`."
            ) from error


def render_bundle(
    mesh: Mesh,
    viewpoints: np.ndarray,
    rng: np.random.Generator,
    size: int = 128,
    target_light: str = "studio",
    input_light: str = "random",
) -> Bundle:
    """Renders a shape for training: each view once, lit twice.

    Args:
      mesh: normalised.
      viewpoints: `[v, 3]`.
      rng: draws the lights and the blurs.
      size: width and height in pixels.
      target_light: "studio", the same for all, or "random" as in the paper.
      input_light: the same of the inputs; "random" in the paper, too.

    Returns:
      A bundle of `v` views.

    Raises:
      ValueError: for another light.
    """
    for name, light in (("target_light", target_light), ("input_light", input_light)):
        if light not in ("studio", "random"):
            raise ValueError(
                f'Expected {name} "studio" or "random". Received: {name}={light!r}'
            )
    renderer = Renderer(mesh, size)
    count = len(viewpoints)
    bundle = Bundle(
        np.asarray(viewpoints, np.float32),
        np.empty((count, size, size, 4), np.uint8),
        np.empty((count, size, size, 3), np.uint8),
        np.empty((count, size, size), np.uint8),
        np.empty((count, size, size), np.float16),
    )
    for index, viewpoint in enumerate(viewpoints):
        renderer.look(viewpoint)
        depth, alpha = renderer.depth_and_alpha()
        depth[alpha < 0.5] = 0
        lights = [random_lights(rng) if input_light == "random" else studio_lights()]
        if target_light == "studio":
            lights.append(studio_lights())
        colors, _ = renderer.shade_under(lights)
        bundle.front[index] = foreground(colors[0], alpha, rng)
        over_plain_into(colors[-1], alpha, np.float32(BACKGROUND), bundle.rgb[index])
        bundle.alpha[index] = alpha * np.float32(255) + np.float32(0.5)
        bundle.depth[index] = depth
    return bundle


def random_bundle(
    mesh: Mesh,
    views: int,
    rng: np.random.Generator,
    size: int = 128,
    target_light: str = "studio",
    input_light: str = "random",
) -> Bundle:
    """`render_bundle` from `views` viewpoints drawn as the paper draws them."""
    viewpoints = random_viewpoints(views, rng)
    return render_bundle(mesh, viewpoints, rng, size, target_light, input_light)
