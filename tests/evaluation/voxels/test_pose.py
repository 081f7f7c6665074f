import numpy as np
import pytest

from tf3d.evaluation.voxels.pose import (
    angle_between,
    azimuth_errors,
    evaluate_pose,
    find_turn,
)


def test_angle_between():
    found = angle_between([0, 350, 10, 180, -90], [10, 10, 350, 0, 270])
    np.testing.assert_allclose(found, [10, 20, 20, 180, 0])


def test_front_and_back_are_one_for_symmetric_objects():
    truth = np.array([0.0, 30.0, 100.0, 250.0])
    np.testing.assert_allclose(azimuth_errors(180 - truth, truth), 0, atol=1e-9)
    np.testing.assert_allclose(azimuth_errors(truth + 7, truth), [7, 7, 7, 7])
    # Straight from the side there is but one azimuth.
    assert azimuth_errors([270.0], [90.0]) == 180


@pytest.mark.parametrize("mirrored", [False, True])
def test_known_errors_in_a_turned_and_mirrored_frame(mirrored):
    rng = np.random.default_rng(0)
    truth = rng.uniform(0, 360, 400)
    error = rng.uniform(-20, 20, 400)
    own = truth + error - 77
    predicted = -own if mirrored else own
    turn = find_turn(predicted, truth)
    if not mirrored:
        assert turn == pytest.approx(77, abs=3)
    found = azimuth_errors(predicted, truth, turn)
    # Half of 20, and less near the sides, where the other azimuth may be nearer.
    assert 7 < np.median(found) < 10
    exact = azimuth_errors(truth - 77, truth, 77)
    np.testing.assert_allclose(exact, 0, atol=1e-9)


def test_figures_of_kinds():
    rng = np.random.default_rng(1)
    kinds = ("cars", "bowls", "chairs")
    kind = np.repeat([0, 1, 2], 200)
    truth = rng.choice(np.arange(12) * 30.0, 600)
    # Cars are known to 10 degrees, chairs stand 60 degrees off them, bowls are noise.
    predicted = truth + np.array([40.0, 0.0, 100.0])[kind]
    predicted[kind == 0] += rng.uniform(-10, 10, 200)
    predicted[kind == 1] = rng.uniform(0, 360, 200)
    some, rest = np.arange(600) % 2 == 0, np.arange(600) % 2 == 1
    groups = [(predicted[s], truth[s], kind[s]) for s in (some, rest)]
    values = dict(evaluate_pose(*groups, kinds))
    assert not any("bowls" in name for name in values)
    assert values["all/pose/images"] == 200
    assert values["cars/pose/own"] == pytest.approx(5, abs=1)
    assert values["chairs/pose/own"] == pytest.approx(0, abs=1)
    # One turn cannot suit both.
    assert values["cars/pose/median"] + values["chairs/pose/median"] > 20
    assert values["cars/pose/shuffled"] > 20
    assert 0 <= values["cars/pose/near"] <= 1


def test_nothing_but_round_objects():
    group = (np.zeros(3), np.zeros(3), np.zeros(3, int))
    assert dict(evaluate_pose(group, group, ("bowls",))) == {}


def test_bad_shapes():
    with pytest.raises(ValueError, match="one shape"):
        azimuth_errors([1.0, 2.0], [1.0])
