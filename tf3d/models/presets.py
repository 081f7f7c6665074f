"""The multi-view networks by name."""

from __future__ import annotations

from typing import Any

from tf3d.errors import InputError
from tf3d.models.multiview import MultiView

MULTIVIEW_PRESETS: dict[str, dict[str, Any]] = {
    # The paper's: RGB and depth, background told by its depth.
    "multiview": {"code_width": 1024},
    # The authors' released code.
    "multiview-deep": {"code_width": 4096, "deep": True},
    # What ships: as the paper's, with coverage and a depth range that fits the object.
    "multiview-mask": {
        "code_width": 1024,
        "mask_output": True,
        "depth_range": (-0.7, 0.7),
        "relative_depth": True,
    },
}


def build_multiview(preset: str, **settings: Any) -> MultiView:
    """A new network.

    Args:
      preset: a key of `MULTIVIEW_PRESETS`.
      **settings: constructor arguments of `MultiView` that override the preset's.

    Raises:
      InputError: if there is no such preset.
    """
    if preset not in MULTIVIEW_PRESETS:
        raise InputError(
            f"Unknown model {preset!r}. Choose one of: {', '.join(MULTIVIEW_PRESETS)}."
        )
    return MultiView(**{**MULTIVIEW_PRESETS[preset], **settings})
