"""A run trains, can be interrupted, and goes on where it was."""

import json
import math

import keras
import numpy as np
import pytest
import yaml

import tf3d.training.run as run_module
from tf3d.errors import InputError
from tf3d.export.model_files import save_model
from tf3d.models import ViewEstimator, build_multiview
from tf3d.training.config import read_config
from tf3d.training.options import open_run
from tf3d.training.run import MultiViewRun, full_precision

SETTINGS = (
    "model=multiview-mask",
    "network.code_width=16",
    "batch_size=4",
    "precision=float32",
    "data.shapes=4",
    "data.views=2",
    "data.workers=0",
    "data.sources=[{data: cars, count: 12}]",
    "objective={chroma_weight: 4, depth_weight: 1, mask_weight: 0.3, "
    "masked_depth: true}",
    "phases=[{image_size: 64, steps: 6, rate: 1.0e-3}]",
)


@pytest.fixture(autouse=True)
def small_measure(monkeypatch):
    monkeypatch.setattr(run_module, "HELD_OUT_BATCHES", 1)


def make_run(folder, *settings):
    run = MultiViewRun(read_config(None, (*SETTINGS, *settings)), folder)
    run.start()
    return run


def test_run_leaves_model_card_panel_and_logs(tmp_path):
    run = make_run(tmp_path)
    reports = []
    model = run.train(reports.append)
    path = run.save(model)

    assert reports[-1].step == reports[-1].total == 6
    assert math.isfinite(reports[-1].terms["total"])
    assert set(reports[-1].held_out) == {"rgb", "depth", "iou"}
    assert list((tmp_path / "panels").glob("*.png"))
    assert list((tmp_path / "logs").iterdir())
    assert json.loads((tmp_path / "card.json").read_text())["training"]["samples"] == 24
    again = keras.models.load_model(path, compile=False)
    image = np.full((1, 64, 64, 3), 0.5, np.float32)
    np.testing.assert_array_equal(again.encode(image), model.encode(image))


class Clock:
    """Stands for the module `time`: between two looks half a second goes by."""

    def __init__(self):
        self.seconds = 0.0

    def monotonic(self):
        self.seconds += 0.5
        return self.seconds


def test_the_clock_ends_phases_and_the_run_goes_on_after_them(tmp_path, monkeypatch):
    monkeypatch.setattr(run_module, "time", Clock())
    phases = "[{image_size: 64, steps: 300, rate: 1e-3, decay: 1}, "
    phases += "{image_size: 64, steps: 100, rate: 1e-3}]"
    run = make_run(tmp_path, f"phases={phases}", f"minutes={8 / 60}")
    rates, reports = [], []
    original = run_module.learning_rate

    def watched(phase, step):
        rates.append(original(phase, step))
        return rates[-1]

    monkeypatch.setattr(run_module, "learning_rate", watched)
    run.train(reports.append)
    # Six seconds for the first phase, two for the second.
    assert [report.step for report in reports] == [12, 16]
    assert reports[0].total == 16 and reports[-1].total == 16
    assert rates[:12] == sorted(rates[:12], reverse=True) and rates[11] < 3e-5
    assert run.step == 16

    resumed = MultiViewRun(run.config, tmp_path)
    resumed.resume()
    assert resumed.step == 16 and resumed.phase_index == 1
    resumed.train(reports.append)
    assert len(reports) == 2  # nothing is left to do


def test_training_lowers_the_loss(tmp_path):
    run = make_run(tmp_path, "phases.0.steps=60", "data.shapes=2")
    reports = []
    run.train(reports.append)
    assert reports[-1].terms["total"] < 0.8 * reports[0].terms["total"]


