import numpy as np
import pytest
import tensorflow as tf

from tf3d.errors import InputError
from tf3d.export.saved_model import signature_functions
from tf3d.geometry import orbit
from tf3d.prediction import Reconstructor, VoxelReconstructor
from tf3d.prediction.signature_networks import network_of_signatures


def by_signatures(model, calls=None):
    """The network of a model's signatures, without a server between."""
    functions = signature_functions(model)
    shapes = {
        name: {
            spec.name: tuple(spec.shape)
            for spec in function.structured_input_signature[0]
        }
        for name, function in functions.items()
    }

    def run(name, inputs):
        if calls is not None:
            calls.append((name, {key: value.shape for key, value in inputs.items()}))
        order = shapes[name]
        outputs = functions[name](*(tf.constant(inputs[key]) for key in order))
        return {key: value.numpy() for key, value in outputs.items()}

    return network_of_signatures(run, shapes, "served")


def test_multi_view():
    from tf3d.models import build_multiview

    model = build_multiview("multiview-mask", code_width=16, image_size=64)
    model.build()
    calls = []
    served, local = by_signatures(model, calls), Reconstructor(model)
    assert isinstance(served, Reconstructor) and served.image_size == 64
    images = np.random.default_rng(0).random((2, 64, 64, 3), np.float32)
    codes = local.encode(images)
    np.testing.assert_allclose(served.encode(images), codes, atol=1e-6)
    calls.clear()
    ours, theirs = served.decode(codes[0], orbit(40)), local.decode(codes[0], orbit(40))
    for key in ("rgb", "depth", "alpha"):
        np.testing.assert_allclose(getattr(ours, key), getattr(theirs, key), atol=1e-5)
    # One view of each code: rows are what a server counts.
    assert calls == [
        ("decode", {"codes": (rows, 16), "viewpoints": (rows, 1, 3)})
        for rows in (32, 8)
    ]


@pytest.mark.parametrize("channels", [1, 3])
def test_voxels(channels):
    from tf3d.models import VoxelAutoencoder

    model = VoxelAutoencoder(
        image_size=16,
        channels=channels,
        latent=5,
        pose="learned",
        encoder_width=8,
        decoder_widths=(8, 4),
        **({"background": 0.75} if channels == 3 else {}),
    )
    model.build()
    served, local = by_signatures(model), VoxelReconstructor(model)
    assert isinstance(served, VoxelReconstructor)
    assert (served.image_size, served.channels) == (16, channels)
    assert served.model.latent == 5
    assert served.model.background == pytest.approx(float(model.background), abs=1e-6)
    photo = np.random.default_rng(0).random((30, 20, 3))
    picture = local.prepare(photo)
    np.testing.assert_array_equal(served.prepare(photo), picture)
    code = local.encode(picture[None])[0]
    voxels = local.decode(code)
    np.testing.assert_allclose(served.decode(code), voxels, atol=1e-6)
    np.testing.assert_allclose(
        served.pose(picture[None]), local.pose(picture[None]), atol=1e-3
    )
    for elevation in (0, 20):
        ours, theirs = (n.look(voxels, [0, 70], elevation) for n in (served, local))
        for key in ("picture", "projection"):
            np.testing.assert_allclose(
                getattr(ours, key), getattr(theirs, key), atol=1e-5
            )


@pytest.mark.parametrize(
    "shapes",
    [{}, {"serving_default": {"x": (None,)}}, {"encode": {"images": (None, 8, 8, 3)}}],
)
def test_signatures_of_another_model(shapes):
    with pytest.raises(InputError, match="not one that `tf3d export` made"):
        network_of_signatures(lambda name, inputs: {}, shapes, "served")
