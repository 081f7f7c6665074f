import numpy as np
import pytest

from tf3d.fusion.silhouettes import REACH, sharpened, silhouette_distance


def coverage_of_disc(size: int, radius: float, samples: int = 8) -> np.ndarray:
    place = (np.arange(size * samples) + 0.5) / samples - size / 2
    inside = np.hypot(place[:, None], place[None]) < radius
    return inside.reshape(size, samples, size, samples).mean(axis=(1, 3))


def test_distance_to_a_disc_is_finer_than_a_pixel():
    size, radius = 32, 9.3
    distance = silhouette_distance(coverage_of_disc(size, radius)[None])[0]
    place = np.arange(size) + 0.5 - size / 2
    true = np.hypot(place[:, None], place[None]) - radius
    near = np.abs(true) < REACH - 1
    assert np.abs(distance - true)[near].max() < 0.15
    assert (np.abs(distance) <= REACH + 1e-6).all()
    np.testing.assert_array_equal(distance[~near] < 0, true[~near] < 0)


def test_the_frames_edge_is_no_contour():
    distance = silhouette_distance(np.ones((1, 16, 16)))
    np.testing.assert_array_equal(distance, -REACH)
    half = np.zeros((1, 16, 16))
    half[:, :, :8] = 1
    # Only the straight edge between columns 7 and 8 counts, up to the frame's rows.
    np.testing.assert_allclose(
        silhouette_distance(half)[0, 0, 6:10], [-1.5, -0.5, 0.5, 1.5]
    )


def test_solid_parts_stay_as_they_are():
    disc = coverage_of_disc(128, 37.3)[None].astype(np.float32)
    np.testing.assert_allclose(sharpened(disc), disc, atol=0.05)
    np.testing.assert_array_equal(sharpened(disc) >= 0.5, disc >= 0.5)


@pytest.mark.parametrize("peak", [0.4, 0.3, 0.25])
def test_a_faint_line_has_its_contour_at_half_its_height(peak):
    place = np.arange(128) - 64
    line = peak * np.exp(-(place**2) / (2 * 1.7**2))  # its half-width at half is 2
    shown = sharpened(np.tile(line, (1, 128, 1)).astype(np.float32))[0] >= 0.5
    assert shown[:, 63:66].all()
    assert not shown[:, np.abs(place) > 2].any()


def test_traces_and_nothing_stay_nothing():
    trace = np.full((1, 64, 64), 0.15, np.float32)
    assert (sharpened(trace) < 0.5).all()
    np.testing.assert_array_equal(sharpened(np.zeros((2, 64, 64))), 0)


def test_wrong_shape_is_refused():
    with pytest.raises(ValueError, match=r"Expected alpha of shape \[n, size, size\]"):
        silhouette_distance(np.zeros((4, 5, 6)))
