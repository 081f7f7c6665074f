"""CelebA's folder and zip, whole and damaged."""

import io
import pathlib
import zipfile

import numpy as np
import PIL.Image
import pytest

from tf3d.data.images.celeb_a import choose_part, open_celeb_a
from tf3d.errors import InputError


def jpeg(level, size=(89, 109)):
    """A grey picture with a red square of 40 pixels in its middle."""
    rgb = np.full((size[1], size[0], 3), level, np.uint8)
    top, left = (size[1] - 40) // 2, (size[0] - 40) // 2
    rgb[top : top + 40, left : left + 40] = (220, 30, 30)
    file = io.BytesIO()
    PIL.Image.fromarray(rgb).save(file, "JPEG", quality=95)
    return file.getvalue()


@pytest.fixture
def faces():
    return {f"{k + 1:06d}.jpg": jpeg(10 * k) for k in range(12)}


@pytest.fixture
def folder(tmp_path, faces):
    inner = tmp_path / "img_align_celeba"
    inner.mkdir()
    for name, content in faces.items():
        (inner / name).write_bytes(content)
    (inner / "notes.txt").write_text("no face")
    return tmp_path


def pack(path: pathlib.Path, entries) -> pathlib.Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def test_folder_and_zip_agree(folder, faces, tmp_path):
    packed = {f"img_align_celeba/{name}": content for name, content in faces.items()}
    path = pack(tmp_path / "faces.zip", packed)
    one, other = open_celeb_a(folder), open_celeb_a(path)
    np.testing.assert_array_equal(one.images, other.images)
    assert one.images.shape == (11, 28, 28, 1)
    assert one.labels is None


def test_zip_in_a_folder_and_in_celeb_a(faces, tmp_path):
    packed = {f"img_align_celeba/{name}": content for name, content in faces.items()}
    (tmp_path / "celeb_a").mkdir()
    pack(tmp_path / "celeb_a" / "img_align_celeba.zip", packed)
    assert len(open_celeb_a(tmp_path, count=4)) == 4
    assert len(open_celeb_a(tmp_path / "celeb_a", count=4)) == 4


def test_crops_the_centre_without_stretching(folder):
    face = open_celeb_a(folder, size=64, channels=3, count=1).images[0].astype(int)
    red = (face[..., 0] - face[..., 1]) > 90
    rows, columns = np.flatnonzero(red.any(1)), np.flatnonzero(red.any(0))
    # 40 of the 74 pixels of 0.83 x 89, in both directions.
    assert abs(len(rows) - 40 * 64 / 74) < 3 and abs(len(columns) - len(rows)) <= 1
    assert abs(rows.mean() - 31.5) < 1 and abs(columns.mean() - 31.5) < 1


def test_parts_do_not_overlap(folder):
    faces = [f"{k:06d}.jpg" for k in range(1, 41)]
    train, test = choose_part(faces, "train"), choose_part(faces, "test")
    assert len(test) == 4 and not set(train) & set(test)
    assert len(open_celeb_a(folder, part="test")) == 1


def test_a_complete_set_is_parted_as_its_authors_say():
    faces = ["162770.jpg", "162771.jpg", "182637.jpg", "182638.jpg", "202599.jpg"]
    assert choose_part(faces, "train") == faces[:1]
    assert choose_part(faces, "test") == faces[3:]


@pytest.mark.parametrize(
    "name", ["../000001.jpg", "/000001.jpg", "a\\..\\..\\000001.jpg", "C:/000001.jpg"]
)
def test_zip_with_a_path_outside_is_refused(tmp_path, faces, name):
    path = pack(tmp_path / "faces.zip", {"img/000002.jpg": jpeg(5), name: jpeg(3)})
    with pytest.raises(InputError, match="outside its folder"):
        open_celeb_a(path)


def test_bad_input(tmp_path, faces):
    with pytest.raises(InputError, match="has neither faces"):
        open_celeb_a(tmp_path)
    (tmp_path / "img_align_celeba.zip").write_bytes(b"PK nonsense")
    with pytest.raises(InputError, match="no zip file"):
        open_celeb_a(tmp_path)
    path = pack(tmp_path / "none.zip", {"readme.txt": "hello"})
    with pytest.raises(InputError, match="holds no faces"):
        open_celeb_a(path)
    path = pack(tmp_path / "bad.zip", {"000001.jpg": jpeg(9)[:200]})
    with pytest.raises(InputError, match=r"000001\.jpg cannot be read as a picture"):
        open_celeb_a(path)


def test_damaged_entry(tmp_path):
    path = pack(tmp_path / "faces.zip", {"000001.jpg": jpeg(9)})
    content = bytearray(path.read_bytes())
    content[300:320] = bytes(20)
    path.write_bytes(content)
    with pytest.raises(InputError, match="is damaged"):
        open_celeb_a(path)
