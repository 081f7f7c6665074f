import sys

import pytest

from tf3d.errors import InputError
from tf3d.fusion import fuse


def test_without_open3d_the_error_says_what_to_install(box_views, monkeypatch):
    monkeypatch.setitem(sys.modules, "open3d", None)
    with pytest.raises(InputError, match="poisson needs Open3D.*libgomp1"):
        fuse(box_views, "poisson")
