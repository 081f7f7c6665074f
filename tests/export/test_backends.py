"""Models saved elsewhere: by another backend, or in a process that knows nothing."""

import importlib.util
import os
import pathlib
import subprocess
import sys

import keras
import numpy as np
import pytest

import tf3d
from tf3d.export.saved_model import export_saved_model

ROOT = pathlib.Path(__file__).parents[2]

# Trains both families for a few steps, compiled as `fit` wants it, and saves them with
# what they say.
TRAIN = """
import sys
import keras
import numpy as np
from tf3d.models import VoxelAutoencoder, build_multiview

folder = sys.argv[1]
assert keras.backend.backend() == "jax"
keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
model = build_multiview("multiview-mask", code_width=16, image_size=64)
images = rng.random((4, 64, 64, 3), np.float32)
viewpoints = np.array([[30, 20, 2.0]] * 4, np.float32)
inputs = {"image": images, "viewpoint": viewpoints}
model.build()
model.compile("adam", loss={"rgb": "mse", "depth": None, "alpha": None})
model.fit(inputs, {"rgb": images}, epochs=2, verbose=0)
model.save(f"{folder}/multiview.keras")
outputs = {key: np.asarray(value) for key, value in model(inputs).items()}
np.savez(f"{folder}/multiview.npz", **inputs, **outputs)

model = VoxelAutoencoder(
    image_size=16, latent=5, texturizer=True, encoder_width=8,
    decoder_widths=(8, 4), texturizer_width=12,
)
images = rng.random((4, 16, 16, 1), np.float32)
model.build()
model.compile("adam", loss={"image": "mse"})
model.fit({"image": images}, {"image": images}, epochs=2, verbose=0)
model.save(f"{folder}/voxels.keras")
outputs = {key: np.asarray(value) for key, value in model({"image": images}).items()}
np.savez(
    f"{folder}/voxels.npz", images=images, shown=outputs["image"],
    voxels=outputs["voxels"],
)
"""

# What docs/import.md says, in safe mode (the default).
LOAD = """
import sys
import keras
import tf3d.models

assert not [name for name in sys.modules if name.startswith("tf3d.training")]
for path in sys.argv[1:]:
    model = keras.models.load_model(path)
    print(type(model).__name__, model.image_size)
"""


def run(code: str, *arguments, **environment) -> str:
    result = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_keras_loads_them_in_a_process_that_has_seen_nothing(
    multiview, voxels, tmp_path
):
    paths = []
    for model in (multiview, voxels):
        paths.append(tmp_path / f"{type(model).__name__}.keras")
        model.save(paths[-1])
    printed = run(LOAD, *paths).split()
    assert printed == ["MultiView", "64", "VoxelAutoencoder", "16"]


@pytest.fixture(scope="module")
def from_jax(tmp_path_factory):
    if importlib.util.find_spec("jax") is None:
        pytest.skip("JAX is not installed")
    folder = tmp_path_factory.mktemp("jax")
    run(TRAIN, folder, KERAS_BACKEND="jax", JAX_PLATFORMS="cpu")
    return folder


def test_multiview_trained_under_jax(from_jax):
    said = np.load(from_jax / "multiview.npz")
    network = tf3d.load(from_jax / "multiview.keras")
    outputs = network.model({key: said[key] for key in ("image", "viewpoint")})
    for key in ("rgb", "depth", "alpha"):
        found = keras.ops.convert_to_numpy(outputs[key])
        np.testing.assert_allclose(found, said[key], atol=1e-5)
    # Not only for prediction: its optimiser comes along.
    again = keras.models.load_model(from_jax / "multiview.keras")
    assert int(again.optimizer.iterations) == 2
    path = export_saved_model(network.model, from_jax / "out", name="m")
    assert tf3d.load(path).image_size == 64


def test_voxels_trained_under_jax(from_jax):
    said = np.load(from_jax / "voxels.npz")
    network = tf3d.load(from_jax / "voxels.keras")
    outputs = network.model({"image": said["images"]})
    for key, name in (("image", "shown"), ("voxels", "voxels")):
        found = keras.ops.convert_to_numpy(outputs[key])
        np.testing.assert_allclose(found, said[name], atol=1e-5)
