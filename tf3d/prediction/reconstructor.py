"""A loaded model: picture in, views and a surface out."""

from __future__ import annotations

import os
import pathlib
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from tf3d.errors import InputError
from tf3d.geometry import Views, as_viewpoints, orbit
from tf3d.prediction.catalogue import DEFAULT_MODEL, MODEL_FILE, find_model
from tf3d.prediction.cropping import MASK_LEVEL, prepare
from tf3d.prediction.photos import ImageLike, Photo, as_photo, read_mask

if TYPE_CHECKING:
    import keras

    from tf3d.fusion import Surface

BATCH = 32  # viewpoints decoded at once


class Reconstructor:
    """Predicts views of the object in a picture, and fuses them to a surface.

    Example:

    ```python
    model = tf3d.load("multiview-cars")
    views = model.views("car.png", tf3d.orbit(6))
    surface = model.reconstruct("car.png")
    ```

    Attributes:
      model: the Keras model.
      name: of the model, for messages.
    """

    def __init__(self, model: keras.Model, name: str = "model") -> None:
        self.model = model
        self.name = name

    @property
    def image_size(self) -> int:
        """Width and height of the model's pictures, pixels."""
        return int(self.model.image_size)

    def prepare(
        self,
        image: ImageLike | Photo,
        crop: str = "auto",
        mask: ImageLike | None = None,
    ) -> np.ndarray:
        """Frames a picture as the model wants it.

        Args:
          image: a path, a Pillow image, or an array `[h, w]`, `[h, w, 3 or 4]`.
          crop: "auto" or "none"; see `tf3d.prediction.cropping.prepare`.
          mask: the object's cut-out: a path or an array `[h, w]` in [0, 1].

        Returns:
          `[size, size, 3]` float32 in [0, 1].

        Raises:
          InputError: if the picture or the mask is unusable.
        """
        photo = as_photo(image)
        if isinstance(mask, (str, os.PathLike)):
            mask = read_mask(mask, photo.rgb.shape[:2])
        elif mask is not None:
            mask = as_photo(mask).rgb.mean(axis=-1)
        return prepare(photo, crop, mask, self.image_size)

    def views(
        self,
        image: ImageLike | Photo,
        viewpoints: ArrayLike | None = None,
        *,
        crop: str = "auto",
        mask: ImageLike | None = None,
    ) -> Views:
        """Predicts how the object in a picture looks from other viewpoints.

        Args:
          image: a path, a Pillow image, or an array `[h, w]`, `[h, w, 3 or 4]`.
          viewpoints: `[n, 3]` azimuth and elevation in degrees, distance in world
            units; `tf3d.orbit(6)` by default.
          crop: "auto" or "none".
          mask: the object's cut-out.

        Returns:
          The views; depth is 0 outside the mask, which is alpha >= 0.5.

        Raises:
          InputError: if the picture is unusable.
        """
        codes = self.encode(self.prepare(image, crop, mask)[None])
        return self.decode(codes[0], orbit(6) if viewpoints is None else viewpoints)

    def encode(self, images: np.ndarray) -> np.ndarray:
        """Codes `[b, width]` of prepared pictures `[b, size, size, 3]`."""
        import keras

        images = np.asarray(images, np.float32)
        size = self.image_size
        if images.ndim != 4 or images.shape[1:] != (size, size, 3):
            raise ValueError(
                f"Expected images of shape [b, {size}, {size}, 3]. "
                f"Received: shape={images.shape}"
            )
        return keras.ops.convert_to_numpy(self.model.encode(images))

    def decode(self, code: np.ndarray, viewpoints: ArrayLike) -> Views:
        """The views of one object.

        Args:
          code: `[width]`.
          viewpoints: `[n, 3]`.

        Returns:
          The views.
        """
        import keras

        viewpoints = np.atleast_2d(as_viewpoints(viewpoints))
        parts: dict[str, list[np.ndarray]] = {"rgb": [], "depth": [], "alpha": []}
        for start in range(0, len(viewpoints), BATCH):
            batch = viewpoints[start : start + BATCH].astype(np.float32)
            codes = np.repeat(np.asarray(code, np.float32)[None], len(batch), axis=0)
            outputs = self.model.decode(codes, batch)
            for key, part in parts.items():
                value = keras.ops.convert_to_numpy(outputs[key])
                part.append(value.astype(np.float32))
        rgb, depth, alpha = (np.concatenate(part) for part in parts.values())
        mask = alpha >= MASK_LEVEL
        return Views(
            viewpoints=viewpoints,
            rgb=np.clip(rgb, 0, 1),
            depth=np.where(mask, depth, 0),
            mask=mask,
            alpha=np.clip(alpha, 0, 1),
        )

    def reconstruct(
        self,
        image: ImageLike | Photo,
        method: str | None = None,
        *,
        crop: str = "auto",
        mask: ImageLike | None = None,
        **settings: Any,
    ) -> Surface:
        """Picture to surface: predicts the views that fusion wants and fuses them.

        Args:
          image: a path, a Pillow image, or an array `[h, w]`, `[h, w, 3 or 4]`.
          method: of fusion: "poisson", "tsdf" or "tgv"; the best measured by default.
          crop: "auto" or "none".
          mask: the object's cut-out.
          **settings: further ones of `tf3d.fusion.fuse`.

        Returns:
          A closed, coloured surface in world axes, about 1 unit in diagonal.

        Raises:
          InputError: if the picture is unusable, or the model sees no object in it.
        """
        from tf3d.fusion import fuse, fusion_viewpoints

        views = self.views(image, fusion_viewpoints(), crop=crop, mask=mask)
        check_foreground(views)
        if method is not None:
            settings["method"] = method
        return fuse(views, **settings)


