"""Comparison networks train by the multi-view network's run, and resume."""

import dataclasses
import importlib.util
import json
import math
import os
import pathlib
import subprocess
import sys

import keras
import numpy as np
import pytest

import tf3d.training.run as run_module
from tf3d.errors import InputError
from tf3d.models.rivals import RIVALS, InverseGraphics, InverseGraphicsObjective
from tf3d.training.options import TrainingOptions, configure, open_run, prepare_run
from tf3d.training.rival_config import RivalConfig, read_run_config
from tf3d.training.rival_run import RivalRun
from tf3d.training.rival_steps import make_rival_step

ROOT = pathlib.Path(__file__).parents[2]
SETTINGS = {
    "decoder-only": ("network.code_width=16",),
    "rotation": (
        "network={width: 4, identity_units: 8, pose_units: 6, hidden: 16}",
        "phases=[{turns: 1, steps: 3, rate: 1.0e-3}, {turns: 2, steps: 3}]",
        "objective.mask_weight=1",
        "data.views=4",
    ),
    "inverse-graphics": ("network={shape_units: 5, widths: [4, 4, 4]}",),
}
COMMON = (
    "batch_size=4",
    "precision=float32",
    "data.shapes=3",
    "data.views=2",
    "data.workers=0",
    "data.sources=[{data: chairs, count: 4}]",
    "phases=[{steps: 6, rate: 1.0e-3}]",
)


@pytest.fixture(autouse=True)
def small_measure(monkeypatch):
    def small(settings):
        return dataclasses.replace(settings, shapes=2, views=2, workers=0, seed=7)

    monkeypatch.setattr(run_module, "HELD_OUT_BATCHES", 1)
    monkeypatch.setattr("tf3d.training.rival_run.held_still", small)


@pytest.fixture(params=RIVALS)
def name(request):
    return request.param


def make_run(name, folder, *settings):
    settings = (*COMMON, *SETTINGS[name], f"model={name}", *settings)
    run = RivalRun(read_run_config(None, settings), folder)
    run.start()
    return run


def test_run_leaves_model_card_and_panel(name, tmp_path):
    reports = []
    run = make_run(name, tmp_path)
    path = run.save(run.train(reports.append))
    assert reports[-1].step == reports[-1].total == 6
    assert all(math.isfinite(value) for value in reports[-1].terms.values())
    measured = {
        "decoder-only": {"rgb", "depth", "iou"},
        "rotation": {"rgb", "iou"},
        "inverse-graphics": {"rgb"},
    }
    assert set(reports[-1].held_out) == measured[name]
    assert list((tmp_path / "panels").glob("*.png"))
    card = json.loads((tmp_path / "card.json").read_text())
    assert card["training"]["samples"] == 24
    assert len(card["figures"]) == len(measured[name])
    again = keras.models.load_model(path, compile=False)
    assert type(again) is RIVALS[name]
    if name == "decoder-only":
        assert again.shapes == 4


def test_training_lowers_the_loss(name, tmp_path):
    reports = []
    steps = "phases=[{steps: 100, rate: 3.0e-3}]"
    make_run(name, tmp_path, steps, "data.shapes=2").train(reports.append)
    assert reports[-1].terms["total"] < 0.9 * reports[0].terms["total"]


