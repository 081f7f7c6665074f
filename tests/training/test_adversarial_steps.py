"""The network descends its loss and the discriminator's answer; that learns, too."""

import importlib.util
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest

from tf3d.training.steps import make_step

tf = pytest.importorskip("tensorflow")
ROOT = pathlib.Path(__file__).parents[2]
SCRIPT = pathlib.Path(__file__).with_name("take_adversarial_steps.py")


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("take_adversarial_steps", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_step_is_gradient_descent_of_both(script):
    import keras

    model, objective, _, adversary = script.prepare()
    adversary.optimizer = keras.optimizers.SGD(1.0)
    adversary.optimizer.build(adversary.discriminator.trainable_variables)
    inputs, targets = script.batch()
    wanted = {
        "rgb": targets["rgb"] / np.float32(255),
        "depth": targets["depth"].astype(np.float32),
        "alpha": targets["alpha"] / np.float32(255),
    }
    own, others = model.trainable_variables, adversary.discriminator.trainable_variables
    with tf.GradientTape(persistent=True) as tape:
        images = inputs["image"] / np.float32(255)
        raw = model.decode_raw(model.encode(images), inputs["viewpoint"])
        outputs = model.to_units(raw, inputs["viewpoint"])
        terms = objective(wanted, outputs, inputs["viewpoint"])
        total = terms["total"] + 0.1 * adversary.fooled(outputs["rgb"])
        mistaken = adversary.mistaken(wanted["rgb"], tf.stop_gradient(outputs["rgb"]))
    slopes = tape.gradient(total, own), tape.gradient(mistaken, others)
    before = model.get_weights(), adversary.discriminator.get_weights()

    step = make_step(model, objective, keras.optimizers.SGD(1.0), adversary)
    found = step(inputs, targets)

    assert float(found["total"]) == pytest.approx(float(total), rel=1e-4)
    assert float(found["discriminator"]) == pytest.approx(float(mistaken), rel=1e-4)
    assert float(found["total"]) > float(terms["total"])
    for variables, olds, gradients in zip((own, others), before, slopes, strict=True):
        for variable, old, gradient in zip(variables, olds, gradients, strict=True):
            moved = old - variable.numpy()
            np.testing.assert_allclose(moved, gradient, rtol=2e-2, atol=2e-6)


def test_the_discriminator_learns_to_tell(script):
    model, objective, optimizer, adversary = script.prepare(weight=0.0)
    step = make_step(model, objective, optimizer, adversary)
    answers = [float(step(*script.batch())["discriminator"]) for _ in range(20)]
    assert answers[-1] < 0.75 * answers[0]


@pytest.mark.slow
def test_steps_under_jax_are_those_of_tensorflow(tmp_path):
    if importlib.util.find_spec("jax") is None:
        pytest.skip("JAX is not installed")
    found = {}
    for backend in ("tensorflow", "jax"):
        path = tmp_path / f"{backend}.npz"
        paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
        environment = {"KERAS_BACKEND": backend, "PYTHONPATH": paths}
        done = subprocess.run(
            [sys.executable, SCRIPT, path],
            env={**os.environ, "JAX_PLATFORMS": "cpu", **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        found[backend] = dict(np.load(path))
    assert set(found["jax"]) == set(found["tensorflow"])
    for name, values in found["jax"].items():
        expected = found["tensorflow"][name]
        np.testing.assert_allclose(values, expected, rtol=2e-3, err_msg=name)
    assert len(set(found["jax"]["discriminator"])) == 3
