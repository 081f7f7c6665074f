import numpy as np
import pytest

from tf3d.evaluation.voxels.direction import (
    Directions,
    direction_errors,
    evaluate_directions,
    find_direction_turn,
)


def drawn(count, seed):
    rng = np.random.default_rng(seed)
    return Directions(rng.uniform(0, 360, count), rng.uniform(0, 45, count))


def test_known_errors():
    truth = Directions([0.0, 90.0, 200.0], [0.0, 30.0, 10.0])
    errors = direction_errors(Directions([10.0, 90.0, 200.0], [0.0, 0.0, 10.0]), truth)
    np.testing.assert_allclose(errors.angle, [10, 30, 0], atol=1e-6)
    np.testing.assert_allclose(errors.azimuth, [10, 0, 0], atol=1e-9)
    np.testing.assert_allclose(errors.elevation, [0, 30, 0], atol=1e-9)
    # From above, azimuths lie close together.
    steep = direction_errors(Directions([0.0], [80.0]), Directions([90.0], [80.0]))
    assert steep.azimuth[0] == 90 and steep.angle[0] < 15


def test_the_opposite_side_is_as_good():
    truth = drawn(50, 0)
    there = Directions(180 - truth.azimuth, -truth.elevation)
    np.testing.assert_allclose(direction_errors(there, truth).angle, 0, atol=1e-6)
    # The same azimuth from below is another view, unless the object is seen head on.
    below = Directions(truth.azimuth, -truth.elevation)
    assert np.median(direction_errors(below, truth).angle) > 10


def test_opposite_sides_show_one_picture_of_a_symmetric_object():
    from tf3d.layers import Projection

    rng = np.random.default_rng(3)
    half = rng.uniform(0, 0.1, (1, 16, 16, 16, 1)).astype("float32")
    voxels = half + half[:, :, ::-1]
    layer = Projection()
    azimuth, elevation = np.radians([[25.0], [35.0]]).astype("float32")
    one = layer(voxels, azimuth, elevation)
    other = layer(voxels, np.pi - azimuth, -elevation)
    np.testing.assert_allclose(one, other, atol=1e-5)
    assert np.abs(np.asarray(one) - layer(voxels, azimuth, -elevation)).max() > 0.01


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_turned_and_mirrored_frame(mirrored):
    truth = drawn(300, 1)
    own = truth.turned(-77)
    if mirrored:
        own = Directions(-own.azimuth, -own.elevation)
    turn = find_direction_turn(own, truth)
    errors = direction_errors(own.turned(turn), truth)
    np.testing.assert_allclose(np.median(errors.angle), 0, atol=1e-6)


def test_figures_of_kinds():
    kinds = ("cars", "bowls", "chairs")
    known, truth = drawn(300, 1), drawn(300, 2)
    kind = np.arange(300) % 3
    predicted = Directions(
        truth.azimuth + 40, truth.elevation + np.where(kind == 2, 8.0, 0.0)
    )
    predicted.azimuth[kind == 1] = 0
    values = dict(
        evaluate_directions(
            (known.turned(40), known, kind), (predicted, truth, kind), kinds
        )
    )
    assert not any("bowls" in name for name in values)
    assert values["cars/direction/angle"] == pytest.approx(0, abs=1e-6)
    assert values["chairs/direction/elevation"] == pytest.approx(8)
    assert values["chairs/direction/angle"] == pytest.approx(8)
    assert values["cars/direction/azimuth"] == pytest.approx(0, abs=1e-6)
    assert values["all/direction/angle_shuffled"] > 40
    assert 5 < values["all/direction/elevation_shuffled"] < 30


def test_nothing_but_round_objects():
    group = (drawn(3, 0), drawn(3, 0), np.zeros(3, int))
    assert dict(evaluate_directions(group, group, ("bowls",))) == {}


def test_bad_shapes():
    with pytest.raises(ValueError, match=r"azimuth=\(2,\), elevation=\(1,\)"):
        Directions([1.0, 2.0], [1.0])
    with pytest.raises(ValueError, match="predicted=2, truth=3"):
        direction_errors(drawn(2, 0), drawn(3, 0))
