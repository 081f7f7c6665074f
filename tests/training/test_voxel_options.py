import pytest

from tf3d.errors import InputError
from tf3d.training.voxel_options import (
    VoxelOptions,
    configure_voxels,
    describes_voxels,
    open_voxel_run,
)


def test_final_model_by_its_name():
    config = configure_voxels(VoxelOptions(model="mu-vae", data="mnist"))
    assert (config.model, config.pose, config.texturizer) == ("mu-vae", "learned", True)
    assert [source.data for source in config.sources] == ["mnist"]


def test_other_objectives_have_a_fixed_azimuth():
    config = configure_voxels(VoxelOptions(model="beta-vae", data="fashion_mnist"))
    assert (config.pose, config.texturizer) == ("fixed", False)
    config = configure_voxels(
        VoxelOptions(model="vae", pose="uniform", texturizer=True, steps=10, seed=3)
    )
    assert (config.pose, config.texturizer) == ("uniform", True)
    assert (config.steps, config.seed) == (10, 3)


def test_combined_keeps_the_shares():
    config = configure_voxels(VoxelOptions(data="combined"))
    assert [source.share for source in config.sources] == [16, 16, 32]


def test_options_over_settings_over_file():
    config = configure_voxels(
        VoxelOptions(
            config="voxels-fig04-aae", settings=("seed=1", "rate=2e-3"), seed=2
        )
    )
    assert (config.model, config.seed, config.rate) == ("aae", 2, 2e-3)


def test_data_dir(tmp_path):
    (tmp_path / "mnist").mkdir()
    config = configure_voxels(
        VoxelOptions(data="mnist+celeb_a+shapes", data_dir=str(tmp_path))
    )
    places = [source.data_dir for source in config.sources]
    assert places == [str(tmp_path / "mnist"), str(tmp_path), None]
    with pytest.raises(InputError, match="--data-dir"):
        configure_voxels(VoxelOptions(data="mnist", data_dir=str(tmp_path / "x")))


def test_which_configs_are_voxels():
    assert describes_voxels({}, "aae-64")
    assert describes_voxels({"model": "mu-vae"})
    assert not describes_voxels({"model": "multiview"})
    assert not describes_voxels({"model": "mu-vae"}, "multiview")


def test_open_new_and_resume(tmp_path):
    config = configure_voxels(VoxelOptions(model="vae", data="mnist"))
    run = open_voxel_run(config, out=tmp_path / "a", resume=None, init_from=None)
    assert (run.folder / "config.yaml").is_file()
    with pytest.raises(InputError, match="nothing to resume"):
        open_voxel_run(None, out=None, resume=tmp_path / "a", init_from=None)
    with pytest.raises(InputError, match="holds no run"):
        open_voxel_run(None, out=None, resume=tmp_path, init_from=None)
    with pytest.raises(InputError, match="no model"):
        open_voxel_run(
            config, out=tmp_path / "b", resume=None, init_from=str(tmp_path / "c")
        )
