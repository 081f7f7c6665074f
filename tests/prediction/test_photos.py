import numpy as np
import PIL.Image
import pytest

from tf3d.errors import InputError
from tf3d.prediction import photos
from tf3d.prediction.photos import as_photo, photo_paths, read_mask, read_photo

RED, BLUE = (220, 40, 20), (30, 60, 210)


@pytest.fixture
def halves():
    """Red on the left, blue on the right, 40 x 24."""
    rgb = np.empty((24, 40, 3), np.uint8)
    rgb[:, :20], rgb[:, 20:] = RED, BLUE
    return PIL.Image.fromarray(rgb)


def check_halves(photo, tolerance=0.02):
    assert photo.rgb.shape == (24, 40, 3)
    assert photo.rgb.dtype == np.float32
    left, right = photo.rgb[12, 5], photo.rgb[12, 35]
    np.testing.assert_allclose(left, np.array(RED) / 255, atol=tolerance)
    np.testing.assert_allclose(right, np.array(BLUE) / 255, atol=tolerance)


@pytest.mark.parametrize("extension", [".png", ".bmp", ".tif", ".webp", ".gif"])
def test_formats(halves, tmp_path, extension):
    path = tmp_path / f"a{extension}"
    halves.save(path, **({"lossless": True} if extension == ".webp" else {}))
    photo = read_photo(path)
    check_halves(photo)
    assert photo.alpha is None


def test_jpeg_with_every_exif_orientation(halves, tmp_path):
    undo = {
        1: None,
        2: PIL.Image.Transpose.FLIP_LEFT_RIGHT,
        3: PIL.Image.Transpose.ROTATE_180,
        4: PIL.Image.Transpose.FLIP_TOP_BOTTOM,
        5: PIL.Image.Transpose.TRANSPOSE,
        6: PIL.Image.Transpose.ROTATE_90,
        7: PIL.Image.Transpose.TRANSVERSE,
        8: PIL.Image.Transpose.ROTATE_270,
    }
    for orientation, method in undo.items():
        stored = halves if method is None else halves.transpose(method)
        exif = PIL.Image.Exif()
        exif[0x0112] = orientation
        path = tmp_path / f"{orientation}.jpg"
        stored.save(path, exif=exif, quality=95)
        check_halves(read_photo(path), tolerance=0.05)


def test_cmyk(halves, tmp_path):
    halves.convert("CMYK").save(tmp_path / "a.jpg", quality=95)
    with PIL.Image.open(tmp_path / "a.jpg") as image:
        assert image.mode == "CMYK"
    check_halves(read_photo(tmp_path / "a.jpg"), tolerance=0.05)


def test_palette(halves, tmp_path):
    halves.quantize(16).save(tmp_path / "a.png")
    check_halves(read_photo(tmp_path / "a.png"))


@pytest.mark.parametrize("transparency", [0, b"\x00\xff\x80"])
def test_palette_with_transparency(tmp_path, transparency):
    image = PIL.Image.new("P", (20, 20), 1)
    image.putpalette([0, 0, 0, *RED, *BLUE])
    image.paste(0, (0, 0, 10, 20))
    image.save(tmp_path / "a.png", transparency=transparency)
    photo = read_photo(tmp_path / "a.png")
    np.testing.assert_allclose(photo.rgb[5, 15], np.array(RED) / 255, atol=1e-3)
    assert photo.alpha[5, 5] == 0 and photo.alpha[5, 15] == 1


def test_alpha(halves, tmp_path):
    alpha = np.zeros((24, 40), np.uint8)
    alpha[6:18, 10:30] = 255
    halves.putalpha(PIL.Image.fromarray(alpha))
    halves.save(tmp_path / "a.png")
    photo = read_photo(tmp_path / "a.png")
    np.testing.assert_array_equal(photo.alpha, alpha / 255)


def test_opaque_alpha_is_none(halves, tmp_path):
    halves.convert("RGBA").save(tmp_path / "a.png")
    photo = read_photo(tmp_path / "a.png")
    check_halves(photo)
    assert photo.alpha is None


