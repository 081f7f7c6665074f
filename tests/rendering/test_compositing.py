import numpy as np
import pytest

from tf3d.rendering import composite, foreground
from tf3d.rendering.compositing import (
    _blur,
    composite_into,
    mirror_into,
    over_plain_into,
)

IDENTITY = np.tile(np.arange(256, dtype=np.uint8), (3, 1))


def disc(size=64, radius=20, color=(0.8, 0.4, 0.2)):
    rows, columns = np.mgrid[:size, :size] - (size - 1) / 2
    alpha = np.clip(radius - np.hypot(rows, columns) + 0.5, 0, 1).astype(np.float32)
    rgb = np.zeros((size, size, 3), np.float32)
    rgb[alpha > 0] = color
    return rgb, alpha


def lay(front, background, *, row=0, column=0, mirror=False, shift=(0, 0), tone=None):
    size = front.shape[0]
    out = np.empty((size, size, 3), np.uint8)
    tone = IDENTITY if tone is None else tone
    composite_into(front, background, row, column, mirror, np.array(shift), tone, out)
    return out


def random_front(size=16, seed=0):
    """Any premultiplied cut-out."""
    rng = np.random.default_rng(seed)
    alpha = rng.integers(0, 256, (size, size, 1))
    return np.concatenate(
        [(rng.random((size, size, 3)) * alpha).astype(int), alpha], axis=2
    ).astype(np.uint8)


def test_blur_is_a_gaussian():
    reach, sigma = 6, 1.5
    padded = np.zeros((21 + 2 * reach, 21 + 2 * reach, 1), np.float32)
    padded[reach + 10, reach + 10] = 1
    out = np.empty((21, 21, 1), np.float32)
    _blur(padded, np.float32(sigma), reach, out)
    rows, columns = np.mgrid[-10:11, -10:11]
    expected = np.exp(-(rows**2 + columns**2) / (2 * sigma**2))
    inside = np.maximum(abs(rows), abs(columns)) <= reach
    expected = np.where(inside, expected, 0)
    np.testing.assert_allclose(out[..., 0], expected / expected.sum(), atol=1e-6)


def test_foreground_is_premultiplied():
    rgb, alpha = disc()
    front = foreground(rgb, alpha, np.random.default_rng(0))
    assert front.shape == (64, 64, 4) and front.dtype == np.uint8
    expected = front[..., 3:] * np.array([0.8, 0.4, 0.2])
    np.testing.assert_allclose(front[..., :3], expected, atol=1.01)


def test_foregrounds_edge_is_soft():
    rgb, alpha = disc(128, 40)
    front = foreground(rgb, alpha, np.random.default_rng(0))[..., 3].astype(int)
    row = front[64, 64:]
    assert row[0] == 255 and row[-1] == 0
    assert (np.diff(row) <= 0).all()
    # A Gaussian of 1 to 1.3 px takes 2.6 to 3.4 px from 90 % to 10 %.
    partly = (row > 25) & (row < 230)
    assert 2 <= partly.sum() <= 4
    # The blur keeps the area.
    assert front.sum() / 255 == pytest.approx(alpha.sum(), rel=0.01)


