"""What layers that look at voxels share: their camera, and the checks of inputs."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from tf3d.layers.ray_sampling import CAMERAS
from tf3d.layers.rotation_weights import SAMPLINGS


def check_camera(
    gain: float, sampling: str, camera: str, distance: float, field_of_view: float
) -> None:
    """Raises ValueError if a setting of a projection is out of range."""
    if gain <= 0:
        raise ValueError(f"Expected gain > 0. Received: gain={gain}")
    if sampling not in SAMPLINGS:
        raise ValueError(
            f"Expected sampling in {SAMPLINGS}. Received: sampling={sampling!r}"
        )
    if camera not in CAMERAS:
        raise ValueError(f"Expected camera in {CAMERAS}. Received: camera={camera!r}")
    if distance <= 0.5:
        raise ValueError(
            "Expected distance > 0.5, outside the voxels. "
            f"Received: distance={distance}"
        )
    if not 0 < field_of_view < 180:
        raise ValueError(
            "Expected field_of_view between 0 and 180 degrees. "
            f"Received: field_of_view={field_of_view}"
        )


def check_inputs(
    voxels: Any, azimuth_radians: Any, elevation_radians: Any
) -> tuple[Any, Any, Any]:
    """Checks the shapes of a projection's inputs, and gives them one precision.

    Returns:
      Voxels, azimuth, and elevation or None: float64 if the voxels are, else float32.

    Raises:
      ValueError: if a shape is none that `project_voxels` names.
    """
    voxels = ops.convert_to_tensor(voxels)
    shape = tuple(voxels.shape)
    if len(shape) != 5 or len(set(shape[1:4])) != 1 or None in shape[1:]:
        raise ValueError(
            "Expected voxels of shape [batch, n, n, n, channels]. "
            f"Received: voxels.shape={shape}"
        )
    is_double = keras.backend.standardize_dtype(voxels.dtype) == "float64"
    dtype = "float64" if is_double else "float32"
    angles = []
    for name, angle in (
        ("azimuth_radians", azimuth_radians),
        ("elevation_radians", elevation_radians),
    ):
        if angle is not None:
            angle = ops.cast(ops.convert_to_tensor(angle), dtype)
            batches = {shape[0], *angle.shape[:1]} - {None}
            if len(angle.shape) != 1 or len(batches) > 1:
                raise ValueError(
                    f"Expected {name} of shape [batch] for voxels of shape {shape}. "
                    f"Received: {name}.shape={tuple(angle.shape)}"
                )
        elif name == "azimuth_radians":
            raise ValueError(f"Expected {name} of shape [batch]. Received: {name}=None")
        angles.append(angle)
    return ops.cast(voxels, dtype), *angles


class CameraLayer(keras.layers.Layer):
    """A layer without weights that looks at voxels.

    It runs in float32 at every dtype policy: angles in bfloat16 would jump by a degree.

    Args:
      gain: absorption of a full voxel.
      sampling: "trilinear" or "nearest".
      camera: "orthographic" or "perspective".
      distance: of the perspective camera from the origin, world units.
      field_of_view: of the perspective camera, full angle in degrees.

    Raises:
      ValueError: if a setting is out of range.
    """

    def __init__(
        self,
        gain: float = 1.0,
        sampling: str = "trilinear",
        camera: str = "orthographic",
        distance: float = 2.0,
        field_of_view: float = 30.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(autocast=False, **kwargs)
        check_camera(gain, sampling, camera, distance, field_of_view)
        self.view = {
            "gain": gain,
            "sampling": sampling,
            "camera": camera,
            "distance": distance,
            "field_of_view": field_of_view,
        }

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), **self.view}
