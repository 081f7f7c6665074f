import operator

import pytest

from tf3d.data.workers import map_in_workers


@pytest.mark.parametrize("workers", [0, 1])
def test_results_come_in_order(workers):
    found = map_in_workers(operator.neg, 5, workers, chunk=2)
    assert list(found) == [0, -1, -2, -3, -4]


def test_errors_of_workers_arrive():
    with pytest.raises(ZeroDivisionError):
        list(map_in_workers((1).__floordiv__, 3, 1, chunk=1))
