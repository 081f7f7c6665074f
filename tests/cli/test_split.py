import json

import pytest
from click.testing import CliRunner

from tf3d.cli.main import main


def run(*arguments):
    return CliRunner().invoke(main, ["split", *map(str, arguments)])


def test_split_of_generated_cars(tmp_path):
    out = tmp_path / "split.json"
    arguments = ("--data", "cars", "--count", 12, "--workers", 0, "--out", out)
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    assert "10 training, 1 normal, 1 difficult" in result.stdout
    content = json.loads(out.read_text())
    assert content["data"] == "cars"
    assert content["seed"] == 0
    names = content["train"] + content["normal"] + content["difficult"]
    assert sorted(names) == [f"cars-0-{i:05d}" for i in range(12)]
    first = out.read_text()
    run(*arguments)
    assert out.read_text() == first


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--data", "cars", "--count", "5"), "at least 10 usable shapes"),
        (("--data", "no/such/folder"), "There is no folder or file"),
        (("--data", "cars", "--count", "0"), "Invalid value for '--count'"),
    ],
)
def test_bad_input(tmp_path, arguments, message):
    out = tmp_path / "split.json"
    result = run(*arguments, "--workers", 0, "--out", out)
    assert result.exit_code == 2
    assert message in result.output
    assert not out.exists()