def check_foreground(views: Views, name: str = "the picture") -> None:
    """Raises an InputError if no view shows anything."""
    if not views.mask.any():
        raise InputError(
            f"The model sees no object in {name}: every predicted view is empty. "
            "Use a picture framed on one object, or give its cut-out with --mask."
        )


def load(name_or_path: str | os.PathLike[str] = DEFAULT_MODEL) -> Reconstructor:
    """Loads a model for prediction.

    Args:
      name_or_path: a shipped model's name (`tf3d models` lists them), a `.keras` file,
        or a folder that holds `model.keras`, as training leaves it.

    Returns:
      The model, ready to predict.

    Raises:
      InputError: if there is no such model, or the file holds another kind.
    """
    path = find_model(name_or_path)
    import keras

    import tf3d.models  # noqa: F401  registers the classes that the file names

    try:
        model = keras.models.load_model(path, compile=False, safe_mode=True)
    # Keras raises ValueError, TypeError, KeyError, … by what the file holds.
    except Exception as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise InputError(
            f"The model {path} cannot be loaded: {reason} "
            "It may be damaged, or made by another version; train or fetch it again."
        ) from error
    missing = [
        part for part in ("encode", "decode", "image_size") if not hasattr(model, part)
    ]
    if missing:
        raise InputError(
            f"The model {path} is no multi-view model: it has no {', '.join(missing)}. "
            "Use one that `tf3d train` made or that `tf3d models` lists."
        )
    name = path.parent.name if path.name == MODEL_FILE else path.stem
    return Reconstructor(model, pathlib.Path(name).name)


def reconstruct(
    image: ImageLike,
    model: str | os.PathLike[str] = DEFAULT_MODEL,
    **settings: Any,
) -> Surface:
    """Picture to surface in one call; `load` once to do many.

    Args:
      image: a path, a Pillow image, or an array `[h, w]`, `[h, w, 3 or 4]`.
      model: as `load` takes it.
      **settings: as `Reconstructor.reconstruct` takes them.

    Returns:
      A closed, coloured surface in world axes.

    Raises:
      InputError: if the picture or the model is unusable.
    """
    return load(model).reconstruct(image, **settings)
