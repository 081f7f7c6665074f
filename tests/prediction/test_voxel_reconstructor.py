import numpy as np
import pytest

from tf3d.errors import InputError
from tf3d.layers.projection import project_voxels
from tf3d.prediction.reconstructor import load, multi_view_only
from tf3d.prediction.voxel_reconstructor import VoxelReconstructor, check_visible


@pytest.fixture(scope="module")
def model(voxel_model):
    return load(voxel_model)


def test_the_class_of_the_model_decides(model):
    assert isinstance(model, VoxelReconstructor)
    assert model.name == "small-voxels"
    assert (model.image_size, model.channels) == (16, 1)


def test_voxels_and_codes(model, digit):
    voxels = model.voxels(digit)
    assert voxels.shape == (16, 16, 16) and voxels.dtype == np.float32
    assert 0 <= voxels.min() <= voxels.max() <= 1
    codes = model.codes([digit, np.zeros((20, 20))])
    assert codes.shape == (2, 5)
    np.testing.assert_allclose(model.decode(codes[0]), voxels, atol=1e-5)


@pytest.mark.parametrize("elevation", [0.0, 30.0])
def test_views(model, digit, elevation):
    azimuths = np.linspace(-100, 400, 40)  # more than a batch
    views = model.views(digit, azimuths, elevation)
    assert len(views) == 40
    assert views.picture.shape == views.projection.shape == (40, 16, 16, 1)
    grid = np.repeat(model.voxels(digit)[None, ..., None], 40, axis=0)
    expected = project_voxels(
        grid,
        np.radians(azimuths),
        np.full(40, np.radians(elevation)),
        gain=model.model.gain,
    )
    np.testing.assert_allclose(views.projection, expected, atol=1e-4)
    textured = model.model.texture(views.projection)
    np.testing.assert_allclose(views.picture, textured, atol=1e-5)


def test_six_views_by_default(model, digit):
    views = model.views(digit)
    np.testing.assert_array_equal(views.azimuths, np.arange(6) * 60)
    np.testing.assert_array_equal(views.elevations, 0)


def test_pose_has_the_least_reprojection_error(model):
    """The voxels' own projection from a known side is found again."""
    code = np.random.default_rng(0).normal(size=5).astype(np.float32)
    azimuths = np.arange(64) * 360 / 64
    image = np.random.default_rng(1).random((1, 16, 16, 1)).astype(np.float32)
    azimuth, elevation = model.pose(image)
    assert elevation[0] == 0 and -180 <= azimuth[0] < 180
    assert model.azimuth(image[0]) == pytest.approx(azimuth[0])
    shown = model.look(model.decode(model.encode(image)[0]), azimuths).projection
    errors = ((shown - image) ** 2).sum(axis=(1, 2, 3))
    chosen = np.abs((azimuths - azimuth[0] + 180) % 360 - 180).argmin()
    assert errors[chosen] == pytest.approx(errors.min(), rel=1e-4)
    assert model.pictures(code, azimuths[:2], show="projection").shape == (2, 16, 16, 3)


def test_reconstruct(model, digit):
    voxels = model.voxels(digit)
    level = float(np.quantile(voxels, 0.3))
    surface = model.reconstruct(digit, level)
    assert np.abs(surface.vertices).max() < 0.55
    assert len(surface.faces) > 100
    same = model.surface(model.codes([digit])[0], threshold=level)
    np.testing.assert_allclose(same.vertices, surface.vertices, atol=1e-4)
    with pytest.raises(InputError, match="voxels are empty"):
        model.reconstruct(digit, 0.999)


def test_rgb(tmp_path, digit):
    from tf3d.models.voxels import VoxelAutoencoder

    network = VoxelAutoencoder(
        image_size=16,
        channels=3,
        latent=5,
        pose="amortized",
        encoder_width=8,
        decoder_widths=(8, 4),
    )
    network.build()
    model = VoxelReconstructor(network)
    assert model.voxels(digit).shape == (16, 16, 16, 4)
    views = model.views(digit, [10, 20], [0, 20])
    assert views.picture.shape == (2, 16, 16, 3)
    np.testing.assert_array_equal(views.picture, views.projection)  # no texturizer


def test_refused_where_only_multi_view_models_do(voxel_model):
    with pytest.raises(InputError, match="is a voxel model, and this needs"):
        multi_view_only(load(voxel_model))


def test_bad_input(model, digit):
    with pytest.raises(InputError, match="Elevations must be between"):
        model.views(digit, [0], 91)
    with pytest.raises(InputError, match="Azimuths must be finite"):
        model.views(digit, [np.nan])
    with pytest.raises(ValueError, match="Expected show in"):
        model.pictures(np.zeros(5), np.zeros(1), show="voxels")
    with pytest.raises(ValueError, match=r"Expected images of shape \[b, 16, 16, 1\]"):
        model.encode(np.zeros((1, 28, 28, 1)))
    empty = model.look(np.zeros((16, 16, 16), np.float32), [0.0])
    with pytest.raises(InputError, match="sees no object in a.png"):
        check_visible(empty, "a.png")
