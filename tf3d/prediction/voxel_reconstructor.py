"""A loaded voxel model: picture in, voxels, pictures from all sides and a surface."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from tf3d.errors import InputError
from tf3d.prediction.network import SHOWN, Network, check_angles
from tf3d.prediction.photos import ImageLike, Photo, photo_and_mask
from tf3d.prediction.voxel_images import prepare_voxel_image

if TYPE_CHECKING:
    from tf3d.fusion import Surface

BATCH = 32  # pictures projected at once
VISIBLE = 0.05  # a projection that is nowhere above shows nothing


@dataclasses.dataclass
class VoxelViews:
    """Pictures of voxels from several sides.

    Attributes:
      azimuths: `[n]` degrees.
      elevations: `[n]` degrees.
      projection: `[n, size, size, channels]` float32 in [0, 1]: how much of the object
        each ray meets, or its colours.
      picture: the same after the texturizer; the projection again without one.
    """

    azimuths: np.ndarray
    elevations: np.ndarray
    projection: np.ndarray
    picture: np.ndarray

    def __len__(self) -> int:
        return len(self.azimuths)


class VoxelReconstructor(Network):
    """Predicts the voxels of the object in a picture.

    Azimuths are those of the voxels' own frame, in degrees: a picture's own azimuth is
    `pose`'s. Which side of an object is at azimuth 0 is up to the training.

    Example:

    ```python
    model = tf3d.load("runs/mu-vae-mnist")
    voxels = model.voxels("digit.png")  # [x, y, z] in [0, 1]
    views = model.views("digit.png", [0, 45, 90], 20)
    surface = model.reconstruct("digit.png")
    ```
    """

    has_prior = True
    usual_elevation = 0.0

    @property
    def channels(self) -> int:
        """1 for grey, 3 for RGB."""
        return int(self.model.channels)

    def prepare(
        self,
        image: ImageLike | Photo,
        crop: str = "auto",
        mask: ImageLike | None = None,
    ) -> np.ndarray:
        """Frames a picture as the model wants it: light on black, see `voxel_images`.

        Args:
          image: a path, a Pillow image, or an array `[h, w]`, `[h, w, 3 or 4]`.
          crop: "auto" or "none".
          mask: the object's cut-out: a path or an array `[h, w]` in [0, 1].

        Returns:
          `[size, size, channels]` float32 in [0, 1].

        Raises:
          InputError: if the picture or the mask is unusable.
        """
        photo, cut_out = photo_and_mask(image, mask)
        background = float(self.model.background)
        return prepare_voxel_image(
            photo, crop, cut_out, self.image_size, self.channels, background
        )

    def decode(self, code: np.ndarray) -> np.ndarray:
        """Voxels `[x, y, z]`, or `[x, y, z, 4]` in RGB, of a code `[width]`."""
        import keras

        codes = np.asarray(code, np.float32)[None]
        voxels = keras.ops.convert_to_numpy(self.model.decode(codes))[0]
        voxels = np.clip(voxels.astype(np.float32), 0, 1)
        return voxels[..., 0] if voxels.shape[-1] == 1 else voxels

    def voxels(
        self,
        image: ImageLike | Photo,
        *,
        crop: str = "auto",
        mask: ImageLike | None = None,
    ) -> np.ndarray:
        """The voxels of the object in a picture.

        Args:
          image: a path, a Pillow image, or an array `[h, w]`, `[h, w, 3 or 4]`.
          crop: "auto" or "none".
          mask: the object's cut-out.

        Returns:
          Occupancy `[x, y, z]` in [0, 1] on the world axes; of an RGB model
          `[x, y, z, 4]`, RGB and occupancy.

        Raises:
          InputError: if the picture is unusable.
        """
        return self.decode(self.encode(self.prepare(image, crop, mask)[None])[0])

    def pose(self, pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """From where prepared pictures show their objects.

        The model's own pose where it has one for new pictures; otherwise of 64 azimuths
        the one with the least reprojection error.

        Args:
          pictures: `[b, size, size, channels]`.

        Returns:
          Azimuths in [-180, 180) and elevations, degrees, `[b]`.
        """
        import keras

        outputs = self.model({"image": np.asarray(pictures, np.float32)})
        azimuth, elevation = (
            np.degrees(keras.ops.convert_to_numpy(outputs[f"{angle}_radians"]))
            for angle in ("azimuth", "elevation")
        )
        return (azimuth + 180) % 360 - 180, elevation

    def azimuth(self, picture: np.ndarray) -> float:
        """Degrees from which a prepared picture shows its object."""
        return float(self.pose(picture[None])[0][0])

    def look(
        self, voxels: np.ndarray, azimuths: ArrayLike, elevations: ArrayLike = 0.0
    ) -> VoxelViews:
        """Pictures of voxels from several sides.

        Args:
          voxels: `[x, y, z]` or `[x, y, z, 4]`.
          azimuths: `[n]` degrees.
          elevations: degrees, `[n]` or one for all.

        Returns:
          The views.

        Raises:
          InputError: if an angle is not finite, or an elevation beyond ±90 degrees.
        """
        import keras

        azimuths, elevations = np.broadcast_arrays(
            np.atleast_1d(np.asarray(azimuths, np.float64)),
            np.asarray(elevations, np.float64),
        )
        check_angles(azimuths, elevations)
        voxels = voxels[..., None] if voxels.ndim == 3 else voxels
        parts: tuple[list[np.ndarray], list[np.ndarray]] = ([], [])
        for start in range(0, len(azimuths), BATCH):
            some = slice(start, start + BATCH)
            drawn = self._draw(voxels, azimuths[some], elevations[some])
            for part, value in zip(parts, drawn, strict=True):
                value = keras.ops.convert_to_numpy(value).astype(np.float32)
                part.append(np.clip(value, 0, 1))
        return VoxelViews(azimuths, elevations, *map(np.concatenate, parts))

    def _draw(
        self, voxels: np.ndarray, azimuths: np.ndarray, elevations: np.ndarray
    ) -> tuple[Any, Any]:
        """Projections and pictures of one object, from a batch of angles in degrees."""
        angles = np.radians([azimuths, elevations]).astype(np.float32)
        # Elevation 0 has a fast path.
        heights = angles[1] if angles[1].any() else None
        grids = np.repeat(voxels[None], angles.shape[1], axis=0)
        projection = self.model.project(grids, angles[0], heights)
        return projection, self.model.texture(projection)

    def views(
        self,
        image: ImageLike | Photo,
        azimuths: ArrayLike | None = None,
        elevations: ArrayLike = 0.0,
        *,
        crop: str = "auto",
        mask: ImageLike | None = None,
    ) -> VoxelViews:
        """Predicts how the object in a picture looks from other sides.

        Args:
          image: a path, a Pillow image, or an array `[h, w]`, `[h, w, 3 or 4]`.
          azimuths: `[n]` degrees; six around the object by default.
          elevations: degrees, `[n]` or one for all.
          crop: "auto" or "none".
          mask: the object's cut-out.

        Returns:
          Projections and final pictures.

        Raises:
          InputError: if the picture is unusable or an angle out of range.
        """
        around = np.arange(6) * 60.0 if azimuths is None else azimuths
        return self.look(self.voxels(image, crop=crop, mask=mask), around, elevations)

    def pictures(
        self,
        code: np.ndarray,
        azimuths: np.ndarray,
        elevation: float = 0.0,
        show: str = "picture",
    ) -> np.ndarray:
        """How the object of a code looks from several sides; see `Network`."""
        if show not in SHOWN:
            raise ValueError(f"Expected show in {SHOWN}. Received: show={show!r}")
        shown = getattr(self.look(self.decode(code), azimuths, elevation), show)
        return np.repeat(shown, 3, axis=-1) if shown.shape[-1] == 1 else shown

    def surface(self, code: np.ndarray, **settings: float) -> Surface:
        """The surface of a code; settings as `tf3d.fusion.voxel_surface` takes them."""
        from tf3d.fusion import voxel_surface

        return voxel_surface(self.decode(code), **settings)

    def reconstruct(
        self,
        image: ImageLike | Photo,
        threshold: float | None = None,
        *,
        crop: str = "auto",
        mask: ImageLike | None = None,
    ) -> Surface:
        """Picture to surface.

        Args:
          image: a path, a Pillow image, or an array `[h, w]`, `[h, w, 3 or 4]`.
          threshold: occupancy at the surface; 0.05, the paper's, by default.
          crop: "auto" or "none".
          mask: the object's cut-out.

        Returns:
          A closed surface in world axes, within the cube [-1/2, 1/2]³.

        Raises:
          InputError: if the picture is unusable, or the voxels are empty.
        """
        from tf3d.fusion import voxel_surface

        settings = {} if threshold is None else {"threshold": threshold}
        return voxel_surface(self.voxels(image, crop=crop, mask=mask), **settings)


def check_visible(views: VoxelViews, name: str = "the picture") -> None:
    """Raises an InputError if no projection shows anything."""
    if not (views.projection > VISIBLE).any():
        raise InputError(
            f"The model sees no object in {name}: every projection is empty. "
            "Use a picture framed on one object, or give its cut-out with --mask."
        )
