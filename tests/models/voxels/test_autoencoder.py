import numpy as np
import pytest
from keras import ops

from tf3d.models.voxels import POSES, VoxelAutoencoder


def numpy(values):
    return {key: ops.convert_to_numpy(value) for key, value in values.items()}


@pytest.mark.parametrize("pose", POSES)
def test_outputs(pose, small, images):
    model = VoxelAutoencoder(pose=pose, texturizer=True, **small)
    outputs = numpy(model({"image": images}))
    shapes = {key: value.shape for key, value in outputs.items()}
    assert shapes == {
        "image": (6, 16, 16, 1),
        "projection": (6, 16, 16, 1),
        "voxels": (6, 16, 16, 16, 1),
        "code": (6, 5),
        "mean": (6, 5),
        "log_variance": (6, 5),
        "azimuth_radians": (6,),
        "elevation_radians": (6,),
    }
    again = model.project(outputs["voxels"], outputs["azimuth_radians"])
    np.testing.assert_allclose(outputs["projection"], again, atol=1e-5)
    np.testing.assert_array_equal(outputs["code"], model.encode(images))


def test_given_angles_are_used(small, images):
    model = VoxelAutoencoder(
        pose="hypotheses", pose_settings={"max_elevation": 30}, **small
    )
    azimuth = np.linspace(0, 2, 6).astype(np.float32)
    outputs = numpy(
        model(
            {
                "image": images,
                "azimuth_radians": azimuth,
                "elevation_radians": azimuth / 4,
            }
        )
    )
    np.testing.assert_array_equal(outputs["azimuth_radians"], azimuth)
    expected = model.project(outputs["voxels"], azimuth, azimuth / 4)
    np.testing.assert_allclose(outputs["projection"], expected, atol=1e-5)


def test_best_hypothesis_is_chosen(small, images):
    model = VoxelAutoencoder(pose="hypotheses", **small)
    every = numpy({k: v for k, v in model.reconstruct(images).items() if v is not None})
    errors = ((every["projection"] - images[:, None]) ** 2).sum(axis=(2, 3, 4))
    best = errors.argmin(axis=1)
    outputs = numpy(model({"image": images}))
    rows = np.arange(6)
    np.testing.assert_allclose(
        outputs["azimuth_radians"], every["azimuth_radians"][rows, best], atol=1e-6
    )
    np.testing.assert_allclose(
        outputs["projection"], every["projection"][rows, best], atol=1e-5
    )


def test_estimated_pose_finds_the_angle_of_a_rendering(small):
    model = VoxelAutoencoder(
        pose="learned", pose_settings={"max_elevation": 30}, **small
    )
    model.build()
    voxels = np.zeros((3, 16, 16, 16, 1), np.float32)
    voxels[:, 5:14, 6:8, 3:9] = voxels[:, 8:10, 6:13, 9:12] = 1
    azimuth = np.radians([-90, 22.5, 112.5]).astype(np.float32)
    elevation = np.radians([15, 0, -30]).astype(np.float32)
    shown = model.project(voxels, azimuth, elevation)
    found = model.estimate_pose(shown, voxels, 16, 5)
    np.testing.assert_allclose(found[0], azimuth, atol=1e-5)
    np.testing.assert_allclose(found[1], elevation, atol=1e-5)


def test_clipping_bounds_the_posterior(small, images):
    model = VoxelAutoencoder(clip=True, **small)
    model.build()
    for head in (model.mean_head, model.variance_head):
        head.kernel.assign(1e3 * np.asarray(head.kernel))
    outputs = numpy(model({"image": images}))
    norms = np.linalg.norm(outputs["mean"], axis=1)
    np.testing.assert_allclose(norms, 6 * np.sqrt(5), rtol=1e-4)
    norms = np.linalg.norm(outputs["log_variance"], axis=1)
    assert norms.max() <= np.sqrt(5) * 1.0001


def test_samples_in_training_and_means_at_test_time(small, images):
    model = VoxelAutoencoder(**small)
    means = numpy(model({"image": images}))
    np.testing.assert_array_equal(means["code"], means["mean"])
    sampled = numpy(model({"image": images}, training=True))
    assert np.abs(sampled["code"] - sampled["mean"]).max() > 0.1


def test_colour_is_emitted_and_absorbed(small):
    model = VoxelAutoencoder(channels=3, background=1.0, texturizer=True, **small)
    images = np.zeros((2, 16, 16, 3), np.float32)
    outputs = numpy(model({"image": images}))
    assert outputs["voxels"].shape == (2, 16, 16, 16, 4)
    assert outputs["image"].shape == (2, 16, 16, 3)
    empty = np.zeros((1, 16, 16, 16, 4), np.float32)
    np.testing.assert_allclose(model.project(empty, np.zeros(1, np.float32)), 1)


def test_variables_by_optimiser(small):
    model = VoxelAutoencoder(pose="learned", texturizer=True, **small)
    model.build()
    own = {id(v) for v in model.pose_variables}
    main = {id(v) for v in model.main_variables}
    assert len(own) == 2 and not own & main
    assert own | main == {id(v) for v in model.trainable_variables}
    extra = len(model.generator_variables(True)) - len(
        model.encoder.trainable_variables
    )
    assert extra == 4  # kernels and biases of mean and variance
    judged = VoxelAutoencoder(pose="adversarial", **small)
    judged.build()
    extra = len(judged.generator_variables(False)) - len(
        judged.encoder.trainable_variables
    )
    assert extra == 2  # the azimuth's kernel and bias


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"channels": 2}, "channels=2"),
        ({"latent": 0}, "latent=0"),
        ({"pose": "guessed"}, "pose='guessed'"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        VoxelAutoencoder(**arguments)


def test_bad_images(small, images):
    with pytest.raises(ValueError, match=r"\[batch, 16, 16, 1\]"):
        VoxelAutoencoder(**small).encode(images[:, :8])
