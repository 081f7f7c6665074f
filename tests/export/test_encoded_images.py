"""PNG and JPEG strings become what `tf3d predict --crop none` makes of the files."""

import io
import struct
import zlib

import numpy as np
import PIL.Image
import pytest
import tensorflow as tf

from tf3d.export import encoded_images
from tf3d.export.encoded_images import image_from_bytes
from tf3d.prediction import cropping, photos, prepare, read_photo

FULL = 255
SIZE = 64


@pytest.fixture(scope="module")
def framed():
    """The compiled function for 64 pixels."""
    spec = tf.TensorSpec((None,), tf.string)
    function = tf.function(lambda strings: image_from_bytes(strings, SIZE))
    function = function.get_concrete_function(spec)
    return lambda *strings: function(tf.constant(strings)).numpy()


def encoded(image, kind="PNG", **settings) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **settings)
    return file.getvalue()


def scene(width, height, mode="RGB"):
    """Smooth colours with an edge; no noise, which every resampler treats its way."""
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    rgb = np.stack([x, y, 0.5 + 0.4 * np.sin(7 * x + 5 * y)], axis=-1)
    rgb[height // 3 : height // 2, width // 4 : width // 2] = (0.9, 0.1, 0.2)
    image = PIL.Image.fromarray((rgb * FULL).astype(np.uint8))
    if mode in ("RGBA", "LA"):
        alpha = ((x - 0.5) ** 2 + (y - 0.5) ** 2 < 0.1) * 200 + 55 * (x > 0.5)
        image.putalpha(PIL.Image.fromarray(alpha.astype(np.uint8)))
    return image.convert(mode)


def by_predict(data: bytes, tmp_path) -> np.ndarray:
    path = tmp_path / "picture"
    path.write_bytes(data)
    return prepare(read_photo(path), "none", size=SIZE)


PICTURES = {
    "of the size": encoded(scene(SIZE, SIZE)),
    "smaller": encoded(scene(30, 20)),
    "wide": encoded(scene(300, 90)),
    "tall": encoded(scene(41, 233)),
    "narrow": encoded(scene(9, 900)),
    "with alpha": encoded(scene(150, 100, "RGBA")),
    "opaque with alpha": encoded(scene(150, 100).convert("RGBA")),
    "grey": encoded(scene(100, 80, "L")),
    "grey with alpha": encoded(scene(100, 80, "LA")),
    "palette": encoded(scene(100, 80).quantize(16)),
    "palette with alpha": encoded(scene(100, 80, "RGBA").quantize(16)),
    "two bits": encoded(scene(100, 80).quantize(3), bits=2),
    "one bit": encoded(scene(100, 80, "1")),
    "one bit with alpha": encoded(scene(100, 80, "1"), transparency=0),
    "16 bits": encoded(PIL.Image.fromarray(np.full((40, 60), 50000, np.uint16))),
}


@pytest.mark.parametrize("name", PICTURES)
def test_png(framed, tmp_path, name):
    (found,) = framed(PICTURES[name])
    expected = by_predict(PICTURES[name], tmp_path)
    np.testing.assert_allclose(found, expected, atol=2 / FULL)
    assert np.abs(found - expected).mean() < 1e-4 or name == "16 bits"


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_jpeg(framed, tmp_path, mode):
    data = encoded(scene(200, 120, mode), "JPEG", quality=95)
    (found,) = framed(data)
    expected = by_predict(data, tmp_path)
    np.testing.assert_allclose(found, expected, atol=9 / FULL)
    assert np.abs(found - expected).mean() < 2 / FULL


def test_several_of_different_sizes(framed):
    together = framed(*PICTURES.values())
    for data, picture in zip(PICTURES.values(), together, strict=True):
        np.testing.assert_array_equal(framed(data)[0], picture)


def test_padded_not_stretched(framed):
    (found,) = framed(encoded(PIL.Image.new("RGBA", (40, 20), (255, 0, 0, 254))))
    assert (np.abs(found[0] - 0.5) < 1e-6).all()
    assert (found[SIZE // 4 + 2 : -SIZE // 4 - 2, :, 0] > 0.9).all()


def bomb() -> bytes:
    """A PNG of 60,000 by 60,000 pixels in few bytes."""

    def chunk(kind, data):
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        [chunk(b"IHDR", head), chunk(b"IDAT", body), chunk(b"IEND", b"")]
    )


def large_jpeg() -> bytes:
    """The same as JPEG: its head says 60,000 by 60,000."""
    data = encoded(scene(16, 16), "JPEG")
    start = data.index(b"\xff\xc0") + 5
    return data[:start] + struct.pack(">HH", 60_000, 60_000) + data[start + 4 :]


BAD = {
    "empty": (b"", "Expected a PNG or JPEG"),
    "text": (b"no picture at all" * 10, "Expected a PNG or JPEG"),
    "GIF": (encoded(scene(40, 40), "GIF"), "Expected a PNG or JPEG"),
    "PNG's head": (PICTURES["wide"][:20], "Expected a PNG or JPEG"),
    "JPEG's head": (b"\xff\xd8\xff\xe0", ""),
    "half a PNG": (PICTURES["wide"][:900], ""),
    "half a JPEG": (encoded(scene(90, 90), "JPEG")[:700], ""),
    "tiny": (encoded(PIL.Image.new("RGB", (40, 7))), "at least 8 pixels"),
    "PNG bomb": (bomb(), "at most"),
    "JPEG bomb": (large_jpeg(), "at most"),
}


@pytest.mark.parametrize("name", BAD)
def test_no_picture(framed, name):
    data, message = BAD[name]
    with pytest.raises(tf.errors.InvalidArgumentError) as error:
        framed(data)
    assert message in str(error.value)
    # And it works on.
    assert framed(PICTURES["grey"]).shape == (1, SIZE, SIZE, 3)


def test_constants_are_those_of_prediction():
    for name in ("GREY", "BORDER"):
        assert getattr(encoded_images, name) == getattr(cropping, name)
    assert encoded_images.MIN_SIDE == photos.MIN_SIDE
    assert encoded_images.MAX_PIXELS <= photos.MAX_PIXELS
