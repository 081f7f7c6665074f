"""Shapes by their number through the multi-view decoder."""

import numpy as np
import pytest

from tf3d.models import MultiView
from tf3d.models.rivals import DecoderOnly

VIEWPOINT = np.array([[30, 20, 2.0], [250, -5, 1.8]], np.float32)


@pytest.fixture(scope="module")
def model():
    model = DecoderOnly(shapes=3, code_width=8)
    model.build()
    return model


def test_outputs(model):
    outputs = model({"identity": np.array([2, 0]), "viewpoint": VIEWPOINT})
    assert tuple(outputs["rgb"].shape) == (2, 64, 64, 3)
    assert tuple(outputs["depth"].shape) == tuple(outputs["alpha"].shape) == (2, 64, 64)


def test_codes_are_the_rows_of_the_table(model):
    codes = np.asarray(model.codes)
    assert codes.shape == (3, 8)
    np.testing.assert_array_equal(model.encode(np.array([2, 0, 2])), codes[[2, 0, 2]])


def test_its_decoder_is_the_multi_view_networks(model):
    settings = {name: model.get_config()[name] for name in ("mask_output", "deep")}
    whole = MultiView(64, 8, **settings, depth_range=(-0.7, 0.7), relative_depth=True)
    whole.build()

    def shapes(network):
        paths = {w.path.split("/", 1)[1]: tuple(w.shape) for w in network.weights}
        encoder = ("conv", "code", "table")
        return {p: s for p, s in paths.items() if not p.startswith(encoder)}

    assert shapes(model) == shapes(whole) != {}


def test_bad_shapes(model):
    with pytest.raises(ValueError, match=r"identities of shape \[batch\].*\(2, 1\)"):
        model.encode(np.zeros((2, 1), np.int32))
    with pytest.raises(ValueError, match="shapes >= 1. Received: shapes=0"):
        DecoderOnly(shapes=0)
    with pytest.raises(ValueError, match="image_size 64 or 128"):
        DecoderOnly(shapes=1, image_size=32)
