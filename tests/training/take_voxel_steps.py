"""Takes steps on the backend in use, with noise that every backend draws alike.

`python take_voxel_steps.py FILE` writes each step's terms and the values that are left.
"""

import sys

import keras
import numpy as np
from keras import ops

from tf3d.models.voxels import (
    VoxelObjective,
    build_voxel_autoencoder,
    voxel_objective_of,
)
from tf3d.training.voxel_config import VoxelConfig
from tf3d.training.voxel_steps import (
    VoxelOptimizers,
    make_discriminator,
    make_novel_views,
    make_voxel_step,
)

CASES = (
    ("mu-vae", "learned", True, {}),
    ("aae", "adversarial", False, {}),
    ("vae", "uniform", False, {}),
    (
        "beta-vae",
        "hypotheses",
        True,
        {"realism": 1.0, "agreement": 1.0, "aligned": 0.5},
    ),
    ("vae", "amortized", False, {}),
)
STEPS = 3
SMALL = {
    "image_size": 8,
    "latent": 3,
    "encoder_width": 4,
    "decoder_widths": (4, 4),
    "texturizer_width": 6,
}


def waves(shape, *limits, seed=None, **_):
    """Numbers in [-1, 1] that look random; only their generator moves on."""
    seed.next()
    count = int(np.prod(shape))
    return ops.reshape(ops.sin(7.0 * ops.arange(count, dtype="float32")), shape)


def take_steps(
    preset: str, pose: str, texturizer: bool, novel_views: dict[str, float]
) -> dict[str, np.ndarray]:
    """Terms `[steps]` by name, and averages of batch norm and rest after the last."""
    rng = np.random.default_rng(0)
    settings = {"slots": 6} if pose == "learned" else {}
    model = build_voxel_autoencoder(
        preset, pose, texturizer, pose_settings=settings, **SMALL
    )
    model.build()
    objective = VoxelObjective(voxel_objective_of(preset))
    discriminator = make_discriminator(model, objective)
    config = VoxelConfig(pose=pose, novel_views=novel_views)
    novel = make_novel_views(config, model)
    judges = [discriminator, novel and novel.discriminator]
    networks = [model, *(judge for judge in judges if judge is not None)]
    # Backends differ in the random numbers that norms' vectors begin with, too.
    drawn = [
        v
        for network in networks
        for v in network.variables
        if v.trainable or "vector_u" in v.path
    ]
    for variable in drawn:
        noise = rng.standard_normal(variable.shape).astype(np.float32)
        fan_in = max(1, int(np.prod(variable.shape[:-1])))
        variable.assign(noise / np.sqrt(fan_in))
    optimizers = VoxelOptimizers(config, model, objective, discriminator, novel)
    generator = keras.random.SeedGenerator(0)
    step = make_voxel_step(
        model, objective, discriminator, optimizers, generator, novel
    )
    images = rng.random((6, 8, 8, 1), np.float32)
    terms = [step(images) for _ in range(STEPS)]
    result = {
        name: np.array([float(term[name]) for term in terms]) for name in terms[0]
    }
    averages = [v for v in model.non_trainable_variables if "moving" in v.path]
    result["averages"] = np.concatenate([np.ravel(ops.copy(v)) for v in averages])
    result["first kernel"] = np.ravel(ops.copy(model.trainable_variables[0]))
    result["iterations"] = np.array(
        [int(optimizer.iterations) for optimizer in optimizers.all.values()]
    )
    result["draws"] = np.array(
        [
            int(np.asarray(v.value)[1])
            for v in (*model.variables, generator.state)
            if "seed_generator_state" in v.path
        ]
    )
    return result


def main(path: str) -> None:
    """All cases, each name with its case's number in front."""
    keras.random.normal = keras.random.uniform = waves
    found = {}
    for number, case in enumerate(CASES):
        found |= {f"{number} {k}": v for k, v in take_steps(*case).items()}
    np.savez(path, **found)


if __name__ == "__main__":
    main(sys.argv[1])
