import json

import pytest
from click.testing import CliRunner

from tf3d.cli.main import main
from tf3d.prediction import catalogue


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    monkeypatch.setattr(catalogue, "resource_folder", lambda name: tmp_path)
    return tmp_path


def test_models_with_their_figures(shipped):
    (shipped / "balls").mkdir()
    (shipped / "balls" / "model.keras").write_bytes(b"\0" * 2_000_000)
    card = {
        "name": "balls",
        "data": ["generated balls", "real balls"],
        "figures": {"RGB ratio": 0.61234, "IoU": {"normal": 0.9, "difficult": 0.8}},
    }
    (shipped / "balls" / "card.json").write_text(json.dumps(card))
    result = CliRunner().invoke(main, ["models"])
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "balls  (2.0 MB)",
        "  data: generated balls, real balls",
        "    RGB ratio: 0.6123",
        "    IoU: normal 0.9, difficult 0.8",
    ]
    (record,) = json.loads(CliRunner().invoke(main, ["models", "--json"]).output)
    assert record["card"] == card


def test_no_models(shipped):
    result = CliRunner().invoke(main, ["models"])
    assert result.exit_code == 0
    assert "No model ships" in result.output
