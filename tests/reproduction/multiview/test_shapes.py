from types import SimpleNamespace

import pytest

from tf3d.reproduction.models import Facts
from tf3d.reproduction.multiview.shapes import kind


@pytest.mark.parametrize(
    ("name", "data", "shown"),
    [
        ("multiview-cars", (), "cars"),
        ("my-chairs", (), "chairs"),
        ("run-1", ("chairs",), "chairs"),
        ("armchairs-too", ("cars", "chairs"), "cars"),
        ("run-1", ("open/chair",), "chairs"),
    ],
)
def test_what_a_model_shows(name, data, shown):
    loaded = SimpleNamespace(name=name, facts=Facts("multi-view", data=data))
    assert kind(SimpleNamespace(loaded=lambda family, **wanted: loaded)) == shown
