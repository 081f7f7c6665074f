import keras
import pytest

from tf3d.training.loss_terms import LossTerms


def scalar(value):
    return keras.ops.convert_to_tensor(value, "float32")


def test_means_of_the_steps_since_the_last_look():
    terms = LossTerms()
    terms.add({"total": scalar(1.0), "code": scalar(0.5)})
    terms.add({"total": scalar(3.0), "code": scalar(0.5)})
    assert len(terms) == 2
    assert terms.take() == ({"total": 2.0, "code": 0.5}, None)
    assert len(terms) == 0
    terms.add({"total": scalar(7.0)})
    assert terms.take() == ({"total": 7.0}, None)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_first_step_that_is_not_finite(value):
    terms = LossTerms()
    for code in (1.0, value, 2.0, value):
        terms.add({"total": scalar(1.0), "code": scalar(code)})
    assert terms.take()[1] == 1


def test_nothing_taken():
    assert LossTerms().take() == ({}, None)
