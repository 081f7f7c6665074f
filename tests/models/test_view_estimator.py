import keras
import numpy as np
import pytest

from tf3d.models import MultiView, ViewEstimator
from tf3d.models.view_estimator import ViewEstimatorObjective
from tf3d.training.growth import transfer


def numpy(outputs):
    return {key: keras.ops.convert_to_numpy(value) for key, value in outputs.items()}


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(0)
    model = ViewEstimator()
    model.build()
    return model


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(1).random((2, 128, 128, 3), np.float32)


def test_shapes(model, images):
    outputs = numpy(model(images))
    assert {key: value.shape for key, value in outputs.items()} == {
        "alpha": (2, 64, 64),
        "azimuth": (2, 24),
        "elevation": (2,),
        "distance": (2,),
    }
    assert all(value.dtype == np.float32 for value in outputs.values())


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"image_size": 64}, "image_size 128. Received: image_size=64"),
        ({"bins": 1}, "bins >= 2. Received: bins=1"),
    ],
)
def test_bad_arguments(settings, message):
    with pytest.raises(ValueError, match=message):
        ViewEstimator(**settings)


@pytest.mark.parametrize("shape", [(128, 128, 3), (1, 64, 64, 3), (1, 128, 128, 4)])
def test_bad_images(model, shape):
    with pytest.raises(ValueError, match=r"images of shape \[batch, 128, 128, 3\]"):
        model(np.zeros(shape, np.float32))


def test_begins_with_the_encoder_of_a_multi_view_network(model):
    source, target = MultiView(code_width=16), ViewEstimator()
    source.build()
    target.build()
    copied, fresh = transfer(source, target)
    assert copied == [f"conv_{size}" for size in (128, 64, 32, 16, 8)]
    assert all(name.startswith(("mask", "view")) for name in fresh)


def test_saves_and_loads(model, images, tmp_path):
    path = tmp_path / "view.keras"
    model.save(path)
    loaded = keras.models.load_model(path, compile=False)
    before, after = numpy(model(images)), numpy(loaded(images))
    for key, value in before.items():
        np.testing.assert_allclose(after[key], value, atol=1e-6)


class Answers:
    """A model that has these answers."""

    bins = 24

    def __init__(self, **answers):
        self.answers = answers

    def __call__(self, images):
        return self.answers


def terms(azimuth_bin, elevation=10.0, distance=2.0, sign=1.0, **weights):
    alpha = np.zeros((1, 64, 64), np.float32)
    alpha[:, 20:40] = 1
    logits = np.full((1, 24), -20, np.float32)
    logits[0, azimuth_bin] = 20
    model = Answers(
        alpha=sign * (40 * alpha - 20),
        azimuth=logits,
        elevation=np.array([elevation], np.float32),
        distance=np.array([distance], np.float32),
    )
    targets = {"alpha": alpha, "viewpoint": np.array([[30.0, 10.0, 2.0]], "f")}
    found = ViewEstimatorObjective(**weights)(model, {"image": None}, targets)
    return {key: float(value) for key, value in numpy(found).items()}


def test_objective_prefers_the_truth():
    best = terms(azimuth_bin=2)
    assert best["mask"] == pytest.approx(0, abs=1e-6) and best["angles"] == 0
    assert terms(azimuth_bin=8)["azimuth"] > best["azimuth"]
    # Neighbours are nearly right, and 345° is as near to 0° as 15° is.
    assert terms(azimuth_bin=3)["azimuth"] < terms(azimuth_bin=4)["azimuth"]
    assert terms(2, elevation=30)["angles"] == pytest.approx(1)
    assert terms(2, distance=2.3)["angles"] == pytest.approx(1, rel=1e-5)
    assert terms(2, sign=-1)["mask"] == pytest.approx(20, rel=1e-5)


def test_objective_weighs_its_terms():
    found = terms(2, elevation=30, sign=-1, azimuth_weight=2, angle_weight=3)
    expected = found["mask"] + 2 * found["azimuth"] + 3 * found["angles"]
    assert found["total"] == pytest.approx(expected)


def test_bad_weights():
    with pytest.raises(ValueError, match="Received: azimuth_weight=-1"):
        ViewEstimatorObjective(azimuth_weight=-1)
