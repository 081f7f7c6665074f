import keras
import numpy as np
import pytest
import tensorflow as tf

from tf3d.models import MultiViewObjective

VIEWPOINTS = np.array([[0, 20, 2.0], [90, 0, 1.8]], np.float32)


def make_pair(seed=0):
    rng = np.random.default_rng(seed)

    def draw():
        return {
            "rgb": rng.random((2, 6, 6, 3), np.float32),
            "depth": rng.uniform(1, 3, (2, 6, 6)).astype(np.float32),
            "alpha": rng.uniform(0.01, 0.99, (2, 6, 6)).astype(np.float32),
        }

    return draw(), draw()


def terms(objective, targets, outputs, viewpoints=VIEWPOINTS):
    outputs = {k: keras.ops.convert_to_tensor(v) for k, v in outputs.items()}
    return {
        name: float(value)
        for name, value in objective(targets, outputs, viewpoints).items()
    }


def test_paper_by_hand():
    # One pixel of object and one of background; errors in the network's ±0.75.
    targets = {
        "rgb": np.array([[[[1, 0.5, 0], [0.5, 0.5, 0.5]]]], np.float32),
        "depth": np.array([[[2.0, 0.0]]], np.float32),
        "alpha": np.array([[[1.0, 0.0]]], np.float32),
    }
    outputs = {
        "rgb": np.array([[[[0.8, 0.5, 0.2], [0.5, 0.6, 0.5]]]], np.float32),
        "depth": np.array([[[2.49, 4.755]]], np.float32),
        "alpha": np.array([[[1.0, 0.0]]], np.float32),
    }
    found = terms(MultiViewObjective(), targets, outputs, VIEWPOINTS[:1])
    # RGB: (0.3² + 0.3² + 0.15²) / 2; depth: (0.49 + 0.245) · 1.5 / 4.9 / 2.
    assert found["rgb"] == pytest.approx((0.09 + 0.09 + 0.0225) / 2, rel=1e-5)
    assert found["depth"] == pytest.approx((0.15 + 0.075) / 2, rel=1e-5)
    assert found["mask"] == 0
    assert found["total"] == pytest.approx(0.10125 + 0.1 * 0.1125, rel=1e-5)


def test_paper_against_numpy():
    targets, outputs = make_pair()
    found = terms(MultiViewObjective(), targets, outputs)

    def inside(depth):
        return ((depth - 0.1) / 4.9 * 2 - 1) * 0.75

    rgb = np.square((outputs["rgb"] - targets["rgb"]) * 1.5).sum(axis=-1).mean()
    truth = np.where(targets["alpha"] >= 0.5, targets["depth"], 5.0)
    depth = np.abs(inside(outputs["depth"]) - inside(truth)).mean()
    assert found["rgb"] == pytest.approx(rgb, rel=1e-5)
    assert found["depth"] == pytest.approx(depth, rel=1e-5)
    assert found["total"] == pytest.approx(rgb + 0.1 * depth, rel=1e-5)


def test_perfect_predictions_cost_nothing():
    targets, _ = make_pair()
    targets["depth"][targets["alpha"] < 0.5] = 5.0
    for rgb in ("squared", "euclidean"):
        assert terms(MultiViewObjective(rgb), targets, targets)["total"] < 1e-6


def test_terms_are_weighted():
    targets, outputs = make_pair()
    objective = MultiViewObjective(depth_weight=2.0, mask_weight=0.3)
    found = terms(objective, targets, outputs)
    expected = found["rgb"] + 2 * found["depth"] + 0.3 * found["mask"]
    assert found["total"] == pytest.approx(expected, rel=1e-5)
    assert set(found) == {"total", *MultiViewObjective.terms}


def test_chroma_weight_leaves_grey_errors_alone():
    targets, outputs = make_pair()
    grey = {**outputs, "rgb": targets["rgb"] + np.float32(0.1)}
    plain, weighted = MultiViewObjective(), MultiViewObjective(chroma_weight=4)
    assert terms(weighted, targets, grey)["rgb"] == pytest.approx(3 * 0.15**2, rel=1e-4)
    assert terms(plain, targets, grey)["rgb"] == pytest.approx(3 * 0.15**2, rel=1e-4)


def test_chroma_weight_multiplies_errors_without_grey():
    targets, outputs = make_pair()
    change = np.array([0.1, -0.2, 0.1], np.float32)
    coloured = {**outputs, "rgb": targets["rgb"] + change}
    plain, weighted = (
        terms(MultiViewObjective(chroma_weight=weight), targets, coloured)["rgb"]
        for weight in (1, 4)
    )
    assert plain == pytest.approx(0.06 * 1.5**2, rel=1e-4)
    assert weighted == pytest.approx(4 * plain, rel=1e-4)


