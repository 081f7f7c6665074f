"""A batch's codes: the first fitted to their pictures, the others as they were."""

import keras
import numpy as np
import pytest
from keras import ops

from tf3d.models import MultiViewObjective, ViewEstimator, build_multiview
from tf3d.prediction.refinement import Refinement, Target, both_sides
from tf3d.training.fitted_codes import fitted_codes
from tf3d.training.steps import make_step

SIZE, COUNT = 128, 4


@pytest.fixture(scope="module")
def refinement():
    keras.utils.set_random_seed(0)
    model = build_multiview("multiview-mask", code_width=16)
    model.build()
    estimator = ViewEstimator()
    estimator.build()
    return Refinement(model, estimator, steps=3, rate=0.4, momentum=0.3)


@pytest.fixture
def inputs():
    rng = np.random.default_rng(0)
    viewpoints = np.array([[20, 10, 2.0]] * COUNT, np.float32)
    return {
        "image": rng.integers(0, 256, (COUNT, SIZE, SIZE, 3)).astype(np.uint8),
        "viewpoint": viewpoints + 5,
        "seen": viewpoints,
    }


def misfits(refinement, codes, inputs):
    images = ops.cast(inputs["image"], "float32") / 255
    mask, cut_out, _ = refinement._seen(images, both_sides(images))
    found = refinement.misfit(codes, inputs["seen"], mask, cut_out)
    return ops.convert_to_numpy(found)


def test_a_share_is_fitted(refinement, inputs):
    codes = ops.convert_to_numpy(fitted_codes(refinement, share=0.75)(inputs))
    assert codes.shape == (COUNT, 16)
    images = ops.cast(inputs["image"], "float32") / 255
    first = ops.convert_to_numpy(refinement.first_codes(both_sides(images)))
    np.testing.assert_allclose(codes[3:], first[3:], atol=1e-5)
    before = misfits(refinement, ops.convert_to_tensor(first), inputs)
    after = misfits(refinement, ops.convert_to_tensor(codes), inputs)
    assert (after[:3] < before[:3]).all()


def test_all_may_be_fitted(refinement, inputs):
    codes = ops.convert_to_numpy(fitted_codes(refinement, share=1.0)(inputs))
    part = ops.convert_to_numpy(fitted_codes(refinement, share=0.75)(inputs))
    np.testing.assert_allclose(codes[:3], part[:3], atol=1e-5)
    assert np.abs(codes[3] - part[3]).max() > 0.01


def test_steps_are_those_of_a_fit_whose_viewpoint_stays(refinement, inputs):
    images = ops.cast(inputs["image"], "float32") / 255
    mask, cut_out, _ = refinement._seen(images, both_sides(images))
    first = refinement.first_codes(both_sides(images))
    target = Target(first, ops.convert_to_tensor(inputs["seen"]), mask, cut_out)
    codes, speed = first, 0.0
    for rate in (1, 2 / 3, 1 / 3):
        fit = refinement.start(target)._replace(codes=codes)
        moved = refinement.step(target, fit, np.float32([1, 0])).codes
        # A step without speed from before is 0.7 of the unit slope times 0.4.
        speed = 0.3 * speed + (codes - moved) / 0.4
        codes = codes - 0.4 * rate * speed
    found = refinement.from_where(images, inputs["seen"])
    np.testing.assert_allclose(
        ops.convert_to_numpy(found), ops.convert_to_numpy(codes), atol=1e-4
    )


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="compares with TensorFlow's tape"
)
def test_a_step_moves_the_decoder_alone(refinement, inputs):
    import tensorflow as tf

    model = refinement.model
    rng = np.random.default_rng(1)
    targets = {
        "rgb": rng.integers(0, 256, (COUNT, SIZE, SIZE, 3)).astype(np.uint8),
        "depth": rng.uniform(1.5, 2.5, (COUNT, SIZE, SIZE)).astype(np.float16),
        "alpha": (rng.random((COUNT, SIZE, SIZE)) > 0.5).astype(np.uint8) * 255,
    }
    objective = MultiViewObjective(
        mask_weight=0.3,
        masked_depth=True,
        depth_range=model.depth_range,
        relative_depth=model.relative_depth,
    )
    codes = fitted_codes(refinement, share=0.5)
    given, viewpoints = codes(inputs), inputs["viewpoint"]
    wanted = {
        "rgb": targets["rgb"] / np.float32(255),
        "depth": targets["depth"].astype(np.float32),
        "alpha": targets["alpha"] / np.float32(255),
    }
    with tf.GradientTape() as tape:
        outputs = model.to_units(model.decode_raw(given, viewpoints), viewpoints)
        expected = objective(wanted, outputs, viewpoints)["total"]
    slopes = tape.gradient(expected, model.decoder_variables)
    slopes = {v.path: np.asarray(s) for v, s in zip(model.decoder_variables, slopes)}
    before = {v.path: np.asarray(v) for v in model.variables}
    step = make_step(model, objective, keras.optimizers.SGD(1.0), codes=codes)
    terms = step(inputs, targets)
    np.testing.assert_allclose(terms["total"], expected, rtol=1e-4)
    for variable in model.variables:
        moved = before[variable.path] - np.asarray(variable)
        slope = slopes.get(variable.path, np.zeros_like(moved))
        np.testing.assert_allclose(moved, slope, rtol=2e-2, atol=2e-5)
        variable.assign(before[variable.path])
