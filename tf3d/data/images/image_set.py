"""The record that every reader of images returns."""

from __future__ import annotations

import dataclasses

import numpy as np

from tf3d.shapes.sources import ShapeSource


@dataclasses.dataclass(frozen=True)
class ImageSet:
    """Small square pictures, bright objects on black, with what is known of them.

    Attributes:
      images: `[n, size, size, channels]` uint8.
      labels: `[n]` int32 indices into `names`, or None.
      names: of the classes.
      name: of the set, for reports.
      azimuth: `[n]` float32 degrees where the pictures were rendered, or None.
      elevation: the same.
      shape: `[n]` int32 indices of the shapes in `shapes`, or None.
      shapes: the meshes that the pictures show, or None.
      report: sentences on what was left out and why.
    """

    images: np.ndarray
    labels: np.ndarray | None = None
    names: tuple[str, ...] = ()
    name: str = "images"
    azimuth: np.ndarray | None = None
    elevation: np.ndarray | None = None
    shape: np.ndarray | None = None
    shapes: ShapeSource | None = None
    report: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        images = self.images
        square = images.ndim == 4 and images.shape[1] == images.shape[2]
        if not square or images.shape[3] not in (1, 3) or images.dtype != np.uint8:
            raise ValueError(
                "Expected images [n, size, size, 1 or 3] uint8. "
                f"Received: shape={images.shape}, dtype={images.dtype}"
            )
        for field in ("labels", "azimuth", "elevation", "shape"):
            value = getattr(self, field)
            if value is not None and np.shape(value) != (len(images),):
                raise ValueError(
                    f"Expected {field} of shape ({len(images)},). "
                    f"Received: shape={np.shape(value)}"
                )

    def __len__(self) -> int:
        return len(self.images)

    @property
    def size(self) -> int:
        """Width and height in pixels."""
        return self.images.shape[1]

    @property
    def channels(self) -> int:
        """1 for grey, 3 for RGB."""
        return self.images.shape[3]

    def floats(self, indices: np.ndarray | slice | None = None) -> np.ndarray:
        """Pictures as float32 in [0, 1], all or those at `indices`."""
        chosen = self.images if indices is None else self.images[indices]
        return chosen.astype(np.float32) / np.float32(255)

    def subset(self, indices: np.ndarray | slice) -> ImageSet:
        """The pictures at `indices`, in that order, of the same classes and shapes."""
        chosen = {
            field: None if value is None else value[indices]
            for field in ("images", "labels", "azimuth", "elevation", "shape")
            for value in [getattr(self, field)]
        }
        return dataclasses.replace(self, **chosen)
