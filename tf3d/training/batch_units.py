"""From what a batch is stored in, uint8 and float16, to what networks compute with."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


def codes_of(model: keras.Model, inputs: dict[str, Any]) -> Any:
    """A batch's codes: of its uint8 pictures, or of shapes known by their number."""
    if "identity" in inputs:
        return model.encode(inputs["identity"])
    return model.encode(ops.cast(inputs["image"], "float32") / 255)


def targets_of(targets: dict[str, Any]) -> dict[str, Any]:
    """RGB and alpha in [0, 1], depth in world units, all float32."""
    return {
        "rgb": ops.cast(targets["rgb"], "float32") / 255,
        "depth": ops.cast(targets["depth"], "float32"),
        "alpha": ops.cast(targets["alpha"], "float32") / 255,
    }
