"""Half precision for training, full precision for what is kept."""

from __future__ import annotations

from typing import TypeVar

import keras
import numpy as np

from tf3d.training.config import supports_bfloat16

Model = TypeVar("Model", bound=keras.Model)


def policy(wanted: str) -> str:
    """The Keras policy of "auto", "float32" or "bfloat16"."""
    if wanted == "auto":
        able = _on_gpu() or supports_bfloat16()
        wanted = "bfloat16" if able else "float32"
    return "mixed_bfloat16" if wanted == "bfloat16" else "float32"


def _on_gpu() -> bool:
    """Whether JAX computes on a GPU; under TensorFlow the processor decides."""
    if keras.backend.backend() != "jax":
        return False
    import jax

    return jax.default_backend() == "gpu"


def full_precision(model: Model) -> Model:
    """The same network computing in float32."""
    result = type(model).from_config({**model.get_config(), "dtype": "float32"})
    result.build()
    # Weights are float32 under both policies; a random generator's state is whole.
    result.set_weights([np.asarray(weight) for weight in model.get_weights()])
    return result
