"""Models that are reached through their SavedModel's signatures, wherever these run.

A signature takes and gives arrays by name. It runs in this process or on a server; what
predicts, frames photos and fuses surfaces is the same as with the Keras model.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tf3d.errors import InputError
from tf3d.prediction.reconstructor import Reconstructor
from tf3d.prediction.voxel_reconstructor import VoxelReconstructor

Arrays = Mapping[str, np.ndarray]
Run = Callable[[str, Arrays], Arrays]
Shape = tuple[int | None, ...]

MULTIVIEW = {"encode": ("images",), "decode": ("codes", "viewpoints")}
REFINE = "refine"  # of exports whose model has a view estimator
VOXELS = {
    "serving_default": ("images",),
    "encode": ("images",),
    "decode": ("codes",),
    "render": ("voxels", "azimuth", "elevation"),
}


class MultiViewBySignatures:
    """The interface of a multi-view Keras model, by a SavedModel's signatures.

    Args:
      run: name of a signature and arrays by name -> arrays by name.
      shapes: signature -> input -> shape.

    Attributes:
      refine: images -> fitted codes; None where the export lacks that signature.
    """

    def __init__(self, run: Run, shapes: Mapping[str, Mapping[str, Shape]]) -> None:
        self._run = run
        self.image_size = int(shapes["encode"]["images"][1])
        self.code_width = int(shapes["decode"]["codes"][1])
        self.refine: Callable[[np.ndarray], np.ndarray] | None = None
        if REFINE in shapes:
            self.refine = lambda images: run(REFINE, {"images": images})["codes"]

    def encode(self, images: np.ndarray) -> np.ndarray:
        """Codes `[batch, width]` of images `[batch, size, size, 3]`."""
        return self._run("encode", {"images": images})["codes"]

    def decode(self, codes: np.ndarray, viewpoints: np.ndarray) -> Arrays:
        """Views of codes `[batch, width]` from viewpoints `[batch, 3]`."""
        # One view of each, so that a server counts them, and puts them together.
        views = self._run("decode", {"codes": codes, "viewpoints": viewpoints[:, None]})
        return {key: views[key][:, 0] for key in ("rgb", "depth", "alpha")}


class VoxelsBySignatures:
    """The interface of a voxel Keras model, by a SavedModel's signatures.

    Args:
      run: name of a signature and arrays by name -> arrays by name.
      shapes: signature -> input -> shape.
    """

    def __init__(self, run: Run, shapes: Mapping[str, Mapping[str, Shape]]) -> None:
        self._run = run
        self.image_size, _, self.channels = map(int, shapes["encode"]["images"][1:])
        self.latent = int(shapes["decode"]["codes"][1])
        self._grid = tuple(map(int, shapes["render"]["voxels"][1:]))

    @functools.cached_property
    def background(self) -> float:
        """What empty voxels look like."""
        empty = np.zeros(self._grid, np.float32)
        projection, _ = self.draw(empty, np.zeros(1), np.zeros(1))
        return float(np.median(projection))

    def __call__(self, inputs: Arrays) -> Arrays:
        """The angles of images `[batch, size, size, channels]`, in radians."""
        seen = self._run("serving_default", {"images": inputs["image"]})
        return {
            f"{angle}_radians": np.radians(seen[angle])
            for angle in ("azimuth", "elevation")
        }

    def encode(self, images: np.ndarray) -> np.ndarray:
        """Codes `[batch, latent]` of images `[batch, size, size, channels]`."""
        return self._run("encode", {"images": images})["codes"]

    def decode(self, codes: np.ndarray) -> np.ndarray:
        """Voxels `[batch, x, y, z, channels]` of codes `[batch, latent]`."""
        return self._run("decode", {"codes": codes})["voxels"]

    def draw(
        self, voxels: np.ndarray, azimuths: np.ndarray, elevations: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Projections and pictures `[n, size, size, channels]` of one object.

        Args:
          voxels: `[x, y, z, channels]`.
          azimuths: `[n]` degrees.
          elevations: `[n]` degrees.
        """
        drawn = self._run(
            "render",
            {
                "voxels": voxels[None].astype(np.float32),
                "azimuth": azimuths[None].astype(np.float32),
                "elevation": elevations[None].astype(np.float32),
            },
        )
        return drawn["projection"][0], drawn["image"][0]


class _VoxelReconstructor(VoxelReconstructor):
    def _draw(
        self, voxels: np.ndarray, azimuths: np.ndarray, elevations: np.ndarray
    ) -> tuple[Any, Any]:
        return self.model.draw(voxels, azimuths, elevations)


def network_of_signatures(
    run: Run, shapes: Mapping[str, Mapping[str, Shape | None]], name: str
) -> Reconstructor | VoxelReconstructor:
    """The network that a SavedModel of `tf3d export` holds.

    Args:
      run: name of a signature and arrays by name -> arrays by name.
      shapes: signature -> input -> shape, with None for any size.
      name: of the model, for messages.

    Returns:
      A `VoxelReconstructor` where the signatures are those of a voxel autoencoder, else
      a `Reconstructor`.

    Raises:
      InputError: if the signatures are another model's.
    """
    if _has(shapes, VOXELS):
        return _VoxelReconstructor(VoxelsBySignatures(run, shapes), name)
    if _has(shapes, MULTIVIEW):
        return Reconstructor(MultiViewBySignatures(run, shapes), name)
    raise InputError(
        f"The model {name} is not one that `tf3d export` made: its signatures are "
        f"{', '.join(sorted(shapes)) or 'none'}."
    )


def _has(
    shapes: Mapping[str, Mapping[str, Any]], wanted: Mapping[str, tuple[str, ...]]
) -> bool:
    return all(set(shapes.get(key, ())) == {*inputs} for key, inputs in wanted.items())
