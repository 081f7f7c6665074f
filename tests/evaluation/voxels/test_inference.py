import numpy as np
import pytest

from tf3d.evaluation.voxels.inference import as_floats, encode_all, infer
from tf3d.evaluation.voxels.reconstruction import evaluate_reconstruction


def test_results_of_a_known_model(knows_all, test_scenes):
    done = []
    found = infer(
        knows_all(),
        test_scenes.images,
        keep_voxels=True,
        progress=lambda *numbers: done.append(numbers),
    )
    assert len(found) == 16 and done == [(16, 16)]
    np.testing.assert_array_equal(found.picture_error, 0)
    images = as_floats(test_scenes.images)
    np.testing.assert_allclose(
        found.projection_error, (images**2).mean(axis=(1, 2, 3)) / 4, rtol=1e-5
    )
    np.testing.assert_allclose(found.azimuth, test_scenes.azimuth, atol=1e-6)
    truth = test_scenes.voxels[test_scenes.which]
    np.testing.assert_array_equal(found.voxels > 0.5, truth)
    np.testing.assert_allclose(found.occupied, truth.mean(axis=(1, 2, 3)), rtol=1e-6)
    values = dict(evaluate_reconstruction(found))
    assert values["mse/picture"] == 0 and values["mse/projection"] > 0
    assert values["voxels/occupied"] == pytest.approx(truth.mean())
    assert values["voxels/per_ray"] > 1


def test_codes_alone(knows_all, test_scenes):
    network = knows_all()
    codes = encode_all(network, test_scenes.images)
    np.testing.assert_array_equal(
        codes, infer(network, test_scenes.images).mean.astype(np.float32)
    )
    assert infer(network, test_scenes.images).voxels is None


def test_a_real_model_by_itself(voxel_model):
    from tf3d.prediction import load

    network = load(voxel_model)
    images = np.random.default_rng(0).integers(0, 256, (70, 16, 16, 1), np.uint8)
    found = infer(network, images)
    assert found.mean.shape == (70, 5)
    outputs = network.model({"image": as_floats(images[64:])})
    expected = ((np.asarray(outputs["image"]) - as_floats(images[64:])) ** 2).mean(
        axis=(1, 2, 3)
    )
    np.testing.assert_allclose(found.picture_error[64:], expected, rtol=1e-4)
    np.testing.assert_allclose(encode_all(network, images), found.mean, atol=1e-5)


def test_bad_shapes(knows_all):
    with pytest.raises(ValueError, match=r"images of shape \[n, 16, 16, 1\]"):
        infer(knows_all(), np.zeros((2, 8, 8, 1), np.uint8))