@pytest.mark.parametrize("mode", ["L", "1", "LA"])
def test_grey(mode, tmp_path):
    image = PIL.Image.new("L", (20, 20), 255)
    image.paste(0, (0, 0, 10, 20))
    image.convert(mode).save(tmp_path / "a.png")
    rgb = read_photo(tmp_path / "a.png").rgb
    assert rgb.shape == (20, 20, 3)
    np.testing.assert_array_equal(rgb[5, 5], [0, 0, 0])
    np.testing.assert_array_equal(rgb[5, 15], [1, 1, 1])


@pytest.mark.parametrize("extension", [".png", ".tif"])
def test_16_bit_grey_keeps_its_scale(tmp_path, extension):
    values = np.full((20, 20), 1000, np.uint16)
    values[:, 10:] = 40000
    path = tmp_path / f"a{extension}"
    PIL.Image.fromarray(values).save(path)
    rgb = read_photo(path).rgb
    np.testing.assert_allclose(rgb[5, 5], 1000 / 65535, atol=1e-4)
    np.testing.assert_allclose(rgb[5, 15], 40000 / 65535, atol=1e-4)


def test_16_bit_rgb(tmp_path):
    """Pillow writes none: the chunks are made by hand."""
    import struct
    import zlib

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    row = b"\x00" + struct.pack(">3H", 60000, 30000, 500) * 10
    path = tmp_path / "a.png"
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", 10, 10, 16, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(row * 10))
        + chunk(b"IEND", b"")
    )
    expected = np.array([60000, 30000, 500]) / 65535
    np.testing.assert_allclose(read_photo(path).rgb[3, 3], expected, atol=0.005)


def test_float_tiff(tmp_path):
    values = np.linspace(0, 1, 400, dtype=np.float32).reshape(20, 20)
    PIL.Image.fromarray(values).save(tmp_path / "a.tif")
    rgb = read_photo(tmp_path / "a.tif").rgb
    np.testing.assert_allclose(rgb[..., 0], values, atol=1e-6)


@pytest.mark.parametrize("size", [(5000, 3000), (4100, 10), (9, 4100)])
@pytest.mark.parametrize("extension", [".png", ".jpg"])
def test_large_pictures_are_reduced_in_proportion(tmp_path, size, extension):
    path = tmp_path / f"a{extension}"
    PIL.Image.new("RGB", size, RED).save(path)
    height, width = read_photo(path).rgb.shape[:2]
    assert max(height, width) <= photos.WORKING_SIDE
    assert abs(height - size[1] * width / size[0]) <= 1


