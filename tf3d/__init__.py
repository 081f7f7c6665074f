"""tf3d: a 3D object from a single image, on TensorFlow and Keras.

Names are handed out lazily, so that `import tf3d` loads neither TensorFlow nor Open3D.
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

# name -> the module that has it
_NAMES = {
    "InputError": "tf3d.errors",
    "Reconstructor": "tf3d.prediction",
    "Views": "tf3d.geometry",
    "VoxelReconstructor": "tf3d.prediction",
    "load": "tf3d.prediction",
    "orbit": "tf3d.geometry",
    "reconstruct": "tf3d.prediction",
}

__all__ = [*_NAMES, "__version__"]


def __getattr__(name: str) -> Any:
    if name not in _NAMES:
        raise AttributeError(f"module 'tf3d' has no attribute {name!r}")
    value = getattr(importlib.import_module(_NAMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_NAMES})
