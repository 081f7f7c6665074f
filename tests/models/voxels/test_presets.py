import pytest

from tf3d.errors import InputError
from tf3d.models.voxels import (
    VOXEL_PRESETS,
    build_voxel_autoencoder,
    voxel_objective_of,
)


def test_every_objective_in_every_size():
    assert len(VOXEL_PRESETS) == 12
    assert voxel_objective_of("mu-vae") == "mu-vae"
    assert voxel_objective_of("beta-vae-64") == "beta-vae"
    assert voxel_objective_of("aae-rgb-64") == "aae"


def test_the_papers_network():
    model = build_voxel_autoencoder("mu-vae", "learned", texturizer=True)
    model.build()
    assert model.clip and model.latent == 20 and model.gain == 2
    shapes = [tuple(up.kernel.shape) for up in model.decoder.ups]
    assert shapes == [(3, 3, 3, 128, 64), (3, 3, 3, 64, 1)]
    assert tuple(model.decoder.grid.kernel.shape) == (20, 7**3 * 128)


def test_settings_override_the_preset():
    model = build_voxel_autoencoder("mu-vae-rgb-64", clip=False, encoder_width=4)
    assert (model.image_size, model.channels, model.clip) == (64, 3, False)
    assert not build_voxel_autoencoder("vae").clip


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(("vae-128",), "Unknown model 'vae-128'"), (("vae", "x"), "Unknown pose 'x'")],
)
def test_unknown_names(arguments, message):
    with pytest.raises(InputError, match=message):
        build_voxel_autoencoder(*arguments)
