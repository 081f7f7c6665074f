import PIL.Image
from click.testing import CliRunner

from tf3d.cli.main import main
from tf3d.data.stored import open_folder


def run(*arguments):
    return CliRunner().invoke(main, ["render", *map(str, arguments)])


def test_render(tmp_path):
    result = run(
        *("--data", "cars", "--count", 2, "--views", 3, "--size", 48),
        *("--workers", 0, "--out", tmp_path / "set", "--sheet", tmp_path / "s.png"),
    )
    assert result.exit_code == 0, result.output
    assert "2 shapes, 3 views each" in result.stdout
    assert len(open_folder(tmp_path / "set").paths) == 2
    with PIL.Image.open(tmp_path / "s.png") as sheet:
        assert sheet.size == (148, 98)


def test_bad_input(tmp_path):
    cases = [
        (("--data", tmp_path / "nothing", "--out", tmp_path / "a"), "no folder"),
        (("--data", "cars", "--out", "/dev/null/a", "--count", 1), "Cannot write"),
        (
            ("--data", "cars", "--out", tmp_path / "a", "--sheet", "s.xyz"),
            "unknown extension",
        ),
    ]
    for arguments, words in cases:
        result = run(*arguments, "--workers", 0)
        assert result.exit_code == 2, result.output
        assert words in result.stderr
        assert "Traceback" not in result.stderr
    assert not list(tmp_path.iterdir())