@pytest.mark.parametrize("weight", [0, 0.1])
def test_interrupted_run_goes_on_where_it_was(tmp_path, weight):
    adversarial = f"objective.adversarial_weight={weight}"
    whole = make_run(tmp_path / "whole", adversarial).train()

    interrupted = make_run(tmp_path / "parts", adversarial)
    original = run_module.make_step

    def stopping(*parts):
        step, calls = original(*parts), []

        def counted(*batch):
            calls.append(0)
            if len(calls) == 3:
                interrupted.interrupt.requested = True  # as Ctrl-C does
            return step(*batch)

        return counted

    run_module.make_step = stopping
    try:
        with pytest.raises(KeyboardInterrupt):
            interrupted.train()
    finally:
        run_module.make_step = original
    assert interrupted.step == 3

    resumed = MultiViewRun(
        read_config(str(tmp_path / "parts" / "config.yaml")), tmp_path / "parts"
    )
    resumed.resume()
    model = resumed.train()
    assert resumed.step == 6
    for left, right in zip(whole.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_allclose(left, right, atol=2e-4)


def test_adversarial_run_tells_how_both_sides_do(tmp_path):
    run = make_run(tmp_path, "objective.adversarial_weight=0.1", "phases.0.steps=2")
    reports = []
    run.train(reports.append)
    assert {"fooled", "discriminator"} <= set(reports[-1].terms)
    with np.load(tmp_path / "checkpoint.npz") as arrays:
        shapes = [arrays[name].shape for name in arrays if "optimizer/" in name]
    assert (5, 5, 3, 32) in shapes  # of the discriminator


@pytest.fixture
def fitting_model(tmp_path):
    """A folder with a small multi-view network and its view estimator, untrained."""
    keras.utils.set_random_seed(0)
    folder = tmp_path / "start"
    folder.mkdir()
    model = build_multiview("multiview-mask", code_width=16)
    model.build()
    estimator = ViewEstimator()
    estimator.build()
    save_model(model, folder / "model.keras")
    save_model(estimator, folder / "view.keras")
    return folder, model


FITTED = (
    "data.shift=0",
    "phases=[{steps: 2, rate: 1.0e-3}]",
    "fitted={steps: 2, share: 0.5}",
)


def test_decoder_learns_from_fitted_codes(tmp_path, fitting_model):
    folder, before = fitting_model
    settings = read_config(None, (*SETTINGS, *FITTED, f"init_from={folder}"))
    reports = []
    run = open_run(settings, out=tmp_path / "run", resume=None, init_from=None)
    model = run.train(reports.append)
    assert math.isfinite(reports[-1].terms["total"])
    decoder = {variable.path for variable in model.decoder_variables}
    assert 0 < len(decoder) < len(model.variables)
    for old, new in zip(before.variables, model.variables, strict=True):
        moved = not np.array_equal(np.asarray(old), np.asarray(new))
        assert moved == (new.path in decoder), new.path


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (("fitted={}",), "goes on from a trained model: give init_from"),
        (("fitted={}", "init_from=x", "data.shift=4"), "wants data.shift=0"),
        (
            (
                *("fitted={}", "init_from=x", "data.shift=0"),
                "objective.adversarial_weight=1",
            ),
            "does not go with objective.adversarial_weight",
        ),
        (("fitted={share: 0}",), "fitted.share"),
        (
            ("fitted={share: 0.1}", "init_from=x", "data.shift=0"),
            "of no pair of a batch",
        ),
        (("fitted={steps: 0}",), "fitted.steps"),
        (("fitted={wrong: 1}",), "wrong"),
    ],
)
def test_settings_of_fitted_codes_that_do_not_fit(settings, message):
    with pytest.raises(InputError, match=message) as error:
        read_config(None, (*SETTINGS, *settings))
    # Not the whole config.
    assert len(str(error.value)) < 150