def test_euclidean_is_the_length_of_the_error():
    targets, outputs = make_pair()
    found = terms(MultiViewObjective("euclidean"), targets, outputs)["rgb"]
    length = np.linalg.norm((outputs["rgb"] - targets["rgb"]) * 1.5, axis=-1).mean()
    # Rounded off at zero by one hundredth.
    assert length - 0.01 < found < length


def test_masked_depth_ignores_what_is_outside():
    targets, outputs = make_pair()
    objective = MultiViewObjective(masked_depth=True)
    before = terms(objective, targets, outputs)["depth"]
    inside = targets["alpha"] >= 0.5
    error = np.abs(outputs["depth"] - targets["depth"])[inside].sum() / inside.size
    assert before == pytest.approx(error * 0.75 / 0.7, rel=1e-5)
    outputs["depth"][~inside] = 100
    targets["depth"][~inside] = 0
    assert terms(objective, targets, outputs)["depth"] == before


def test_background_is_far_from_the_viewpoints_distance():
    targets, outputs = make_pair()
    targets["alpha"][:] = 0
    objective = MultiViewObjective(depth_range=(-0.7, 0.7), relative_depth=True)
    outputs["depth"][:] = (VIEWPOINTS[:, 2] + 0.7)[:, None, None]
    assert terms(objective, targets, outputs)["depth"] == pytest.approx(0, abs=1e-6)
    outputs["depth"] -= 0.14
    # A tenth of the range of 1.4 units is a tenth of 1.5.
    found = terms(objective, targets, outputs)["depth"]
    assert found == pytest.approx(0.15, rel=1e-4)


def test_mask_is_the_cross_entropy():
    targets, outputs = make_pair()
    found = terms(MultiViewObjective(mask_weight=1), targets, outputs)["mask"]
    t, p = targets["alpha"], outputs["alpha"]
    expected = -np.mean(t * np.log(p) + (1 - t) * np.log(1 - p))
    assert found == pytest.approx(expected, rel=1e-5)


def test_mask_of_certain_predictions_is_finite():
    targets, outputs = make_pair()
    targets["alpha"], outputs["alpha"] = np.ones((2, 6, 6)), np.zeros((2, 6, 6))
    outputs["alpha"] = outputs["alpha"].astype(np.float32)
    found = terms(MultiViewObjective(mask_weight=1), targets, outputs)["mask"]
    assert found == pytest.approx(-np.log(1e-5), rel=1e-3)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"rgb": "euclidean", "chroma_weight": 4, "masked_depth": True},
        {"mask_weight": 1, "relative_depth": True, "depth_range": (-0.7, 0.7)},
    ],
)
def test_gradients_are_finite_even_at_zero_error(settings):
    targets, _ = make_pair()
    outputs = {name: tf.Variable(value) for name, value in targets.items()}
    outputs["alpha"].assign(np.round(targets["alpha"]))
    with tf.GradientTape() as tape:
        total = MultiViewObjective(**settings)(targets, outputs, VIEWPOINTS)["total"]
    for gradient in tape.gradient(total, list(outputs.values())):
        assert gradient is None or np.isfinite(gradient).all()


@pytest.mark.parametrize("rgb", ["squared", "euclidean"])
def test_gradient_against_finite_differences(rgb):
    targets, outputs = make_pair()
    objective = MultiViewObjective(rgb, 4, 1, 0.3, True)
    variables = {name: tf.Variable(value) for name, value in outputs.items()}
    with tf.GradientTape() as tape:
        total = objective(targets, variables, VIEWPOINTS)["total"]
    gradients = tape.gradient(total, variables)
    rng = np.random.default_rng(5)
    for name, value in outputs.items():
        direction = rng.normal(size=value.shape).astype(np.float32)
        low, high = (
            terms(objective, targets, {**outputs, name: value + step * direction})
            for step in (-1e-3, 1e-3)
        )
        expected = float(np.sum(gradients[name].numpy() * direction))
        found = (high["total"] - low["total"]) / 2e-3
        assert found == pytest.approx(expected, rel=0.03, abs=2e-3)


def test_unknown_kind():
    with pytest.raises(ValueError, match='"squared" or "euclidean". Received: rgb=.l1'):
        MultiViewObjective("l1")
