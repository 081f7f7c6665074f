"""Moves weights from one network into another that shares layers with it."""

from __future__ import annotations

import keras


def transfer(source: keras.Model, target: keras.Model) -> tuple[list[str], list[str]]:
    """Copies the weights of layers with the same name and shapes.

    A decoder that has more channels gets those of the source among them: their values
    stay what they were, since the new ones do not weigh in them at first (after
    Net2WiderNet: Chen et al., ICLR 2016).

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
        if old is not None and _shapes(old) == _shapes(layer):
            layer.set_weights(old.get_weights())
            copied.append(layer.name)
        elif old is not None and _widens(old, layer, target):
            _widen(old, layer)
            copied.append(layer.name)
        else:
            fresh.append(layer.name)
    return copied, fresh


def _shapes(layer: keras.layers.Layer) -> list[tuple[int, ...]]:
    return [tuple(weight.shape) for weight in layer.weights]


def _widens(
    old: keras.layers.Layer, layer: keras.layers.Layer, target: keras.Model
) -> bool:
    """Whether a layer of the decoder is another with more channels."""
    before, after = _shapes(old), _shapes(layer)
    if list(map(len, before)) != list(map(len, after)) or len(after[0]) != 4:
        return False
    if before[0][:2] != after[0][:2]:
        return False
    if layer is getattr(target, "output_layer", None):
        return before[0][2] <= after[0][2] and before[0][3] == after[0][3]
    inside = any(layer is other for other in getattr(target, "decoder", ()))
    return inside and all(a <= b for a, b in zip(before[0], after[0], strict=True))


def _widen(old: keras.layers.Layer, layer: keras.layers.Layer) -> None:
    weights = []
    for before, after in zip(old.get_weights(), layer.get_weights(), strict=True):
        channels = before.shape[-1]
        if before.ndim == 4:
            after[:, :, before.shape[2] :, :channels] = 0
            after[:, :, : before.shape[2], :channels] = before
        else:
            after[:channels] = before
        weights.append(after)
    layer.set_weights(weights)
