"""The benchmarks are scripts, no package: tests import them by their path."""

import importlib
import pathlib
import sys

import pytest

FOLDER = pathlib.Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def benchmark_module(monkeypatch):
    """Imports a benchmark by its name; forgotten after the test."""
    monkeypatch.syspath_prepend(str(FOLDER))
    names = []

    def load(name):
        names.append(name)
        return importlib.import_module(name)

    yield load
    for name in names:
        sys.modules.pop(name, None)
