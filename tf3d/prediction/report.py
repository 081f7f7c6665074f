"""The records of a prediction: what was done, and what is to be written."""

from __future__ import annotations

import contextlib
import dataclasses
import pathlib
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from tf3d.geometry import Views
from tf3d.prediction.voxel_reconstructor import VoxelViews

if TYPE_CHECKING:
    from tf3d.fusion import PointCloud, Surface


@dataclasses.dataclass
class Report:
    """What was done with one picture.

    Attributes:
      image: its path.
      written: the files (for `images`, the folder).
      seconds: by stage: "read", "predict", "fuse", "write".
      views: number of views predicted for the user.
      fused_views: number of views that the surface was fused from.
      frames: number of views in the turntable.
      surface: figures of the mesh: vertices, faces, size along x, y and z.
      error: why nothing was written, else None.
    """

    image: pathlib.Path
    written: list[pathlib.Path] = dataclasses.field(default_factory=list)
    seconds: dict[str, float] = dataclasses.field(default_factory=dict)
    views: int = 0
    fused_views: int = 0
    frames: int = 0
    surface: dict[str, Any] | None = None
    error: str | None = None

    @contextlib.contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Adds the time inside to a stage."""
        start = time.perf_counter()
        yield
        self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - start


@dataclasses.dataclass
class Predicted:
    """What is to be written of one picture; None is left out.

    Attributes:
      views: of the pictures.
      film: of the turntable.
      surface: the mesh.
      cloud: the points.
      voxels: `[x, y, z]` or `[x, y, z, 4]`.
      threshold: of occupancy.
      input: a voxel model's prepared picture, its azimuth and elevation in degrees.
    """

    views: Views | VoxelViews | None = None
    film: Views | VoxelViews | None = None
    surface: Surface | None = None
    cloud: PointCloud | None = None
    voxels: np.ndarray | None = None
    threshold: float = 0.5
    input: tuple[np.ndarray, float, float] | None = None
