"""A voxel autoencoder's steps under JAX equal those under TensorFlow."""

import importlib.util
import os
import pathlib
import subprocess
import sys

import keras
import numpy as np
import pytest

ROOT = pathlib.Path(__file__).parents[2]
SCRIPT = pathlib.Path(__file__).with_name("take_voxel_steps.py")


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    if importlib.util.find_spec("jax") is None:
        pytest.skip("JAX is not installed")
    folder = tmp_path_factory.mktemp("steps")
    result = {}
    for backend in ("tensorflow", "jax"):
        path = folder / f"{backend}.npz"
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
        result[backend] = dict(np.load(path))
    return result


@pytest.mark.slow
def test_steps_are_those_of_tensorflow(found):
    expected, got = found["tensorflow"], found["jax"]
    assert set(got) == set(expected)
    assert {name[0] for name in got} == set("01234")
    for name, values in got.items():
        np.testing.assert_allclose(
            values, expected[name], rtol=1e-4, atol=1e-5, err_msg=name
        )
    # Averages and random generators have moved, and the loss with every step.
    for case in range(5):
        assert np.abs(got[f"{case} averages"]).max() > 0.01
        assert got[f"{case} draws"].max() >= 3
        assert len(set(got[f"{case} total"])) == 3
        assert set(got[f"{case} iterations"]) == {3}
    assert got["1 discriminator"][0] != got["1 discriminator"][2]
    assert got["3 view_discriminator"][0] != got["3 view_discriminator"][2]


def test_other_backends_are_refused(monkeypatch):
    from tf3d.training.voxel_steps import make_voxel_step

    monkeypatch.setattr(keras.backend, "backend", lambda: "torch")
    with pytest.raises(RuntimeError, match="needs TensorFlow or JAX. Received: torch"):
        make_voxel_step(None, None, None, None, None)
