import numpy as np
import pytest

from tf3d.evaluation.voxels.turning import overlaps, turn_voxels, turns
from tf3d.layers.projection import project_voxels

SIZE = 13


def blob(seed=0):
    """A smooth shape inside the inscribed cylinder, with no symmetry."""
    rng = np.random.default_rng(seed)
    place = np.linspace(-1, 1, SIZE)
    x, y, z = np.meshgrid(place, place, place, indexing="ij")
    shape = np.zeros((SIZE,) * 3)
    for _ in range(4):
        a, b, c = rng.uniform(-0.5, 0.5, 3)
        shape += np.exp(-((x - a) ** 2 + (y - b) ** 2 + (z - c) ** 2) / 0.05)
    return np.clip(shape, 0, 1).astype(np.float32)


def test_quarter_turns_permute_axes():
    voxels = blob()
    # Counter-clockwise: +x goes to +y.
    turned = turn_voxels(voxels, np.pi / 2)
    np.testing.assert_array_equal(turned, np.rot90(voxels, 1, axes=(0, 1)))
    assert turn_voxels(np.eye(SIZE)[..., None] * np.ones(SIZE), 0).sum() == SIZE**2
    np.testing.assert_array_equal(turn_voxels(voxels, 0, mirror=True), voxels[::-1])


def test_turned_voxels_look_from_a_plus_turn_as_they_did_from_a():
    voxels, turn, azimuth = blob(), 0.7, 0.4
    before = look(voxels, azimuth)
    after = look(turn_voxels(voxels, turn), azimuth + turn)
    np.testing.assert_allclose(after, before, atol=0.15)
    assert np.abs(look(voxels, azimuth + turn) - before).max() > 0.3


def test_mirrored_voxels_look_alike_from_the_negated_azimuth():
    voxels, azimuth = blob(), 0.4
    mirrored = turn_voxels(voxels, 0, mirror=True)
    np.testing.assert_allclose(
        look(mirrored, -azimuth), look(voxels, azimuth), atol=1e-6
    )


def look(voxels, azimuth):
    angle = np.array([azimuth], np.float32)
    return np.asarray(project_voxels(voxels[None, ..., None], angle, gain=2.0))[0]


@pytest.mark.parametrize("mirror", [False, True])
def test_a_turned_shape_overlaps_at_its_own_turn_only(mirror):
    truth = blob() > 0.4
    angles = turns(12)
    # What is turned by 120 degrees has to be turned by 240 more. A mirrored one has to
    # be mirrored back first: R(a) M = M R(-a).
    made = turn_voxels(truth, angles[4], mirror)
    iou = overlaps(made[None], truth[None], [0], angles, [0.5])[0, :, :, 0]
    best = np.unravel_index(iou.argmax(), iou.shape)
    assert best == ((1, 4) if mirror else (0, 8))
    assert iou.max() > 0.85 and np.sort(iou.ravel())[-2] < 0.7


def test_overlaps_of_exact_turns_are_one():
    truth = blob() > 0.4
    for quarter in range(4):
        made = np.rot90(truth, quarter, axes=(0, 1)).astype(np.float32)
        iou = overlaps(made[None], truth[None], [0], turns(4), [0.5])
        assert iou[0, 0, -quarter % 4, 0] == 1


def test_overlaps_equal_a_plain_computation_at_every_threshold():
    rng = np.random.default_rng(1)
    predicted = rng.uniform(size=(3, SIZE, SIZE, SIZE)).astype(np.float32)
    truth = rng.uniform(size=(2, SIZE, SIZE, SIZE)) > 0.6
    which, angles = np.array([1, 0, 1]), np.array([0.3, 2.0])
    thresholds = np.array([0.0, 0.05, 0.33, 0.5, 0.501, 0.999], np.float32)
    found = overlaps(predicted, truth, which, angles, thresholds)
    assert found.shape == (3, 2, 2, 6)
    for n in range(3):
        for m in range(2):
            for k in range(2):
                turned = turn_voxels(predicted[n], angles[k], bool(m))
                for t, threshold in enumerate(thresholds):
                    solid, true = turned > threshold, truth[which[n]]
                    iou = (solid & true).sum() / (solid | true).sum()
                    assert found[n, m, k, t] == pytest.approx(iou, abs=1e-6)


def test_two_empty_grids_overlap():
    empty = np.zeros((1, 4, 4, 4))
    assert (overlaps(empty, empty > 0, [0], [0.0], [0.5]) == 1).all()
    assert (overlaps(empty + 1, empty > 0, [0], [0.0], [0.5]) == 0).all()


def test_bad_shapes():
    grid = np.zeros((1, 4, 4, 4))
    with pytest.raises(ValueError, match="Expected predicted of shape"):
        overlaps(grid[0], grid > 0, [0], [0.0], [0.5])
    with pytest.raises(ValueError, match="Expected voxels of shape"):
        turn_voxels(grid, 0.0)
    with pytest.raises(ValueError, match="on equal grids"):
        overlaps(grid, np.zeros((1, 5, 5, 5), bool), [0], [0.0], [0.5])
    with pytest.raises(ValueError, match="index below 1 for each of 1"):
        overlaps(grid, grid > 0, [1], [0.0], [0.5])
    with pytest.raises(ValueError, match="ascending thresholds"):
        overlaps(grid, grid > 0, [0], [0.0], [0.5, 0.2])
