import pathlib

import numpy as np
import PIL.Image
import pytest

from tf3d.data.bundles import Bundle, random_bundle
from tf3d.data.pipeline import LiveRendering, StoredViews, dataset
from tf3d.data.pool import PoolSettings, ViewPool
from tf3d.errors import InputError
from tf3d.shapes.mesh import Mesh
from tf3d.shapes.sources import ShapeSource

CORNERS = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float64) * 0.6 - 0.2
FACES = np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]])


class Tetrahedra(ShapeSource):
    """Notes what is asked of it; those named bad cannot be read."""

    def __init__(self, names):
        self.name, self.names, self.report = "tetrahedra", list(names), []
        self.asked = []

    def mesh(self, index, paint_seed=None):
        self.asked.append((self.names[index], paint_seed))
        if self.names[index].startswith("bad"):
            raise InputError(f"{self.names[index]} is bad.")
        return Mesh(CORNERS, FACES, np.full((4, 3), 0.2 + 0.1 * index))


def live(*sources, shares=None, repaint=None, **settings):
    return LiveRendering(
        sources,
        shares or [1.0] * len(sources),
        repaint or [0.0] * len(sources),
        **{"views": 2, "size": 16, **settings},
    )


def assert_same(first, second):
    for name in Bundle.FIELDS:
        np.testing.assert_array_equal(getattr(first[0], name), getattr(second[0], name))
    np.testing.assert_array_equal(first[1], second[1])


def test_live_shapes():
    bundle, backgrounds = live(Tetrahedra("abc"))(0)
    assert len(bundle) == 2 and bundle.size == 16
    assert backgrounds.shape == (2, 20, 20, 3) and backgrounds.dtype == np.uint8


def test_live_depends_on_seed_and_number_alone():
    render = live(Tetrahedra("abc"))
    fifth = render(5)
    render(2)
    assert_same(render(5), fifth)
    assert_same(live(Tetrahedra("abc"))(5), fifth)
    assert (render(6)[0].viewpoints != fifth[0].viewpoints).all()
    other = live(Tetrahedra("abc"), seed=1)
    assert (other(5)[0].viewpoints != fifth[0].viewpoints).all()


def test_live_goes_on_past_a_bad_shape():
    source = Tetrahedra(["bad one", "good", "bad two"])
    render = live(source)
    for k in range(5):
        render(k)
    names = [name for name, _ in source.asked]
    assert names.count("good") == 5
    assert len(names) > 5


def test_live_gives_up_where_all_is_bad():
    with pytest.raises(InputError, match="bad one is bad"):
        live(Tetrahedra(["bad one"]))(0)


def test_live_draws_sources_by_share_and_repaints_by_chance():
    first, second = Tetrahedra("a"), Tetrahedra("b")
    render = live(
        first, second, shares=[3, 1], repaint=[0.0, 0.5], views=1, size=8, seed=3
    )
    for k in range(120):
        render(k)
    assert 75 <= len(first.asked) <= 105
    assert {paint for _, paint in first.asked} == {None}
    painted = [paint for _, paint in second.asked if paint is not None]
    assert 0.25 < len(painted) / len(second.asked) < 0.75
    assert len(set(painted)) == len(painted)


def test_live_reshapes_by_chance():
    source = Tetrahedra("a")
    own = source.mesh(0).vertices

    def kept(**settings):
        render = live(source, **settings)
        meshes = [render.mesh(np.random.default_rng(k)) for k in range(40)]
        return sum(np.array_equal(mesh.vertices, own) for mesh in meshes)

    assert kept() == 40
    assert kept(reshape=[1.0]) == 0
    assert 10 < kept(reshape=[0.5]) < 30


def test_live_without_reshaping_draws_what_it_always_did():
    assert_same(live(Tetrahedra("abc"), reshape=[0.0])(5), live(Tetrahedra("abc"))(5))


def test_live_streets_by_chance(monkeypatch):
    monkeypatch.setattr(
        "tf3d.data.pipeline.street",
        lambda rng, size: np.zeros((size, size, 3), np.uint8),
    )

    def streets(**settings):
        render = live(Tetrahedra("a"), **settings)
        return sum(not render(k)[1][n].any() for k in range(20) for n in range(2))

    assert streets() == 0
    assert streets(streets=1.0) == 40
    assert 10 < streets(streets=0.5) < 30


