"""Every objective with every pose, with and without a texturizer.

Each builds, trains a step, is saved, loaded and comes back equal.
"""

import keras
import numpy as np
import pytest
from keras import ops

from tf3d.models.voxels import OBJECTIVES, VoxelObjective, build_voxel_autoencoder
from tf3d.training.voxel_config import VoxelConfig
from tf3d.training.voxel_steps import (
    VoxelOptimizers,
    make_discriminator,
    make_voxel_step,
)

POSES = ("fixed", "uniform", "adversarial", "learned")
BATCH = 4


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).random((BATCH, 8, 8, 1), np.float32)


@pytest.fixture(autouse=True)
def eagerly():
    """One tiny step is faster than its graph; tests of the steps run graphs."""
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


@pytest.mark.parametrize("texturizer", [False, True], ids=["plain", "texturizer"])
@pytest.mark.parametrize("pose", POSES)
@pytest.mark.parametrize("objective", OBJECTIVES)
def test_trains_a_step_and_survives_a_file(
    objective, pose, texturizer, images, tmp_path
):
    keras.utils.set_random_seed(0)
    model = build_voxel_autoencoder(
        objective,
        pose,
        texturizer,
        image_size=8,
        latent=3,
        encoder_width=4,
        decoder_widths=(4, 4),
        texturizer_width=6,
        pose_settings={"slots": BATCH} if pose == "learned" else {},
    )
    model.build()
    loss = VoxelObjective(objective)
    discriminator = make_discriminator(model, loss)
    assert (discriminator is None) == (objective != "aae" and pose != "adversarial")
    optimizers = VoxelOptimizers(VoxelConfig(), model, loss, discriminator)
    step = make_voxel_step(
        model, loss, discriminator, optimizers, keras.random.SeedGenerator(0)
    )
    before = [v.numpy().copy() for v in model.trainable_variables]
    terms = {key: float(value) for key, value in step(images).items()}
    assert all(np.isfinite(value) for value in terms.values())
    assert ("discriminator" in terms) == (discriminator is not None)
    still = [
        v.path
        for v, old in zip(model.trainable_variables, before)
        if np.array_equal(old, v.numpy().copy())
    ]
    assert not still

    # Few poses are searched: the search has its own test.
    inputs = {"image": images}
    if pose == "learned":
        inputs["azimuth_radians"] = np.linspace(-1, 1, BATCH, dtype=np.float32)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", compile=False)
    assert loaded.get_config() == model.get_config()
    # All but the states of random generators, which files of models do not hold.
    for ours, theirs in zip(model.weights, loaded.weights, strict=True):
        np.testing.assert_array_equal(np.asarray(ours), np.asarray(theirs))
    expected, outputs = model(inputs), loaded(inputs)
    for key, value in expected.items():
        np.testing.assert_array_equal(
            ops.convert_to_numpy(value), ops.convert_to_numpy(outputs[key]), key
        )
