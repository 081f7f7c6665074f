"""Moves weights from one network into another that shares layers with it."""

from __future__ import annotations

import keras


def transfer(source: keras.Model, target: keras.Model) -> tuple[list[str], list[str]]:
    """Copies the weights of layers with the same name and shapes.

    Args:
      source: a built model.
      target: a built model; its other layers stay as they are.

    Returns:
      The names of the layers that were copied, and of those that were not.
    """
    known = {layer.name: layer for layer in source._flatten_layers(recursive=True)}
    copied, fresh = [], []
    for layer in target._flatten_layers(recursive=True):
        if layer is target or not layer.weights:
            continue
        old = known.get(layer.name)
        shapes = [tuple(w.shape) for w in layer.weights]
        if old is not None and [tuple(w.shape) for w in old.weights] == shapes:
            layer.set_weights(old.get_weights())
            copied.append(layer.name)
        else:
            fresh.append(layer.name)
    return copied, fresh
