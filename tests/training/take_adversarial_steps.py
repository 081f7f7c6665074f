"""Takes adversarial steps on the backend in use, from weights that are always the same.

`python take_adversarial_steps.py FILE` writes each step's terms and what is left.
"""

import sys

import keras
import numpy as np
from keras import ops

from tf3d.models import MultiViewObjective, build_multiview
from tf3d.training.adversary import Adversary, States
from tf3d.training.steps import make_step

STEPS = 3
SIZE = 64


def batch(count=2):
    """What a pool draws: pictures as bytes, depth in half precision."""
    rng = np.random.default_rng(1)
    shape = (count, SIZE, SIZE)
    inputs = {
        "image": rng.integers(0, 256, (*shape, 3)).astype(np.uint8),
        "viewpoint": np.array([[30, 20, 2.0], [200, 0, 1.8]], np.float32),
    }
    targets = {
        "rgb": rng.integers(0, 256, (*shape, 3)).astype(np.uint8),
        "depth": rng.uniform(1.5, 2.5, shape).astype(np.float16),
        "alpha": (rng.random(shape) > 0.5).astype(np.uint8) * 255,
    }
    return inputs, targets


def prepare(weight=0.1, rate=1e-3):
    """A small network, its objective, optimiser and adversary."""
    rng = np.random.default_rng(0)
    model = build_multiview("multiview-mask", code_width=8, image_size=SIZE)
    model.build()
    adversary = Adversary(SIZE, weight, rate)
    networks = (model, adversary.discriminator)
    for variable in (v for network in networks for v in network.trainable_variables):
        noise = rng.standard_normal(variable.shape).astype(np.float32)
        fan_in = max(1, int(np.prod(variable.shape[:-1])))
        variable.assign(noise / np.sqrt(fan_in))
    objective = MultiViewObjective(
        mask_weight=0.3,
        masked_depth=True,
        depth_range=model.depth_range,
        relative_depth=model.relative_depth,
    )
    return model, objective, keras.optimizers.Adam(1e-3), adversary


def main(path: str) -> None:
    """Terms of each step, and the sums of all that a checkpoint holds."""
    model, objective, optimizer, adversary = prepare()
    step = make_step(model, objective, optimizer, adversary)
    terms = [step(*batch()) for _ in range(STEPS)]
    found = {n: np.array([float(term[n]) for term in terms]) for n in terms[0]}
    variables = [*model.variables, *States(optimizer, adversary).variables]
    found["left"] = np.array(
        [float(ops.sum(ops.abs(ops.cast(v, "float32")))) for v in variables]
    )
    np.savez(path, **found)


if __name__ == "__main__":
    main(sys.argv[1])
