"""Fits codes of new shapes to given views, with the decoder as it is."""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np

from tf3d.models import MultiViewObjective
from tf3d.models.rivals import DecoderOnly

STEPS = 200
RATE = 0.05  # of Adam, in standard deviations of the known shapes' codes
PULL = 1e-3  # towards their mean: a single view does not say what all units are


def fit_codes(
    model: DecoderOnly,
    rgb: np.ndarray,
    viewpoints: np.ndarray,
    steps: int | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> np.ndarray:
    """The codes whose views are most like the given ones.

    Args:
      model: trained.
      rgb: `[n, views, size, size, 3]` in [0, 1], over plain grey, of n shapes.
      viewpoints: `[n, views, 3]` from which they are seen.
      steps: of gradient descent, from the mean of the known shapes' codes; `STEPS` by
        default.
      progress: called with steps done and their total.

    Returns:
      `[n, code_width]`.

    Raises:
      ValueError: if the shapes do not agree.
    """
    rgb, viewpoints = np.asarray(rgb, np.float32), np.asarray(viewpoints, np.float32)
    _check(rgb, viewpoints, model.image_size)
    import tensorflow as tf

    steps = STEPS if steps is None else steps
    known = keras.ops.convert_to_numpy(model.codes)
    mean, spread = known.mean(axis=0), known.std(axis=0) + 1e-6
    shift = keras.Variable(np.zeros((len(rgb), known.shape[1]), np.float32))
    optimizer = keras.optimizers.Adam(RATE)
    optimizer.build([shift])
    views = rgb.shape[1]
    targets, flat = rgb.reshape(-1, *rgb.shape[2:]), viewpoints.reshape(-1, 3)
    objective = MultiViewObjective()

    @tf.function(jit_compile=False)
    def step() -> None:
        with tf.GradientTape() as tape:
            codes = tf.repeat(mean + spread * shift.value, views, axis=0)
            outputs = model.to_units(model.decode_raw(codes, flat), flat)
            loss = objective.rgb_term(targets, outputs["rgb"])
            loss += PULL * tf.reduce_mean(shift.value**2)
        optimizer.apply_gradients([(tape.gradient(loss, shift.value), shift)])

    for done in range(steps):
        step()
        progress(done + 1, steps)
    return mean + spread * keras.ops.convert_to_numpy(shift)


def _check(rgb: np.ndarray, viewpoints: np.ndarray, size: int) -> None:
    if rgb.ndim != 5 or rgb.shape[2:] != (size, size, 3):
        raise ValueError(
            f"Expected rgb of shape [n, views, {size}, {size}, 3]. "
            f"Received: shape={rgb.shape}"
        )
    if viewpoints.shape != (*rgb.shape[:2], 3):
        raise ValueError(
            f"Expected viewpoints of shape {(*rgb.shape[:2], 3)}. "
            f"Received: shape={viewpoints.shape}"
        )
