import json
import subprocess

import imageio_ffmpeg
import numpy as np
import PIL.Image
import PIL.ImageSequence
import pytest

from tf3d.errors import InputError
from tf3d.geometry import Views, intrinsics, orbit
from tf3d.prediction import pictures


@pytest.fixture
def views():
    rng = np.random.default_rng(0)
    mask = np.zeros((3, 16, 16), bool)
    mask[:, 4:12, 4:12] = True
    depth = np.where(mask, rng.uniform(1.5, 2.5, mask.shape), 0)
    return Views(orbit(3), rng.uniform(size=(3, 16, 16, 3)), depth, mask)


def test_depth_png_is_16_bit_and_states_its_scale(tmp_path, views):
    path = tmp_path / "depth.png"
    pictures.write_depth(path, views.depth[0])
    with PIL.Image.open(path) as image:
        assert image.mode.startswith("I;16")
        assert image.info["depth_scale"] == "10000"
        values = np.asarray(image)
    assert values.dtype == np.uint16
    np.testing.assert_allclose(values / 10000, views.depth[0], atol=0.51e-4)
    np.testing.assert_allclose(pictures.read_depth(path), views.depth[0], atol=1e-4)


def test_depth_without_a_scale(tmp_path):
    PIL.Image.new("I;16", (4, 4)).save(tmp_path / "a.png")
    with pytest.raises(InputError, match="no depth_scale"):
        pictures.read_depth(tmp_path / "a.png")


def test_views(tmp_path, views):
    paths = pictures.write_views(views, tmp_path / "new" / "folder")
    assert len(paths) == 10 and all(path.is_file() for path in paths)
    folder = tmp_path / "new" / "folder"
    assert sorted(folder.iterdir()) == sorted(paths)
    description = json.loads((folder / "views.json").read_text())
    np.testing.assert_allclose(description["intrinsics"], intrinsics(16))
    assert description["views"][1]["azimuth"] == 120
    for index, record in enumerate(description["views"]):
        rgb = np.asarray(PIL.Image.open(folder / record["rgb"]))
        np.testing.assert_allclose(rgb / 255, views.rgb[index], atol=0.002)
        mask = np.asarray(PIL.Image.open(folder / record["mask"]))
        np.testing.assert_array_equal(mask == 255, views.mask[index])
        depth = pictures.read_depth(folder / record["depth"])
        np.testing.assert_allclose(depth, views.depth[index], atol=1e-4)


def frames_of(path):
    if path.suffix == ".gif":
        with PIL.Image.open(path) as film:
            frames = PIL.ImageSequence.Iterator(film)
            return np.stack([np.asarray(frame.convert("RGB")) for frame in frames])
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    command = [ffmpeg, "-v", "error", "-i", path, "-pix_fmt", "rgb24"]
    raw = subprocess.run(
        [*command, "-f", "rawvideo", "-"], check=True, capture_output=True
    ).stdout
    return np.frombuffer(raw, np.uint8).reshape(-1, 64, 64, 3)


@pytest.mark.parametrize("extension", [".gif", ".mp4"])
def test_films(tmp_path, extension):
    frames = np.full((5, 32, 32, 3), 0.5, np.float32)
    for index in range(5):
        frames[index, 8:24, 4 * index : 4 * index + 12] = (0.9, 0.1, 0.1)
    path = tmp_path / f"film{extension}"
    pictures.write_film(path, frames)
    read = frames_of(path)
    assert read.shape == (5, 64, 64, 3)
    for index in (0, 4):
        row = read[index][32, :, 0].astype(float) - read[index][32, :, 1]
        centre = np.average(np.arange(64), weights=np.clip(row, 50, None) - 50)
        assert centre == pytest.approx(2 * (4 * index + 6), abs=2)


def test_a_film_that_cannot_be_written_leaves_nothing(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="Cannot write"):
        pictures.write_film(tmp_path / "file" / "a.gif", np.zeros((2, 8, 8, 3)))
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
