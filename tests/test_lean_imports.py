import importlib.util
import subprocess
import sys

import pytest

from tf3d.lean_imports import UNUSED

CODE = """
import sys
from tf3d.lean_imports import leave_unused_out
leave_unused_out()
leave_unused_out()
assert sum(type(f).__name__ == "_Hidden" for f in sys.meta_path) == 1
import keras
import tensorflow
print(sorted({name.split(".")[0] for name in sys.modules} & set(sys.argv[1:])))
for name in sys.argv[1:]:
    __import__(name)
assert keras.ops.ones(3).shape == (3,)
assert keras.layers.Dense(1)(keras.ops.ones((2, 3))).shape == (2, 1)
"""


def test_keras_does_without_and_others_can_have_them():
    there = [name for name in UNUSED if importlib.util.find_spec(name)]
    if not there:
        pytest.skip("none of them is installed")
    command = [sys.executable, "-c", CODE, *there]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


def test_a_loaded_keras_is_left_alone():
    import keras  # noqa: F401

    from tf3d.lean_imports import leave_unused_out

    before = list(sys.meta_path)
    leave_unused_out()
    assert sys.meta_path == before
