"""`tf3d train` through the command."""

import os
import signal
import subprocess
import sys
import time

import pytest
from click.testing import CliRunner

from tf3d.cli.main import main
from tf3d.training.config import read_config

TINY = [
    "--model",
    "multiview-mask",
    "--batch-size",
    "2",
    "--set",
    "network.code_width=8",
    "--set",
    "data.shapes=2",
    "--set",
    "data.views=2",
    "--set",
    "data.workers=0",
]


@pytest.fixture(autouse=True)
def small_measure(monkeypatch):
    monkeypatch.setattr("tf3d.training.run.HELD_OUT_BATCHES", 1)


def run(*arguments):
    return CliRunner().invoke(main, ["train", *map(str, arguments)])


def test_trains_from_nothing_then_predicts(tmp_path):
    result = run(*TINY, "--data", "cars", "--steps", "2", "--out", tmp_path / "run")
    assert result.exit_code == 0, result.output
    assert "trained for 2 steps" in result.output
    names = {path.name for path in (tmp_path / "run").iterdir()}
    assert {"model.keras", "README.md", "card.json", "config.yaml", "panels"} <= names


def test_trains_for_some_minutes(tmp_path):
    result = run(
        *TINY, "--steps", "500", "--minutes", "0.0001", "--out", tmp_path / "run"
    )
    assert result.exit_code == 0, result.output
    assert "trained for 2 steps" in result.output  # one in each phase
    assert read_config(str(tmp_path / "run" / "config.yaml")).minutes == 0.0001
    assert run("--minutes", "0", "--out", tmp_path / "none").exit_code == 2


def test_fine_tunes_from_a_model(tmp_path):
    assert run(*TINY, "--steps", "2", "--out", tmp_path / "a").exit_code == 0
    result = run(
        *TINY, "--steps", "2", "--out", tmp_path / "b", "--init-from", tmp_path / "a"
    )
    assert result.exit_code == 0, result.output
    # The whole network goes on, at its own resolution.
    assert "New layers" not in result.output
    config = read_config(str(tmp_path / "b" / "config.yaml"))
    assert config.model == "multiview-mask"
    assert config.network["code_width"] == 8
    assert [phase.image_size for phase in config.phases] == [128]
    assert config.total_steps == 2


def test_trains_on_rendered_views(tmp_path):
    result = CliRunner().invoke(
        main,
        ["render", "--data", "cars", "--count", "3", "--views", "2", "--workers", "0"]
        + ["--out", str(tmp_path / "views")],
    )
    assert result.exit_code == 0, result.output
    result = run(
        *TINY, "--data", tmp_path / "views", "--steps", "2", "--out", tmp_path / "run"
    )
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--set", "foo=1"], "unknown key 'foo'"),
        (["--set", "data.reuse=many"], "'data.reuse'"),
        (["--set", "batch_size"], "Expected key=value"),
        (["--config", "nowhere.yaml"], "There is no config file nowhere.yaml"),
        (["--data", "no/such/folder"], "no/such/folder"),
        (["--backgrounds", "no/photos"], "no/photos"),
        (["--resume", "no/run"], "holds no run"),
        (["--init-from", "no-model"], "no-model"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(tmp_path, arguments, message):
    out = [] if "--resume" in arguments else ["--out", tmp_path / "run"]
    tiny = [] if "--resume" in arguments else TINY
    result = run(*tiny, *out, *arguments)
    assert result.exit_code == 2
    assert message in result.output
    assert "Traceback" not in result.output


def test_folder_without_a_usable_mesh(tmp_path):
    (tmp_path / "meshes").mkdir()
    (tmp_path / "meshes" / "bad.obj").write_text("v 0 0 0\n")
    result = run(*TINY, "--data", tmp_path / "meshes", "--out", tmp_path / "run")
    assert result.exit_code == 2
    assert "none of its 1 mesh files is usable" in result.output


def test_kill_in_training_resumes_from_the_checkpoint(tmp_path):
    out = tmp_path / "run"
    command = [sys.executable, "-c", "from tf3d.cli.main import main; main()", "train"]
    arguments = [*TINY, "--data", "cars", "--quiet", "--out", str(out)]
    arguments += ["--steps", "3000", "--set", "checkpoint_minutes=0.001"]
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    process = subprocess.Popen([*command, *arguments], env=environment)
    try:
        deadline = time.monotonic() + 120
        while not (out / "checkpoint.npz").exists():
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.2)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    from tf3d.training.checkpoints import read_state
    from tf3d.training.run import MultiViewRun

    state = read_state(out)
    assert state["phase_step"] > 0
    resumed = MultiViewRun(read_config(str(out / "config.yaml")), out)
    resumed.resume()
    reports = []

    def first(report):
        reports.append(report)
        resumed.interrupt.requested = True

    with pytest.raises(KeyboardInterrupt):
        resumed.train(first)
    # The loss goes on where it was: far below that of a network without training.
    assert reports[0].step > state["phase_step"]
    assert reports[0].terms["total"] < 0.6
