"""Small models, exported once."""

import pathlib

import pytest


@pytest.fixture(scope="session")
def multiview():
    from tf3d.models import build_multiview

    model = build_multiview("multiview-mask", code_width=16, image_size=64)
    model.build()
    return model


@pytest.fixture(scope="session")
def voxels():
    from tf3d.models import VoxelAutoencoder

    model = VoxelAutoencoder(
        image_size=16,
        latent=5,
        pose="learned",
        texturizer=True,
        encoder_width=8,
        decoder_widths=(8, 4),
        texturizer_width=12,
    )
    model.build()
    return model


@pytest.fixture(scope="session")
def exported(tmp_path_factory, multiview, voxels) -> dict[str, pathlib.Path]:
    """Version folders of both."""
    from tf3d.export.saved_model import export_saved_model

    folder = tmp_path_factory.mktemp("models")
    return {
        name: export_saved_model(model, folder / name, name=name)
        for name, model in (("multiview", multiview), ("voxels", voxels))
    }
