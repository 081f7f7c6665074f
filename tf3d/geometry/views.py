"""The record that rendering fills, models predict and fusion eats."""

from __future__ import annotations

import dataclasses

import numpy as np

from tf3d.geometry.cameras import FIELD_OF_VIEW
from tf3d.geometry.viewpoints import as_viewpoints

FAINT = 0.2  # coverage from which a predicted depth is kept
# Coverage from which a predicted pixel is the object's. Where a network is unsure it
# answers with the mean of what may be: below a half, masks overlap the truth more.
SHOWN = 0.4


@dataclasses.dataclass
class Views:
    """Pictures of one object from several viewpoints.

    Attributes:
      viewpoints: `[n, 3]` azimuth and elevation in degrees, distance in world units.
      rgb: `[n, size, size, 3]` float32 in [0, 1], the object over plain 0.5 grey.
      depth: `[n, size, size]` float32 planar depth in world units; 0 where nothing is
        seen. Predicted views keep it wherever coverage is at least `FAINT`, which
        reaches beyond the mask: a network covers thin parts faintly.
      mask: `[n, size, size]` bool, True on the object: where alpha >= 0.5 in rendered
        views, where alpha >= `SHOWN` in predicted ones.
      alpha: `[n, size, size]` float32 coverage in [0, 1].
      field_of_view: degrees, the same for all.
    """

    viewpoints: np.ndarray
    rgb: np.ndarray
    depth: np.ndarray
    mask: np.ndarray
    alpha: np.ndarray | None = None
    field_of_view: float = FIELD_OF_VIEW

    def __post_init__(self) -> None:
        self.viewpoints = as_viewpoints(self.viewpoints)
        self.rgb = np.asarray(self.rgb, np.float32)
        self.depth = np.asarray(self.depth, np.float32)
        self.mask = np.asarray(self.mask, bool)
        if self.alpha is None:
            self.alpha = self.mask.astype(np.float32)
        self.alpha = np.asarray(self.alpha, np.float32)
        if self.viewpoints.ndim != 2:
            raise ValueError(
                "Expected viewpoints of shape [n, 3]. "
                f"Received: shape={self.viewpoints.shape}"
            )
        grid = self.mask.shape
        if len(grid) != 3 or grid[0] != len(self.viewpoints) or grid[1] != grid[2]:
            raise ValueError(
                f"Expected a mask of shape [{len(self.viewpoints)}, size, size]. "
                f"Received: shape={grid}"
            )
        for name, shape in (("rgb", (*grid, 3)), ("depth", grid), ("alpha", grid)):
            if getattr(self, name).shape != shape:
                raise ValueError(
                    f"Expected {name} of shape {shape}. "
                    f"Received: shape={getattr(self, name).shape}"
                )

    def __len__(self) -> int:
        return len(self.viewpoints)

    def __getitem__(self, index: int | slice | np.ndarray | list[int]) -> Views:
        """A subset of the views, chosen by slice, index, indices or boolean array."""
        if isinstance(index, int | np.integer):
            index = [index]
        return Views(
            self.viewpoints[index],
            self.rgb[index],
            self.depth[index],
            self.mask[index],
            self.alpha[index],
            self.field_of_view,
        )

    @property
    def size(self) -> int:
        """Width and height in pixels."""
        return self.mask.shape[1]
