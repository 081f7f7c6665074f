"""Encoder, decoder, texturizer and discriminator."""

import numpy as np
import pytest
from keras import ops

from tf3d.models.voxels.decoder import INITIAL_SUM, VoxelDecoder
from tf3d.models.voxels.discriminator import Discriminator
from tf3d.models.voxels.encoder import VoxelEncoder
from tf3d.models.voxels.texturizer import Texturizer


def test_encoder_has_the_sizes_of_the_released_code():
    encoder = VoxelEncoder()
    features = encoder(np.zeros((2, 28, 28, 1), np.float32))
    assert tuple(features.shape) == (2, 512)
    assert encoder.compute_output_shape((None, 28, 28, 1)) == (None, 512)
    kernels = [tuple(c.kernel.shape) for c in encoder.convolutions]
    assert kernels == [(3, 3, 1, 128)] + 3 * [(3, 3, 128, 128)]


def test_encoder_refuses_other_images():
    with pytest.raises(ValueError, match=r"\[batch, 28, 28, 1\].*\(2, 32, 32, 1\)"):
        VoxelEncoder(width=2)(np.zeros((2, 32, 32, 1), np.float32))


def test_batch_norm_averages_follow_training_and_serve_at_test_time():
    encoder = VoxelEncoder(16, width=4)
    rng = np.random.default_rng(0)
    images = rng.random((32, 16, 16, 1)).astype(np.float32)
    before = ops.convert_to_numpy(encoder(images))
    norm = encoder.norms[0]
    assert np.all(np.asarray(norm.moving_mean) == 0)
    for _ in range(200):
        encoder(images, training=True)
    assert np.abs(np.asarray(norm.moving_mean)).max() > 1e-3
    in_training = ops.convert_to_numpy(encoder(images, training=True))
    at_test = ops.convert_to_numpy(encoder(images))
    assert np.abs(at_test - before).max() > 0.1
    np.testing.assert_allclose(at_test, in_training, atol=0.05)
    # One image alone gets what it gets in a batch.
    alone = ops.convert_to_numpy(encoder(images[:1]))
    np.testing.assert_allclose(alone, at_test[:1], atol=1e-5)


def test_decoder_gives_occupancy_on_the_grid():
    decoder = VoxelDecoder(5, 16, (8, 4))
    codes = np.random.default_rng(0).normal(size=(8, 5)).astype(np.float32)
    voxels = ops.convert_to_numpy(decoder(codes, training=True))
    assert voxels.shape == (8, 16, 16, 16, 1)
    assert voxels.min() >= 0 and voxels.max() <= 1
    assert decoder.compute_output_shape((None, 5)) == (None, 16, 16, 16, 1)


def test_decoder_begins_with_rays_that_are_not_saturated():
    decoder = VoxelDecoder(20, 28, (16, 8))
    codes = np.random.default_rng(0).normal(size=(8, 20)).astype(np.float32)
    sums = ops.convert_to_numpy(decoder(codes, training=True)).sum(axis=1)
    assert INITIAL_SUM / 2 < np.median(sums) < 10 * INITIAL_SUM
    assert np.quantile(sums, 0.99) < 8


def test_decoder_begins_with_grey_colours():
    decoder = VoxelDecoder(5, 16, (8, 4), channels=4)
    voxels = ops.convert_to_numpy(decoder(np.zeros((1, 5), np.float32)))
    np.testing.assert_allclose(voxels[..., :3], 0.5, atol=1e-5)
    np.testing.assert_allclose(voxels[..., 3], INITIAL_SUM / 16, rtol=1e-3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((5, 30, (8, 4)), "grid_size=30"), ((5, 16, ()), r"widths=\(\)")],
)
def test_decoder_refuses_grids_that_do_not_double(arguments, message):
    with pytest.raises(ValueError, match=message):
        VoxelDecoder(*arguments)


def test_decoder_refuses_other_codes():
    with pytest.raises(ValueError, match=r"\[batch, 5\].*\(2, 4\)"):
        VoxelDecoder(5, 16, (8, 4))(np.zeros((2, 4), np.float32))


def test_texturizer_has_two_dense_layers():
    texturizer = Texturizer()
    pictures = texturizer(np.zeros((2, 28, 28, 1), np.float32))
    assert tuple(pictures.shape) == (2, 28, 28, 1)
    np.testing.assert_allclose(ops.convert_to_numpy(pictures), 0.5)
    shapes = [tuple(w.shape) for w in texturizer.weights]
    assert shapes == [(784, 1000), (1000,), (1000, 784), (784,)]


def test_discriminator_judges_samples_one_by_one():
    discriminator = Discriminator(21)
    samples = np.random.default_rng(0).normal(size=(4, 21)).astype(np.float32)
    logits = ops.convert_to_numpy(discriminator(samples))
    assert logits.shape == (4, 1)
    alone = ops.convert_to_numpy(discriminator(samples[2:3]))
    np.testing.assert_allclose(alone, logits[2:3], atol=1e-5)
    with pytest.raises(ValueError, match=r"\[batch, 21\].*\(4, 20\)"):
        discriminator(samples[:, :20])


@pytest.mark.parametrize(
    "layer",
    [
        VoxelEncoder(16, width=4, name="a"),
        VoxelDecoder(5, 16, (8, 4), form="phases", name="b"),
        Texturizer(16, width=4, name="c"),
        Discriminator(3, (4,), name="d"),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_config_round_trip(layer):
    copy = type(layer).from_config(layer.get_config())
    assert copy.get_config() == layer.get_config()
