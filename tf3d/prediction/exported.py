"""Loads SavedModels that `tf3d export` made, to predict as their Keras models do."""

from __future__ import annotations

import json
import pathlib

import numpy as np

from tf3d.errors import InputError
from tf3d.prediction.reconstructor import Reconstructor
from tf3d.prediction.signature_networks import Arrays, network_of_signatures
from tf3d.prediction.voxel_reconstructor import VoxelReconstructor

DESCRIPTION_FILE = "assets.extra/tf3d.json"


def load_exported(folder: pathlib.Path) -> Reconstructor | VoxelReconstructor:
    """Loads a SavedModel that `tf3d export` made.

    A SavedModel is a program: load those alone whose origin you trust.

    Args:
      folder: of one version, with `saved_model.pb`.

    Returns:
      The model, ready to predict.

    Raises:
      InputError: if it cannot be loaded, or was not made by `tf3d export`.
    """
    import tensorflow as tf

    try:
        loaded = tf.saved_model.load(str(folder))
        signatures = dict(loaded.signatures)
    # TensorFlow raises anything by what is missing or damaged.
    except Exception as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise InputError(
            f"The SavedModel {folder} cannot be loaded: {reason} "
            "It may be damaged; export it again."
        ) from error
    specs = {
        name: function.structured_input_signature[1]
        for name, function in signatures.items()
    }
    shapes = {
        name: {
            key: None if spec.shape.rank is None else tuple(spec.shape)
            for key, spec in inputs.items()
        }
        for name, inputs in specs.items()
    }

    # The variables live as long as what was loaded does, and that as this function.
    def run(name: str, inputs: Arrays, loaded=loaded) -> Arrays:
        tensors = {
            key: tf.constant(np.asarray(inputs[key]), spec.dtype)
            for key, spec in specs[name].items()
        }
        outputs = signatures[name](**tensors)
        return {key: value.numpy() for key, value in outputs.items()}

    return network_of_signatures(run, shapes, _name(folder))


def _name(folder: pathlib.Path) -> str:
    """The exported model's name, or that of the folder of its versions."""
    try:
        content = json.loads((folder / DESCRIPTION_FILE).read_text(encoding="utf-8"))
        return str(content["name"])
    except (OSError, ValueError, KeyError, TypeError):
        return folder.resolve().parent.name