def test_blur_goes_with_the_size():
    widths = []
    for size in (64, 256):
        rgb, alpha = disc(size, size // 3)
        front = foreground(rgb, alpha, np.random.default_rng(0))[size // 2, :, 3]
        widths.append(((front > 25) & (front < 230)).sum() / 2)
    assert 2.5 < widths[1] / widths[0] < 6


@pytest.mark.parametrize("shape", [(32, 32), (32, 32, 4), (32, 31, 3)])
def test_foreground_of_other_shapes(shape):
    with pytest.raises(ValueError, match=r"rgb of shape \(32, 32, 3\). Received:"):
        foreground(np.zeros(shape), np.zeros((32, 32)), np.random.default_rng(0))


def test_nothing_stays_nothing():
    front = foreground(
        np.zeros((32, 32, 3), np.float32),
        np.zeros((32, 32), np.float32),
        np.random.default_rng(0),
    )
    assert not front.any()


def test_no_fringe():
    # A bright object over a bright ground: nothing dark in between, whatever the blur.
    rgb, alpha = disc(color=(0.9, 0.9, 0.9))
    background = np.full((64, 64, 3), 230, np.uint8)
    for seed in range(5):
        picture = composite(rgb, alpha, background, np.random.default_rng(seed))
        assert np.abs(picture.astype(int) - 230).max() <= 2


@pytest.mark.parametrize("value", [0, 255])
def test_over_black_and_white(value):
    front = random_front()
    background = np.full((16, 16, 3), value, np.uint8)
    expected = front[..., :3] + value * (1 - front[..., 3:] / 255.0)
    np.testing.assert_allclose(lay(front, background), expected, atol=0.51)


def test_a_part_of_the_background_is_taken():
    background = np.random.default_rng(0).integers(0, 256, (20, 24, 3), np.uint8)
    out = lay(np.zeros((16, 16, 4), np.uint8), background, row=3, column=7)
    np.testing.assert_array_equal(out, background[3:19, 7:23])


def test_mirror_turns_the_object_and_not_the_ground():
    front = random_front()
    background = np.random.default_rng(0).integers(0, 256, (16, 16, 3), np.uint8)
    mirrored = lay(front, background, mirror=True)
    np.testing.assert_array_equal(mirrored, lay(front[:, ::-1].copy(), background))


@pytest.mark.parametrize("mirror", [False, True])
@pytest.mark.parametrize("shift", [(0, 0), (3, 0), (0, -5), (-2, 4)])
def test_shift_moves_down_and_right(shift, mirror):
    front, background = random_front(), np.full((16, 16, 3), 90, np.uint8)
    moved = lay(front, background, shift=shift, mirror=mirror)
    expected = np.full((16, 16, 3), 90)
    still = lay(front, background, mirror=mirror)
    down, right = shift
    rows = slice(max(down, 0), 16 + min(down, 0))
    columns = slice(max(right, 0), 16 + min(right, 0))
    expected[rows, columns] = still[
        max(-down, 0) : 16 - max(down, 0), max(-right, 0) : 16 - max(right, 0)
    ]
    np.testing.assert_array_equal(moved, expected)


def test_tone_is_each_channels_table():
    tone = np.stack([np.full(256, 7), np.arange(256) // 2, 255 - np.arange(256)])
    front, background = random_front(), np.full((16, 16, 3), 90, np.uint8)
    plain = lay(front, background)
    toned = lay(front, background, tone=tone.astype(np.uint8))
    for channel in range(3):
        np.testing.assert_array_equal(
            toned[..., channel], tone[channel][plain[..., channel]]
        )


def test_composite_follows_the_generator():
    rgb, alpha = disc()
    background = np.random.default_rng(0).integers(0, 256, (90, 70, 3), np.uint8)
    first, same, other = (
        composite(rgb, alpha, background, np.random.default_rng(seed))
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, same)
    assert (first != other).any()
    assert first.shape == (64, 64, 3) and first.dtype == np.uint8


def test_small_background():
    rgb, alpha = disc()
    with pytest.raises(ValueError, match=r"at least 64×64 px. Received: shape=\(64, 6"):
        composite(rgb, alpha, np.zeros((64, 63, 3), np.uint8), None)


def test_mirrored_copy():
    picture = np.arange(3 * 4 * 2, dtype=np.uint8).reshape(3, 4, 2)
    out = np.zeros_like(picture)
    mirror_into(picture, out)
    np.testing.assert_array_equal(out, picture[:, ::-1])


def test_over_plain_by_hand():
    rgb = np.full((1, 3, 3), (0.2, 0.6, 1.0), np.float32)
    alpha = np.array([[0, 0.5, 1]], np.float32)
    out = np.zeros((1, 3, 3), np.uint8)
    over_plain_into(rgb, alpha, np.float32(0.4), out)
    np.testing.assert_array_equal(
        out[0], [[102, 102, 102], [77, 128, 179], [51, 153, 255]]
    )
