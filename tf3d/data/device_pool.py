"""A pool of views in the accelerator's memory, where pairs are drawn and composed.

One processor core cannot compose pairs as fast as a GPU trains on them. Here each view
is sent to the GPU once, as it is rendered.
"""

from __future__ import annotations

import concurrent.futures
import dataclasses
import functools
import os
import pathlib
import shutil
import tempfile
from collections.abc import Callable
from typing import Any

import numpy as np

from tf3d.data.bundles import Bundle
from tf3d.data.pool import ASTRAY, INPUTS_ALONE, Batch, PoolSettings, Render, ViewPool
from tf3d.errors import InputError

SHARED_MEMORY = pathlib.Path("/dev/shm")
ROOM = 2**30  # bytes
READERS = 2  # threads


class DevicePool(ViewPool):
    """Batches of pairs as `ViewPool` draws them, as arrays of JAX.

    The pairs are of the same distribution, but others than `ViewPool` draws.

    Args:
      render: see `ViewPool`; all backgrounds must be of one size.
      settings: see `PoolSettings`. A shape's 16 views of 128 px take 2.8 MB.
      first_batch: where to go on after an interruption.

    Raises:
      InputError: under another backend than JAX.
    """

    def __init__(
        self, render: Render, settings: PoolSettings, first_batch: int = 0
    ) -> None:
        check_backend()
        self._folder: pathlib.Path | None = None
        self._readers: concurrent.futures.ThreadPoolExecutor | None = None
        if settings.workers:
            self._folder = pathlib.Path(tempfile.mkdtemp(prefix="tf3d-", dir=_shared()))
            self._readers = concurrent.futures.ThreadPoolExecutor(READERS)
            render = _ThroughFile(render, self._folder)
        super().__init__(render, settings, first_batch)
        self._arrays: dict[str, Any] | None = None

    def _started(self, index: int) -> Any:
        """A shape's work; what comes of it is sent to the GPU by a thread."""
        work = super()._started(index)
        if self._readers is None:
            return work
        # Threads wait in the order of the shapes, and workers finish about in it.
        return self._readers.submit(lambda: _sent(work.result()))

    def _keep(self, slot: int, bundle: Bundle, backgrounds: Any) -> None:
        import jax

        new = {name: getattr(bundle, name) for name in Bundle.FIELDS}
        new["backgrounds"] = backgrounds
        if self._arrays is None:
            count = self.settings.shapes
            self._arrays = {
                name: jax.numpy.zeros((count, *array.shape), array.dtype)
                for name, array in new.items()
            }
        for name, array in new.items():
            if array.shape != self._arrays[name].shape[1:]:
                raise InputError(
                    "data.on_device wants as many views and backgrounds of each shape, "
                    f"but {name} is {array.shape} of one and "
                    f"{self._arrays[name].shape[1:]} of another."
                )
        self._arrays = _put()(self._arrays, np.int32(slot), new)

    def _compose_batch(self, rng: np.random.Generator) -> Batch:
        size, extent = (self._arrays[n].shape[3] for n in ("rgb", "backgrounds"))
        integers, floats = self._draws(rng, size, extent)
        inputs, targets = _compiled(self._function)(self._arrays, integers, floats)
        seen = inputs.pop("seen")
        if self.settings.seen:
            astray = ASTRAY * rng.standard_normal(seen.shape, np.float32)
            inputs["seen"] = seen + astray
        return inputs, targets

    @property
    def _function(self) -> Callable[..., Batch]:
        return compose

    def _draws(
        self, rng: np.random.Generator, size: int, extent: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """What `compose` takes, a row a pair."""
        settings, count = self.settings, self.settings.batch_size
        views, pictures = (self._arrays[n].shape[1] for n in ("rgb", "backgrounds"))
        reach = int(round(settings.shift * size / 128))
        draw = functools.partial(rng.integers, size=count)
        columns = {
            "slot": draw(self._present),
            "first": draw(views),
            "second": draw(views),
            "mirror": draw(2) * settings.mirror,
            "cluttered": rng.random(count) < settings.clutter,
            "place": draw(self._present),
            "picture": draw(pictures),
            "flip": draw(2),
            "row": draw(extent - size + 1),
            "column": draw(extent - size + 1),
            "down": draw(-reach, reach + 1),
            "right": draw(-reach, reach + 1),
        }
        amount = settings.tone
        gain = rng.uniform(-amount, amount, (count, 3)) / 3
        gain += 1 + rng.uniform(-amount, amount, (count, 1))
        gamma = 1 + rng.uniform(-amount, amount, (count, 1))
        return (
            np.stack([columns[name] for name in INTEGERS], axis=1).astype(np.int32),
            np.concatenate([gain, gamma], axis=1).astype(np.float32),
        )

    def close(self) -> None:
        """Stops the workers, and frees the memory."""
        super().close()
        self._arrays = None
        if self._readers is not None:
            self._readers.shutdown(cancel_futures=True)
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


class DeviceInputPool(DevicePool):
    """Batches of inputs with their masks and viewpoints, as `InputPool` draws them.

    Raises:
      InputError: under another backend than JAX, or for settings with liveries,
        letterboxes or streets.
    """

    def __init__(
        self, render: Render, settings: PoolSettings, first_batch: int = 0
    ) -> None:
        for name in (*INPUTS_ALONE, "streets"):
            if getattr(settings, name):
                raise InputError(f"data.{name} needs data.on_device=false.")
        super().__init__(render, settings, first_batch)

    @property
    def _function(self) -> Callable[..., Batch]:
        return compose_inputs


INTEGERS = (
    *("slot", "first", "second", "mirror", "cluttered", "place", "picture", "flip"),
    *("row", "column", "down", "right"),
)


def check_backend() -> None:
    """Refuses backends that have no such pool.

    Raises:
      InputError: under another backend than JAX.
    """
    import keras  # not for the workers, which import this module

    if keras.backend.backend() != "jax":
        raise InputError(
            "data.on_device needs JAX: set KERAS_BACKEND=jax, or leave it out."
        )


def _shared() -> pathlib.Path | None:
    """Shared memory with room for what workers render ahead; None for a usual folder.

    Containers often have but 64 MB of it.
    """
    if SHARED_MEMORY.is_dir() and shutil.disk_usage(SHARED_MEMORY).free > ROOM:
        return SHARED_MEMORY
    return None


@dataclasses.dataclass
class _ThroughFile:
    """Renders into a file in shared memory: several times as fast as through a pipe."""

    render: Render
    folder: pathlib.Path

    def __call__(self, k: int) -> pathlib.Path:
        bundle, backgrounds = self.render(k)
        path = self.folder / f"{k}-{os.getpid()}"
        with path.open("wb") as file:
            for name in Bundle.FIELDS:
                np.save(file, getattr(bundle, name), allow_pickle=False)
            np.save(file, backgrounds, allow_pickle=False)
        return path


def _sent(path: pathlib.Path) -> tuple[Bundle, Any]:
    """A file's arrays, on the GPU."""
    import jax

    bundle, backgrounds = _read(path)
    fields = {name: getattr(bundle, name) for name in Bundle.FIELDS}
    return Bundle(**jax.device_put(fields)), jax.device_put(backgrounds)


def _read(path: pathlib.Path) -> tuple[Bundle, np.ndarray]:
    """Takes a bundle and its backgrounds out of a worker's file."""
    with path.open("rb") as file:
        fields = {name: np.load(file, allow_pickle=False) for name in Bundle.FIELDS}
        backgrounds = np.load(file, allow_pickle=False)
    path.unlink()
    return Bundle(**fields), backgrounds


@functools.cache
def _put() -> Any:
    """Writes a shape's arrays into a slot; the pool stays where it is in memory."""
    import jax

    @functools.partial(jax.jit, donate_argnums=0)
    def put(arrays: dict[str, Any], slot: Any, new: dict[str, Any]) -> dict[str, Any]:
        return {name: array.at[slot].set(new[name]) for name, array in arrays.items()}

    return put


@functools.cache
def _compiled(function: Callable[..., Batch]) -> Any:
    import jax

    return jax.jit(function)


def compose(arrays: dict[str, Any], integers: Any, floats: Any) -> Batch:
    """Pairs of views, as `tf3d.rendering.compositing.composite_into` lays them out.

    Args:
      arrays: a pool's, the slot first: front, rgb, alpha, depth, viewpoints of each
        view, and backgrounds.
      integers: `[b, 12]` the columns that `INTEGERS` names: slot and views of input and
        target, whether mirrored, whether over a background, whose and which and whether
        that is mirrored, its part's row and column, by how many pixels the object is
        shifted.
      floats: `[b, 4]` gain of each channel, and gamma.
    """
    draw = dict(zip(INTEGERS, integers.T, strict=True))
    image, _ = _pictures(arrays, draw, floats)
    return (
        {
            "image": image,
            "viewpoint": _viewpoints(arrays, draw, "second"),
            "seen": _viewpoints(arrays, draw, "first"),
        },
        {name: _target(arrays, draw, name) for name in ("rgb", "depth", "alpha")},
    )


def compose_inputs(arrays: dict[str, Any], integers: Any, floats: Any) -> Batch:
    """Inputs with their masks, halved, and their viewpoints; arguments as `compose`."""
    import jax.numpy as jnp

    draw = dict(zip(INTEGERS, integers.T, strict=True))
    image, covered = _pictures(arrays, draw, floats)
    count, height, width = covered.shape
    blocks = covered.reshape(count, height // 2, 2, width // 2, 2)
    alpha = jnp.rint(blocks.astype(jnp.float32).mean(axis=(2, 4))).astype(jnp.uint8)
    seen = _viewpoints(arrays, draw, "first")
    return {"image": image, "seen": seen}, {"alpha": alpha, "viewpoint": seen}


def _pictures(
    arrays: dict[str, Any], draw: dict[str, Any], floats: Any
) -> tuple[Any, Any]:
    """Inputs `[b, s, s, 3]` uint8, and what the object covers `[b, s, s]` of 255."""
    import jax.numpy as jnp

    size = arrays["rgb"].shape[3]
    along = jnp.arange(size)[None]

    y, x = along - draw["down"][:, None], along - draw["right"][:, None]
    inside = ((y >= 0) & (y < size))[:, :, None] & ((x >= 0) & (x < size))[:, None]
    x = jnp.where(draw["mirror"][:, None] == 1, size - 1 - x, x)
    pixels = arrays["front"][
        draw["slot"][:, None, None],
        draw["first"][:, None, None],
        jnp.clip(y, 0, size - 1)[:, :, None],
        jnp.clip(x, 0, size - 1)[:, None],
    ]
    pixels = jnp.where(inside[..., None], pixels, 0).astype(jnp.uint32)

    rows, columns = along + draw["row"][:, None], along + draw["column"][:, None]
    extent = arrays["backgrounds"].shape[3]
    columns = jnp.where(draw["flip"][:, None] == 1, extent - 1 - columns, columns)
    under = arrays["backgrounds"][
        draw["place"][:, None, None],
        draw["picture"][:, None, None],
        rows[:, :, None],
        columns[:, None],
    ]
    cluttered = draw["cluttered"][:, None, None, None] == 1
    under = jnp.where(cluttered, under, 128).astype(jnp.uint32)
    value = (under * (255 - pixels[..., 3:]) + 127) // 255 + pixels[..., :3]
    level = jnp.minimum(value, 255).astype(jnp.float32) / 255
    gain, gamma = floats[:, None, None, :3], floats[:, None, None, 3:]
    image = jnp.minimum(level**gamma * gain * 255 + 0.5, 255).astype(jnp.uint8)
    return image, pixels[..., 3]


def _target(arrays: dict[str, Any], draw: dict[str, Any], name: str) -> Any:
    import jax.numpy as jnp

    array = arrays[name][draw["slot"], draw["second"]]
    turned = (draw["mirror"] == 1).reshape(-1, *[1] * (array.ndim - 1))
    return jnp.where(turned, array[:, :, ::-1], array)


def _viewpoints(arrays: dict[str, Any], draw: dict[str, Any], view: str) -> Any:
    import jax.numpy as jnp

    viewpoint = arrays["viewpoints"][draw["slot"], draw[view]]
    return viewpoint.at[:, 0].multiply(jnp.where(draw["mirror"] == 1, -1.0, 1.0))
