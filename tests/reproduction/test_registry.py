import shlex
import subprocess
import sys
import types

import pytest

from tf3d.cli.main import main
from tf3d.errors import InputError
from tf3d.reproduction import registry
from tf3d.reproduction.registry import Table, closest, experiments, find_experiment
from tf3d.training.config_files import config_path


def test_every_figure_of_the_voxel_paper_has_a_name():
    names = experiments()
    for figure in range(4, 16):
        assert f"voxels-fig{figure:02d}" in names
    for one in names.values():
        assert one.title and one.reference and one.needs


def test_listing_loads_no_heavy_library():
    code = (
        "import sys; from tf3d.reproduction.registry import experiments; experiments();"
        "print([n for n in ('tensorflow', 'keras', 'open3d', 'numba', 'matplotlib')"
        " if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_unknown_names_get_the_closest():
    with pytest.raises(InputError, match="mean .*voxels-fig04"):
        find_experiment("voxels-fig4")
    with pytest.raises(InputError, match="--list"):
        find_experiment("zzz")
    assert closest("spars", ["voxels-sparsity", "table1"]) == ["voxels-sparsity"]
    assert closest("", ["one"]) == []


def test_names_stand_once(monkeypatch, experiment):
    module = types.ModuleType("twice")
    module.EXPERIMENTS = (experiment("a"), experiment("a"))
    monkeypatch.setitem(sys.modules, "twice", module)
    monkeypatch.setattr(registry, "MODULES", ("twice",))
    with pytest.raises(ValueError, match="a twice"):
        experiments()


def test_tables_are_rectangular():
    with pytest.raises(ValueError, match="rows of 2 cells"):
        Table("t", ("", "a"), (("x",),))


def test_at_most(context):
    assert context(count=None).at_most(64) == 64
    assert context(count=8).at_most(64) == 8
    assert context(count=100).at_most(64) == 64


def test_commands_that_prepare_are_real_ones():
    lines = [line for one in experiments().values() for line in one.preparation]
    assert lines
    for line in lines:
        program, name, *words = shlex.split(line)
        command = main.get_command(None, name)
        assert program == "tf3d" and command is not None, line
        known = {option for p in command.params for option in p.opts}
        assert {word for word in words if word.startswith("--")} <= known, line
        if "--config" in words:
            assert config_path(words[words.index("--config") + 1]).is_file(), line
        if name == "reproduce":
            assert words[0] in experiments()
