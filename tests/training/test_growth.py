import keras
import numpy as np
import pytest

from tf3d.models import MultiView
from tf3d.training.growth import transfer


def build(seed=0, **settings):
    keras.utils.set_random_seed(seed)
    model = MultiView(**{"code_width": 16, **settings})
    model.build()
    return model


@pytest.mark.parametrize("deep", [False, True])
def test_small_network_grows(deep):
    small, large = build(image_size=64, deep=deep), build(1, deep=deep)
    before = {layer.name: layer.get_weights() for layer in large.encoder}
    copied, fresh = transfer(small, large)
    # New: the outermost stages, and what was the outermost at 64.
    expected = {"conv_128", "conv_64", "up_64", "output_128"}
    if deep:
        expected = {"conv_128", "conv_same_64", "conv_64", "up_64", "refine_64"}
        expected |= {"output_128"}
    assert set(fresh) == expected
    assert {"code", "joint_0", "joint_2", "viewpoint_1", "conv_32", "up_32"} < set(
        copied
    )
    layers = {layer.name: layer for layer in small._flatten_layers()}
    for layer in large._flatten_layers():
        if layer.name in copied:
            for left, right in zip(
                layer.get_weights(), layers[layer.name].get_weights(), strict=True
            ):
                np.testing.assert_array_equal(left, right)
        elif layer.name in before:
            np.testing.assert_array_equal(layer.get_weights()[0], before[layer.name][0])


def test_same_networks_share_all():
    first, second = build(0), build(1)
    copied, fresh = transfer(first, second)
    assert fresh == [] and len(copied) == 17
    for left, right in zip(first.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(left, right)


def test_mask_output_added_later():
    copied, fresh = transfer(build(0), build(1, mask_output=True))
    assert fresh == ["output_128"]
    assert len(copied) == 16


@pytest.mark.parametrize("image_size", [64, 128])
def test_wider_decoder_draws_the_same(image_size):
    narrow = build(0, image_size=image_size)
    wide = build(1, image_size=image_size, decoder_widths=(136, 64, 48, 40))
    copied, fresh = transfer(narrow, wide)
    assert fresh == [] and len(copied) == (17 if image_size == 128 else 15)
    codes = np.random.default_rng(0).normal(size=(2, 16)).astype(np.float32)
    viewpoints = np.float32([[30, 20, 2], [200, 5, 1.8]])
    expected = narrow.decode(codes, viewpoints)
    found = wide.decode(codes, viewpoints)
    for name, picture in expected.items():
        np.testing.assert_allclose(found[name], picture, atol=1e-5)
    # The new channels are not dead: what they draw from is random.
    kernel = wide.decoder[0].get_weights()[0]
    assert kernel[..., 128:].std() > 0


def test_narrower_decoder_is_new():
    wide, narrow = build(0, decoder_widths=(136, 64, 48, 40)), build(1)
    _, fresh = transfer(wide, narrow)
    assert set(fresh) == {"up_8", "up_16", "up_32", "up_64", "output_128"}


def test_network_that_shares_nothing():
    other = keras.Sequential([keras.layers.Dense(3, name="other")])
    other.build((None, 2))
    copied, fresh = transfer(other, build())
    assert copied == [] and "code" in fresh
