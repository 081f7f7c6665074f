"""A loaded multi-view model: picture in, views and a surface out. Loading models."""

from __future__ import annotations

import os
import pathlib
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from tf3d.errors import InputError
from tf3d.geometry import FAINT, SHOWN, Views, as_viewpoints, orbit
from tf3d.prediction.catalogue import (
    DEFAULT_MODEL,
    MODEL_FILE,
    VIEW_FILE,
    find_model,
)
from tf3d.prediction.cropping import prepare
from tf3d.prediction.network import Network, check_angles
from tf3d.prediction.photos import ImageLike, Photo, photo_and_mask
from tf3d.prediction.voxel_reconstructor import VoxelReconstructor

if TYPE_CHECKING:
    import keras

    from tf3d.fusion import Surface
    from tf3d.models import ViewEstimator
    from tf3d.prediction.refinement import Refinement

BATCH = 32  # viewpoints decoded at once
FITTED = 16  # pictures whose codes are fitted at once


class Reconstructor(Network):
    """Predicts views of the object in a picture, and fuses them to a surface.

    Args:
      model: the Keras model, or one by a SavedModel's signatures.
      name: of the model, for messages.
      estimator: of its inputs' masks and viewpoints. With one, codes are fitted to
        their pictures: see `tf3d.prediction.refinement`.

    Attributes:
      refinement: what fits those of renderings; None without an estimator in this
        process.
      photo_refinement: what fits those of photos, likewise.

    Example:

    ```python
    model = tf3d.load("multiview-cars")
    views = model.views("car.png", tf3d.orbit(6))
    surface = model.reconstruct("car.png")
    ```
    """

    def __init__(
        self,
        model: keras.Model,
        name: str = "model",
        estimator: ViewEstimator | None = None,
    ) -> None:
        super().__init__(model, name)
        self.refinement: Refinement | None = None
        self.photo_refinement: Refinement | None = None
        # An export's fits pictures as photos.
        self._refine = self._refine_photo = getattr(model, "refine", None)
        if estimator is not None:
            from tf3d.prediction.refinement import Refinement

            self.refinement = known = Refinement(model, estimator)
            self.photo_refinement = free = Refinement(model, estimator, photo=True)
            self._refine = lambda images: known(images)[0]
            self._refine_photo = lambda images: free(images)[0]

    @property
    def refines(self) -> bool:
        """Whether codes are fitted to their pictures."""
        return self._refine is not None

    def plain(self) -> Reconstructor:
        """The same network, whose codes are the encoder's as they are."""
        other = Reconstructor(self.model, self.name)
        other._refine = other._refine_photo = None
        return other

    def encode(self, images: np.ndarray, photo: bool = False) -> np.ndarray:
        """Codes `[b, width]` of prepared pictures `[b, size, size, 3]`.

        They are fitted to the pictures where the model comes with an estimator.

        Args:
          images: the pictures.
          photo: whether they are photos, or framed like them: where in the frame the
            object's middle is, and how its light falls, is then found, too. Without,
            they are framed as renderings are, the middle of the object's box in
            theirs.
        """
        refine = self._refine_photo if photo else self._refine
        if refine is None:
            return super().encode(images)
        import keras

        images = self.checked(images)
        # In small batches: a fit keeps every layer's values.
        codes = [
            keras.ops.convert_to_numpy(refine(images[start : start + FITTED]))
            for start in range(0, len(images), FITTED)
        ]
        return np.concatenate(codes)

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
        photo, cut_out = photo_and_mask(image, mask)
        return prepare(photo, crop, cut_out, self.image_size)

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
          The views; the mask is alpha >= 0.4, depth is 0 where alpha < 0.2.

        Raises:
          InputError: if the picture is unusable.
        """
        codes = self.encode(self.prepare(image, crop, mask)[None], photo=True)
        return self.decode(codes[0], orbit(6) if viewpoints is None else viewpoints)

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
        mask = alpha >= SHOWN
        return Views(
            viewpoints=viewpoints,
            rgb=np.clip(rgb, 0, 1),
            depth=np.where(alpha >= FAINT, depth, 0),
            mask=mask,
            alpha=np.clip(alpha, 0, 1),
        )

    def pictures(
        self,
        code: np.ndarray,
        azimuths: np.ndarray,
        elevation: float = 0.0,
        show: str = "picture",
    ) -> np.ndarray:
        """How the object of a code looks from several sides; see `Network`."""
        azimuths = np.atleast_1d(np.asarray(azimuths, np.float64))
        check_angles(azimuths, np.asarray(elevation))
        viewpoints = np.repeat(orbit(1, elevation), len(azimuths), axis=0)
        viewpoints[:, 0] = azimuths
        return self.decode(code, viewpoints).rgb

    def surface(self, code: np.ndarray, **settings: Any) -> Surface:
        """The surface of a code; settings as `tf3d.fusion.fuse` takes them."""
        from tf3d.fusion import fuse, fusion_viewpoints

        views = self.decode(code, fusion_viewpoints())
        check_foreground(views)
        return fuse(views, **settings)

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
        if method is not None:
            settings["method"] = method
        picture = self.prepare(image, crop, mask)
        return self.surface(self.encode(picture[None], photo=True)[0], **settings)


def check_foreground(views: Views, name: str = "the picture") -> None:
    """Raises an InputError if no view shows anything."""
    if not views.mask.any():
        raise InputError(
            f"The model sees no object in {name}: every predicted view is empty. "
            "Use a picture framed on one object, or give its cut-out with --mask."
        )


def load(
    name_or_path: str | os.PathLike[str] = DEFAULT_MODEL,
    refine: bool = True,
) -> Reconstructor | VoxelReconstructor:
    """Loads a model for prediction.

    Args:
      name_or_path: a shipped model's name (`tf3d models` lists them), a `.keras` file,
        a folder that holds `model.keras`, as training leaves it, or a SavedModel that
        `tf3d export` made: the folder of a version, or the folder of its versions.
      refine: whether a multi-view model's codes are fitted to their pictures, where a
        view.keras beside it can find mask and viewpoint. Without, they are the
        encoder's at once.

    Returns:
      The model, ready to predict: a `VoxelReconstructor` of a voxel autoencoder, else a
      `Reconstructor`.

    Raises:
      InputError: if there is no such model, or the file holds another kind.
    """
    path = find_model(name_or_path)
    if path.is_dir():
        from tf3d.prediction.exported import load_exported

        network = load_exported(path)
        plain = not refine and isinstance(network, Reconstructor)
        return network.plain() if plain else network
    from tf3d.models.rivals import rival_name
    from tf3d.models.voxels import VoxelAutoencoder

    model, name = load_keras(path)
    rival = rival_name(model)
    if rival is not None:
        raise InputError(
            f"The model {path} is the comparison network {rival!r}: it makes no "
            "surfaces. `tf3d reproduce` sets it beside ours: multiview-decoder-only, "
            f"multiview-fig06 or multiview-fig08 with --model {path}."
        )
    if isinstance(model, VoxelAutoencoder):
        return VoxelReconstructor(model, name)
    missing = [
        part for part in ("encode", "decode", "image_size") if not hasattr(model, part)
    ]
    if missing:
        raise InputError(
            f"The model {path} is no multi-view model: it has no {', '.join(missing)}. "
            "Use one that `tf3d train` made or that `tf3d models` lists."
        )
    return Reconstructor(model, name, _estimator(path, model) if refine else None)


def _estimator(path: pathlib.Path, model: keras.Model) -> ViewEstimator | None:
    """The view estimator in a model's folder, if there is one.

    Raises:
      InputError: if it cannot be loaded, or is another model.
    """
    from tf3d.models import ViewEstimator

    beside = path.parent / VIEW_FILE
    if path.name != MODEL_FILE or not beside.is_file():
        return None
    estimator, _ = load_keras(beside)
    if not isinstance(estimator, ViewEstimator):
        raise InputError(
            f"The model {beside} is no view estimator. Put one there that "
            "`tf3d train --model view-estimator` made, or none."
        )
    if estimator.image_size != model.image_size:
        raise InputError(
            f"{beside} is for pictures of {estimator.image_size} px, and the model "
            f"{path} takes those of {model.image_size}. Remove it."
        )
    return estimator


def load_keras(path: pathlib.Path) -> tuple[keras.Model, str]:
    """The Keras model in a `.keras` file, and its name for messages.

    Raises:
      InputError: if it cannot be loaded.
    """
    import keras

    # Imported, these register the classes that the file names.
    import tf3d.models  # noqa: F401

    try:
        model = keras.models.load_model(path, compile=False, safe_mode=True)
    # Keras raises ValueError, TypeError, KeyError, … by what the file holds.
    except Exception as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise InputError(
            f"The model {path} cannot be loaded: {reason} "
            "It may be damaged, or made by another version; train or fetch it again."
        ) from error
    return model, path.parent.name if path.name == MODEL_FILE else path.stem


def load_trainable(
    name_or_path: str | os.PathLike[str],
) -> Reconstructor | VoxelReconstructor:
    """Loads a model to train or to export it: no SavedModel, which only answers.

    Args:
      name_or_path: as `load` takes it.

    Raises:
      InputError: if it cannot be loaded, or is a SavedModel.
    """
    path = find_model(name_or_path)
    if path.is_dir():
        raise InputError(
            f"{path} is a SavedModel, which answers but can neither be trained nor "
            "exported again. Name the .keras file that it was exported from."
        )
    return load(name_or_path)


def multi_view_only(network: Reconstructor | VoxelReconstructor) -> Reconstructor:
    """The network, for work that only a multi-view model does.

    Raises:
      InputError: if it is a voxel model.
    """
    if isinstance(network, VoxelReconstructor):
        raise InputError(
            f"The model {network.name} is a voxel model, and this needs a multi-view "
            "model. `tf3d models` lists those that ship."
        )
    return network


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
