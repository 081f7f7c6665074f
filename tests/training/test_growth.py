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


def test_network_that_shares_nothing():
    other = keras.Sequential([keras.layers.Dense(3, name="other")])
    other.build((None, 2))
    copied, fresh = transfer(other, build())
    assert copied == [] and "code" in fresh
