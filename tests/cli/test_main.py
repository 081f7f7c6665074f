import os
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

import tf3d
from tf3d.cli import main as program
from tf3d.errors import InputError

HEAVY = ("tensorflow", "keras", "open3d", "numba", "numpy", "trimesh", "matplotlib")


@pytest.fixture
def run(monkeypatch):
    """Runs `tf3d example ARGUMENTS`, where the command calls `action`."""

    def run(action, *arguments):
        @click.command()
        def example():
            action()

        module = type(sys)("tf3d.cli.example")
        module.example = example
        monkeypatch.setitem(sys.modules, "tf3d.cli.example", module)
        monkeypatch.setitem(program.COMMANDS, "example", "An example.")
        return CliRunner().invoke(program.main, ["example", *arguments])

    return run


def raising(error):
    def action():
        raise error

    return action


def test_version():
    result = CliRunner().invoke(program.main, ["--version"])
    assert result.exit_code == 0
    assert tf3d.__version__ in result.output


def test_help_lists_every_command():
    result = CliRunner().invoke(program.main, ["--help"])
    assert result.exit_code == 0
    for name, text in program.COMMANDS.items():
        assert name in result.output and text in result.output


@pytest.mark.parametrize("name", program.COMMANDS)
def test_every_command_explains_itself(name):
    result = CliRunner().invoke(program.main, [name, "--help"])
    assert result.exit_code == 0, result.output
    assert "--debug" in result.output


@pytest.mark.parametrize(
    "code",
    [
        "import tf3d; tf3d.__version__",
        "from tf3d.cli.main import main; main(['--help'], standalone_mode=False)",
    ],
)
def test_start_loads_nothing_heavy(code):
    code += f"\nimport sys; print([n for n in {HEAVY} if n in sys.modules])"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.splitlines()[-1] == "[]"


def test_commands_load_nothing_heavy_for_their_help():
    code = "from tf3d.cli.main import main\n"
    for name in program.COMMANDS:
        code += f"main([{name!r}, '--help'], standalone_mode=False)\n"
    heavy = tuple(set(HEAVY) - {"numpy"})
    code += f"import sys; print([n for n in {heavy} if n in sys.modules])"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.splitlines()[-1] == "[]"


def test_unknown_command():
    result = CliRunner().invoke(program.main, ["predikt"])
    assert result.exit_code == 2
    assert "No such command" in result.stderr


def test_input_error_is_one_sentence(run):
    result = run(raising(InputError("The file a is bad. Use another.")))
    assert result.exit_code == 2
    assert result.stderr == "Error: The file a is bad. Use another.\n"
    assert result.stdout == ""


def test_unexpected_error_is_short_and_hints_at_debug(run):
    result = run(raising(RuntimeError("broken\nmany\nlines")))
    assert result.exit_code == 1
    assert "RuntimeError: broken" in result.stderr
    assert "--debug" in result.stderr
    assert "many" not in result.stderr and "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("error", "code"), [(InputError("bad"), 2), (RuntimeError("broken"), 1)]
)
def test_debug_shows_the_traceback(run, error, code):
    result = run(raising(error), "--debug")
    assert result.exit_code == code
    assert "Traceback" in result.stderr and str(error) in result.stderr


def test_debug_before_the_command(run):
    run(raising(InputError("bad")))  # makes the command known
    result = CliRunner().invoke(program.main, ["--debug", "example"])
    assert result.exit_code == 2
    assert "Traceback" in result.stderr


def test_interrupt(run):
    result = run(raising(KeyboardInterrupt()))
    assert result.exit_code == 130
    assert result.stderr.strip() == "Interrupted."


def test_broken_pipe_is_quiet():
    """What `tf3d --help | true` sees: a pipe that nobody reads."""
    reading, writing = os.pipe()
    os.close(reading)
    code = "from tf3d.cli.main import main; main(['--help'])"
    try:
        result = subprocess.run(
            [sys.executable, "-c", code], stdout=writing, stderr=subprocess.PIPE
        )
    finally:
        os.close(writing)
    assert result.stderr == b""


def test_unknown_names_of_the_package():
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        tf3d.nothing  # noqa: B018


def test_names_of_the_package():
    assert "load" in dir(tf3d)
    assert all(getattr(tf3d, name) is not None for name in tf3d.__all__)
