"""The benchmark of `tf3d predict` runs the command, and ends where it fails."""

import argparse
import sys

import pytest


@pytest.fixture
def predict(benchmark_module):
    return benchmark_module("predict")


def test_the_command_runs(predict, tmp_path):
    command = [*predict.tf3d_command(), "--version"]
    assert predict.run_process(command, tmp_path) > 0


def test_a_failing_process_ends_the_benchmark(predict, tmp_path):
    with pytest.raises(SystemExit, match="no such thing"):
        code = "import sys; sys.exit('no such thing')"
        predict.run_process([sys.executable, "-c", code], tmp_path)


def test_stages_of_a_loaded_model(predict, tmp_path, ball_model, car_picture, capsys):
    arguments = argparse.Namespace(
        model=str(ball_model), image=car_picture, images=2, profile=False
    )
    predict.measure_loaded(arguments, tmp_path)
    lines = capsys.readouterr().out.splitlines()
    stages = ["import and load", "first image", "an image once loaded"]
    assert [line[:44].rstrip() for line in lines[:3]] == stages
    assert len(lines) == 9 and (tmp_path / "out.ply").is_file()


def test_median_and_extent_are_shown(predict, capsys):
    predict.show("stage", [3.0, 1.0, 2.0])
    assert capsys.readouterr().out.split() == ["stage", "2.00", "s", "(1.00", "3.00)"]