def test_interrupted_run_goes_on_where_it_was(name, tmp_path, monkeypatch):
    whole = make_run(name, tmp_path / "whole").train()
    interrupted = make_run(name, tmp_path / "parts")
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
    assert interrupted.step == 2
    resumed = open_run(None, out=None, resume=tmp_path / "parts", init_from=None)
    assert isinstance(resumed, RivalRun)
    model = resumed.train()
    assert resumed.step == 6
    for left, right in zip(whole.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_allclose(left, right, atol=2e-4)


def test_longer_turns_go_on_from_the_weights_before(tmp_path):
    lines = []
    run = make_run("rotation", tmp_path)
    run.report = lines.append
    run.train()
    assert run.phase_index == 2
    assert not any("New layers" in line for line in lines)


def test_step_is_gradient_descent_on_the_objective():
    import tensorflow as tf

    keras.utils.set_random_seed(0)
    model = InverseGraphics(shape_units=5, widths=(4, 4, 4))
    model.build()
    images = np.random.default_rng(0).integers(0, 256, (3, 64, 64, 3)).astype(np.uint8)
    factor = np.array(3, np.int32)
    objective = InverseGraphicsObjective()
    units = images / np.float32(255)
    seed = model.sampling.seed_generator.state.numpy()
    with tf.GradientTape() as tape:
        expected = objective(model, {"image": units, "factor": factor}, {"rgb": units})
    gradients = tape.gradient(expected["total"], model.trainable_variables)
    model.sampling.seed_generator.state.assign(seed)
    before = [v.numpy() for v in model.trainable_variables]
    step = make_rival_step(model, objective, keras.optimizers.SGD(1e-3))
    terms = step({"image": images, "factor": factor}, {"rgb": images})
    for key, value in expected.items():
        np.testing.assert_allclose(terms[key], value, rtol=1e-4)
    for old, new, gradient in zip(before, model.trainable_variables, gradients):
        np.testing.assert_allclose(
            old - new.numpy(), 1e-3 * gradient.numpy(), rtol=2e-2, atol=2e-5
        )


def test_other_backends_are_refused(monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "torch")
    model = InverseGraphics(shape_units=5, widths=(4, 4, 4))
    model.build()
    with pytest.raises(RuntimeError, match="TensorFlow or JAX. Received: torch"):
        make_rival_step(model, None, keras.optimizers.SGD(1e-3))


@pytest.mark.slow
def test_the_same_holds_under_jax():
    if keras.backend.backend() == "jax":
        pytest.skip("this is the run under JAX")
    if importlib.util.find_spec("jax") is None:
        pytest.skip("JAX is not installed")
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    environment = {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu", "PYTHONPATH": paths}
    command = [sys.executable, "-m", "pytest", "-q", __file__]
    chosen = "leaves_model or lowers_the_loss or goes_on"
    done = subprocess.run(
        [*command, "-k", chosen, "-p", "no:cacheprovider", "--timeout=280"],
        env={**os.environ, **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_shipped_recipes(name):
    config = configure(TrainingOptions(model=name, data="cars", steps=100))
    assert isinstance(config, RivalConfig)
    assert (config.model, config.total_steps) == (name, 100)
    source = config.data.sources[0]
    assert (source.data, source.split) == ("cars", "default")
    # A shape that is known by its number has its own colours.
    assert (source.repaint == 0) == (name == "decoder-only")
    assert config == configure(TrainingOptions(config=name, data="cars", steps=100))


def test_our_side_of_the_comparison():
    config = configure(TrainingOptions(config="multiview-64", data="chairs"))
    assert not isinstance(config, RivalConfig)
    assert [phase.image_size for phase in config.phases] == [64]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"settings": ("phases.0.image_size=128",)}, "'phases.0.image_size'"),
        ({"settings": ("objective.foo=1",)}, "unknown key 'objective.foo'"),
        ({"settings": ("init_from=multiview-cars",)}, "starts from nothing"),
        ({"settings": ("data.on_device=true",)}, "not made on_device"),
    ],
)
def test_bad_settings(options, message):
    with pytest.raises(InputError, match=message):
        configure(TrainingOptions(model="rotation", **options))


def test_bad_network_settings_and_starts(tmp_path):
    with pytest.raises(InputError, match="settings do not fit: .*depth_of_water"):
        make_run("rotation", tmp_path / "a", "network.depth_of_water=2").train()
    with pytest.raises(InputError, match="no --init-from"):
        prepare_run(
            TrainingOptions(model="rotation"),
            out=tmp_path / "b",
            init_from="multiview-cars",
        )


def test_rendered_views_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(
        "tf3d.training.rival_run.open_renderers", lambda *_: ("stored", "stored")
    )
    with pytest.raises(InputError, match="rendered as they learn"):
        make_run("decoder-only", tmp_path).train()
