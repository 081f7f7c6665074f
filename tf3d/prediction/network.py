"""What the loaded models of both families have in common."""

from __future__ import annotations

import abc
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from tf3d.errors import InputError
from tf3d.prediction.photos import ImageLike, Photo

if TYPE_CHECKING:
    import keras

    from tf3d.fusion import Surface

SHOWN = ("picture", "projection")


class Network(abc.ABC):
    """A model that turns pictures into codes, and codes into pictures and surfaces.

    Attributes:
      model: the Keras model.
      name: of the model, for messages.
    """

    channels = 3
    has_prior = False  # whether codes are spread as N(0, I)
    usual_elevation = 20.0  # degrees, from which pictures are shown

    def __init__(self, model: keras.Model, name: str = "model") -> None:
        self.model = model
        self.name = name

    @property
    def image_size(self) -> int:
        """Width and height of the model's pictures, pixels."""
        return int(self.model.image_size)

    @abc.abstractmethod
    def prepare(
        self,
        image: ImageLike | Photo,
        crop: str = "auto",
        mask: ImageLike | None = None,
    ) -> np.ndarray:
        """Frames a picture as the model wants it, `[size, size, channels]`."""

    @abc.abstractmethod
    def pictures(
        self,
        code: np.ndarray,
        azimuths: np.ndarray,
        elevation: float = 0.0,
        show: str = "picture",
    ) -> np.ndarray:
        """How the object of a code looks from several sides.

        Args:
          code: `[width]`.
          azimuths: `[n]` degrees.
          elevation: degrees.
          show: "picture", or "projection" for a voxel model's before its texturizer.

        Returns:
          `[n, size, size, 3]` in [0, 1].
        """

    @abc.abstractmethod
    def surface(self, code: np.ndarray, **settings: Any) -> Surface:
        """The surface of a code `[width]`."""

    def azimuth(self, picture: np.ndarray) -> float:
        """Degrees from which a prepared picture shows its object; 0 if unknown."""
        return 0.0

    def encode(self, images: np.ndarray, photo: bool = False) -> np.ndarray:
        """Codes `[b, width]` of prepared pictures `[b, size, size, channels]`.

        Args:
          images: the pictures.
          photo: whether they are photos; told apart where codes are fitted.
        """
        import keras

        images = self.checked(images)
        return keras.ops.convert_to_numpy(self.model.encode(images))

    def checked(self, images: np.ndarray) -> np.ndarray:
        """Prepared pictures as float32.

        Raises:
          ValueError: if they have another shape.
        """
        images = np.asarray(images, np.float32)
        size, channels = self.image_size, self.channels
        if images.ndim != 4 or images.shape[1:] != (size, size, channels):
            raise ValueError(
                f"Expected images of shape [b, {size}, {size}, {channels}]. "
                f"Received: shape={images.shape}"
            )
        return images

    def codes(self, images: Iterable[ImageLike | Photo]) -> np.ndarray:
        """Codes `[b, width]` of pictures: paths, Pillow images or arrays.

        Raises:
          InputError: if a picture is unusable.
        """
        return self.encode(
            np.stack([self.prepare(image) for image in images]), photo=True
        )


def check_angles(azimuths: np.ndarray, elevations: np.ndarray) -> None:
    """Raises an InputError unless angles, in degrees, are finite and in range."""
    if not np.isfinite(azimuths).all():
        raise InputError("Azimuths must be finite numbers of degrees.")
    if not (np.abs(elevations) <= 90).all():  # also where one is NaN
        raise InputError("Elevations must be between -90 and 90 degrees.")