def bad_files(folder):
    (folder / "empty.png").write_bytes(b"")
    (folder / "text.jpg").write_text("no picture")
    noise = np.random.default_rng(0).integers(0, 255, (200, 200, 3), np.uint8)
    for extension in ("png", "jpg", "tif", "webp", "bmp", "gif"):
        whole = folder / f"whole.{extension}"
        PIL.Image.fromarray(noise).save(whole)
        data = whole.read_bytes()
        (folder / f"half.{extension}").write_bytes(data[: len(data) // 2])
        (folder / f"head.{extension}").write_bytes(data[:20])
        whole.unlink()
    PIL.Image.new("L", (1, 1)).save(folder / "one.png")
    PIL.Image.new("RGB", (500, 3)).save(folder / "thin.png")
    return sorted(path.name for path in folder.iterdir())


def test_bad_files_are_told_by_name(tmp_path):
    names = bad_files(tmp_path)
    assert len(names) == 16
    for name in names:
        with pytest.raises(InputError, match=name.replace(".", r"\.")):
            read_photo(tmp_path / name)


def test_messages(tmp_path):
    bad_files(tmp_path)
    with pytest.raises(InputError, match="no picture"):
        read_photo(tmp_path / "missing.png")
    with pytest.raises(InputError, match="is a folder"):
        read_photo(tmp_path)
    with pytest.raises(InputError, match="is empty"):
        read_photo(tmp_path / "empty.png")
    with pytest.raises(InputError, match="no picture that can be read"):
        read_photo(tmp_path / "text.jpg")
    with pytest.raises(InputError, match="damaged or truncated"):
        read_photo(tmp_path / "half.png")
    with pytest.raises(InputError, match="too small: 1x1"):
        read_photo(tmp_path / "one.png")


@pytest.mark.parametrize("side", [30_000, 13_000])
def test_huge_pictures_are_refused_undecoded(tmp_path, side, monkeypatch):
    path = tmp_path / "huge.png"
    PIL.Image.new("1", (side, side)).save(path)

    def load(self):
        raise AssertionError("decoded")

    monkeypatch.setattr(PIL.Image.Image, "load", load)
    with pytest.raises(InputError, match="too large"):
        read_photo(path)


def test_folders_are_expanded_in_order(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in ("b.PNG", "a.jpg", "notes.txt"):
        (folder / name).touch()
    (folder / "c.png").mkdir()
    single = tmp_path / "z.dat"
    single.touch()
    paths = photo_paths([single, folder])
    assert [path.name for path in paths] == ["z.dat", "a.jpg", "b.PNG"]


def test_folder_without_pictures(tmp_path):
    (tmp_path / "notes.txt").touch()
    with pytest.raises(InputError, match="holds no picture"):
        photo_paths([tmp_path])


def test_missing_path(tmp_path):
    with pytest.raises(InputError, match="There is no picture"):
        photo_paths([tmp_path / "nothing"])


def test_mask_from_white_and_from_alpha(tmp_path):
    inside = np.zeros((20, 30), np.uint8)
    inside[5:15, 10:20] = 255
    PIL.Image.fromarray(inside).save(tmp_path / "white.png")
    cut = PIL.Image.new("RGB", (30, 20), RED)
    cut.putalpha(PIL.Image.fromarray(inside))
    cut.save(tmp_path / "alpha.png")
    for name in ("white.png", "alpha.png"):
        mask = read_mask(tmp_path / name, (20, 30))
        np.testing.assert_array_equal(mask, inside / 255)


def test_mask_of_another_size_is_scaled(tmp_path):
    inside = np.zeros((40, 60), np.uint8)
    inside[10:30, 20:40] = 255
    PIL.Image.fromarray(inside).save(tmp_path / "a.png")
    mask = read_mask(tmp_path / "a.png", (20, 30))
    assert mask.shape == (20, 30)
    assert mask[10, 15] == 1 and mask[1, 1] == 0


def test_mask_of_other_proportions_is_refused(tmp_path):
    PIL.Image.new("L", (30, 30)).save(tmp_path / "a.png")
    with pytest.raises(InputError, match="other proportions"):
        read_mask(tmp_path / "a.png", (20, 30))


@pytest.mark.parametrize(
    "array",
    [
        np.full((10, 12, 3), 51, np.uint8),
        np.full((10, 12, 3), 13107, np.uint16),
        np.full((10, 12, 3), 0.2),
        np.full((10, 12), 51, np.uint8),
    ],
)
def test_arrays(array):
    photo = as_photo(array)
    assert photo.rgb.shape == (10, 12, 3)
    np.testing.assert_allclose(photo.rgb, 0.2, atol=1e-6)


def test_arrays_with_alpha():
    array = np.full((10, 12, 4), 0.5)
    assert as_photo(array).alpha.shape == (10, 12)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((10, 12, 2)), "Expected an image of shape"),
        (np.zeros(10), "Expected an image of shape"),
        (np.full((10, 10, 3), 255.0), "Expected finite image values"),
        (np.full((10, 10, 3), np.nan), "Expected finite image values"),
        (np.zeros((10, 10, 3), np.int64), "Expected an image of unsigned integers"),
    ],
)
def test_bad_arrays(array, message):
    with pytest.raises(ValueError, match=message):
        as_photo(array)


def test_pillow_images_and_paths(halves, tmp_path):
    halves.save(tmp_path / "a.png")
    check_halves(as_photo(halves))
    check_halves(as_photo(str(tmp_path / "a.png")))
