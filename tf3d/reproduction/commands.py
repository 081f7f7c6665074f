"""The commands that make results anew, as a reader of a report can type them."""

from __future__ import annotations

import os
import pathlib
import shlex
from collections.abc import Sequence

from tf3d.reproduction.registry import Experiment

DATA_DIR = "DATA"  # in the place of the folder of local data


def command_of(
    name: str,
    models: Sequence[str] = (),
    data: str | None = None,
    data_dir: pathlib.Path | None = None,
    seed: int = 0,
    count: int | None = None,
) -> str:
    """The command of an experiment.

    Folders of this machine lose what leads to them: a reader has others.

    Args:
      name: of the experiment, or "all".
      models: as the user named them.
      data: the same.
      data_dir: the folder of local copies, if there is one.
      seed: of random choices.
      count: of shapes or images.
    """
    words = ["tf3d", "reproduce", name]
    for model in models:
        words += ["--model", _short(model, "runs")]
    if data is not None:
        words += ["--data", _short(data, DATA_DIR)]
    if data_dir is not None:
        words += ["--data-dir", DATA_DIR]
    if count is not None:
        words += ["--count", str(count)]
    if seed:
        words += ["--seed", str(seed)]
    return shlex.join([*words, "--out", "report"])


def told_training(experiment: Experiment) -> str:
    """A sentence on how to train what an experiment lacks; empty where all ships."""
    if not experiment.training:
        return ""
    commands = ", ".join(f"`{one}`" for one in experiment.training)
    return f" What it needs is trained by {commands}."


def _short(named: str, folder: str) -> str:
    path = pathlib.Path(named)
    return f"{folder}/{path.name}" if os.sep in named and path.exists() else named
