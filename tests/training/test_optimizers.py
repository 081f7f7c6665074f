"""The fused Adam is Keras' Adam."""

import keras
import numpy as np

from tf3d.training.optimizers import FusedAdam


def test_same_updates_and_state_as_keras():
    rng = np.random.default_rng(0)
    start = [rng.normal(size=s).astype(np.float32) for s in ((4, 3), (5,))]
    gradients = [
        [rng.normal(size=w.shape).astype(np.float32) for w in start] for _ in range(5)
    ]
    results = []
    for kind in (keras.optimizers.Adam, FusedAdam):
        optimizer = kind(0.01)
        variables = [keras.Variable(w) for w in start]
        optimizer.build(variables)
        for index, gradient in enumerate(gradients):
            optimizer.learning_rate.assign(0.01 / (1 + index))
            optimizer.apply_gradients(
                [
                    (keras.ops.convert_to_tensor(g), v)
                    for g, v in zip(gradient, variables, strict=True)
                ]
            )
        results.append(
            [np.asarray(v) for v in variables]
            + [np.asarray(v) for v in optimizer.variables]
        )
    for left, right in zip(*results, strict=True):
        np.testing.assert_allclose(left, right, rtol=2e-5, atol=1e-7)
