import numpy as np
import pytest
from PIL import Image

from tf3d.errors import InputError
from tf3d.evaluation.pictures import GAP, picture_row, save_row, write_png, write_sheet
from tf3d.geometry import Views, orbit


def views(count, value, size=8):
    shape = (count, size, size)
    return Views(
        orbit(count), np.full((*shape, 3), value), np.ones(shape), np.ones(shape, bool)
    )


def test_row_shows_input_prediction_and_truth_in_order():
    row = picture_row(np.zeros((8, 8, 3)), views(2, 0.25), views(2, 0.75))
    assert row.shape == (8, 8 * 5 + 2 * GAP, 3)
    assert row[0, 0, 0] == 0
    assert row[0, 8, 0] == 1
    assert row[0, 8 + GAP, 0] == 0.25
    assert row[0, -1, 0] == 0.75


def test_files_and_sheet(tmp_path):
    for name in ("cars/a b.obj", "c"):
        save_row(tmp_path / "rows", name, np.zeros((8, 8, 3)), views(1, 0), views(1, 1))
    names = sorted(path.name for path in (tmp_path / "rows").iterdir())
    assert names == ["c.png", "cars_a_b.obj.png"]
    write_sheet(tmp_path / "rows", tmp_path / "sheet.png")
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.size == (24 + 2 * GAP, 16)


def test_no_rows_no_sheet(tmp_path):
    write_sheet(tmp_path / "none", tmp_path / "sheet.png")
    assert not (tmp_path / "sheet.png").exists()


def test_unwritable(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="Cannot write"):
        write_png(tmp_path / "file" / "a.png", np.zeros((2, 2, 3)))
