"""The voxel autoencoder: one image in, a voxel grid and its rendering out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from keras import ops

from tf3d.layers.emission_absorption import EmissionAbsorption
from tf3d.layers.latent import LatentSampling, clip_latent
from tf3d.layers.projection import Projection
from tf3d.models.voxels.adversarial_pose import AdversarialPose
from tf3d.models.voxels.amortized_pose import AmortizedPose
from tf3d.models.voxels.decoder import VoxelDecoder
from tf3d.models.voxels.encoder import VoxelEncoder
from tf3d.models.voxels.fixed_pose import FixedPose
from tf3d.models.voxels.learned_pose import LearnedPose
from tf3d.models.voxels.pose import Pose
from tf3d.models.voxels.pose_hypotheses import PoseHypotheses
from tf3d.models.voxels.texturizer import Texturizer
from tf3d.models.voxels.uniform_pose import UniformPose

POSES: dict[str, type[Pose]] = {
    "fixed": FixedPose,
    "uniform": UniformPose,
    "adversarial": AdversarialPose,
    "learned": LearnedPose,
    "amortized": AmortizedPose,
    "hypotheses": PoseHypotheses,
}


@keras.saving.register_keras_serializable(package="tf3d")
class VoxelAutoencoder(keras.Model):
    """2D encoder, 3D decoder, projection and texturizer of the voxel paper (Fig. 2).

    Args:
      image_size: pixels along a side and voxels along an edge.
      channels: 1 for grey, where the projection shows how much of the object a ray
        meets; 3 for RGB, where voxels have colours, seen by emission and absorption.
      latent: dimensions of the shape's code.
      pose: "fixed", "uniform", "adversarial", "learned" (the paper's, by batch slot),
        "amortized" or "hypotheses".
      pose_settings: constructor arguments of the pose.
      texturizer: whether two dense layers follow the projection.
      clip: whether the posterior's moments are clipped by norm, as the µ-VAE's are.
      background: behind coloured voxels, in [0, 1].
      gain: density of a full voxel.
      sampling: "trilinear" or "nearest"; see `Projection`.
      encoder_width: see `VoxelEncoder`.
      decoder_widths: see `VoxelDecoder`.
      texturizer_width: see `Texturizer`.
      form: of the transposed convolutions; see `UpConvolution3D`.
      seed: of the samples.

    Inputs: `{"image": [batch, size, size, channels] in [0, 1]}`, and if the angles are
    known "azimuth_radians", "elevation_radians" `[batch]`.

    Outputs: "image" and "projection" like the input (the same without a texturizer),
    "voxels" `[batch, x, y, z, 1 or 4]` in [0, 1] (occupancy last), "code", "mean",
    "log_variance" `[batch, latent]`, "azimuth_radians", "elevation_radians" `[batch]`.

    Example:

    >>> model = VoxelAutoencoder()
    >>> codes = model.encode(np.zeros((2, 28, 28, 1), "float32"))
    >>> model.project(model.decode(codes), np.array([0.0, 0.5], "float32")).shape
    TensorShape([2, 28, 28, 1])
    """

    # --- layers ---

    def __init__(
        self,
        image_size: int = 28,
        channels: int = 1,
        latent: int = 20,
        pose: str = "fixed",
        pose_settings: Mapping[str, Any] | None = None,
        texturizer: bool = False,
        clip: bool = False,
        background: float = 0.0,
        gain: float = 2.0,
        sampling: str = "trilinear",
        encoder_width: int = 128,
        decoder_widths: tuple[int, ...] = (128, 64),
        texturizer_width: int = 1000,
        form: str = "auto",
        seed: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if channels not in (1, 3):
            raise ValueError(f"Expected channels 1 or 3. Received: channels={channels}")
        if latent < 1:
            raise ValueError(f"Expected latent >= 1. Received: latent={latent}")
        if pose not in POSES:
            raise ValueError(
                f"Expected pose in {tuple(POSES)}. Received: pose={pose!r}"
            )
        self.image_size, self.channels, self.latent = image_size, channels, latent
        self.pose_name, self.pose_settings = pose, dict(pose_settings or {})
        self.texturizer_width = texturizer_width
        self.clip, self.background = clip, background
        self.gain, self.sampling, self.form, self.seed = gain, sampling, form, seed
        self.encoder_width = encoder_width
        self.decoder_widths = tuple(decoder_widths)
        self._build_layers(texturizer)

    def _build_layers(self, texturizer: bool) -> None:
        policy = {"dtype": self.dtype_policy}
        self.encoder = VoxelEncoder(
            self.image_size, self.channels, self.encoder_width, **policy
        )
        self.mean_head = keras.layers.Dense(self.latent, name="mean_head", **policy)
        self.variance_head = keras.layers.Dense(
            self.latent,
            kernel_initializer=keras.initializers.RandomNormal(stddev=0.01),
            name="variance_head",
            **policy,
        )
        self.sampler = LatentSampling(seed=self.seed)
        settings = dict(self.pose_settings)
        if self.pose_name in ("uniform", "learned", "amortized"):
            settings.setdefault("seed", self.seed + 1)
        # In bfloat16 an angle would jump by a degree.
        self.pose = POSES[self.pose_name](**settings, dtype="float32")
        self.decoder = VoxelDecoder(
            self.latent,
            self.image_size,
            self.decoder_widths,
            4 if self.channels == 3 else 1,
            self.form,
            **policy,
        )
        optics = {"gain": self.gain, "sampling": self.sampling}
        self.projection = (
            EmissionAbsorption(background=self.background, **optics)
            if self.channels == 3
            else Projection(**optics)
        )
        self.texturizer = (
            Texturizer(self.image_size, self.channels, self.texturizer_width, **policy)
            if texturizer
            else None
        )

    def build(self, input_shape: Any = None) -> None:
        if self.built:
            return
        images = (None, self.image_size, self.image_size, self.channels)
        features = self.encoder.compute_output_shape(images)
        shapes = [
            (self.encoder, images),
            (self.mean_head, features),
            (self.variance_head, features),
            (self.pose, features),
            (self.decoder, (None, self.latent)),
            (self.texturizer, images),
        ]
        for layer, shape in shapes:
            # A first call of `encode` alone has built some of them.
            if layer is not None and not layer.built:
                layer.build(shape)
        self.built = True

    # --- functional model ---

    def infer(self, images: Any, training: bool = False) -> dict[str, Any]:
        """The posterior of a batch, a code from it (its mean at test time), the pose.

        Returns:
          "mean", "log_variance", "code" `[batch, latent]`; what `Pose` returns, its
          "mean", "log_variance" and "output" with "pose_" in front.
        """
        features = self.encoder(images, training=training)
        mean = ops.cast(self.mean_head(features), "float32")
        log_variance = ops.cast(self.variance_head(features), "float32")
        if self.clip:
            mean, log_variance = clip_latent(mean, log_variance)
        code = self.sampler(mean, log_variance, training=training)
        pose = self.pose(features, training=training)
        renamed = {
            f"pose_{key}" if key in ("mean", "log_variance", "output") else key: value
            for key, value in pose.items()
        }
        return {"mean": mean, "log_variance": log_variance, "code": code, **renamed}

    def encode(self, images: Any) -> Any:
        """Codes `[batch, latent]` of images `[batch, size, size, channels]`."""
        return self.infer(images)["code"]

    def decode(self, codes: Any, training: bool = False) -> Any:
        """Voxels `[batch, x, y, z, channels]` of codes `[batch, latent]`."""
        return self.decoder(codes, training=training)

    def project(
        self, voxels: Any, azimuth_radians: Any, elevation_radians: Any = None
    ) -> Any:
        """Images `[batch, size, size, channels]` of voxels from angles `[batch]`."""
        return self.projection(voxels, azimuth_radians, elevation_radians)

    def texture(self, projections: Any) -> Any:
        """The final picture of a projection: the texturizer's, or the same."""
        return projections if self.texturizer is None else self.texturizer(projections)

    def reconstruct(self, images: Any, training: bool = False) -> dict[str, Any]:
        """What the objective compares: every pose hypothesis is projected.

        Returns:
          What `infer` does, "voxels", and "projection" and "texture"
          `[batch, hypotheses, size, size, channels]`, the latter if there is a
          texturizer.
        """
        outputs = self.infer(images, training)
        outputs["voxels"] = voxels = self.decode(outputs["code"], training)
        azimuth = outputs["azimuth_radians"]
        elevation = outputs["elevation_radians"]
        count = self.pose.hypotheses
        if count > 1:
            voxels = ops.repeat(voxels, count, axis=0)
        projection = self.project(
            voxels,
            ops.reshape(azimuth, (-1,)),
            None if elevation is None else ops.reshape(elevation, (-1,)),
        )
        shape = (-1, count, self.image_size, self.image_size, self.channels)
        outputs["projection"] = ops.reshape(projection, shape)
        if self.texturizer is not None:
            outputs["texture"] = ops.reshape(self.texturizer(projection), shape)
        return outputs

    def estimate_pose(
        self, images: Any, voxels: Any, azimuths: int = 64, elevations: int = 5
    ) -> tuple[Any, Any]:
        """The angles of a grid with the least reprojection error.

        Args:
          images: `[batch, size, size, channels]`.
          voxels: `[batch, x, y, z, channels]`.
          azimuths: tried around the circle.
          elevations: tried within the pose's range, if it has one.

        Returns:
          Azimuth and elevation in radians, `[batch]`.
        """
        images = ops.cast(images, "float32")
        span = math.radians(self.pose.max_elevation)
        heights = np.linspace(-span, span, elevations) if span else np.zeros(1)
        turn = 2 * np.pi * np.arange(azimuths) / azimuths - np.pi
        grid = np.stack(np.meshgrid(turn, heights, indexing="ij"), -1).reshape(-1, 2)
        grid = ops.convert_to_tensor(grid.astype(np.float32))
        ones = ops.ones_like(images[:, 0, 0, 0])

        def error(angles: Any) -> Any:
            shown = self.project(
                voxels, angles[0] * ones, angles[1] * ones if span else None
            )
            return ops.sum((shown - images) ** 2, axis=(1, 2, 3))

        best = ops.argmin(ops.map(error, grid), axis=0)
        angles = ops.take(grid, best, axis=0)
        return angles[:, 0], angles[:, 1]

    def call(self, inputs: Mapping[str, Any], training: bool = False) -> dict[str, Any]:
        images = inputs["image"]
        outputs = self.infer(images, training)
        voxels = self.decode(outputs["code"], training)
        azimuth, elevation = self._angles(inputs, outputs, voxels, training)
        projection = self.project(
            voxels, azimuth, elevation if self.pose.max_elevation else None
        )
        return {
            "image": self.texture(projection),
            "projection": projection,
            "voxels": voxels,
            "code": outputs["code"],
            "mean": outputs["mean"],
            "log_variance": outputs["log_variance"],
            "azimuth_radians": azimuth,
            "elevation_radians": elevation,
        }

    def _angles(
        self,
        inputs: Mapping[str, Any],
        outputs: dict[str, Any],
        voxels: Any,
        training: bool,
    ) -> tuple[Any, Any]:
        """One azimuth and elevation `[batch]` for each image."""
        azimuth = outputs["azimuth_radians"]
        elevation = outputs["elevation_radians"]
        if elevation is None:
            elevation = ops.zeros_like(azimuth)
        if inputs.get("azimuth_radians") is not None:
            azimuth = ops.cast(inputs["azimuth_radians"], "float32")
            elevation = inputs.get("elevation_radians")
            if elevation is None:
                return azimuth, ops.zeros_like(azimuth)
            return azimuth, ops.cast(elevation, "float32")
        if self.pose.searched and not training:
            return self.estimate_pose(inputs["image"], voxels)
        if self.pose.hypotheses == 1:
            return azimuth[:, 0], elevation[:, 0]
        images = ops.cast(inputs["image"], "float32")
        errors = []
        for index in range(self.pose.hypotheses):
            angles = elevation[:, index] if self.pose.max_elevation else None
            shown = self.project(voxels, azimuth[:, index], angles)
            errors.append(ops.sum((shown - images) ** 2, axis=(1, 2, 3)))
        best = ops.argmin(ops.stack(errors, axis=1), axis=1)[:, None]
        return tuple(
            ops.take_along_axis(angle, best, axis=1)[:, 0]
            for angle in (azimuth, elevation)
        )

    # --- variables by what trains them ---

    @property
    def pose_variables(self) -> list[Any]:
        """Those of the learned pose, which have an optimiser of their own."""
        return self.pose.own_variables

    @property
    def main_variables(self) -> list[Any]:
        """All other trainable variables."""
        own = {id(variable) for variable in self.pose_variables}
        return [v for v in self.trainable_variables if id(v) not in own]

    def generator_variables(self, codes: bool) -> list[Any]:
        """What produces what a discriminator judges.

        Args:
          codes: whether it sees the codes, or the adversarial pose's output alone.
        """
        layers = [self.encoder]
        if codes:
            layers += [self.mean_head, self.variance_head]
        if self.pose.adversarial:
            layers.append(self.pose)
        return [v for layer in layers for v in layer.trainable_variables]

    # --- config ---

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "image_size": self.image_size,
            "channels": self.channels,
            "latent": self.latent,
            "pose": self.pose_name,
            "pose_settings": self.pose_settings,
            "texturizer": self.texturizer is not None,
            "clip": self.clip,
            "background": self.background,
            "gain": self.gain,
            "sampling": self.sampling,
            "encoder_width": self.encoder_width,
            "decoder_widths": list(self.decoder_widths),
            "texturizer_width": self.texturizer_width,
            "form": self.form,
            "seed": self.seed,
        }

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: Any = None
    ) -> VoxelAutoencoder:
        return cls(**config)
