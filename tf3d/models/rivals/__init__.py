"""Networks of other papers that the multi-view paper compares itself with."""

from __future__ import annotations

from typing import Any

import keras

from tf3d.errors import InputError
from tf3d.models.rivals.decoder_only import DecoderOnly
from tf3d.models.rivals.inverse_graphics import FACTORS, InverseGraphics
from tf3d.models.rivals.inverse_graphics_objective import InverseGraphicsObjective
from tf3d.models.rivals.rotation import RotationNetwork
from tf3d.models.rivals.rotation_objective import RotationObjective

RIVALS: dict[str, type[keras.Model]] = {
    "decoder-only": DecoderOnly,
    "rotation": RotationNetwork,
    "inverse-graphics": InverseGraphics,
}


def build_rival(name: str, **settings: Any) -> keras.Model:
    """A new network.

    Args:
      name: a key of `RIVALS`.
      **settings: constructor arguments.

    Raises:
      InputError: if there is no such network.
    """
    if name not in RIVALS:
        raise InputError(f"Unknown model {name!r}. Choose one of: {', '.join(RIVALS)}.")
    return RIVALS[name](**settings)


def rival_name(model: keras.Model) -> str | None:
    """The name of a comparison network; None of any other model."""
    names = [name for name, kind in RIVALS.items() if type(model) is kind]
    return names[0] if names else None


__all__ = [
    "FACTORS",
    "RIVALS",
    "DecoderOnly",
    "InverseGraphics",
    "InverseGraphicsObjective",
    "RotationNetwork",
    "RotationObjective",
    "build_rival",
    "rival_name",
]
