"""One step on TensorFlow equals the gradient of the whole computation."""

import keras
import numpy as np
import pytest

from tf3d.models import MultiViewObjective, build_multiview
from tf3d.training.steps import make_step

tf = pytest.importorskip("tensorflow")


def batch(size=64, count=2):
    rng = np.random.default_rng(1)
    inputs = {
        "image": rng.integers(0, 256, (count, size, size, 3)).astype(np.uint8),
        "viewpoint": np.array([[30, 20, 2.0], [200, 0, 1.8]], np.float32),
    }
    targets = {
        "rgb": rng.integers(0, 256, (count, size, size, 3)).astype(np.uint8),
        "depth": rng.uniform(1.5, 2.5, (count, size, size)).astype(np.float16),
        "alpha": (rng.random((count, size, size)) > 0.5).astype(np.uint8) * 255,
    }
    return inputs, targets


@pytest.mark.parametrize("preset", ["multiview", "multiview-mask"])
def test_step_is_gradient_descent_on_the_objective(preset):
    keras.utils.set_random_seed(0)
    model = build_multiview(preset, code_width=8, image_size=64)
    model.build()
    objective = MultiViewObjective(
        mask_weight=0.3 if model.mask_output else 0.0,
        masked_depth=model.mask_output,
        depth_range=model.depth_range,
        relative_depth=model.relative_depth,
    )
    inputs, targets = batch()
    wanted = {
        "rgb": targets["rgb"] / np.float32(255),
        "depth": targets["depth"].astype(np.float32),
        "alpha": targets["alpha"] / np.float32(255),
    }
    with tf.GradientTape() as tape:
        images = inputs["image"] / np.float32(255)
        raw = model.decode_raw(model.encode(images), inputs["viewpoint"])
        outputs = model.to_units(raw, inputs["viewpoint"])
        expected = objective(wanted, outputs, inputs["viewpoint"])
    gradients = tape.gradient(expected["total"], model.trainable_variables)
    before = model.get_weights()

    step = make_step(model, objective, keras.optimizers.SGD(1.0))
    terms = step(inputs, targets)

    for name, value in expected.items():
        np.testing.assert_allclose(terms[name], value, rtol=1e-4)
    for old, new, gradient in zip(before, model.get_weights(), gradients, strict=True):
        np.testing.assert_allclose(old - new, gradient, rtol=2e-2, atol=2e-6)


def test_other_backends_are_refused(monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "torch")
    model = build_multiview("multiview", code_width=8, image_size=64)
    model.build()
    with pytest.raises(RuntimeError, match="needs TensorFlow or JAX"):
        make_step(model, None, keras.optimizers.SGD(1.0))
