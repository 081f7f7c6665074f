import json

import pytest

from tf3d.errors import InputError
from tf3d.prediction import catalogue
from tf3d.prediction.catalogue import find_model, shipped_models


@pytest.fixture
def shipped(tmp_path, monkeypatch, ball_model):
    """A folder of models that ship: one with a card, one with a broken card."""
    for name, card in (("balls", json.dumps({"data": "balls"})), ("cubes", "{")):
        folder = tmp_path / "saved_models" / name
        folder.mkdir(parents=True)
        (folder / "model.keras").write_bytes((ball_model / "model.keras").read_bytes())
        (folder / "card.json").write_text(card)
    (tmp_path / "saved_models" / "unfinished").mkdir()
    monkeypatch.setattr(catalogue, "resource_folder", lambda name: tmp_path / name)
    return tmp_path / "saved_models"


def test_what_ships(shipped):
    entries = shipped_models()
    assert [entry.name for entry in entries] == ["balls", "cubes"]
    assert entries[0].card == {"data": "balls"}
    assert entries[1].card == {}


def test_by_name_folder_and_file(shipped, ball_model):
    assert find_model("balls") == shipped / "balls" / "model.keras"
    assert find_model(ball_model) == ball_model / "model.keras"
    assert find_model(str(ball_model / "model.keras")) == ball_model / "model.keras"


def test_unknown_name_lists_what_ships(shipped):
    with pytest.raises(InputError, match="no model bals.*balls, cubes"):
        find_model("bals")


@pytest.mark.parametrize("name", ["model.h5", "model.weights.h5", "model.HDF5"])
def test_h5_is_refused(tmp_path, name):
    (tmp_path / name).write_bytes(b"\x89HDF\r\n\x1a\n")
    with pytest.raises(InputError, match="CVE-2025-9905"):
        find_model(tmp_path / name)


def test_h5_under_another_name_is_refused(tmp_path):
    (tmp_path / "model.keras").write_bytes(b"\x89HDF\r\n\x1a\n")
    with pytest.raises(InputError, match="no model in the .keras format"):
        find_model(tmp_path)


def test_folder_without_a_model(tmp_path):
    with pytest.raises(InputError, match="holds no model.keras and no SavedModel"):
        find_model(tmp_path)
