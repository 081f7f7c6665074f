"""Which of TensorFlow's kernels the commands compute with on a CPU."""

from __future__ import annotations

import os
import sys

VARIABLE = "TF_ENABLE_ONEDNN_OPTS"


def prefer_onednn() -> None:
    """Asks TensorFlow for oneDNN's convolutions and products, if nobody chose.

    TensorFlow takes them by itself only on processors with certain instructions, which
    AMD's Zen 3 lacks. There the multi-view network trains half as fast again with them.
    Results differ in the last bits.

    TensorFlow reads the variable when it is loaded: where it is loaded already, this
    does nothing.
    """
    if "tensorflow" not in sys.modules:
        os.environ.setdefault(VARIABLE, "1")
