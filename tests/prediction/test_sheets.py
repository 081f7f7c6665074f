import numpy as np

from tf3d.prediction import sheets


def flat(value, height=4, width=4):
    return np.full((height, width, 3), value, np.float32)


def test_enlarged():
    picture = np.arange(4, dtype=np.float32).reshape(2, 2, 1)
    large = sheets.enlarged(picture, 6)
    assert large.shape == (6, 6, 3)
    assert (large[:3, :3] == 0).all() and (large[3:, 3:] == 3).all()
    assert sheets.enlarged(flat(0.5, 128, 128), 84).shape == (128, 128, 3)


def test_grid():
    whole = sheets.grid([flat(0.1), flat(0.2), flat(0.3)], 2, gap=1)
    assert whole.shape == (9, 9, 3)
    assert (whole[:4, 5:] == np.float32(0.2)).all()
    assert (whole[5:, :4] == np.float32(0.3)).all()
    assert (whole[4] == 1).all() and (whole[5:, 4:] == 1).all()
    assert sheets.grid([flat(0)], 5).shape == (4, 4, 3)


def test_beside_and_above():
    whole = sheets.beside([flat(0, 2, 3), flat(0, 6, 4)], gap=2)
    assert whole.shape == (6, 9, 3)
    assert (whole[2:4, :3] == 0).all() and (whole[:2, :5] == 1).all()
    whole = sheets.above([flat(0, 2, 3), flat(0, 6, 4)], gap=2)
    assert whole.shape == (10, 4, 3)
    assert (whole[:2, :3] == 0).all() and (whole[:4, 3] == 1).all()


def test_framed():
    picture = flat(0, 8, 8)
    marked = sheets.framed(picture, (1, 0, 0), 2)
    assert (marked[2:6, 2:6] == 0).all()
    assert (marked[:2] == (1, 0, 0)).all()
    assert (picture == 0).all()


def test_label():
    text = sheets.label("z12", 40, 20, (1, 0, 0))
    assert text.shape == (20, 40, 3)
    assert text[..., 1].min() < 0.3 < text[..., 0].min()
    assert (sheets.label("", 40) == 1).all()


def test_greek_letters_are_in_the_font():
    unknown = sheets.label("\u0378", 40)  # assigned to no letter
    letters = [sheets.label(letter, 40) for letter in "µβσ°"]
    assert all((letter != unknown).any() for letter in letters)
    assert (letters[0] != letters[1]).any()
