import keras
import numpy as np
import pytest

from tf3d.training.adversary import Adversary, States


@pytest.fixture
def adversary():
    keras.utils.set_random_seed(0)
    return Adversary(32, weight=0.1, rate=1e-3)


def pictures(seed):
    return np.random.default_rng(seed).random((2, 32, 32, 3), np.float32)


def test_losses_of_a_discriminator_that_knows_nothing(adversary):
    for variable in adversary.discriminator.variables:
        variable.assign(np.zeros(variable.shape, np.float32))
    assert float(adversary.fooled(pictures(0))) == pytest.approx(np.log(2))
    assert float(adversary.mistaken(pictures(0), pictures(1))) == pytest.approx(
        np.log(2)
    )


def test_losses_are_cross_entropies(adversary):
    real, made = pictures(0), pictures(1)
    answers = [np.asarray(adversary.discriminator(x), float) for x in (real, made)]
    right, wrong = (1 / (1 + np.exp(-each)) for each in answers)
    assert float(adversary.fooled(made)) == pytest.approx(-np.log(wrong).mean(), 1e-5)
    expected = -(np.log(right).mean() + np.log(1 - wrong).mean()) / 2
    assert float(adversary.mistaken(real, made)) == pytest.approx(expected, 1e-5)


def test_states_hold_all_that_goes_on(adversary):
    optimizer = keras.optimizers.SGD(0.1)
    optimizer.build([keras.Variable(np.zeros(2))])
    assert States(optimizer).variables == list(optimizer.variables)
    whole = States(optimizer, adversary).variables
    assert len(whole) == len(optimizer.variables) + len(adversary.variables)
    weights = adversary.discriminator.variables
    assert {id(v) for v in weights} < {id(v) for v in whole}
