import keras
import numpy as np
import pytest

from tf3d.training.variables import assign_all, values_of


def test_values_come_out_and_go_in():
    variables = [keras.Variable(np.full(2, i, np.float32)) for i in range(3)]
    doubled = [2 * value for value in values_of(variables)]
    assign_all(variables, doubled)
    np.testing.assert_array_equal(np.stack(variables), [[0, 0], [2, 2], [4, 4]])
    with pytest.raises(ValueError):
        assign_all(variables, doubled[:2])
