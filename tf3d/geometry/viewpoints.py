"""Viewpoints: azimuth and elevation in degrees, distance in world units.

A viewpoint is a row `(azimuth, elevation, distance)` of a float array. Azimuth 0 sees
the object's front (+X) and grows counter-clockwise seen from above (+Z).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

# Sec. 3.3 of the multi-view paper: what the network is trained on.
VIEWPOINT_RANGES = {
    "azimuth": (0.0, 360.0),
    "elevation": (-10.0, 40.0),
    "distance": (1.7, 2.3),
}


def as_viewpoints(viewpoints: ArrayLike) -> np.ndarray:
    """Checks viewpoints and returns them as an array.

    Args:
      viewpoints: `[..., 3]` azimuth and elevation in degrees, distance in world units.

    Returns:
      A float64 array `[..., 3]`.

    Raises:
      ValueError: if the last dimension is not 3, a value is not finite, the elevation
        is outside [-90, 90] or the distance is not positive.
    """
    array = np.asarray(viewpoints, dtype=np.float64)
    if array.ndim == 0 or array.shape[-1] != 3:
        raise ValueError(
            "Expected viewpoints of shape [..., 3] (azimuth, elevation, distance). "
            f"Received: shape={array.shape}"
        )
    if not np.isfinite(array).all():
        raise ValueError(f"Expected finite viewpoints. Received: viewpoints={array}")
    if (np.abs(array[..., 1]) > 90).any():
        raise ValueError(
            "Expected elevations between -90 and 90 degrees. "
            f"Received: elevation={array[..., 1]}"
        )
    if (array[..., 2] <= 0).any():
        raise ValueError(
            f"Expected positive distances. Received: distance={array[..., 2]}"
        )
    return array


def orbit(
    count: int = 6,
    elevation: float = 20.0,
    distance: float = 2.0,
    start: float = 0.0,
) -> np.ndarray:
    """Viewpoints evenly spaced around the object (Sec. 4.2: 6 views, elevation 20°).

    Args:
      count: number of viewpoints, at least 1.
      elevation: degrees above the horizon.
      distance: from the object's centre, in world units.
      start: azimuth of the first viewpoint, degrees.

    Returns:
      A float64 array `[count, 3]`.

    Raises:
      ValueError: if `count` is less than 1, or the viewpoint is not valid.
    """
    if count < 1:
        raise ValueError(f"Expected at least 1 viewpoint. Received: count={count}")
    azimuth = (start + np.arange(count) * 360.0 / count) % 360.0
    return as_viewpoints(
        np.stack(
            [azimuth, np.full(count, elevation), np.full(count, distance)], axis=-1
        )
    )


def random_viewpoints(
    count: int,
    rng: np.random.Generator,
    elevation: tuple[float, float] = VIEWPOINT_RANGES["elevation"],
    distance: tuple[float, float] = VIEWPOINT_RANGES["distance"],
) -> np.ndarray:
    """Viewpoints drawn uniformly, as Sec. 3.3 of the multi-view paper draws them.

    Args:
      count: number of viewpoints.
      rng: the caller's generator.
      elevation: lowest and highest elevation, degrees.
      distance: least and greatest distance, world units.

    Returns:
      A float64 array `[count, 3]`.
    """
    return np.stack(
        [
            rng.uniform(*VIEWPOINT_RANGES["azimuth"], count),
            rng.uniform(*elevation, count),
            rng.uniform(*distance, count),
        ],
        axis=-1,
    )


def ring_of_viewpoints(
    count: int, rng: np.random.Generator, distance: float = 2.0
) -> np.ndarray:
    """`orbit` from a random azimuth, at a random elevation of the paper's range.

    Args:
      count: number of viewpoints.
      rng: the caller's generator.
      distance: world units.

    Returns:
      A float64 array `[count, 3]`, each azimuth 360° / count above the one before.
    """
    return orbit(
        count,
        elevation=rng.uniform(*VIEWPOINT_RANGES["elevation"]),
        distance=distance,
        start=rng.uniform(0, 360),
    )


def camera_position(viewpoints: ArrayLike) -> np.ndarray:
    """Where the camera of each viewpoint stands.

    Args:
      viewpoints: `[..., 3]`.

    Returns:
      World coordinates `[..., 3]`: r · (cos el cos az, cos el sin az, sin el).
    """
    viewpoints = as_viewpoints(viewpoints)
    azimuth, elevation = np.radians(viewpoints[..., 0]), np.radians(viewpoints[..., 1])
    direction = np.stack(
        [
            np.cos(elevation) * np.cos(azimuth),
            np.cos(elevation) * np.sin(azimuth),
            np.sin(elevation),
        ],
        axis=-1,
    )
    return viewpoints[..., 2:] * direction
