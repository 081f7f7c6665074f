import re

import numpy as np
import pytest

from tf3d.data.letterbox import BLUR, surroundings


def test_edge_goes_on_around():
    # Black left of white, in the middle of the square.
    picture = np.zeros((32, 64, 3), np.uint8)
    picture[:, 32:] = 255
    around = surroundings(picture, 128, 48, 32)
    assert around.shape == (128, 128, 3) and around.dtype == np.uint8
    assert (around[:, :32] < 5).all() and (around[:, 96:] > 250).all()
    # Above and below the boundary goes on, as soft as the blur makes it.
    np.testing.assert_array_equal(around[:, 64], around[0, 64][None].repeat(128, 0))
    distance = round(128 * BLUR)
    low, high = around[0, [64 - distance, 63 + distance], 0] / 255
    assert abs(low - 0.16) < 0.04 and abs(high - 0.84) < 0.04


def test_preset():
    assert BLUR == 1 / 16


@pytest.mark.parametrize(("top", "left"), [(-1, 0), (0, 5), (3, 0)])
def test_picture_outside_the_square(top, left):
    message = f"within 16×16 pixels. Received: 14×12 at row {top} and column {left}"
    with pytest.raises(ValueError, match=re.escape(message)):
        surroundings(np.zeros((14, 12, 3), np.uint8), 16, top, left)
