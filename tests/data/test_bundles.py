import numpy as np
import pytest

from tf3d.data.bundles import Bundle, random_bundle, render_bundle
from tf3d.errors import InputError
from tf3d.geometry import VIEWPOINT_RANGES, orbit
from tf3d.rendering import render_views
from tf3d.shapes.mesh import Mesh

CORNERS = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float64) * 0.7 - 0.2
FACES = np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]])
MESH = Mesh(CORNERS, FACES, [[0.9, 0.2, 0.2], [0.2, 0.9, 0.2], [0.3] * 3, [0.8] * 3])


def make_bundle(seed=0, size=32, **settings):
    return render_bundle(
        MESH, orbit(3), np.random.default_rng(seed), size=size, **settings
    )


def test_shapes_and_types():
    bundle = make_bundle()
    assert len(bundle) == 3 and bundle.size == 32
    assert bundle.viewpoints.shape == (3, 3) and bundle.viewpoints.dtype == np.float32
    assert bundle.front.shape == (3, 32, 32, 4) and bundle.front.dtype == np.uint8
    assert bundle.rgb.shape == (3, 32, 32, 3) and bundle.rgb.dtype == np.uint8
    assert bundle.alpha.shape == (3, 32, 32) and bundle.alpha.dtype == np.uint8
    assert bundle.depth.shape == (3, 32, 32) and bundle.depth.dtype == np.float16


def test_target_is_the_rendered_view():
    bundle, views = make_bundle(), render_views(MESH, orbit(3), size=32)
    np.testing.assert_allclose(bundle.rgb / 255, views.rgb, atol=0.51 / 255)
    np.testing.assert_allclose(bundle.alpha / 255, views.alpha, atol=0.51 / 255)
    np.testing.assert_allclose(bundle.depth, views.depth, atol=1e-3)
    np.testing.assert_array_equal(bundle.depth > 0, views.mask)


def test_input_has_other_lights_and_the_same_outline():
    first, other = make_bundle(0), make_bundle(1)
    np.testing.assert_array_equal(first.rgb, other.rgb)
    assert np.abs(first.front.astype(int) - other.front).max() > 20
    # Soft edges: coverage differs near the outline alone.
    difference = np.abs(first.front[..., 3].astype(int) - first.alpha)
    assert difference.mean() < 8


def test_random_target_light():
    studio, drawn = make_bundle(), make_bundle(target_light="random")
    assert np.abs(studio.rgb.astype(int) - drawn.rgb).max() > 20
    np.testing.assert_array_equal(studio.depth, drawn.depth)


def test_input_under_the_light_of_the_target():
    drawn, fixed = make_bundle(), make_bundle(input_light="studio")
    inside = fixed.alpha == 255
    difference = fixed.front[..., :3].astype(int) - fixed.rgb
    # The input is blurred a little before it is laid over a background.
    assert np.abs(difference[inside]).mean() < 8
    difference = drawn.front[..., :3].astype(int) - drawn.rgb
    assert np.abs(difference[inside]).mean() > 16


def test_unknown_target_light():
    with pytest.raises(ValueError, match='"studio" or "random".*target_light=.sun'):
        make_bundle(target_light="sun")


def test_a_seed_gives_the_same_bundle():
    first, same = make_bundle(3), make_bundle(3)
    for name in Bundle.FIELDS:
        np.testing.assert_array_equal(getattr(first, name), getattr(same, name))


def test_random_viewpoints_are_the_papers():
    bundle = random_bundle(MESH, 5, np.random.default_rng(0), size=16)
    assert len(bundle) == 5
    for column, (low, high) in zip(
        bundle.viewpoints.T, VIEWPOINT_RANGES.values(), strict=True
    ):
        assert (low <= column).all() and (column <= high).all()


def test_save_and_load(tmp_path):
    bundle = make_bundle()
    bundle.save(tmp_path / "shape.npz")
    again = Bundle.load(tmp_path / "shape.npz")
    for name in Bundle.FIELDS:
        saved, loaded = getattr(bundle, name), getattr(again, name)
        assert saved.dtype == loaded.dtype
        np.testing.assert_array_equal(saved, loaded)


@pytest.mark.parametrize("content", [b"", b"text", b"PK\x03\x04 and no more"])
def test_what_is_no_bundle(tmp_path, content):
    path = tmp_path / "shape.npz"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"shape\.npz .*Render it again"):
        Bundle.load(path)


def test_other_arrays(tmp_path):
    np.savez(tmp_path / "shape.npz", rgb=np.zeros(3))
    with pytest.raises(InputError, match="does not hold rendered views"):
        Bundle.load(tmp_path / "shape.npz")


def test_missing_file(tmp_path):
    with pytest.raises(InputError, match=r"shape\.npz does not hold"):
        Bundle.load(tmp_path / "shape.npz")


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.95])
def test_damage_anywhere(tmp_path, share):
    path = tmp_path / "shape.npz"
    make_bundle().save(path)
    content = bytearray(path.read_bytes())
    place = int(len(content) * share)
    for index in range(place, place + 20):
        content[index] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"shape\.npz .*Render it again"):
        Bundle.load(path)


def test_shrunk_averages_pixels():
    large = make_bundle(size=64)
    small = large.shrunk(2)
    assert small.size == 32
    np.testing.assert_array_equal(small.viewpoints, large.viewpoints)
    blocks = large.rgb.reshape(3, 32, 2, 32, 2, 3).mean(axis=(2, 4))
    np.testing.assert_allclose(small.rgb, blocks, atol=0.5)
    # Depth is that of the object alone, where it fills half of the pixel or more.
    depth = large.depth.astype(float).reshape(3, 32, 2, 32, 2)
    filled = (depth > 0).sum(axis=(2, 4))
    expected = depth.sum(axis=(2, 4)) / np.maximum(filled, 1)
    np.testing.assert_allclose(
        small.depth, np.where(filled >= 2, expected, 0), rtol=1e-3
    )


def test_shrunk_by_one_is_the_same():
    bundle = make_bundle()
    same = bundle.shrunk(1)
    for name in Bundle.FIELDS:
        np.testing.assert_array_equal(getattr(bundle, name), getattr(same, name))
