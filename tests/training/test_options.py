"""What the command line gives, and the run that comes of it."""

import pytest

from tf3d.errors import InputError
from tf3d.training.options import TrainingOptions, configure, prepare_run


def test_defaults_are_the_shipped_recipe():
    config = configure(TrainingOptions(model="multiview", data="cars"))
    assert config.model == "multiview"
    assert config.data.sources[0].data == "cars"
    assert config.data.sources[0].split == "default"
    assert config.phases[0].image_size == 64
    assert config.phases[-1].decay > 0


def test_options_win_over_the_config():
    config = configure(
        TrainingOptions(
            config="multiview-paper",
            data="chairs",
            batch_size=8,
            seed=3,
            steps=100,
            backgrounds="photos",
        )
    )
    assert config.objective.rgb == "squared"
    assert config.data.sources[0].data == "chairs"
    assert (config.batch_size, config.seed) == (8, 3)
    assert config.total_steps == 100
    assert config.data.backgrounds == "photos"


def test_steps_stretch_every_phase():
    config = configure(TrainingOptions(steps=1000))
    assert config.total_steps == 1000
    assert len(config.phases) == 2
    assert config.phases[0].warmup < 200


def test_mesh_folder_has_no_default_split():
    config = configure(TrainingOptions(data="meshes", category="car"))
    assert config.data.sources[0].split is None
    assert config.data.sources[0].category == "car"


@pytest.mark.parametrize("data, split", [("chairs", "default"), ("racers", None)])
def test_generators_without_a_default_split_are_trained_on_whole(data, split):
    config = configure(TrainingOptions(data=data))
    assert config.data.sources[0].split == split


def test_split_without_data_is_refused():
    with pytest.raises(InputError, match="give that, too"):
        configure(TrainingOptions(split="split.json"))


def test_unknown_model_is_named():
    with pytest.raises(InputError, match="unknown model"):
        configure(TrainingOptions(model="multi"))


def test_resume_refuses_other_options(tmp_path):
    with pytest.raises(InputError, match="leave the other options out"):
        prepare_run(TrainingOptions(steps=5), resume=tmp_path)


def test_resume_of_no_run(tmp_path):
    with pytest.raises(InputError, match="holds no run"):
        prepare_run(TrainingOptions(), resume=tmp_path)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"model": "mu-vae", "split": "s.json"}, "--split says nothing to a voxel"),
        ({"model": "multiview", "pose": "fixed"}, "--pose says nothing to a multi-vi"),
        ({"data_dir": "digits"}, "--data-dir says nothing to a multi-view"),
    ],
)
def test_options_of_the_other_family_are_refused(options, message):
    with pytest.raises(InputError, match=message):
        prepare_run(TrainingOptions(**options))
