import numpy as np
import pytest

from tf3d.evaluation.voxels.codes import (
    evaluate_classes,
    evaluate_codes,
    informative_share,
    linear_accuracy,
    neighbour_accuracy,
)


def test_active_dimensions_of_codes_with_known_variances():
    rng = np.random.default_rng(0)
    # Shares 0, 0.05, 0.5 and 1.
    spread = np.sqrt([0.0, 0.05, 0.5, 1.0])
    noise = np.array([1.0, 0.95, 0.5, 1e-6])
    mean = rng.normal(size=(20_000, 4)) * spread
    log_variance = np.tile(np.log(noise), (20_000, 1))
    share = informative_share(mean, log_variance)
    np.testing.assert_allclose(share, [0, 0.05, 0.5, 1], atol=0.01)
    values = dict(evaluate_codes(mean, log_variance))
    assert values["dimensions"] == 4
    assert values["active"] == 2
    assert values["informative"] == pytest.approx(1.55 / 4, abs=0.01)
    assert values["kurtosis"] == pytest.approx(0, abs=0.1)
    assert values["noise"] == pytest.approx(np.sqrt(noise.mean()), abs=1e-3)
    # Each dimension's means and noise together have variance 1.
    assert values["aggregate_bias"] < 0.02
    assert values["aggregate_deviation"] < 0.02


def test_an_aggregate_off_the_prior_shows():
    mean = np.tile([[3.0, -3.0]], (10, 1))
    values = dict(evaluate_codes(mean, np.full((10, 2), np.log(4.0))))
    assert values["aggregate_bias"] == pytest.approx(3)
    assert values["aggregate_deviation"] == pytest.approx(1)
    assert values["spread"] == 0 and values["active"] == 0


def test_neighbours_by_hand():
    train = np.array([[0.0], [1.0], [2.0], [10.0], [11.0], [12.0]])
    labels = np.array([0, 0, 0, 1, 1, 1])
    test = np.array([[0.5], [11.5], [2.5]])
    accuracy = neighbour_accuracy(train, labels, test, np.array([0, 1, 1]), 3)
    assert accuracy == pytest.approx(2 / 3)
    # More neighbours than there are codes: all of them vote.
    assert neighbour_accuracy(train, labels, test, np.array([0, 0, 0])) == 1


def test_neighbours_equal_a_plain_search():
    rng = np.random.default_rng(0)
    train, test = rng.normal(size=(300, 5)), rng.normal(size=(100, 5))
    labels, truth = rng.integers(0, 3, 300), rng.integers(0, 3, 100)
    distance = ((test[:, None] - train) ** 2).sum(axis=-1)
    votes = labels[np.argsort(distance, axis=1)[:, :10]]
    chosen = [np.bincount(row, minlength=3).argmax() for row in votes]
    expected = np.mean(chosen == truth)
    assert neighbour_accuracy(train, labels, test, truth) == pytest.approx(expected)


def test_linear_accuracy_needs_a_line():
    rng = np.random.default_rng(0)
    codes = rng.normal(size=(600, 2))
    line, cross = codes[:, 0] > 0, (codes > 0).all(axis=1) | (codes < 0).all(axis=1)
    for labels, low, high in ((line, 0.97, 1), (cross, 0.3, 0.7)):
        parts = codes[:400], labels[:400], codes[400:], labels[400:]
        assert low <= linear_accuracy(*parts) <= high
        assert dict(evaluate_classes(*parts))["neighbours_accuracy"] > 0.9


def test_one_class_has_no_line():
    codes, labels = np.zeros((4, 2)), np.zeros(4)
    values = dict(evaluate_classes(codes, labels, codes, labels))
    assert values == {"train_images": 4, "neighbours_accuracy": 1}


def test_bad_shapes():
    with pytest.raises(ValueError, match="one shape"):
        informative_share(np.zeros((3, 2)), np.zeros((3, 3)))
    with pytest.raises(ValueError, match=r"Expected test codes .*labels=\(2,\)"):
        neighbour_accuracy(np.zeros((3, 2)), np.zeros(3), np.zeros((3, 2)), np.zeros(2))
