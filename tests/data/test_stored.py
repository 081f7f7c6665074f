import json

import numpy as np
import PIL.Image
import pytest

from tf3d.data.bundles import Bundle
from tf3d.data.stored import is_stored, open_folder, render_folder, write_sheet
from tf3d.errors import InputError
from tf3d.shapes.mesh import Mesh
from tf3d.shapes.sources import ShapeSource

CORNERS = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float64) * 0.6 - 0.2
FACES = np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]])


class Tetrahedra(ShapeSource):
    """Tetrahedra of growing size; those named bad cannot be read."""

    def __init__(self, names):
        self.name, self.names, self.report = "tetrahedra", list(names), []

    def mesh(self, index, paint_seed=None):
        if self.names[index].startswith("bad"):
            raise InputError(f"{self.names[index]} is bad.")
        colors = np.full((4, 3), 0.2 + 0.1 * index)
        return Mesh(CORNERS * (0.5 + 0.1 * index), FACES, colors)


@pytest.fixture
def stored(tmp_path):
    source = Tetrahedra(["a", "car/b", "bad c", "car b"])
    return render_folder(source, tmp_path / "set", views=3, size=32, workers=0, seed=4)


def test_what_is_written_is_read_back(stored):
    assert is_stored(stored.folder)
    again = open_folder(stored.folder)
    assert again.names == stored.names == ["a", "car/b", "car b"]
    assert again.paths == stored.paths
    assert stored.skipped == ["bad c is bad."]
    assert len(set(stored.files)) == 3
    for path in again.paths:
        bundle = Bundle.load(path)
        assert len(bundle) == 3 and bundle.size == 32
        assert bundle.alpha.max() == 255
        inside = bundle.alpha > 127
        assert (bundle.depth[inside] > 0).all()
    index = json.loads((stored.folder / "index.json").read_text())
    assert index["seed"] == 4 and index["views"] == 3


def test_a_seed_gives_the_same_views(stored, tmp_path):
    source = Tetrahedra(["a", "car/b"])
    again = render_folder(source, tmp_path / "x", views=3, size=32, workers=0, seed=4)
    other = render_folder(source, tmp_path / "y", views=3, size=32, workers=0, seed=5)
    first, same, different = (Bundle.load(s.paths[1]) for s in (stored, again, other))
    for name in Bundle.FIELDS:
        np.testing.assert_array_equal(getattr(first, name), getattr(same, name))
    assert (first.viewpoints != different.viewpoints).all()


def test_sheet(stored, tmp_path):
    write_sheet(stored, tmp_path / "sheet.png")
    sheet = np.asarray(PIL.Image.open(tmp_path / "sheet.png"))
    assert sheet.shape == (3 * 34 - 2, 3 * 34 - 2, 3)
    rgb = Bundle.load(stored.paths[1]).rgb[2]
    np.testing.assert_array_equal(sheet[34:66, 68:100], rgb)


def test_no_usable_shape(tmp_path):
    with pytest.raises(InputError, match="None of the 2 shapes.*bad 1 is bad"):
        render_folder(Tetrahedra(["bad 1", "bad 2"]), tmp_path / "set", workers=0)
    assert not is_stored(tmp_path / "set")


def test_a_set_is_not_overwritten(stored):
    with pytest.raises(InputError, match="rendered views already"):
        render_folder(Tetrahedra(["a"]), stored.folder, workers=0)


def test_unfinished_and_damaged_sets(stored, tmp_path):
    with pytest.raises(InputError, match="no finished set"):
        open_folder(tmp_path)
    stored.paths[0].unlink()
    with pytest.raises(InputError, match=r"lacks 1 of its files, such as a\.npz"):
        open_folder(stored.folder)
    (stored.folder / "index.json").write_text('{"format": "other"}')
    with pytest.raises(InputError, match="its format is other"):
        open_folder(stored.folder)
