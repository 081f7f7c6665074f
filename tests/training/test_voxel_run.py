import json
import os
import signal

import numpy as np
import pytest
import yaml

from tf3d.data.images import ImageSet
from tf3d.errors import InputError
from tf3d.prediction.code_statistics import read_code_statistics
from tf3d.training.checkpoints import read_state
from tf3d.training.voxel_config import VoxelConfig
from tf3d.training.voxel_images import TrainingImages
from tf3d.training.voxel_run import VoxelRun

NETWORK = {
    "image_size": 8,
    "latent": 3,
    "encoder_width": 4,
    "decoder_widths": [4, 4],
    "texturizer_width": 6,
}


@pytest.fixture
def images():
    rng = np.random.default_rng(0)
    train = [ImageSet(rng.integers(0, 256, (20, 8, 8, 1), np.uint8)) for _ in range(2)]
    return TrainingImages(train, [2, 6], train[0].images[:8])


def config(**changes):
    settings = {
        "model": "aae",
        "pose": "learned",
        "network": NETWORK,
        "steps": 6,
        "batch_size": 8,
        "precision": "float32",
    }
    return VoxelConfig(**{**settings, **changes})


def test_the_clock_ends_a_run(tmp_path, images, monkeypatch):
    import types

    from tf3d.training import voxel_run

    looks = iter(range(1000))
    clock = types.SimpleNamespace(monotonic=lambda: 0.5 * next(looks))
    monkeypatch.setattr(voxel_run, "time", clock)
    timed = config(steps=400, decay=1.0, minutes=5 / 60)
    run = VoxelRun(timed, tmp_path / "run", images=images)
    run.start()
    reports = []
    run.train(reports.append)
    assert reports[-1].step == reports[-1].total == run.step == 10
    again = VoxelRun(timed, tmp_path / "run", images=images)
    again.resume()
    again.train(reports.append)
    assert again.step == 10 and len(reports) == 1


def test_run_leaves_a_model_and_its_facts(tmp_path, images):
    import keras

    run = VoxelRun(config(), tmp_path / "run", images=images)
    run.start()
    reports = []
    model = run.train(reports.append)
    path = run.save(model)
    assert reports[-1].step == 6 and set(reports[-1].held_out) == {
        "mse",
        "projection_mse",
        "active",
    }
    assert {p.name for p in path.parent.iterdir()} == {
        "config.yaml",
        "checkpoint.npz",
        "logs",
        "panels",
        "model.keras",
        "training.json",
        "card.json",
        "README.md",
        "codes.json",
    }
    statistics = read_code_statistics(path.parent, latent=3)
    np.testing.assert_allclose(statistics.weights, [0.25, 0.75])
    codes = model.encode(images.train[1].images.astype(np.float32) / 255)
    np.testing.assert_allclose(statistics.means[1], np.mean(codes, axis=0), atol=2e-4)
    card = json.loads((path.parent / "card.json").read_text())
    assert card["training"]["samples"] == 48 and "held-out mse" in card["figures"]
    loaded = keras.models.load_model(path, compile=False)
    codes = np.ones((1, 3), np.float32)
    np.testing.assert_array_equal(loaded.decode(codes), model.decode(codes))
    stored = yaml.safe_load((path.parent / "config.yaml").read_text())
    assert VoxelConfig.model_validate(stored) == run.config
    assert run.summary()["samples"] == 48


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"pose": "hypotheses", "novel_views": {"realism": 1.0, "agreement": 1.0}},
    ],
    ids=["learned", "novel views"],
)
def test_resumed_run_ends_where_an_unbroken_one_does(tmp_path, images, changes):
    whole = VoxelRun(config(**changes), tmp_path / "whole", images=images)
    whole.start()
    expected = whole.train()

    first = VoxelRun(config(steps=3, **changes), tmp_path / "halves", images=images)
    first.start()
    first.train()
    second = VoxelRun(config(**changes), tmp_path / "halves", images=images)
    second.resume()
    assert second.step == 3
    model = second.train()
    for ours, theirs in zip(model.variables, expected.variables, strict=True):
        np.testing.assert_allclose(
            np.asarray(ours), np.asarray(theirs), rtol=1e-4, atol=1e-6
        )


def test_interrupt_writes_a_checkpoint(tmp_path, images, monkeypatch):
    monkeypatch.setattr("tf3d.training.voxel_run.LOG_STEPS", 1)
    run = VoxelRun(config(steps=500, panel_steps=400), tmp_path, images=images)
    run.start()

    def press(report):
        if report.step == 2:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        run.train(press)
    assert read_state(tmp_path)["step"] == run.step == 3
    with pytest.raises(InputError, match="holds a run already"):
        VoxelRun(config(), tmp_path).start()


def test_not_a_number_names_step_and_checkpoint(tmp_path, images, monkeypatch):
    import keras

    monkeypatch.setattr("tf3d.training.voxel_run.LOG_STEPS", 1)
    run = VoxelRun(
        config(model="vae", pose="fixed", checkpoint_minutes=1e-9),
        tmp_path,
        images=images,
    )
    run.start()
    parts, objective = run._parts()
    monkeypatch.setattr(run, "_parts", lambda: (parts, objective))

    def spoil(report):
        if report.step == 2:
            parts.model.mean_head.bias.assign(np.full(3, np.nan, np.float32))

    # Found when the checkpoint of step 2 is due.
    with pytest.raises(InputError, match=r"at step 2\. .*is of step 1") as error:
        run.train(spoil)
    assert str(tmp_path / "checkpoint.npz") in str(error.value)
    assert read_state(tmp_path)["step"] == 1
    assert isinstance(parts.model, keras.Model)


def test_spoilt_weights_are_not_saved(tmp_path, images):
    run = VoxelRun(config(), tmp_path, images=images)
    parts, _ = run._parts()
    parts.model.mean_head.bias.assign(np.full(3, np.nan, np.float32))
    with pytest.raises(InputError, match="not a number at step 0"):
        run._save_checkpoint(parts)
    assert not (tmp_path / "checkpoint.npz").exists()


def test_network_settings_that_do_not_fit(tmp_path, images):
    run = VoxelRun(config(network={"depth": 3}), tmp_path, images=images)
    with pytest.raises(InputError, match="settings do not fit.*depth"):
        run.train()


def test_start_from_other_weights(tmp_path, images):
    base = VoxelRun(config(), tmp_path / "a", images=images)
    initial, _ = base._parts()
    said = []
    run = VoxelRun(config(pose="fixed", seed=5), tmp_path / "b", said.append, images)
    run.initial = initial.model
    parts, _ = run._parts()
    assert said == []  # a fixed pose has no weights
    np.testing.assert_array_equal(
        parts.model.decoder.grid.kernel, initial.model.decoder.grid.kernel
    )
