"""The recurrent rotation network and its objective."""

import numpy as np
import pytest

from tf3d.models.rivals import RotationNetwork, RotationObjective


@pytest.fixture(scope="module")
def model():
    model = RotationNetwork(width=4, identity_units=8, pose_units=6, hidden=16)
    model.build()
    return model


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).random((2, 64, 64, 3), np.float32)


def test_a_picture_after_each_step(model, images):
    outputs = model({"image": images, "turns": np.array([[1, 1, 1], [-1, 0, -1]])})
    assert tuple(outputs["rgb"].shape) == (2, 3, 64, 64, 3)
    assert tuple(outputs["alpha"].shape) == (2, 3, 64, 64)
    assert 0 <= np.min(outputs["rgb"]) <= np.max(outputs["rgb"]) <= 1


def test_steps_follow_from_the_ones_before(model, images):
    long = model({"image": images, "turns": np.array([[1, 1, 0], [-1, 0, -1]])})
    short = model({"image": images, "turns": np.array([[1, 1], [-1, 0]])})
    for name, value in short.items():
        np.testing.assert_allclose(long[name][:, :2], value, atol=1e-5)


def test_each_action_has_its_own_matrix(model, images):
    _, pose = model.encode(images)
    turned = [np.asarray(model.rotate(pose, np.full(2, turn))) for turn in (-1, 0, 1)]
    assert all(each.shape == (2, 6) for each in turned)
    for first, second in ((0, 1), (1, 2), (0, 2)):
        assert np.abs(turned[first] - turned[second]).max() > 1e-3
    mixed = np.asarray(model.rotate(pose, np.array([-1, 1])))
    np.testing.assert_allclose(mixed, [turned[0][0], turned[2][1]], atol=1e-6)


def test_objective_in_numbers():
    class Fixed:
        def __call__(self, inputs):
            shape = (1, 2, 64, 64)
            return {
                "rgb": np.full((*shape, 3), 0.5, np.float32),
                "alpha": np.full(shape, 0.25, np.float32),
            }

    targets = {
        "rgb": np.ones((1, 2, 64, 64, 3), np.float32),
        "alpha": np.ones((1, 2, 64, 64), np.float32),
    }
    terms = RotationObjective(mask_weight=2)(Fixed(), {}, targets)
    assert float(terms["rgb"]) == pytest.approx(2.25 * 3 * 0.25)
    assert float(terms["mask"]) == pytest.approx(0.5625)
    assert float(terms["total"]) == pytest.approx(2.25 * 0.75 + 2 * 0.5625)


def test_bad_input(model, images):
    with pytest.raises(ValueError, match=r"turns of shape \[batch, steps\].*\(2,\)"):
        model({"image": images, "turns": np.zeros(2, np.int32)})
    with pytest.raises(ValueError, match=r"\[batch, 64, 64, 3\].*\(2, 32, 32, 3\)"):
        model.encode(images[:, :32, :32])
    with pytest.raises(ValueError, match="pose_units >= 1. Received: pose_units=0"):
        RotationNetwork(pose_units=0)
    with pytest.raises(ValueError, match="mask_weight >= 0"):
        RotationObjective(-1)