def test_fitted_codes_need_an_estimator_of_that_size(tmp_path, fitting_model):
    folder, _ = fitting_model
    start = (*SETTINGS, *FITTED, f"init_from={folder}")
    config = read_config(None, (*start, "phases=[{image_size: 64, steps: 1}]"))
    run = open_run(config, out=tmp_path / "small", resume=None, init_from=None)
    with pytest.raises(InputError, match="at 128 px in all phases. Received: .* 64 px"):
        run.train()
    (folder / "view.keras").unlink()
    config = read_config(None, start)
    with pytest.raises(InputError, match="has no view.keras beside it"):
        open_run(config, out=tmp_path / "blind", resume=None, init_from=None)
    assert not (tmp_path / "blind").exists()


def test_second_phase_grows_the_first(tmp_path):
    lines = []
    config = read_config(
        None,
        (
            *SETTINGS,
            "phases=[{image_size: 64, steps: 1}, {image_size: 128, steps: 1}]",
        ),
    )
    run = MultiViewRun(config, tmp_path, lines.append)
    run.start()
    model = run.train()
    assert model.image_size == 128
    assert any("New layers" in line and "output_128" in line for line in lines)


def test_outer_layers_come_from_the_model_to_start_from(tmp_path):
    start = run_module.build_multiview("multiview-mask", code_width=16)
    start.build()
    start.save(tmp_path / "start.keras")
    lines = []
    phases = "[{image_size: 64, steps: 1}, {image_size: 128, steps: 1, rate: 1e-12}]"
    start_from = f"init_from={tmp_path / 'start.keras'}"
    config = read_config(
        None, (*SETTINGS, "model=multiview-mask", f"phases={phases}", start_from)
    )
    run = MultiViewRun(config, tmp_path / "run", lines.append)
    run.start()
    model = run.train()
    told = [line for line in lines if "New layers" in line]
    assert told == ["New layers: conv_64, output_64."]
    for name in ("encoder", "output_layer"):
        ours, theirs = getattr(model, name), getattr(start, name)
        ours = ours[0] if name == "encoder" else ours
        theirs = theirs[0] if name == "encoder" else theirs
        for left, right in zip(ours.get_weights(), theirs.get_weights(), strict=True):
            np.testing.assert_allclose(left, right, atol=1e-6)


def test_a_start_that_is_missing_leaves_no_folder(tmp_path):
    config = read_config(None, (*SETTINGS, "init_from=no-such-model"))
    with pytest.raises(InputError, match="no-such-model"):
        open_run(config, out=tmp_path / "run", resume=None, init_from=None)
    assert not (tmp_path / "run").exists()


def test_a_pool_on_the_device_is_refused_before_a_folder_is_made(tmp_path, monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "tensorflow")
    with pytest.raises(InputError, match="data.on_device needs JAX"):
        make_run(tmp_path / "run", "data.on_device=true")
    assert not (tmp_path / "run").exists()


def test_loss_that_is_no_number_stops_with_step_and_checkpoint(tmp_path, monkeypatch):
    run = make_run(tmp_path)
    monkeypatch.setattr(
        run_module,
        "make_step",
        lambda *_: lambda inputs, targets: {"total": float("nan")},
    )
    with pytest.raises(InputError, match=r"not a number at step 1\b.*checkpoint"):
        run.train()


def test_folder_with_a_run_is_not_overwritten(tmp_path):
    (tmp_path / "checkpoint.npz").write_bytes(b"x")
    with pytest.raises(InputError, match="holds a run already"):
        make_run(tmp_path)


def test_config_in_the_folder_describes_the_run(tmp_path):
    run = make_run(tmp_path)
    content = yaml.safe_load((tmp_path / "config.yaml").read_text())
    assert content["network"] == {"code_width": 16}
    assert read_config(str(tmp_path / "config.yaml")) == run.config


def test_full_precision_keeps_the_weights():
    model = run_module.build_multiview(
        "multiview-mask", code_width=16, image_size=64, dtype="mixed_bfloat16"
    )
    model.build()
    full = full_precision(model)
    assert full.compute_dtype == "float32"
    for left, right in zip(model.get_weights(), full.get_weights(), strict=True):
        np.testing.assert_array_equal(left, right)
