"""Folders of pictures of every kind."""

import numpy as np
import PIL.Image
import pytest

from tf3d.data.images.folder import open_folder
from tf3d.errors import InputError


def save(path, array, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    PIL.Image.fromarray(array).save(path, **options)


def square(size, low, high):
    picture = np.zeros((size, size), np.uint8)
    picture[low:high, low:high] = 255
    return picture


def test_pads_and_never_stretches(tmp_path):
    wide = np.full((20, 60), 40, np.uint8)
    wide[5:15, 25:35] = 240
    save(tmp_path / "wide.png", wide)
    save(tmp_path / "high.png", wide.T)
    high, broad = open_folder(tmp_path, size=60).images[..., 0]
    np.testing.assert_array_equal(broad, high.T)
    assert (broad == 240).sum() == 100
    # The border's colour goes on.
    assert broad[0, 0] == 40 and broad[-1, -1] == 40


def test_colours_and_modes(tmp_path):
    level = square(32, 8, 24)
    rgb = np.repeat(level[..., None], 3, 2)
    alpha = np.dstack([np.full((32, 32, 3), 255, np.uint8), level])
    save(tmp_path / "a_grey.png", level)
    save(tmp_path / "b_rgb.png", rgb)
    save(tmp_path / "c_alpha.png", alpha)
    save(tmp_path / "d_16.png", level.astype(np.uint16) * 257)
    save(tmp_path / "e_bits.png", level > 0)
    PIL.Image.fromarray(rgb).convert("P").save(tmp_path / "f_palette.png")
    PIL.Image.fromarray(255 - rgb).convert("CMYK").save(tmp_path / "g_cmyk.tif")
    for channels in (1, 3):
        images = open_folder(tmp_path, size=32, channels=channels).images.astype(int)
        assert images.shape == (7, 32, 32, channels)
        for image in images[:6]:
            np.testing.assert_allclose(
                image, level[..., None] * np.ones(channels), atol=3
            )
        np.testing.assert_allclose(images[6], 255 - images[1], atol=40)


def test_upright_by_exif(tmp_path):
    picture = np.zeros((30, 30), np.uint8)
    picture[:10] = 200
    exif = PIL.Image.Exif()
    exif[0x0112] = 3  # upside down
    save(tmp_path / "turned.png", picture, exif=exif)
    image = open_folder(tmp_path, size=30).images[0, ..., 0]
    assert image[:10].max() == 0 and image[20:].min() == 200


def test_subfolders_are_classes(tmp_path):
    for name in ("cat", "dog"):
        for k in range(2):
            save(tmp_path / name / f"{k}.png", square(16, 2, 9))
    labelled = open_folder(tmp_path)
    assert labelled.names == ("cat", "dog") and labelled.labels.tolist() == [0, 0, 1, 1]
    save(tmp_path / "loose.png", square(16, 2, 9))
    assert open_folder(tmp_path).labels is None


def test_parts(tmp_path):
    for k in range(20):
        save(tmp_path / f"{k:02d}.png", np.full((16, 16), k, np.uint8))
    train, test = open_folder(tmp_path), open_folder(tmp_path, part="test")
    levels = [set(one.images[:, 0, 0, 0].tolist()) for one in (train, test)]
    assert levels[1] == {9, 19} and levels[0] == set(range(20)) - levels[1]
    assert len(open_folder(tmp_path, count=3)) == 3


def test_folders_for_the_parts(tmp_path):
    save(tmp_path / "train" / "a.png", square(16, 2, 9))
    save(tmp_path / "test" / "b.png", square(16, 2, 12))
    test = open_folder(tmp_path, part="test", size=16)
    np.testing.assert_array_equal(test.images[0, ..., 0], square(16, 2, 12))
    assert len(open_folder(tmp_path)) == 1


def test_bad_input(tmp_path):
    with pytest.raises(InputError, match="no picture in it"):
        open_folder(tmp_path)
    with pytest.raises(InputError, match="There is no folder"):
        open_folder(tmp_path / "none")
    save(tmp_path / "a.png", square(16, 2, 9))
    with pytest.raises(InputError, match="too few to set some aside"):
        open_folder(tmp_path, part="test")
    (tmp_path / "b.png").write_bytes(b"\x89PNG no")
    with pytest.raises(InputError, match=r"b\.png cannot be read as a picture"):
        open_folder(tmp_path)
