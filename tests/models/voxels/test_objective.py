import keras
import numpy as np
import pytest
from keras import ops

from tf3d.models.voxels import OBJECTIVES, VoxelObjective

RNG = np.random.default_rng(0)
IMAGES = RNG.random((4, 6, 6, 1)).astype(np.float32)
MEAN = RNG.normal(size=(4, 3)).astype(np.float32)
LOG_VARIANCE = RNG.normal(size=(4, 3)).astype(np.float32)


def outputs(hypotheses=1, **more):
    projection = RNG.random((4, hypotheses, 6, 6, 1)).astype(np.float32)
    return {
        "projection": projection,
        "mean": MEAN,
        "log_variance": LOG_VARIANCE,
        "code": MEAN,
        **more,
    }


def terms(kind, **more):
    result = VoxelObjective(kind)(IMAGES, outputs(**more))
    return {key: float(value) for key, value in result.items()}


def divergence():
    closed = MEAN**2 + np.exp(LOG_VARIANCE) - LOG_VARIANCE - 1
    return 0.5 * closed.sum(axis=1).mean()


def test_regularisers_against_their_formulas():
    assert terms("vae")["code"] == pytest.approx(divergence(), rel=1e-5)
    assert terms("beta-vae")["code"] == pytest.approx(30 * divergence(), rel=1e-5)
    assert terms("aae")["code"] == 0
    moments = abs(MEAN.sum(1).mean()) + abs(LOG_VARIANCE.sum(1).mean())
    assert terms("mu-vae")["code"] == pytest.approx(moments, rel=1e-5)


def test_moments_let_single_codes_spread():
    spread = np.array([[9.0, -3], [-9, 3]], np.float32)
    objective = VoxelObjective("mu-vae")
    assert float(objective.regularizer.code(spread, spread)) == pytest.approx(0)
    assert objective.regularizer.clips


@pytest.mark.parametrize(("kind", "factor"), [("vae", 1), ("beta-vae", 30), ("aae", 1)])
def test_pose_latents_get_the_divergence(kind, factor):
    result = terms(kind, pose_mean=MEAN, pose_log_variance=LOG_VARIANCE)
    assert result["pose"] == pytest.approx(factor * divergence(), rel=1e-5)


def test_reconstruction_sums_over_pixels_and_means_over_the_batch():
    values = outputs(texture=RNG.random((4, 1, 6, 6, 1)).astype(np.float32))
    result = VoxelObjective("aae")(IMAGES, values)
    for name in ("projection", "texture"):
        errors = ((values[name][:, 0] - IMAGES) ** 2).sum(axis=(1, 2, 3))
        assert float(result[name]) == pytest.approx(errors.mean(), rel=1e-5)
    both = float(result["projection"]) + float(result["texture"])
    assert float(result["total"]) == pytest.approx(both, rel=1e-5)


def test_mixture_of_hypotheses():
    logits = RNG.normal(size=(4, 3)).astype(np.float32)
    values = outputs(3, logits=logits)
    objective = VoxelObjective("aae", temperature=2.0, balance=0.0)
    result = objective(IMAGES, values)
    errors = ((values["projection"] - IMAGES[:, None]) ** 2).sum(axis=(2, 3, 4))
    weights = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    likelihood = (weights * np.exp(-errors / 2)).sum(axis=1)
    expected = -2 * np.log(likelihood).mean()
    assert float(result["total"]) == pytest.approx(expected, rel=1e-4)
    posterior = weights * np.exp(-errors / 2) / likelihood[:, None]
    assert float(result["projection"]) == pytest.approx(
        (posterior * errors).sum(axis=1).mean(), rel=1e-4
    )


def test_balance_wants_all_hypotheses_used():
    crowded = np.tile(np.array([[20.0, 0, 0]], np.float32), (4, 1))
    shared = np.eye(4, 3, dtype=np.float32) * 0
    objective = VoxelObjective("aae", balance=2.0)
    costs = [
        float(objective(IMAGES, outputs(3, logits=logits))["pose"])
        for logits in (crowded, shared)
    ]
    np.testing.assert_allclose(costs, [2 * np.log(3), 0], atol=1e-4)


@pytest.mark.parametrize("kind", OBJECTIVES)
def test_what_the_discriminator_sees(kind):
    objective = VoxelObjective(kind)
    output = np.zeros((4, 1), np.float32)
    is_adversarial = kind == "aae"
    alone = objective.judged(outputs())
    both = objective.judged(outputs(pose_output=output))
    assert (alone is None) == (not is_adversarial)
    assert both.shape[-1] == objective.judged_width(3, 1) == 1 + 3 * is_adversarial
    assert objective.judged_width(3, 0) == 3 * is_adversarial
    seed = keras.random.SeedGenerator(0)
    prior = ops.convert_to_numpy(objective.prior(2000, 3, 1, seed))
    assert prior.shape == (2000, both.shape[-1])
    assert np.abs(prior[:, -1]).max() <= 1
    assert prior[:, -1].std() == pytest.approx(1 / np.sqrt(3), rel=0.1)
    if is_adversarial:
        assert prior[:, 0].std() == pytest.approx(1, rel=0.1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"kind": "gan"}, "kind='gan'"), ({"temperature": 0}, "temperature=0")],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        VoxelObjective(**arguments)
