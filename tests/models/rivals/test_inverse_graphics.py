"""The inverse graphics network, and what clamping does to its gradients."""

import numpy as np
import pytest

from tf3d.models.rivals import FACTORS, InverseGraphics, InverseGraphicsObjective

tf = pytest.importorskip("tensorflow")


@pytest.fixture(scope="module")
def model():
    model = InverseGraphics(shape_units=5, widths=(4, 4, 4))
    model.build()
    return model


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).random((4, 64, 64, 3), np.float32)


def test_shapes(model, images):
    assert model.code_width == 8
    codes = model.encode(images)
    assert tuple(codes.shape) == (4, 8)
    pictures = np.asarray(model.decode(codes))
    assert pictures.shape == images.shape
    assert 0 <= pictures.min() <= pictures.max() <= 1
    np.testing.assert_array_equal(model({"image": images})["rgb"], pictures)


def test_only_the_azimuth_is_turned(model):
    codes = np.random.default_rng(0).random((2, 8), np.float32)
    turned = np.asarray(model.turned(codes, np.array([7.0, 8.0])))
    np.testing.assert_array_equal(turned[:, 0], [7, 8])
    np.testing.assert_array_equal(turned[:, 1:], codes[:, 1:])


class Linear:
    """Codes are the images' first pixels; pictures are the codes, and nothing else."""

    code_width = 5

    def __init__(self, codes):
        self.codes = tf.Variable(codes)

    def distribution(self, images):
        return self.codes, tf.fill(self.codes.shape, -40.0)

    def sampling(self, mean, log_variance, training):
        assert training
        return mean

    def decode(self, codes):
        return codes[:, None, None, :]


@pytest.mark.parametrize("factor", range(4), ids=FACTORS)
def test_error_signals_of_clamped_units(factor):
    rng = np.random.default_rng(1)
    codes = rng.normal(size=(3, 5)).astype(np.float32)
    targets = rng.normal(size=(3, 1, 1, 5)).astype(np.float32)
    network = Linear(codes)
    objective = InverseGraphicsObjective(kl_weight=0, clamp_weight=0.01)
    inputs = {"image": None, "factor": np.array(factor, np.int32)}
    with tf.GradientTape() as tape:
        terms = objective(network, inputs, {"rgb": targets})
    gradient = tape.gradient(terms["total"], network.codes).numpy() * 3
    active = np.minimum(np.arange(5), 3) == factor
    mean = codes.mean(axis=0)
    error = 2 * 2.25 * (codes - targets[:, 0, 0])
    # A unit that is clamped gets a hundredth of its distance from the batch's mean.
    wanted = np.where(active, error, 0.01 * (codes - mean))
    np.testing.assert_allclose(gradient, wanted, rtol=1e-4, atol=1e-6)
    shown = np.where(active, codes, mean)
    # Colours count in the network's range, ±0.75.
    found = 2.25 * ((shown - targets[:, 0, 0]) ** 2).sum(axis=1).mean()
    assert float(terms["rgb"]) == pytest.approx(found, rel=1e-5)


def test_divergence_in_numbers():
    terms = InverseGraphicsObjective()(
        Linear(np.full((2, 5), 2.0, np.float32)),
        {"image": None, "factor": 3},
        {"rgb": np.zeros((2, 1, 1, 5), np.float32)},
    )
    # Two of the five units are the shape's.
    assert float(terms["kl"]) == pytest.approx(2 * (4 + 0 - 1 + 40) / 2, rel=1e-5)
    assert float(terms["clamp"]) == 0


def test_bad_input(model, images):
    with pytest.raises(ValueError, match=r"\[batch, 64, 64, 3\].*\(4, 32, 64, 3\)"):
        model.encode(images[:, :32])
    with pytest.raises(ValueError, match=r"codes of shape \[batch, 8\].*\(1, 7\)"):
        model.decode(np.zeros((1, 7), np.float32))
    with pytest.raises(ValueError, match="shape_units >= 1"):
        InverseGraphics(shape_units=0)
    with pytest.raises(ValueError, match=r"3 widths >= 1. Received: widths=\(4, 4\)"):
        InverseGraphics(widths=(4, 4))
    with pytest.raises(ValueError, match="weights >= 0"):
        InverseGraphicsObjective(kl_weight=-1)
