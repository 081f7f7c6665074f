import os
import types

import pytest

from tf3d import kernels
from tf3d.kernels import VARIABLE, prefer_onednn


@pytest.mark.parametrize(
    ("loaded", "before", "after"),
    [(False, None, "1"), (False, "0", "0"), (True, None, None)],
)
def test_the_choice_is_made_once_and_in_time(monkeypatch, loaded, before, after):
    monkeypatch.setattr(os, "environ", {} if before is None else {VARIABLE: before})
    modules = {"tensorflow": None} if loaded else {}
    monkeypatch.setattr(kernels, "sys", types.SimpleNamespace(modules=modules))
    prefer_onednn()
    assert os.environ.get(VARIABLE) == after
