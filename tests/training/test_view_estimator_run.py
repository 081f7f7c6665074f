"""View estimators train by the multi-view network's run, and resume."""

import dataclasses
import json

import keras
import numpy as np
import pytest

import tf3d.training.run as run_module
from tf3d.errors import InputError
from tf3d.models import MultiView, ViewEstimator
from tf3d.training.options import TrainingOptions, configure, open_run, prepare_run
from tf3d.training.rival_config import read_run_config
from tf3d.training.view_estimator_config import VIEW_ESTIMATOR, ViewEstimatorConfig
from tf3d.training.view_estimator_run import ViewEstimatorRun

SETTINGS = (
    f"model={VIEW_ESTIMATOR}",
    "batch_size=4",
    "precision=float32",
    "data.shapes=3",
    "data.views=2",
    "data.workers=0",
    "data.sources=[{data: chairs, count: 4}]",
)


@pytest.fixture(autouse=True)
def small_measure(monkeypatch):
    def small(settings):
        return dataclasses.replace(settings, shapes=2, views=2, workers=0, seed=7)

    monkeypatch.setattr(run_module, "HELD_OUT_BATCHES", 1)
    monkeypatch.setattr("tf3d.training.view_estimator_run.held_still", small)


def make_run(folder, steps, *settings):
    phases = f"phases=[{{steps: {steps}, rate: 1.0e-3}}]"
    config = read_run_config(None, (*SETTINGS, phases, *settings))
    run = ViewEstimatorRun(config, folder)
    run.start()
    return run


def test_run_leaves_model_card_and_panel(tmp_path):
    reports = []
    run = make_run(tmp_path, 4)
    path = run.save(run.train(reports.append))
    assert set(reports[-1].terms) == {"total", "mask", "azimuth", "angles"}
    held_out = reports[-1].held_out
    assert set(held_out) == {"iou", "azimuth", "elevation"}
    assert 0 <= held_out["iou"] <= 1 and 0 <= held_out["azimuth"] <= 180
    assert list((tmp_path / "panels").glob("*.png"))
    card = json.loads((tmp_path / "card.json").read_text())
    assert card["training"]["samples"] == 16
    assert isinstance(keras.models.load_model(path, compile=False), ViewEstimator)


def test_training_lowers_the_loss(tmp_path):
    reports = []
    make_run(tmp_path, 100, "data.shapes=2").train(reports.append)
    assert reports[-1].terms["total"] < 0.9 * reports[0].terms["total"]


def test_begins_with_a_models_encoder(tmp_path):
    source = MultiView(code_width=16)
    source.build()
    source.save(tmp_path / "source.keras")
    reports = []
    config = read_run_config(
        None, (*SETTINGS, f"init_from={tmp_path / 'source.keras'}")
    )
    run = ViewEstimatorRun(config, tmp_path / "run", reports.append)
    model = run._build(config.phases[0])
    run._inherit(model, None)
    for ours, theirs in zip(model.encoder, source.encoder, strict=True):
        np.testing.assert_array_equal(ours.kernel, theirs.kernel)
    assert reports[-1].startswith("New layers: mask")


def test_begins_where_another_estimator_ended(tmp_path):
    source = ViewEstimator()
    source.build()
    source.save(tmp_path / "view.keras")
    reports = []
    config = read_run_config(None, (*SETTINGS, f"init_from={tmp_path / 'view.keras'}"))
    run = ViewEstimatorRun(config, tmp_path / "run", reports.append)
    model = run._build(config.phases[0])
    run._inherit(model, None)
    for ours, theirs in zip(model.weights, source.weights, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert not reports


def test_interrupted_run_goes_on_where_it_was(tmp_path, monkeypatch):
    whole = make_run(tmp_path / "whole", 4).train()
    interrupted = make_run(tmp_path / "parts", 4)
    original = interrupted._step

    def stopping(*arguments):
        step, calls = original(*arguments), []

        def counted(*batch):
            calls.append(0)
            if len(calls) == 2:
                interrupted.interrupt.requested = True  # as Ctrl-C does
            return step(*batch)

        return counted

    monkeypatch.setattr(interrupted, "_step", stopping)
    with pytest.raises(KeyboardInterrupt):
        interrupted.train()
    resumed = open_run(None, out=None, resume=tmp_path / "parts", init_from=None)
    assert isinstance(resumed, ViewEstimatorRun) and resumed.step == 2
    model = resumed.train()
    for left, right in zip(whole.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_allclose(left, right, atol=2e-4)


def test_shipped_recipe():
    config = configure(TrainingOptions(model=VIEW_ESTIMATOR, data="chairs", steps=100))
    assert isinstance(config, ViewEstimatorConfig)
    assert config.total_steps == 100 and config.init_from == "multiview-cars"
    source = config.data.sources[0]
    assert (source.data, source.split) == ("chairs", "default")


def test_init_from_replaces_the_recipes(tmp_path):
    options = TrainingOptions(model=VIEW_ESTIMATOR, data="chairs", steps=1)
    run = prepare_run(options, out=tmp_path / "run", init_from="multiview-chairs")
    assert isinstance(run, ViewEstimatorRun)
    assert run.config.init_from == "multiview-chairs"
    assert run.config.model == VIEW_ESTIMATOR


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("phases=[{steps: 1, image_size: 64}]", "image_size"),
        ("azimuth_weight=-1", "azimuth_weight"),
    ],
)
def test_bad_settings(setting, message):
    with pytest.raises(InputError, match=message):
        read_run_config(None, (*SETTINGS, setting))


@pytest.mark.parametrize("name", ["livery", "letterbox", "streets"])
def test_inputs_may_be_painted_over_framed_and_set_in_streets(tmp_path, name):
    run = make_run(tmp_path, 1, f"data.{name}=0.5")
    pool = run._pools(run.config.phases[0])[0]
    settings = pool.settings
    assert getattr(settings, name) == 0.5
    assert pool._render.streets == (0.5 if name == "streets" else 0)
    assert getattr(run_module.held_still(settings), name) == 0  # as it is measured


def test_inputs_on_the_device_need_jax(tmp_path):
    with pytest.raises(InputError, match="data.on_device needs JAX"):
        make_run(tmp_path, 1, "data.on_device=true")


def test_networks_settings_that_do_not_fit(tmp_path):
    run = make_run(tmp_path, 1, "network={bins: 1}")
    with pytest.raises(InputError, match="do not fit.*bins >= 2"):
        run.train()
