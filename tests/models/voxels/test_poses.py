import math

import numpy as np
import pytest
from keras import ops

from tf3d.models.voxels.adversarial_pose import AdversarialPose
from tf3d.models.voxels.amortized_pose import AmortizedPose
from tf3d.models.voxels.autoencoder import POSES
from tf3d.models.voxels.fixed_pose import FixedPose
from tf3d.models.voxels.learned_pose import LearnedPose
from tf3d.models.voxels.pose_hypotheses import PoseHypotheses
from tf3d.models.voxels.uniform_pose import UniformPose

FEATURES = np.random.default_rng(0).normal(size=(5, 7)).astype(np.float32)


def azimuths(pose, training=False):
    return ops.convert_to_numpy(pose(FEATURES, training=training)["azimuth_radians"])


@pytest.mark.parametrize("name", POSES)
def test_shapes_and_ranges(name):
    pose = POSES[name]() if name == "fixed" else POSES[name](max_elevation=40)
    for training in (False, True):
        result = pose(FEATURES, training=training)
        azimuth = ops.convert_to_numpy(result["azimuth_radians"])
        assert azimuth.shape == (5, pose.hypotheses)
        assert np.abs(azimuth).max() <= 1.3 * math.pi
        if name == "fixed":
            assert result["elevation_radians"] is None
            continue
        elevation = ops.convert_to_numpy(result["elevation_radians"])
        assert elevation.shape == azimuth.shape
        assert np.abs(elevation).max() <= math.radians(40) + 1e-6


@pytest.mark.parametrize("name", POSES)
def test_config_round_trip(name):
    pose = POSES[name](name="pose")
    copy = POSES[name].from_config(pose.get_config())
    assert copy.get_config() == pose.get_config()


@pytest.mark.parametrize("elevation", [-1, 91])
def test_bad_elevation(elevation):
    with pytest.raises(ValueError, match=f"max_elevation={elevation}"):
        UniformPose(max_elevation=elevation)


def test_fixed_is_zero_and_has_no_elevation():
    assert np.all(azimuths(FixedPose(), True) == 0)
    with pytest.raises(ValueError, match="max_elevation=20"):
        FixedPose(max_elevation=20)


def test_uniform_covers_the_circle_in_training_alone():
    pose = UniformPose(seed=3)
    draws = np.concatenate([azimuths(pose, True) for _ in range(200)]) / math.pi
    np.testing.assert_allclose(np.histogram(draws, 4, (-1, 1))[0], 250, rtol=0.25)
    assert np.all(azimuths(pose) == 0)
    again = UniformPose(seed=3)
    np.testing.assert_array_equal(azimuths(again, True), math.pi * draws[:5])


def test_adversarial_scales_what_the_discriminator_sees():
    pose = AdversarialPose()
    result = pose(FEATURES)
    output = ops.convert_to_numpy(result["output"])
    azimuth = ops.convert_to_numpy(result["azimuth_radians"])
    np.testing.assert_allclose(azimuth, math.pi * output, rtol=1e-6)
    assert pose.adversarial and output.shape == (5, 1)


def test_learned_follows_the_batch_slot_not_the_image():
    pose = LearnedPose(slots=5, seed=1)
    azimuths(pose, True)
    assert [tuple(v.shape) for v in pose.own_variables] == [(5, 12), (5, 12)]
    assert all(np.all(np.asarray(v) == 0) for v in pose.own_variables)
    # Almost no noise: the rows alone decide.
    pose.log_variance.assign(np.full((5, 12), -60, np.float32))
    rows = np.random.default_rng(1).normal(size=(5, 12)).astype(np.float32)
    pose.mean.assign(rows)
    first = azimuths(pose, True)
    other = ops.convert_to_numpy(pose(-FEATURES, training=True)["azimuth_radians"])
    np.testing.assert_allclose(first, other, atol=1e-5)
    assert np.ptp(first) > 0.01
    hidden = np.tanh(rows @ np.asarray(pose.network.hidden.kernel))
    expected = np.pi * np.tanh(hidden @ np.asarray(pose.network.angle.kernel))
    np.testing.assert_allclose(first, expected, atol=1e-5)


def test_learned_has_no_more_images_than_slots():
    with pytest.raises(ValueError, match="at most 4 images"):
        LearnedPose(slots=4)(FEATURES, training=True)
    assert azimuths(LearnedPose(slots=9), True).shape == (5, 1)


def test_amortized_is_sure_at_test_time_and_turns_all_round():
    pose = AmortizedPose(seed=1)
    np.testing.assert_array_equal(azimuths(pose), azimuths(pose))
    assert np.abs(azimuths(pose, True) - azimuths(pose, True)).max() > 1e-3
    many = np.random.default_rng(2).normal(size=(500, 7)).astype(np.float32) * 9
    angles = ops.convert_to_numpy(pose(many)["azimuth_radians"])
    assert np.all(np.histogram(angles, 4, (-math.pi, math.pi))[0] > 0)


def test_hypotheses_stand_around_the_circle():
    pose = PoseHypotheses(count=4, elevations=2, max_elevation=30)
    result = pose(FEATURES)
    azimuth = np.degrees(ops.convert_to_numpy(result["azimuth_radians"]))
    elevation = np.degrees(ops.convert_to_numpy(result["elevation_radians"]))
    assert azimuth.shape == result["logits"].shape == (5, 8)
    centres = np.tile([-135, -45, 45, 135], 2)
    assert np.abs(azimuth - centres).max() < 54
    assert np.all(elevation[:, :4] < 0) and np.all(elevation[:, 4:] > 0)


def test_hypotheses_want_a_range_for_several_elevations():
    with pytest.raises(ValueError, match="max_elevation=0.0, elevations=2"):
        PoseHypotheses(elevations=2)