def test_live_without_streets_draws_what_it_always_did():
    assert_same(live(Tetrahedra("abc"), streets=0.0)(5), live(Tetrahedra("abc"))(5))


def test_live_takes_photos(tmp_path):
    path = tmp_path / "photo.png"
    PIL.Image.new("RGB", (50, 30), (10, 200, 30)).save(path)
    _, backgrounds = live(Tetrahedra("a"), backgrounds=[path])(0)
    assert backgrounds.shape == (2, 20, 20, 3)
    np.testing.assert_array_equal(
        backgrounds, np.broadcast_to([10, 200, 30], backgrounds.shape)
    )


def test_live_takes_parts_of_photos_as_they_are(tmp_path):
    # A ramp from left to right and top to bottom stays one.
    rows, columns = np.mgrid[:60, :90]
    picture = np.stack([columns * 2, rows * 4, 0 * rows], axis=-1).astype(np.uint8)
    PIL.Image.fromarray(picture).save(tmp_path / "ramp.png")
    _, (first, second) = live(Tetrahedra("a"), backgrounds=[tmp_path / "ramp.png"])(0)
    for part in (first.astype(int), second.astype(int)):
        assert (np.diff(part[:, :, 0], axis=1) > 0).all()
        assert (np.diff(part[:, :, 1], axis=0) > 0).all()
    assert (first != second).any()


@pytest.mark.parametrize("damage", ["empty", "text", "cut", "chunk", "missing"])
def test_live_shows_clutter_for_damaged_photos(tmp_path, damage):
    path = tmp_path / "photo.png"
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    PIL.Image.fromarray(noise).save(path)
    content = path.read_bytes()
    content = {
        "empty": b"",
        "text": b"not a picture",
        "cut": content[: len(content) // 2],
        "chunk": content[:60] + b"\xff" * 40 + content[100:],
        "missing": b"",
    }[damage]
    path.write_bytes(content)
    if damage == "missing":
        path.unlink()
    _, backgrounds = live(Tetrahedra("a"), backgrounds=[path])(0)
    assert backgrounds.shape == (2, 20, 20, 3)


def stored_files(folder: pathlib.Path, size: int) -> list[pathlib.Path]:
    mesh = Mesh(CORNERS, FACES, np.full((4, 3), 0.5))
    paths = []
    for index in range(3):
        paths.append(folder / f"{index}.npz")
        random_bundle(mesh, 2, np.random.default_rng(index), size).save(paths[-1])
    return paths


def test_stored_views_are_the_files(tmp_path):
    files = stored_files(tmp_path, 16)
    render = StoredViews(files, size=16)
    known = [Bundle.load(path).viewpoints.tolist() for path in files]
    seen = set()
    for k in range(20):
        bundle, backgrounds = render(k)
        seen.add(known.index(bundle.viewpoints.tolist()))
        assert backgrounds.shape == (2, 20, 20, 3)
    assert seen == {0, 1, 2}
    assert_same(render(3), StoredViews(files, size=16)(3))


def test_stored_views_shrink(tmp_path):
    files = stored_files(tmp_path, 32)
    small, large = (StoredViews(files, size=size)(0)[0] for size in (16, 32))
    assert (small.size, large.size) == (16, 32)
    np.testing.assert_array_equal(small.viewpoints, large.viewpoints)


def test_stored_views_of_another_size(tmp_path):
    render = StoredViews(stored_files(tmp_path, 16), size=32)
    with pytest.raises(InputError, match="pictures of 16 px, but.*wants 32"):
        render(0)


def test_dataset_gives_the_pools_batches():
    def make():
        settings = PoolSettings(batch_size=3, shapes=2, views=2, reuse=3, workers=0)
        return ViewPool(live(Tetrahedra("abc")), settings)

    batches = dataset(make(), 16, prefetch=1)
    inputs, targets = batches.element_spec
    shapes = {name: tuple(spec.shape) for name, spec in {**inputs, **targets}.items()}
    assert shapes == {
        "image": (3, 16, 16, 3),
        "viewpoint": (3, 3),
        "rgb": (3, 16, 16, 3),
        "depth": (3, 16, 16),
        "alpha": (3, 16, 16),
    }
    assert targets["depth"].dtype == "float16" and inputs["image"].dtype == "uint8"
    pool = make()
    for got in batches.take(3):
        for left, right in zip(got, pool.draw(), strict=True):
            for name in right:
                np.testing.assert_array_equal(left[name], right[name])
